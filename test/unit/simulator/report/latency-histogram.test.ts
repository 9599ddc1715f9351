// Durations as a histogram: precise enough, bounded, mergeable, and the same after being text.

import { describe, expect, it } from 'vitest'
import { MotewireError } from '@motewire/sdk'
import { AssertionError } from '@motewire/sdk/kit'
import { LatencyHistogram } from '../../../../simulator/report/index.ts'

function histogramOf(durationsMs: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram()
  for (const durationMs of durationsMs) histogram.record(durationMs)
  return histogram
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

describe('a summary', () => {
  it('of nothing is all zeros', () => {
    const zeros = { count: 0, min: 0, mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 }
    expect(new LatencyHistogram().summary()).toEqual(zeros)
  })

  it('has three significant digits', () => {
    const summary = histogramOf(upTo(10_000)).summary()
    const exact = { min: 1, mean: 5_000.5, p50: 5_000, p90: 9_000, p99: 9_900, p999: 9_990 }
    expect(summary.count).toBe(10_000)
    expect(summary.max).toBe(10_000)
    for (const [key, value] of Object.entries(exact)) {
      const measured = summary[key as keyof typeof exact]
      expect(Math.abs(measured - value) / value).toBeLessThan(0.001)
    }
  })

  it('has them for a night without a link too, also as text', () => {
    const histogram = histogramOf(upTo(1_000).map((minute) => minute * 60_000))
    const [p50, p99] = [500 * 60_000, 990 * 60_000]
    for (const one of [histogram, LatencyHistogram.decode(histogram.encode())]) {
      const summary = one.summary()
      expect(summary.count).toBe(1_000)
      expect(Math.abs(summary.p50 - p50) / p50).toBeLessThan(0.001)
      expect(Math.abs(summary.p99 - p99) / p99).toBeLessThan(0.001)
    }
  })

  it('tells microseconds apart', () => {
    expect(histogramOf([0.001, 0.002, 0.003]).summary()).toMatchObject({
      min: 0.001,
      p50: 0.002,
      max: 0.003,
    })
  })

  it.each([
    ['below a microsecond', 0.0001, 0],
    ['below nothing', -5, 0],
    // Above 2^32 microseconds, 71.6 minutes, numbers are not those of 32 bits any more.
    ['71 minutes', 4_294_967, 4_294_967],
    ['72 minutes', 4_320_000, 4_320_000],
    ['30 days', 2_592_000_000, 2_592_000_000],
    ['longer than 30 days', 1e12, 2_592_000_000],
    ['for ever', Infinity, 2_592_000_000],
  ])('of a duration %s', (_, durationMs, max) => {
    expect(histogramOf([durationMs]).summary()).toMatchObject({ count: 1, max })
  })

  it('refuses what is no number', () => {
    expect(() => histogramOf([Number.NaN])).toThrow(AssertionError)
  })
})

describe('as text', () => {
  it('is refused with the extremes of other values', () => {
    const text = histogramOf([5, 10]).encode()
    const decode = (exact: { min: number; mean: number; max: number }): LatencyHistogram =>
      LatencyHistogram.decode(text, exact)
    expect(decode({ min: 5, mean: 7.5, max: 10 }).summary()).toMatchObject({ min: 5, max: 10 })
    expect(() => decode({ min: 1, mean: 7.5, max: 10 })).toThrow(MotewireError)
    expect(() => decode({ min: 5, mean: 7.5, max: 90 })).toThrow(MotewireError)
  })
})

describe('merging', () => {
  it('gives what one histogram of all values would', () => {
    const all = upTo(5_000)
    const even = histogramOf(all.filter((value) => value % 2 === 0))
    even.merge(histogramOf(all.filter((value) => value % 2 === 1)))
    expect(even.summary()).toEqual(histogramOf(all).summary())
  })
})

describe('as text', () => {
  it('comes back the same, and can be merged', () => {
    const histogram = histogramOf(upTo(1_000))
    const text = histogram.encode()
    expect(text).toMatch(/^[A-Za-z0-9+/=]+$/)
    const back = LatencyHistogram.decode(text)
    const after = Object.values<number>({ ...back.summary() })
    for (const [position, value] of Object.values<number>({ ...histogram.summary() }).entries()) {
      expect(Math.abs((after[position] ?? 0) - value) / value).toBeLessThan(0.001)
    }
    back.merge(histogram)
    expect(back.count).toBe(2_000)
  })

  it('of nothing comes back as nothing', () => {
    expect(LatencyHistogram.decode(new LatencyHistogram().encode()).count).toBe(0)
  })

  it.each(['', 'nonsense', 'AAAA', '!!!!'])('refuses "%s"', (text) => {
    expect(() => LatencyHistogram.decode(text)).toThrow(MotewireError)
    expect(() => LatencyHistogram.decode(text)).toThrow(`a histogram of ${text.length} characters`)
  })
})
