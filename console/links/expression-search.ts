// Finds a regular expression in a stream of bytes, also where a match is cut in two. An expression
// sees each byte as one character (`\x01` is the byte 1); letters beyond ASCII are those of UTF-8.
// Some expressions take for ever on some bytes, so each look has a bound of time, after which the
// search is over for good: it never holds up the process twice.

import { createContext, Script } from 'node:vm'
import type { Context } from 'node:vm'
import { EXPRESSION_BYTES_MAX, EXPRESSION_MS_MAX, REPLIES_WAITING_MAX } from '../limits.ts'
import type { Match } from './reply-template.ts'

/** All of a match and the groups that a reply can name. */
const GROUPS = 10

/**
 * What is searched stands there as plain texts; the expression is never run as a program. What is
 * found comes back as one text, so that no object of that place is ever touched here.
 */
const LOOK = new Script(`(() => {
  const expression = new RegExp(source, 'gs')
  const found = []
  for (const match of text.matchAll(expression)) {
    if (match[0] === '') continue
    end = match.index + match[0].length
    if (found.length === ${REPLIES_WAITING_MAX}) continue
    const groups = match.slice(0, ${GROUPS})
    found.push(groups.map((group) => (group ?? '').slice(0, ${EXPRESSION_BYTES_MAX})))
  }
  return JSON.stringify(found)
})()`)

interface Place extends Context {
  source: string
  text: string
  /** Behind the last match. */
  end: number
}

/** Made by the first look, because it takes longer than most looks do; one serves all. */
let place: Place | undefined

function makePlace(): Place {
  const values: Place = Object.assign(Object.create(null), { source: '', text: '', end: 0 })
  createContext(values)
  return values
}

export class ExpressionSearch {
  readonly #source: string
  /** The last bytes that may still begin a match. */
  #rest: Uint8Array = new Uint8Array()
  #isOver = false

  /** @param source that is an expression. */
  constructor(source: string) {
    this.#source = Buffer.from(source, 'utf8').toString('latin1')
  }

  /** Whether it took too long. */
  get isOver(): boolean {
    return this.#isOver
  }

  /**
   * What is found in these bytes, and those before them that matched nothing: as many matches as
   * could be answered, and so much of each group as a reply takes.
   */
  find(bytes: Uint8Array): readonly Match[] {
    if (this.#isOver) return []
    const all = Buffer.concat([this.#rest, bytes])
    place ??= makePlace()
    place.source = this.#source
    place.text = all.toString('latin1')
    place.end = 0
    try {
      const found = LOOK.runInContext(place, { timeout: EXPRESSION_MS_MAX })
      const from = Math.max(place.end, all.length - EXPRESSION_BYTES_MAX)
      this.#rest = all.subarray(from)
      const matches = JSON.parse(String(found)) as string[][]
      return matches.map((groups) => groups.map((group) => Buffer.from(group, 'latin1')))
    } catch {
      this.#isOver = true
      this.#rest = new Uint8Array()
      return []
    }
  }
}
