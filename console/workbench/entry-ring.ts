// The newest entries of an endless row, numbered from 1. Bound by their number and by their bytes:
// the oldest give way. It does not know what an entry is. Adding is O(1) amortised, selecting
// O(entries kept).

export interface Numbered {
  readonly sequence: number
}

export interface Selection<Entry> {
  readonly newest: number
  readonly skipped: number
  /** Oldest first. */
  readonly entries: readonly Entry[]
}

export class EntryRing<Entry extends Numbered> {
  readonly #slots: (Entry | undefined)[]
  readonly #sizes: Float64Array
  readonly #bytesMax: number
  #bytes = 0
  #oldest = 1
  #next = 1

  constructor(entriesMax: number, bytesMax: number) {
    this.#slots = Array.from({ length: entriesMax })
    this.#sizes = new Float64Array(entriesMax)
    this.#bytesMax = bytesMax
  }

  /** The number that the next entry has to carry. */
  get next(): number {
    return this.#next
  }

  get bytes(): number {
    return this.#bytes
  }

  add(entry: Entry, bytes: number): void {
    if (this.#next - this.#oldest === this.#slots.length) this.#forgetOldest()
    const slot = this.#next % this.#slots.length
    this.#slots[slot] = entry
    this.#sizes[slot] = bytes
    this.#bytes += bytes
    this.#next++
    while (this.#bytes > this.#bytesMax && this.#oldest < this.#next - 1) this.#forgetOldest()
  }

  at(sequence: number): Entry | undefined {
    if (sequence < this.#oldest || sequence >= this.#next) return undefined
    return this.#slots[sequence % this.#slots.length]
  }

  /** The newest `limit` entries after number `after` that `accepts` takes. */
  select(after: number, limit: number, accepts: (entry: Entry) => boolean): Selection<Entry> {
    const entries: Entry[] = []
    let skipped = Math.max(0, this.#oldest - 1 - after)
    // Nobody missed what was gone before they first asked.
    if (after === 0) skipped = 0
    for (let at = this.#next - 1; at > after && at >= this.#oldest; at--) {
      const entry = this.at(at)!
      if (!accepts(entry)) continue
      if (entries.length < limit) entries.push(entry)
      else skipped++
    }
    return { newest: this.#next - 1, skipped, entries: entries.toReversed() }
  }

  #forgetOldest(): void {
    const slot = this.#oldest % this.#slots.length
    this.#bytes -= this.#sizes[slot] ?? 0
    this.#slots[slot] = undefined
    this.#oldest++
  }
}
