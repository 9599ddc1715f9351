// Durations as an HDR histogram: 1 microsecond to 1 hour, three significant digits, any number of
// values in about 95 KB. Two histograms add up without loss, which percentiles never do. The only
// importer of hdr-histogram-js. Unit: milliseconds. record is O(1), summary O(buckets) about 1 ms.

import { MotewireError } from '@motewire/sdk/errors'
import { assert } from '@motewire/sdk/kit'
import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import type { Histogram } from 'hdr-histogram-js'
import type { LatencySummary } from '../fleet/inspect.ts'

/** Longer durations count as this one. */
export const LATENCY_MS_MAX = 3_600_000

const US = 1_000
const HIGHEST_US = LATENCY_MS_MAX * US
const BITS = 32

export class LatencyHistogram {
  #values: Histogram

  constructor() {
    this.#values = build({
      bitBucketSize: BITS,
      autoResize: false,
      highestTrackableValue: HIGHEST_US,
      numberOfSignificantValueDigits: 3,
    })
  }

  /** @throws MotewireError `ERR_REPORT_INVALID` when the text is not what `encode` makes. */
  static decode(text: string): LatencyHistogram {
    try {
      const decoded = decodeFromCompressedBase64(text, BITS, false, HIGHEST_US)
      const histogram = new LatencyHistogram()
      histogram.#values.add(decoded)
      return histogram
    } catch (error) {
      const message = `a histogram of ${text.length} characters cannot be read`
      throw new MotewireError('ERR_REPORT_INVALID', message, { cause: error })
    }
  }

  get count(): number {
    return this.#values.totalCount
  }

  /** @param durationMs below 0 counts as 0. */
  record(durationMs: number): void {
    assert(!Number.isNaN(durationMs), 'duration is not a number')
    const us = Math.round(durationMs * US)
    this.#values.recordValue(us < 0 ? 0 : us > HIGHEST_US ? HIGHEST_US : us)
  }

  /** Takes over all values of the other one. */
  merge(other: LatencyHistogram): void {
    this.#values.add(other.#values)
  }

  /** @param percentile 0 to 100. Milliseconds; 0 when nothing was recorded. */
  percentile(percentile: number): number {
    return this.count === 0 ? 0 : this.#ms(this.#values.getValueAtPercentile(percentile))
  }

  summary(): LatencySummary {
    const isEmpty = this.count === 0
    return {
      count: this.count,
      min: this.percentile(0),
      mean: isEmpty ? 0 : this.#ms(Math.round(this.#values.mean)),
      p50: this.percentile(50),
      p90: this.percentile(90),
      p99: this.percentile(99),
      p999: this.percentile(99.9),
      max: this.percentile(100),
    }
  }

  /** Compressed, base64: a few hundred characters to some kilobytes. */
  encode(): string {
    return encodeIntoCompressedBase64(this.#values)
  }

  /** The upper ends of buckets can lie above what was recorded. */
  #ms(us: number): number {
    return Math.min(us, this.#values.maxValue) / US
  }
}
