// Durations in the buckets of an HDR histogram: 1 microsecond to 30 days, three significant digits,
// any number of values in 130 KB. Two histograms add up without loss, which percentiles never do.
// Counting and percentiles are done here, because they run once a message and once a progress line;
// hdr-histogram-js, which only this file imports, brings the text form that other tools read.
// Unit: milliseconds outside, microseconds inside. record is O(1), summary O(buckets), 33,000.
//
// A value below 2,048 us has a bucket of its own. Above, each doubling has 1,024 buckets:
//
//   bucket = exponent x 1,024 + (value >> exponent), exponent so that value >> exponent < 2,048

import { MotewireError } from '@motewire/sdk/errors'
import { assert } from '@motewire/sdk/kit'
import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import type { JsHistogram } from 'hdr-histogram-js'
import type { LatencySummary } from './fleet-snapshot.ts'

/** Longer durations count as this one: a device may be without a link for a night or for weeks. */
export const LATENCY_MS_MAX: number = 30 * 24 * 3_600_000

const US = 1_000
const HIGHEST_US = LATENCY_MS_MAX * US
/** Values differ by their eleven highest bits: 2,048 of them are three digits. */
const SUB_BITS = 11
const HALF = 1 << (SUB_BITS - 1)
const BUCKETS = bucketOf(HIGHEST_US) + 1
const COUNTER_BITS = 32
const DIGITS = 3

/** How many values lie in [fromMs, toMs). */
export interface LatencyStep {
  readonly fromMs: number
  readonly toMs: number
  readonly count: number
}

export class LatencyHistogram {
  readonly #counts = new Uint32Array(BUCKETS)
  #count = 0
  #sumUs = 0
  #minUs = HIGHEST_US
  #maxUs = 0

  /**
   * @param exact of the summary before it was text; default: what the buckets tell, three digits.
   * @throws MotewireError `ERR_REPORT_INVALID` when the text is not what `encode` makes, or `exact`
   *   is of other values.
   */
  static decode(
    text: string,
    exact?: Pick<LatencySummary, 'min' | 'mean' | 'max'>,
  ): LatencyHistogram {
    const histogram = new LatencyHistogram()
    try {
      // The package numbers its buckets as we do; its interface leaves that out.
      const decoded = decodeFromCompressedBase64(
        text,
        COUNTER_BITS,
        false,
        HIGHEST_US,
      ) as unknown as JsHistogram
      assert(decoded.numberOfSignificantValueDigits === DIGITS, 'another resolution')
      for (let bucket = 0; bucket < BUCKETS; bucket++) {
        const middleUs = Math.floor((lowestOf(bucket) + lowestOf(bucket + 1) - 1) / 2)
        histogram.#add(middleUs, decoded.getCountAtIndex(bucket))
      }
      if (exact !== undefined && histogram.#count > 0) histogram.#sharpen(exact)
    } catch (error) {
      const message = `a histogram of ${text.length} characters cannot be read`
      throw new MotewireError('ERR_REPORT_INVALID', message, { cause: error })
    }
    return histogram
  }

  get count(): number {
    return this.#count
  }

  /** @param durationMs below 0 counts as 0. */
  record(durationMs: number): void {
    assert(!Number.isNaN(durationMs), 'duration is not a number')
    const us = Math.round(durationMs * US)
    this.#add(us < 0 ? 0 : us > HIGHEST_US ? HIGHEST_US : us, 1)
  }

  /** Takes over all values of the other one. */
  merge(other: LatencyHistogram): void {
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      this.#counts[bucket]! += other.#counts[bucket]!
    }
    this.#count += other.#count
    this.#sumUs += other.#sumUs
    this.#minUs = Math.min(this.#minUs, other.#minUs)
    this.#maxUs = Math.max(this.#maxUs, other.#maxUs)
  }

