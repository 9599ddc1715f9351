// One direction of a bridge: bytes from a source to a target through a ring of fixed size. Borrowed
// bytes are copied in, the target is offered one contiguous piece at a time, and the source is
// paused when the ring fills up. Nothing is lost while both sides are up; whatever is dropped is
// counted. O(bytes) with one copy; memory is touched from the start of the ring, so small traffic
// stays small.

import { assert } from '@motewire/sdk/kit'

/** The most bytes that a channel hands over at once, also once more after it was paused. */
export const CHUNK_BYTES_MAX = 65_536

export interface FlowSource {
  pause(): void
  resume(): void
}

export interface FlowTarget {
  /** As ByteChannel.write: false means that the buffer is kept until `handleDrain`. */
  write(bytes: Uint8Array): boolean
}

/**
 * `away`: bytes are dropped; `coming`: they wait for the connection being made; `ready`: they go.
 */
export type TargetState = 'away' | 'coming' | 'ready'

export interface FlowSnapshot {
  /** Bytes that the target has taken. */
  readonly bytes: number
  /** Bytes that came while the target was away, or were waiting when a connection ended. */
  readonly droppedBytes: number
  /** Bytes waiting now. */
  readonly waitingBytes: number
  /** How often the source was paused because the target did not keep up. */
  readonly pauses: number
}

export class Flow {
  readonly #ring: Uint8Array
  readonly #source: FlowSource
  readonly #target: FlowTarget
  readonly #pauseAtBytes: number
  #targetState: TargetState = 'away'
  #start = 0
  #waiting = 0
  /** Of the waiting bytes, those at the start that the target keeps until it drains. */
  #offered = 0
  #isSourcePaused = false
  #bytes = 0
  #dropped = 0
  #pauses = 0

  /**
   * @param ringBytes at least two chunks.
   * @param pauseAtBytes waiting bytes at which the source is paused. The chunk that reaches it and
   * the one that may still follow must fit in the ring.
   */
  constructor(source: FlowSource, target: FlowTarget, ringBytes: number, pauseAtBytes: number) {
    assert(pauseAtBytes >= 1, 'the source would be paused for ever')
    assert(pauseAtBytes - 1 + 2 * CHUNK_BYTES_MAX <= ringBytes, 'the ring could overflow')
    this.#source = source
    this.#target = target
    this.#ring = new Uint8Array(ringBytes)
    this.#pauseAtBytes = pauseAtBytes
  }

  /** Bytes from the source, borrowed. */
  handleBytes(bytes: Uint8Array): void {
    if (this.#targetState === 'away') {
      this.#dropped += bytes.length
      return
    }
    this.#append(bytes)
    this.#pump()
    if (this.#waiting >= this.#pauseAtBytes) this.#pauseSource()
  }

  /** The source has a new connection, which knows of no pause yet. */
  handleSourceUp(): void {
    if (this.#isSourcePaused) this.#source.pause()
  }

  /** The source's connection has ended; what it left behind belongs to nobody. */
  handleSourceDown(): void {
    this.#dropped += this.#waiting - this.#offered
    this.#waiting = this.#offered
  }

  handleTarget(state: TargetState): void {
    this.#targetState = state
    if (state === 'away') {
      this.#dropped += this.#waiting
      this.#start = this.#waiting = this.#offered = 0
    }
    this.#pump()
  }

  /** The target has taken what it kept. */
  handleDrain(): void {
    this.#taken(this.#offered)
    this.#pump()
  }

  snapshot(): FlowSnapshot {
    return {
      bytes: this.#bytes,
      droppedBytes: this.#dropped,
      waitingBytes: this.#waiting,
      pauses: this.#pauses,
    }
  }

  #append(bytes: Uint8Array): void {
    const size = this.#ring.length
    // A channel that hands over more than it may would overflow; the rest is dropped, not grown
    // for.
    const length = Math.min(bytes.length, size - this.#waiting)
    this.#dropped += bytes.length - length
    const at = (this.#start + this.#waiting) % size
    const first = Math.min(length, size - at)
    this.#ring.set(first === bytes.length ? bytes : bytes.subarray(0, first), at)
    if (first < length) this.#ring.set(bytes.subarray(first, length), 0)
    this.#waiting += length
  }

  /** Offers waiting bytes until the target keeps some; lets the source go on when there is room. */
  #pump(): void {
    while (this.#targetState === 'ready' && this.#offered === 0 && this.#waiting > 0) {
      const length = Math.min(this.#waiting, this.#ring.length - this.#start)
      this.#offered = length
      const isTaken = this.#target.write(this.#ring.subarray(this.#start, this.#start + length))
      // A target that ended inside the call has emptied the ring.
      if (!isTaken || this.#offered !== length) break
      this.#taken(length)
    }
    if (this.#isSourcePaused && this.#waiting < this.#pauseAtBytes) {
      this.#isSourcePaused = false
      this.#source.resume()
    }
  }

  #taken(length: number): void {
    this.#bytes += length
    this.#waiting -= length
    this.#offered = 0
    this.#start = this.#waiting === 0 ? 0 : (this.#start + length) % this.#ring.length
  }

  #pauseSource(): void {
    if (this.#isSourcePaused) return
    this.#isSourcePaused = true
    this.#pauses++
    this.#source.pause()
  }
}
