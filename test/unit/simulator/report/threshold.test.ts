// Thresholds: what they may say, how they are judged, and what they do to the verdict.

import { describe, expect, it } from 'vitest'
import { formatText, METRIC_NAMES, parseThreshold } from '../../../../simulator/report/index.ts'
import { ledgerOf, fullReport, reportOf } from './sample.ts'

describe('a threshold', () => {
  it.each([
    ['acked.rate > 0.99', 'acked.rate', '>', 0.99],
    ['acked.rate>99%', 'acked.rate', '>', 0.99],
    ['latency.p95 < 500ms', 'latency.p95', '<', 500],
    ['latency.p99.9 <= 2s', 'latency.p99.9', '<=', 2_000],
    ['lost.count == 0', 'lost.count', '==', 0],
    ['acked.rate{group:meter} >= 1', 'acked.rate', '>=', 1],
    ['measure.battery.years.min > 10', 'measure.battery.years.min', '>', 10],
    ['reconnects.perDevice > 0.3 after 24h', 'reconnects.perDevice', '>', 0.3],
  ])('%s is understood', (text, metric, operator, limit) => {
    expect(parseThreshold(text)).toMatchObject({ metric, operator, limit })
  })

  it.each([
    ['acked.rate', 'found "acked.rate", expected a threshold such as'],
    ['acked.rate > 1.5', 'found "1.5", expected a share from 0 to 1, or 0% to 100%'],
    ['latency.p95 < 500', 'found "500", expected a duration such as 250ms, 5s or 2m'],
    ['lost.count < 5%', 'found "5%", expected a number such as 0 or 1000'],
    ['ackd.rate > 1', 'found figure ackd.rate, expected one of published.count'],
    ['latency.p0 < 1s', 'found figure latency.p0, expected one of'],
    ['latency.p95{group:a} < 1s', 'found figure latency.p95, expected one of published.count'],
    ['constructor > 1', 'found figure constructor'],
    ['lost.count == 0 after 5', 'found "5", expected a duration such as'],
  ])('%s is refused', (text, told) => {
    const problem = parseThreshold(text)
    expect('found' in problem && `found ${problem.found}, expected ${problem.expected}`).toContain(
      told,
    )
  })

  it('counts by the device, and asks only runs that are long enough', () => {
    const resultOf = (text: string, durationMs: number) => {
      return reportOf({ thresholds: [text], durationMs }).thresholds?.[0]
    }
    const text = 'acked.perDevice > 4 after 2m'
    // 3,000 messages of 1,000 devices.
    expect(resultOf(text, 120_000)).toEqual({ threshold: text, value: 3, isMet: false })
    expect(resultOf(text, 119_999)).toEqual({ threshold: text, value: null, isMet: true })
  })

  it.each([
    ['recovery.time < 5s', 4_000, true],
    ['recovery.time < 3s', 4_000, false],
    ['recovery.peakPerSecond == 60', 60, true],
    ['recovery.peakShare < 50%', 0.6, false],
  ])('of a storm: %s', (text, value, isMet) => {
    const none = [0, 0, 0, 0, 0, 0]
    const rest = { published: none, acked: none, lost: none, queued: none, errors: none }
    const connected = [50, 100, 0, 30, 90, 100]
    const timeline = { stepMs: 1_000, connected, reconnects: [0, 0, 0, 30, 90, 100], ...rest }
    const report = reportOf({ thresholds: [text], timeline })
    expect(report.thresholds?.[0]).toEqual({ threshold: text, value, isMet })
    expect(formatText(report)).toContain(
      '\n  storm    100 online down to 0, 99 % back after 4.00 s, at most 60 reconnects/s\n',
    )
  })

  it('of a storm is crossed where there was none', () => {
    expect(reportOf({ thresholds: ['recovery.time < 5s'] }).thresholds?.[0]?.isMet).toBe(false)
  })

  it('can be written for every figure that is listed', () => {
    const limits = ['0', '0ms']
    const refused = METRIC_NAMES.filter((name) => {
      return limits.every((limit) => 'found' in parseThreshold(`${name} >= ${limit}`))
    })
    expect(refused).toEqual([])
  })
})

describe('the verdict', () => {
  it('fails by a crossed threshold and tells what was measured', () => {
    const { verdict, reasons, thresholds } = fullReport()
    expect(verdict).toBe('failed')
    expect(reasons).toEqual(['threshold latency.p95 < 5ms crossed: 12.0 ms'])
    expect(thresholds?.map(({ isMet }) => isMet)).toEqual([true, false, true])
  })

  it('fails by a figure that was not measured', () => {
    const { reasons } = reportOf({ thresholds: ['measure.radio.seconds.max < 10'] })
    expect(reasons).toEqual(['threshold measure.radio.seconds.max < 10 crossed: not measured'])
  })

  it('asks what a subscriber verified only where there was one', () => {
    const thresholds = ['duplicated.count == 0']
    expect(reportOf({ thresholds }).verdict).toBe('failed')
    expect(reportOf({ thresholds, isVerified: true }).verdict).toBe('passed')
  })

  it('bears losses of QoS 1 as far as a threshold on losses says', () => {
    const ledger = ledgerOf((one) => {
      one.countPublished(1, 5)
      one.countLost(1, 'dropped', 5)
    })
    expect(reportOf({ ledger }).verdict).toBe('failed')
    expect(reportOf({ ledger, thresholds: ['lost.count < 10'] }).verdict).toBe('passed')
    expect(reportOf({ ledger, thresholds: ['lost.dropped < 5'] }).verdict).toBe('failed')
  })

  it('of a shard does not hang on thresholds, which are judged in the merge', () => {
    const { verdict, thresholds } = fullReport({ shard: { index: 0, count: 3 } })
    expect(verdict).toBe('passed')
    expect(thresholds?.some(({ isMet }) => !isMet)).toBe(true)
  })
})
