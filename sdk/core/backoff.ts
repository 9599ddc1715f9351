// How long to wait before the next attempt: exponential with decorrelated jitter (each delay is
// uniform between the base and three times the last one), so that thousands of clients that lost
// the same broker do not come back together. The delay falls back to the start only after a
// connection that lasted, not after each short one. Unit: milliseconds. Pure.

import type { Prng } from '../kit/index.ts'

export interface BackoffOptions {
  /** Ceiling of the first delay. */
  readonly baseMs: number
  /** Ceiling of any delay. */
  readonly maxMs: number
  /** A connection this old resets the delay. */
  readonly stableMs: number
  /** False: each delay is twice the one before, for everybody the same. */
  readonly isJittered: boolean
}

/** A server that asks for less load gets at least this many times the base. */
const THROTTLE_FACTOR = 10

export class Backoff {
  readonly #options: BackoffOptions
  readonly #prng: Prng
  #attempt = 0
  #lastMs = 0

  constructor(options: BackoffOptions, prng: Prng) {
    this.#options = options
    this.#prng = prng
  }

  /** Failed attempts since the last stable connection. */
  get attempt(): number {
    return this.#attempt
  }

  /**
   * The next delay. The first is uniform below the base: even one lost broker must not bring all
   * clients back at the same moment.
   */
  nextDelayMs(isThrottled: boolean = false): number {
    const { baseMs, maxMs, isJittered } = this.#options
    const floor = isThrottled ? Math.min(maxMs, baseMs * THROTTLE_FACTOR) : baseMs
    const isFirst = this.#attempt++ === 0 && !isThrottled
    const delay = isJittered ? this.#draw(floor, isFirst) : Math.max(floor, this.#lastMs * 2)
    this.#lastMs = Math.min(maxMs, Math.max(delay, floor / 10))
    return this.#lastMs
  }

  #draw(floor: number, isFirst: boolean): number {
    if (isFirst) return this.#prng.between(floor / 10, floor)
    return this.#prng.between(floor, Math.max(floor, this.#lastMs * 3))
  }

  /** A connection has ended that was up for `upMs`. */
  handleConnectionEnd(upMs: number): void {
    if (upMs < this.#options.stableMs) return
    this.#attempt = 0
    this.#lastMs = 0
  }
}
