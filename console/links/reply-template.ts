// A reply with what an expression found put into it: `$&` is all of a match, `$1` to `$9` its
// groups, `$$` a dollar sign; any other dollar sign is itself. Works on bytes. Pure. O(reply).

import { REPLY_GROUPS_MAX } from '../limits.ts'

/** All of a match, then its groups; one that took no part is empty. */
export type Match = readonly Uint8Array[]

export class ReplyTemplate {
  /** Bytes as they are, or the number of a group. */
  readonly #parts: readonly (Uint8Array | number)[]

  constructor(reply: Uint8Array) {
    const text = Buffer.from(reply).toString('latin1')
    this.#parts = text
      .split(/(\$[$&1-9])/)
      .filter((part) => part !== '')
      .map((part) => {
        if (!/^\$[&1-9]$/.test(part)) return Buffer.from(part === '$$' ? '$' : part, 'latin1')
        return part === '$&' ? 0 : Number(part.slice(1))
      })
  }

  /** What is wrong with it for an expression of so many groups; undefined: nothing. */
  problem(groups: number): string | undefined {
    const used = this.#parts.filter((part) => typeof part === 'number')
    const highest = Math.max(0, ...used)
    if (highest > groups) return `has $${highest}, the pattern has ${groups} groups`
    if (used.length <= REPLY_GROUPS_MAX) return undefined
    return `has ${used.length} groups, more than ${REPLY_GROUPS_MAX}`
  }

  replyTo(match: Match): Uint8Array {
    return Buffer.concat(
      this.#parts.map((part) => (typeof part === 'number' ? (match[part] ?? NOTHING) : part)),
    )
  }
}

const NOTHING = new Uint8Array(0)
