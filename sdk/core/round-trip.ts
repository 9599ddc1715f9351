// The round trip time of one connection, smoothed as TCP does it (RFC 6298 section 2): an estimate
// and its variation, from which a patience follows. Milliseconds. Pure; O(1).

export class RoundTrip {
  /** Smoothed round trip; 0 until there was one. */
  smoothedMs = 0
  #variationMs = 0
  /** The fastest one seen on this connection; undefined until there was one. */
  leastMs: number | undefined

  reset(): void {
    this.smoothedMs = 0
    this.#variationMs = 0
    this.leastMs = undefined
  }

  sample(ms: number): void {
    if (this.leastMs === undefined || ms < this.leastMs) this.leastMs = ms
    if (this.smoothedMs === 0) {
      this.smoothedMs = ms
      this.#variationMs = ms / 2
      return
    }
    this.#variationMs += (Math.abs(this.smoothedMs - ms) - this.#variationMs) / 4
    this.smoothedMs += (ms - this.smoothedMs) / 8
  }

  /**
   * How long to wait for an answer before the peer counts as silent: far more than a retransmission
   * timeout, because a link that is given up costs more than a late answer.
   */
  patienceMs(leastMs: number, mostMs: number): number {
    if (this.smoothedMs === 0) return mostMs
    const patience = 4 * (this.smoothedMs + 4 * this.#variationMs)
    return Math.min(mostMs, Math.max(leastMs, patience))
  }
}
