// Finds patterns in a stream of bytes, also where a pattern is cut in two. A pattern is bytes, some
// of which may be any. Pure. O(bytes * pattern) a pattern.

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

  /** How often the pattern ends in these bytes; matches do not overlap. */
  count(bytes: Uint8Array): number {
    const all = Buffer.concat([this.#rest, bytes])
    const { length } = this.#pattern
    let found = 0
    let at = 0
    while (at + length <= all.length) {
      if (this.#isAt(all, at)) {
        found++
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
