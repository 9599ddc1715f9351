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

/** Views kept of a chunk: a power of two, above what an answer and a few messages need. */
const VIEWS = 8

/** Memory for packets, and the views of it that were handed out: quiet clients repeat lengths. */
class Chunk {
  readonly buffer: Buffer
  readonly #views: Uint8Array[] = []

  constructor(bytes: number) {
    this.buffer = Buffer.allocUnsafeSlow(bytes)
  }

  /** The first `length` bytes. To make a view takes as long as to write a short packet. */
  first(length: number): Uint8Array {
    const place = length & (VIEWS - 1)
    const view = this.#views[place]
    if (view !== undefined && view.length === length) return view
    return (this.#views[place] = this.buffer.subarray(0, length))
  }
}

const NO_CHUNK = new Chunk(0)
/** Of all buffers that never had a full chunk. */
const NO_CHUNKS: FullChunk[] = []
const smallFree: Chunk[] = []
const largeFree: Chunk[] = []

function takeChunk(bytes: number): Chunk {
  if (bytes <= SMALL_CHUNK_BYTES) return smallFree.pop() ?? new Chunk(SMALL_CHUNK_BYTES)
  if (bytes <= LARGE_CHUNK_BYTES) return largeFree.pop() ?? new Chunk(LARGE_CHUNK_BYTES)
  return new Chunk(bytes)
}

function giveBack(chunk: Chunk): void {
  const { length } = chunk.buffer
  if (length === SMALL_CHUNK_BYTES) {
    if (smallFree.length < SMALL_FREE_MAX) smallFree.push(chunk)
  } else if (length === LARGE_CHUNK_BYTES && largeFree.length < LARGE_FREE_MAX) {
    largeFree.push(chunk)
  }
}

interface FullChunk {
  readonly chunk: Chunk
  readonly length: number
}

export class TransmitBuffer {
  /** Where the next packet goes: buffer[end..]. `reserve` first. */
  buffer: Buffer = NO_CHUNK.buffer
  end = 0
  /** Whose buffer that is. */
  #chunk = NO_CHUNK
  #full: FullChunk[] = NO_CHUNKS
  #inFlight: Chunk | undefined
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
      giveBack(this.#chunk)
      this.#fill(takeChunk(bytes))
    } else if (this.buffer.length < LARGE_CHUNK_BYTES && needed <= LARGE_CHUNK_BYTES) {
      const larger = takeChunk(LARGE_CHUNK_BYTES)
      this.buffer.copy(larger.buffer, 0, 0, this.end)
      giveBack(this.#chunk)
      this.#fill(larger)
    } else {
      this.#shelve()
      this.#fill(takeChunk(Math.max(bytes, LARGE_CHUNK_BYTES)))
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
      this.#inFlight = first.chunk
      return first.chunk.first(first.length)
    }
    if (this.end === 0) return undefined
    const bytes = this.#chunk.first(this.end)
    this.#inFlight = this.#chunk
    this.#heldBytes += this.end
    this.#forgetCurrent()
    return bytes
  }

  /** The chunk being filled is full. */
  #shelve(): void {
    if (this.#full === NO_CHUNKS) this.#full = []
    this.#full.push({ chunk: this.#chunk, length: this.end })
    this.#heldBytes += this.end
  }

  #fill(chunk: Chunk): void {
    this.#chunk = chunk
    this.buffer = chunk.buffer
  }

  #forgetCurrent(): void {
    this.#fill(NO_CHUNK)
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
    giveBack(this.#chunk)
    for (const { chunk } of this.#full) giveBack(chunk)
    this.#full.length = 0
    this.#forgetCurrent()
    this.#inFlight = undefined
    this.#heldBytes = 0
  }
}
