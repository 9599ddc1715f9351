// How long to wait before the next attempt: exponential with full jitter, so that thousands of
// clients that lost the same broker do not come back together. The delay falls back to the start
// only after a connection that lasted, not after each short one. Unit: milliseconds. Pure.

import type { Prng } from '../kit/index.ts'

export interface BackoffOptions {
  /** Ceiling of the first delay. */
  readonly baseMs: number
  /** Ceiling of any delay. */
  readonly maxMs: number
  /** A connection this old resets the delay. */
  readonly stableMs: number
}

export class Backoff {
  readonly #options: BackoffOptions
  readonly #prng: Prng
  #attempt = 0

  constructor(options: BackoffOptions, prng: Prng) {
    this.#options = options
    this.#prng = prng
  }

  /** Failed attempts since the last stable connection. */
  get attempt(): number {
    return this.#attempt
  }

  /** The next delay: uniform between a tenth of the ceiling and the ceiling. */
  nextDelayMs(): number {
    const { baseMs, maxMs } = this.#options
    const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(this.#attempt, 30))
    this.#attempt++
    return this.#prng.between(ceiling / 10, ceiling)
  }

  /** A connection has ended that was up for `upMs`. */
  handleConnectionEnd(upMs: number): void {
    if (upMs >= this.#options.stableMs) this.#attempt = 0
  }
}
