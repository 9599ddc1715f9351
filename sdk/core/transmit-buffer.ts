// Outgoing bytes of one connection: packets are encoded in place, one behind the other, into pooled
// chunks; a chunk leaves in one write. A quiet client holds no chunk at all; its first packet takes
// a small one, a busy client large ones. It knows no packets and no channel.
//
//   write into buffer[end..] ─► poll() hands out the oldest chunk ─► release() when it is written

import { assert } from '../kit/index.ts'

export const SMALL_CHUNK_BYTES = 1024
/** What a busy turn makes: in two writes it would take a quarter longer. */
export const LARGE_CHUNK_BYTES = 131_072
/** Free chunks kept for reuse in the whole process: 1 MiB of small and 2 MiB of large ones. */
const SMALL_FREE_MAX = 1024
const LARGE_FREE_MAX = 16

const EMPTY = Buffer.alloc(0)
/** Of all buffers that never had a full chunk. */
const NO_CHUNKS: FullChunk[] = []
const smallFree: Buffer[] = []
const largeFree: Buffer[] = []

function takeChunk(bytes: number): Buffer {
  if (bytes <= SMALL_CHUNK_BYTES)
    return smallFree.pop() ?? Buffer.allocUnsafeSlow(SMALL_CHUNK_BYTES)
  if (bytes <= LARGE_CHUNK_BYTES)
    return largeFree.pop() ?? Buffer.allocUnsafeSlow(LARGE_CHUNK_BYTES)
  return Buffer.allocUnsafeSlow(bytes)
}

function giveBack(chunk: Buffer): void {
  if (chunk.length === SMALL_CHUNK_BYTES) {
    if (smallFree.length < SMALL_FREE_MAX) smallFree.push(chunk)
  } else if (chunk.length === LARGE_CHUNK_BYTES && largeFree.length < LARGE_FREE_MAX) {
    largeFree.push(chunk)
  }
}

interface FullChunk {
  readonly buffer: Buffer
  readonly length: number
}

export class TransmitBuffer {
  /** Where the next packet goes: buffer[end..]. `reserve` first. */
  buffer: Buffer = EMPTY
  end = 0
  #full: FullChunk[] = NO_CHUNKS
  #inFlight: Buffer | undefined
  /** Bytes in full chunks and in the chunk that is being written. */
  #heldBytes = 0

  /** Bytes not yet known to be written. */
  get pendingBytes(): number {
    return this.#heldBytes + this.end
  }

  /** Whether `poll` has something to hand out. */
  get isReady(): boolean {
    return this.#inFlight === undefined && (this.end > 0 || this.#full.length > 0)
  }

  /** Makes room for `bytes` behind `end`. */
  reserve(bytes: number): void {
    const needed = this.end + bytes
    if (needed <= this.buffer.length) return
    if (this.end === 0) {
      giveBack(this.buffer)
      this.buffer = takeChunk(bytes)
    } else if (this.buffer.length < LARGE_CHUNK_BYTES && needed <= LARGE_CHUNK_BYTES) {
      const larger = takeChunk(LARGE_CHUNK_BYTES)
      this.buffer.copy(larger, 0, 0, this.end)
      giveBack(this.buffer)
      this.buffer = larger
    } else {
      this.#shelve()
      this.buffer = takeChunk(Math.max(bytes, LARGE_CHUNK_BYTES))
      this.end = 0
    }
  }

  /** Closes the chunk being filled: later packets go into another. Returns the chunks to poll. */
  seal(): number {
    if (this.end > 0) {
      this.#shelve()
      this.#forgetCurrent()
    }
    return this.#full.length
  }

  /** Appends ready bytes. */
  append(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.buffer.set(bytes, this.end)
    this.end += bytes.length
  }

  /**
   * The oldest bytes to be written, or undefined while a write is outstanding or nothing is due.
   */
  poll(): Uint8Array | undefined {
    if (this.#inFlight !== undefined) return undefined
    const first = this.#full.shift()
    if (first !== undefined) {
      this.#inFlight = first.buffer
      return first.buffer.subarray(0, first.length)
    }
    if (this.end === 0) return undefined
    const bytes = this.buffer.subarray(0, this.end)
    this.#inFlight = this.buffer
    this.#heldBytes += this.end
    this.#forgetCurrent()
    return bytes
  }

  /** The chunk being filled is full. */
  #shelve(): void {
    if (this.#full === NO_CHUNKS) this.#full = []
    this.#full.push({ buffer: this.buffer, length: this.end })
    this.#heldBytes += this.end
  }

  #forgetCurrent(): void {
    this.buffer = EMPTY
    this.end = 0
  }

  /** The chunk handed out by `poll` is written: `bytes` is its length. */
  release(bytes: number): void {
    assert(this.#inFlight !== undefined, 'release without a chunk in flight')
    this.#heldBytes -= bytes
    giveBack(this.#inFlight)
    this.#inFlight = undefined
  }

  /**
   * Forgets everything: the connection is gone. A chunk that is still being written is left to the
   * collector, because the operating system may read it a little longer.
   */
  clear(): void {
    giveBack(this.buffer)
    for (const { buffer } of this.#full) giveBack(buffer)
    this.#full.length = 0
    this.#forgetCurrent()
    this.#inFlight = undefined
    this.#heldBytes = 0
  }
}
