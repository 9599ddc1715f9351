// How many things of a kind come within a second. O(1).

export class Rate {
  #sinceMs: number
  #count = 0

  constructor(now: number) {
    this.#sinceMs = now
  }

  /** One more; answers how many there are in the second that it falls into. */
  count(now: number): number {
    if (now - this.#sinceMs >= 1000) {
      this.#sinceMs = now
      this.#count = 0
    }
    return ++this.#count
  }
}
