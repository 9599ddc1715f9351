// Whether the numbered messages of many streams arrived, each once and in order. A stream is one
// kind of message of one device; its messages count from 0. Memory is bounded: for each stream the
// highest number and a window of bits for the numbers just below it. It does not know payloads.
// O(1) a message, O(gap) after a gap, at most the window; 16 bytes + window / 8 a stream (144 by
// default).
//
//   numbers:   ... stale | window: seen or not | highest | ahead ...

import { assert } from '@motewire/sdk/kit'

/**
 * `new`: the first time, in order. `reordered`: the first time, after a higher number.
 * `duplicate`: seen before. `stale`: too far behind to tell, below the window.
 * `malformed`: no stream of ours, or no number of a message.
 */
export type SequenceVerdict = 'new' | 'reordered' | 'duplicate' | 'stale' | 'malformed'

export interface SequenceSummary {
  /** Different messages. */
  readonly received: number
  readonly duplicated: number
  readonly reordered: number
  /** Messages that were sent and never arrived: `gaps` and `tail`. */
  readonly missing: number
  /** Missing with a later message of the stream received. */
  readonly gaps: number
  /** Missing at the end of a stream, which only the sender's count can tell. */
  readonly tail: number
  /** Arrivals below the window. Each is either a duplicate or one fewer in `gaps`. */
  readonly stale: number
  readonly malformed: number
}

const WORD_BITS = 32

export class SequenceChecker {
  /** Numbers that a message may be behind the highest and still be told apart. */
  readonly window: number
  readonly #words: number
  /** Highest number seen, -1 before the first. */
  readonly #highest: Float64Array
  readonly #received: Float64Array
  /** Ring of bits a stream: number n is bit n modulo the window. */
  readonly #seen: Uint32Array
  #duplicated = 0
  #reordered = 0
  #stale = 0
  #malformed = 0

  /**
   * @param streams how many; they are numbered from 0.
   * @param window a multiple of 32. At least the messages that a device may have in flight, as
   *   these come again after a reconnect. Default 1,024.
   */
  constructor(streams: number, window: number = 1_024) {
    assert(Number.isInteger(window / WORD_BITS) && window > 0, `window of ${window} messages`)
    this.window = window
    this.#words = window / WORD_BITS
    this.#highest = new Float64Array(streams).fill(-1)
    this.#received = new Float64Array(streams)
    this.#seen = new Uint32Array(streams * this.#words)
  }

  handle(stream: number, seq: number): SequenceVerdict {
    const highest = this.#highest[stream]
    if (highest === undefined || !Number.isSafeInteger(seq) || seq < 0) {
      this.#malformed++
      return 'malformed'
    }
    if (seq > highest) {
      this.#advance(stream, highest, seq)
      return 'new'
    }
    if (seq <= highest - this.window) {
      this.#stale++
      return 'stale'
    }
    if (this.#isSeen(stream, seq)) {
      this.#duplicated++
      return 'duplicate'
    }
    this.#mark(stream, seq)
    this.#reordered++
    return 'reordered'
  }

  /**
   * @param sent messages that a stream has sent, as its sender counts them. Without it the tail
   *   is not known and taken as 0.
   */
  summary(sent?: (stream: number) => number): SequenceSummary {
    let received = 0
    let gaps = 0
    let tail = 0
    for (const [stream, highest] of this.#highest.entries()) {
      const seen = this.#received[stream]!
      received += seen
      gaps += highest + 1 - seen
      tail += Math.max(0, (sent?.(stream) ?? 0) - (highest + 1))
    }
    return {
      received,
      duplicated: this.#duplicated,
      reordered: this.#reordered,
      missing: gaps + tail,
      gaps,
      tail,
      stale: this.#stale,
      malformed: this.#malformed,
    }
  }

  /** Moves the window up to `seq`, forgetting the numbers that leave it. */
  #advance(stream: number, highest: number, seq: number): void {
    const first = stream * this.#words
    if (seq - highest >= this.window) this.#seen.fill(0, first, first + this.#words)
    else for (let passed = highest + 1; passed < seq; passed++) this.#clear(stream, passed)
    this.#highest[stream] = seq
    this.#mark(stream, seq)
  }

  #mark(stream: number, seq: number): void {
    this.#received[stream]!++
    const bit = seq % this.window
    this.#seen[stream * this.#words + (bit >>> 5)]! |= 1 << (bit & 31)
  }

  #clear(stream: number, seq: number): void {
    const bit = seq % this.window
    this.#seen[stream * this.#words + (bit >>> 5)]! &= ~(1 << (bit & 31))
  }

  #isSeen(stream: number, seq: number): boolean {
    const bit = seq % this.window
    return (this.#seen[stream * this.#words + (bit >>> 5)]! & (1 << (bit & 31))) !== 0
  }
}
