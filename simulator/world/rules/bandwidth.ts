// Time on the wire: a segment begins when the one before it has left, and takes its length over the
// rate. With a duty share, the sender then keeps silent so long that it stays within its share.
// One rule a direction of a link.

import type { LinkRule, Verdict } from '../rule.ts'

/** TCP and IPv4 without options. */
const SEGMENT_HEADER_BYTES = 40

const BITS_PER_MS_OF_BPS = 1_000
const BITS_PER_BYTE = 8

export class BandwidthRule implements LinkRule {
  readonly #bitsPerMs: number
  readonly #dutyShare: number
  /** When the next segment may begin. */
  #freeAtMs = 0

  /** @param bitsPerS above 0. @param dutyShare above 0, at most 1. */
  constructor(bitsPerS: number, dutyShare: number) {
    this.#bitsPerMs = bitsPerS / BITS_PER_MS_OF_BPS
    this.#dutyShare = dutyShare
  }

  judge(bytes: number, atMs: number): Verdict {
    const onAirMs = ((bytes + SEGMENT_HEADER_BYTES) * BITS_PER_BYTE) / this.#bitsPerMs
    const startMs = Math.max(atMs, this.#freeAtMs)
    this.#freeAtMs = startMs + onAirMs / this.#dutyShare
    return startMs + onAirMs - atMs
  }
}
