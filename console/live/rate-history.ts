// The last five minutes of message rates, one sample a second, in a ring of three columns (7 KB).
// Made from the broker's running counts. Pure: it is told the time. O(1) a sample.

import { SAMPLES_MAX } from '../limits.ts'
import type { RateSample } from '../views.ts'

export class RateHistory {
  readonly #at = new Float64Array(SAMPLES_MAX)
  readonly #in = new Float64Array(SAMPLES_MAX)
  readonly #out = new Float64Array(SAMPLES_MAX)
  #count = 0
  #last: { readonly now: number; readonly messagesIn: number; readonly messagesOut: number }

  /** `now` in milliseconds; the counts are the broker's at that moment. */
  constructor(now: number, messagesIn: number, messagesOut: number) {
    this.#last = { now, messagesIn, messagesOut }
  }

  /** `wallNow` is what the sample is dated with. */
  add(now: number, wallNow: number, messagesIn: number, messagesOut: number): void {
    const seconds = (now - this.#last.now) / 1000
    if (seconds <= 0) return
    const slot = this.#count % SAMPLES_MAX
    this.#at[slot] = wallNow
    this.#in[slot] = (messagesIn - this.#last.messagesIn) / seconds
    this.#out[slot] = (messagesOut - this.#last.messagesOut) / seconds
    this.#count++
    this.#last = { now, messagesIn, messagesOut }
  }

  /** The newest sample; zero rates before the first one. */
  newest(): RateSample {
    if (this.#count === 0) return { at: 0, inPerSecond: 0, outPerSecond: 0 }
    return this.#sample((this.#count - 1) % SAMPLES_MAX)
  }

  /** Oldest first. */
  samples(): RateSample[] {
    const kept = Math.min(this.#count, SAMPLES_MAX)
    return Array.from({ length: kept }, (_, index) =>
      this.#sample((this.#count - kept + index) % SAMPLES_MAX),
    )
  }

  #sample(slot: number): RateSample {
    return {
      at: this.#at[slot] ?? 0,
      inPerSecond: this.#in[slot] ?? 0,
      outPerSecond: this.#out[slot] ?? 0,
    }
  }
}
