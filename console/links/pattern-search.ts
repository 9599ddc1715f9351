// Finds patterns in a stream of bytes, also where a pattern is cut in two. A pattern is bytes, some
// of which may be any. Pure. O(bytes * pattern) a pattern.

import type { Match } from './reply-template.ts'

/** A byte, or null for any. */
export type Pattern = readonly (number | null)[]

export class PatternSearch {
  readonly #pattern: Pattern
  /** The last bytes that may still begin a match. */
  #rest: Uint8Array = new Uint8Array()

  /** @param pattern of one byte or more. */
  constructor(pattern: Pattern) {
    this.#pattern = pattern
  }

  /** Where the pattern ends in these bytes, the bytes that it stands for; no two overlap. */
  find(bytes: Uint8Array): readonly Match[] {
    const all = Buffer.concat([this.#rest, bytes])
    const { length } = this.#pattern
    const found: Match[] = []
    let at = 0
    while (at + length <= all.length) {
      if (this.#isAt(all, at)) {
        found.push([all.subarray(at, at + length)])
        at += length
      } else at++
    }
    this.#rest = all.subarray(at)
    return found
  }

  #isAt(all: Uint8Array, at: number): boolean {
    return this.#pattern.every((byte, offset) => byte === null || all[at + offset] === byte)
  }
}
