// A token bucket for metered links: bytes of messages that may leave now. It fills at a steady rate
// up to a burst; urgent messages may overdraw it and the others then wait longer. It knows no
// packets. Times in milliseconds. Pure; O(1).

export interface ByteBudgetOptions {
  readonly bytesPerSecond: number
  /** Bytes that may be saved up. */
  readonly burstBytes: number
}

export class ByteBudget {
  readonly #options: ByteBudgetOptions
  #tokens: number
  #filledAtMs = -Infinity

  constructor(options: ByteBudgetOptions) {
    this.#options = options
    this.#tokens = options.burstBytes
  }

  /** Whether a message may leave; one that is larger than the burst needs a full bucket. */
  allows(bytes: number, now: number): boolean {
    this.#fill(now)
    return this.#tokens >= Math.min(bytes, this.#options.burstBytes)
  }

  spend(bytes: number): void {
    this.#tokens -= bytes
  }

  /** When `bytes` will be there. */
  dueMs(bytes: number, now: number): number {
    this.#fill(now)
    const missing = Math.min(bytes, this.#options.burstBytes) - this.#tokens
    if (missing <= 0) return now
    return now + Math.ceil((missing / this.#options.bytesPerSecond) * 1000)
  }

  #fill(now: number): void {
    const { bytesPerSecond, burstBytes } = this.#options
    if (this.#filledAtMs !== -Infinity) {
      const earned = ((now - this.#filledAtMs) / 1000) * bytesPerSecond
      this.#tokens = Math.min(burstBytes, this.#tokens + earned)
    }
    this.#filledAtMs = now
  }
}