  /** All zeros when nothing was recorded. */
  summary(): LatencySummary {
    const count = this.#count
    if (count === 0) return { count, min: 0, mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 }
    const [p50 = 0, p90 = 0, p99 = 0, p999 = 0] = this.#percentiles([50, 90, 99, 99.9])
    const mean = this.#sumUs / count / US
    return { count, min: this.#minUs / US, mean, p50, p90, p99, p999, max: this.#maxUs / US }
  }

  /** The value that so many percent (above 0 to 100) of all are not above; 0 without any. */
  percentile(percent: number): number {
    return this.#percentiles([percent])[0] ?? 0
  }

  /**
   * The values in steps of equal ratio, for charts: `perDecade` steps between 1 ms and 10 ms, from
   * the first that holds a value to the last.
   */
  steps(perDecade: number): LatencyStep[] {
    const counts = new Map<number, number>()
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const count = this.#counts[bucket]!
      if (count === 0) continue
      const step = Math.floor(Math.log10(Math.max(lowestOf(bucket), 1) / US) * perDecade)
      counts.set(step, (counts.get(step) ?? 0) + count)
    }
    const [first = 0] = counts.keys()
    const last = [...counts.keys()].at(-1) ?? first - 1
    return Array.from({ length: last - first + 1 }, (_, index) => {
      const fromMs = 10 ** ((first + index) / perDecade)
      return { fromMs, toMs: fromMs * 10 ** (1 / perDecade), count: counts.get(first + index) ?? 0 }
    })
  }

  /** The standard compressed form, base64: some hundred characters to about 10,000. */
  encode(): string {
    const histogram = build({
      bitBucketSize: COUNTER_BITS,
      autoResize: false,
      highestTrackableValue: HIGHEST_US,
      numberOfSignificantValueDigits: DIGITS,
    })
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const count = this.#counts[bucket]!
      if (count > 0) histogram.recordValueWithCount(lowestOf(bucket), count)
    }
    return encodeIntoCompressedBase64(histogram)
  }

  /** What buckets do not hold. */
  #sharpen({ min, mean, max }: Pick<LatencySummary, 'min' | 'mean' | 'max'>): void {
    const [minUs, maxUs] = [Math.round(min * US), Math.round(max * US)]
    const isOfThese =
      bucketOf(minUs) === bucketOf(this.#minUs) && bucketOf(maxUs) === bucketOf(this.#maxUs)
    assert(isOfThese, 'the extremes of other values')
    this.#minUs = minUs
    this.#maxUs = maxUs
    this.#sumUs = Math.round(mean * US * this.#count)
  }

  #add(us: number, count: number): void {
    if (count === 0) return
    this.#counts[bucketOf(us)]! += count
    this.#count += count
    this.#sumUs += us * count
    if (us < this.#minUs) this.#minUs = us
    if (us > this.#maxUs) this.#maxUs = us
  }

  /** In one pass. The value that so many percent of all values are not above; ascending. */
  #percentiles(percents: readonly number[]): number[] {
    const values: number[] = []
    let below = 0
    for (let bucket = 0; bucket < BUCKETS && values.length < percents.length; bucket++) {
      below += this.#counts[bucket]!
      // The bucket that holds the value of that rank stands for it with its upper end.
      while (values.length < percents.length && below >= this.#rank(percents[values.length]!)) {
        values.push(Math.min(lowestOf(bucket + 1) - 1, this.#maxUs) / US)
      }
    }
    return values
  }

  #rank(percent: number): number {
    return Math.max(1, Math.ceil((percent / 100) * this.#count))
  }
}

function bucketOf(us: number): number {
  if (us > 0xffff_ffff) {
    const exponent = 64 - SUB_BITS - Math.clz32(us / 2 ** 32)
    return exponent * HALF + Math.floor(us / 2 ** exponent)
  }
  const exponent = Math.max(0, 32 - SUB_BITS - Math.clz32(us))
  return exponent * HALF + (us >>> exponent)
}

/** The smallest value of a bucket. */
function lowestOf(bucket: number): number {
  const exponent = Math.max(0, Math.floor(bucket / HALF) - 1)
  return (bucket - exponent * HALF) * 2 ** exponent
}
