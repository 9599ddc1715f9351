// Where a frame is put together: a buffer that grows to the longest frame seen, never beyond its
// bound. One byte more than that makes the frame broken, and a broken frame stays one to its end.

const FIRST_BYTES = 128

export class FrameBuffer {
  readonly #bytesMax: number
  #bytes = new Uint8Array(FIRST_BYTES)
  #length = 0
  isBroken = false

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  get length(): number {
    return this.#length
  }

  /** What is there; borrowed until the next change. */
  get content(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  add(byte: number): void {
    if (this.#length === this.#bytes.length) this.#grow(this.#length + 1)
    if (this.isBroken) return
    this.#bytes[this.#length++] = byte
  }

  /** Bytes [start, end) of `source`. */
  append(source: Uint8Array, start: number, end: number): void {
    const length = this.#length + end - start
    if (length > this.#bytes.length) this.#grow(length)
    if (this.isBroken) return
    this.#bytes.set(
      start === 0 && end === source.length ? source : source.subarray(start, end),
      this.#length,
    )
    this.#length = length
  }

  clear(): void {
    this.#length = 0
    this.isBroken = false
  }

  #grow(length: number): void {
    if (length > this.#bytesMax) {
      this.isBroken = true
      return
    }
    const larger = new Uint8Array(
      Math.min(this.#bytesMax, Math.max(length, 2 * this.#bytes.length)),
    )
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }
}
