// The histogram against a sorted list of all values.

import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { LatencyHistogram } from '../../../simulator/report/index.ts'

/** From a microsecond to an hour, small ones as often as large ones. */
const durationMs = fc
  .tuple(fc.integer({ min: 0, max: 11 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([decade, part]) => Math.min(10 ** decade * (1 + 9 * part), 3.6e9))
  .map((us) => Math.round(us) / 1_000)

const durations = fc.array(durationMs, { minLength: 1, maxLength: 500 })

function histogramOf(values: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram()
  for (const value of values) histogram.record(value)
  return histogram
}

/** The value that so many percent of all are not above. */
function percentile(sorted: readonly number[], percent: number): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length))
  return sorted[rank - 1] ?? Number.NaN
}

/** Off by how much, as a part of the value; a microsecond is always allowed. */
function error(measured: number, exact: number): number {
  return Math.max(0, Math.abs(measured - exact) - 0.001) / exact
}

it('is right to three digits for any values', () => {
  fc.assert(
    fc.property(durations, (values) => {
      const sorted = values.toSorted((one, other) => one - other)
      const { count, min, mean, p50, p90, p99, p999, max } = histogramOf(values).summary()
      const exactMean = values.reduce((sum, value) => sum + value, 0) / values.length
      expect([count, min, max]).toEqual([values.length, sorted[0], sorted.at(-1)])
      expect(error(mean, exactMean)).toBeLessThan(1e-9)
      expect(error(p50, percentile(sorted, 50))).toBeLessThan(0.001)
      expect(error(p90, percentile(sorted, 90))).toBeLessThan(0.001)
      expect(error(p99, percentile(sorted, 99))).toBeLessThan(0.001)
      expect(error(p999, percentile(sorted, 99.9))).toBeLessThan(0.001)
    }),
  )
})

it('merges to what one histogram of all values is', () => {
  fc.assert(
    fc.property(durations, durations, (one, other) => {
      const merged = histogramOf(one)
      merged.merge(histogramOf(other))
      const { mean, ...rest } = merged.summary()
      const { mean: meanOfAll, ...all } = histogramOf([...one, ...other]).summary()
      expect(rest).toEqual(all)
      expect(error(mean, meanOfAll)).toBeLessThan(1e-9)
    }),
  )
})

it('is the same to three digits after being text', () => {
  fc.assert(
    fc.property(durations, (values) => {
      const before = histogramOf(values).summary()
      const after = LatencyHistogram.decode(histogramOf(values).encode()).summary()
      expect(after.count).toBe(before.count)
      const exact = LatencyHistogram.decode(histogramOf(values).encode(), before).summary()
      expect([exact.min, exact.mean, exact.max]).toEqual([before.min, before.mean, before.max])
      for (const key of ['min', 'mean', 'p50', 'p90', 'p99', 'p999', 'max'] as const) {
        expect(error(after[key], before[key])).toBeLessThan(0.001)
      }
    }),
    // Each round compresses and unpacks 24,000 buckets twice.
    { numRuns: 30 },
  )
})
