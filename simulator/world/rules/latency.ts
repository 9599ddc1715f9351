// Time on the way: never less than a minimum, an exponential part on top for queues and radio
// scheduling, and a uniform one for jitter. Without state: one rule serves any number of links.

import type { Prng } from '@motewire/sdk/kit'
import type { LinkRule, Verdict } from '../rule.ts'

export class LatencyRule implements LinkRule {
  readonly #minMs: number
  readonly #extraMs: number
  readonly #jitterMs: number

  /** @param extraMs mean of the exponential part. */
  constructor(minMs: number, extraMs: number, jitterMs: number) {
    this.#minMs = minMs
    this.#extraMs = extraMs
    this.#jitterMs = jitterMs
  }

  judge(_bytes: number, _atMs: number, prng: Prng): Verdict {
    let delayMs = this.#minMs
    if (this.#extraMs > 0) delayMs += prng.exponential(this.#extraMs)
    if (this.#jitterMs > 0) delayMs += prng.unit() * this.#jitterMs
    return delayMs
  }
}

/** The same delay for everything while it lasts: a broker that is slow for a time. */
export class SlowRule implements LinkRule {
  readonly #startMs: number
  readonly #endMs: number
  readonly #delayMs: number

  constructor(startMs: number, durationMs: number, delayMs: number) {
    this.#startMs = startMs
    this.#endMs = startMs + durationMs
    this.#delayMs = delayMs
  }

  judge(_bytes: number, atMs: number): Verdict {
    return atMs >= this.#startMs && atMs < this.#endMs ? this.#delayMs : 0
  }
}
