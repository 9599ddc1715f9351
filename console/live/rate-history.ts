// The last message rates in a ring of three columns, 24 bytes a sample. Made from the broker's
// running counts. Pure: it is told the time and how often is up to who tells. O(1) a sample.

import type { RateSample } from '../views.ts'

export class RateHistory {
  readonly #samplesMax: number
  readonly #at: Float64Array
  readonly #in: Float64Array
  readonly #out: Float64Array
  #count = 0
  #last: { readonly now: number; readonly messagesIn: number; readonly messagesOut: number }

  /** `now` in milliseconds; the counts are the broker's at that moment. */
  constructor(samplesMax: number, now: number, messagesIn: number, messagesOut: number) {
    this.#samplesMax = samplesMax
    this.#at = new Float64Array(samplesMax)
    this.#in = new Float64Array(samplesMax)
    this.#out = new Float64Array(samplesMax)
    this.#last = { now, messagesIn, messagesOut }
  }

  /** `wallNow` is what the sample is dated with. */
  add(now: number, wallNow: number, messagesIn: number, messagesOut: number): void {
    const seconds = (now - this.#last.now) / 1000
    if (seconds <= 0) return
    const slot = this.#count % this.#samplesMax
    this.#at[slot] = wallNow
    this.#in[slot] = (messagesIn - this.#last.messagesIn) / seconds
    this.#out[slot] = (messagesOut - this.#last.messagesOut) / seconds
    this.#count++
    this.#last = { now, messagesIn, messagesOut }
  }

  /** The newest sample; zero rates before the first one. */
  newest(): RateSample {
    if (this.#count === 0) return { at: 0, inPerSecond: 0, outPerSecond: 0 }
    return this.#sample((this.#count - 1) % this.#samplesMax)
  }

  /** Oldest first. */
  samples(): RateSample[] {
    const kept = Math.min(this.#count, this.#samplesMax)
    return Array.from({ length: kept }, (_, index) =>
      this.#sample((this.#count - kept + index) % this.#samplesMax),
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
