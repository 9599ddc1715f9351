// The report as a value: what it holds, what it judges, what it keeps to itself.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { formatJson, LatencyHistogram } from '../../../../simulator/report/index.ts'
import { fullReport, histogramOf, ledgerOf, reportOf } from './sample.ts'

const SCHEMA = new URL('../../../../simulator/report/report.schema.json', import.meta.url)

describe('a report', () => {
  it('holds what the run was and what came of it', () => {
    expect(reportOf()).toMatchObject({
      format: 'motewire-report',
      version: 1,
      scenario: 'office building',
      seed: 42,
      startedAt: '2024-01-01T00:00:00.000Z',
      durationMs: 30_000,
      totals: { published: 3_000, acked: 3_000, lost: 0, duplicated: 0, queued: 0 },
      latencyMs: { count: 5, max: 12 },
      verdict: 'passed',
      reasons: [],
    })
  })

  it('lists the QoS levels that were used', () => {
    expect(reportOf().byQos.map(({ qos }) => qos)).toEqual([0, 1])
  })

  it('holds histograms that can be merged', () => {
    const { latency } = reportOf().histograms
    expect(LatencyHistogram.decode(latency).count).toBe(5)
  })

  it('holds a digest only where there is one', () => {
    expect(reportOf()).not.toHaveProperty('digest')
    expect(reportOf({ digest: 'c0ffee' }).digest).toBe('c0ffee')
  })

  it.each([
    ['mqtt://u:secret@broker.example:1883', 'mqtt://broker.example:1883'],
    ['mqtts://token@broker.example', 'mqtts://broker.example'],
    ['embedded', 'embedded'],
    ['ws://broker.example/a@b', 'ws://broker.example/a@b'],
  ])('tells no credentials of %s', (broker, told) => {
    expect(reportOf({ broker }).broker).toBe(told)
  })

  it.each([
    ['all went well', reportOf()],
    ['verified, with a digest', reportOf({ isVerified: true, digest: 'ff', seed: 'plant-7' })],
    ['everything is in it', fullReport()],
    ['nothing happened', reportOf({ groups: [], latency: histogramOf(), lag: histogramOf() })],
  ])('obeys its published schema when %s', (_, report) => {
    const schema = z.fromJSONSchema(JSON.parse(readFileSync(SCHEMA, 'utf8')))
    const value: unknown = JSON.parse(formatJson(report))
    expect(schema.safeParse(value).error?.issues).toBeUndefined()
    expect(schema.safeParse({ ...report, totals: {} }).success).toBe(false)
    expect(schema.safeParse({ ...report, surprise: 1 }).success).toBe(false)
  })
})

describe('the verdict', () => {
  const slow = histogramOf(...Array.from({ length: 100 }, () => 83))

  it.each([
    [
      'QoS 1 messages lost',
      'failed',
      '2 messages of QoS 1 lost',
      {
        ledger: ledgerOf((ledger) => {
          ledger.countPublished(1, 2)
          ledger.countLost(1, 'dropped', 2)
        }),
      },
    ],
    [
      'QoS 2 duplicates',
      'failed',
      '3 duplicates of QoS 2',
      {
        ledger: ledgerOf((ledger) =>
          ledger.countVerified(2, {
            received: 5,
            duplicated: 3,
            reordered: 0,
            missing: 0,
            gaps: 0,
            tail: 0,
            stale: 0,
            malformed: 0,
          }),
        ),
      },
    ],
    [
      'no connection',
      'failed',
      'none of 9 devices connected: the broker did not answer',
      {
        ledger: ledgerOf((ledger) =>
          ledger.merge(0, { ...ledger.account(0), acked: -3_000, published: -3_000 }),
        ),
        devices: { total: 9, started: 9, connected: 0, reconnects: 0, errors: 9 },
      },
    ],
    ['its own lag', 'invalid', 'own lag p99 83 ms, above 50 ms', { lag: slow }],
    [
      'overruns',
      'invalid',
      '4 messages left out, because this machine was too slow',
      { overruns: 4 },
    ],
    [
      'a hole in the books',
      'invalid',
      '1 messages are not accounted for',
      {
        ledger: ledgerOf((ledger) => ledger.countPublished(0)),
      },
    ],
  ] as const)('names %s', (_, verdict, reason, change) => {
    expect(reportOf(change)).toMatchObject({ verdict, reasons: [reason] })
  })

  it.each([
    [
      'lost QoS 0 messages',
      {
        ledger: ledgerOf((ledger) => {
          ledger.countPublished(0)
          ledger.countLost(0, 'dropped')
        }),
      },
    ],
    ['one overrun among thousands', { overruns: 3 }],
  ])('bears %s', (_, change) => {
    expect(reportOf(change).verdict).toBe('passed')
  })

  it('is failed rather than invalid when both are true', () => {
    const ledger = ledgerOf((one) => {
      one.countPublished(1)
      one.countLost(1, 'expired')
    })
    const { verdict, reasons } = reportOf({ ledger, lag: slow })
    expect(verdict).toBe('failed')
    expect(reasons).toHaveLength(2)
  })

  it.each([
    ['latency.p50 < 1ms', 'invalid'],
    ['acked.count > 5000', 'invalid'],
    ['lost.count > 5', 'invalid'],
    ['lost.count == 1', 'failed'],
  ])('that was too slow and crosses %s is %s', (threshold, verdict) => {
    const report = reportOf({ lag: slow, thresholds: [threshold] })
    expect(report.verdict).toBe(verdict)
    expect(report.reasons).toHaveLength(2)
  })
})
