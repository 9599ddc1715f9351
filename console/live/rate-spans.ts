// The message rates of the broker over five minutes, an hour and a day, each in a ring of its own
// (50 KB in all), from counts that are told once a second. Pure. O(1) a second.

import { DAY_SAMPLES_MAX, HOUR_SAMPLES_MAX, SAMPLES_MAX } from '../limits.ts'
import type { RateSample, RateSpan, RatesView } from '../views.ts'
import { RateHistory } from './rate-history.ts'

/** Seconds from one sample to the next, and how many are kept. */
const SPANS = [
  ['5m', 1, SAMPLES_MAX],
  ['1h', 10, HOUR_SAMPLES_MAX],
  ['24h', 60, DAY_SAMPLES_MAX],
] as const satisfies readonly (readonly [RateSpan, number, number])[]

export class RateSpans {
  readonly #rings: readonly {
    readonly span: RateSpan
    readonly everyS: number
    readonly history: RateHistory
  }[]
  #seconds = 0

  /** `now` in milliseconds; the counts are the broker's at that moment. */
  constructor(now: number, messagesIn: number, messagesOut: number) {
    this.#rings = SPANS.map(([span, everyS, samplesMax]) => {
      return { span, everyS, history: new RateHistory(samplesMax, now, messagesIn, messagesOut) }
    })
  }

  /** Once a second. `wallNow` is what the samples are dated with. */
  add(now: number, wallNow: number, messagesIn: number, messagesOut: number): void {
    this.#seconds++
    for (const { everyS, history } of this.#rings) {
      if (this.#seconds % everyS === 0) history.add(now, wallNow, messagesIn, messagesOut)
    }
  }

  /** Over the last second; zero rates before the first one. */
  newest(): RateSample {
    return this.#rings[0]!.history.newest()
  }

  of(span: RateSpan): RatesView {
    const { everyS, history } = this.#rings.find((ring) => ring.span === span)!
    return { everyMs: everyS * 1000, samples: history.samples() }
  }
}
