// Reports and progress as text for terminals.

import { describe, expect, it } from 'vitest'
import { formatProgress, formatText } from '../../../../simulator/report/index.ts'
import {
  formatElapsed,
  formatMs,
  formatShortCount,
  formatShortMs,
} from '../../../../simulator/report/quantities.ts'
import { ledgerOf, reportOf, snapshotOf } from './sample.ts'

describe('the end report', () => {
  it('of a good run', () => {
    expect(`\n${formatText(reportOf())}`).toBe(`
  office building                                                       PASSED
  ────────────────────────────────────────────────────────────────────────────
  broker   mqtt://127.0.0.1:1883
  run      30.0 s from 2024-01-01T00:00:00.000Z, clock real, seed 42
  devices  1,000 of 1,000 online

         published  acked  lost  queued
  QoS 0      2,000  2,000     0       0
  QoS 1      1,000  1,000     0       0
  all        3,000  3,000     0       0

               p50      p90      p99    p99.9      max
  latency  1.50 ms  12.0 ms  12.0 ms  12.0 ms  12.0 ms
  own lag  0.20 ms  0.40 ms  0.40 ms  0.40 ms  0.40 ms

         devices  online  published  acked  queued
  room       600     600      2,000  2,000       0
  meter      400     400      1,000  1,000       0
`)
  })

  it('of a bad run says what was lost, and why it failed', () => {
    const ledger = ledgerOf((one) => {
      one.countPublished(1, 5)
      one.countLost(1, 'dropped', 3)
      one.countLost(1, 'expired', 2)
    })
    const devices = { total: 10, started: 10, connected: 4, reconnects: 1_234, errors: 7 }
    const text = formatText(reportOf({ ledger, devices, overruns: 2 }))
    expect(text).toContain('FAILED\n')
    expect(text).toContain('  devices  4 of 10 online, 1,234 reconnects, 7 errors\n')
    expect(text).toContain('  lost: 3 dropped, 2 expired\n')
    expect(text).toContain('  2 messages left out for lack of time\n')
    expect(text).toContain('  failed: 5 messages of QoS 1 lost\n')
  })

  it('shows what a subscriber verified only where there was one', () => {
    expect(formatText(reportOf())).not.toContain('duplicated')
    const text = formatText(reportOf({ isVerified: true }))
    expect(text).toContain('queued  received  duplicated  reordered  late\n')
  })

  it('shows twenty groups and counts the others', () => {
    const groups = Array.from({ length: 25 }, (_, index) => {
      const counts = { devices: 1, connected: 1, published: 1, acked: 1, queued: 0 }
      return { name: `group-${index}`, ...counts }
    })
    const text = formatText(reportOf({ groups }))
    expect(text).toContain('group-19')
    expect(text).not.toContain('group-20')
    expect(text).toContain('and 5 more groups\n')
  })

  it('has colours only where asked for', () => {
    const escape = '\u001B['
    expect(formatText(reportOf())).not.toContain(escape)
    expect(formatText(reportOf(), { color: true })).toContain(`${escape}32mPASSED${escape}0m`)
  })

  it('ends no line with blanks', () => {
    expect(formatText(reportOf({ isVerified: true }))).not.toMatch(/ \n/)
  })
})

describe('the progress line', () => {
  it('tells the run in one line', () => {
    expect(formatProgress(snapshotOf())).toBe(
      '0:12/0:30  998/1,000 online  812/s  9,744 acked  ' +
        '6 queued  0 lost  2 reconn  p99 4.1ms  lag 0.3ms',
    )
  })

  it('without a planned end tells only the time gone by', () => {
    expect(formatProgress(snapshotOf({ durationMs: undefined }))).toMatch(/^0:12 {2}998/)
  })

  it('names any phase but running', () => {
    expect(formatProgress(snapshotOf({ phase: 'draining' }))).toMatch(/^0:12\/0:30 draining {2}/)
  })

  const busy = snapshotOf({
    phase: 'draining',
    elapsedMs: 360_000_000,
    durationMs: 720_000_000,
    devices: 1_000_000,
    connected: 999_999,
    acked: 123_456_789_012,
    queued: 98_765_432,
    lost: 12_345_678,
    reconnects: 7_654_321,
    errors: 54_321_098,
    publishesPerSecond: 123_456,
  })

  it.each([100, 80, 60, 40, 20])('fits %d columns however large the numbers', (columns) => {
    const line = formatProgress(busy, columns)
    expect(line.length).toBeLessThanOrEqual(columns)
    expect(line).toMatch(/^100:00:00/)
  })

  it('leaves out what matters least first', () => {
    const line = formatProgress(busy)
    expect(line).toContain('12.3M lost')
    expect(line).not.toContain('lag')
    expect(formatProgress(busy, 60)).toContain('999k/1.00M online')
  })
})

describe('quantities', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [9_999, '9,999'],
    [10_000, '10.0k'],
    [99_999, '99.9k'],
    [999_999, '999k'],
    [1_000_000, '1.00M'],
    [9_999_999, '9.99M'],
    [1.5e9, '1.50G'],
  ])('%d in short is %s', (value, text) => {
    expect(formatShortCount(value)).toBe(text)
  })

  it.each([
    [0, '0.00 ms'],
    [0.421, '0.42 ms'],
    [12.34, '12.3 ms'],
    [123.4, '123 ms'],
    [1_234, '1.23 s'],
    [59_900, '59.9 s'],
    [90_000, '1.50 min'],
    [7_200_000, '120 min'],
  ])('%d ms is %s', (durationMs, text) => {
    expect(formatMs(durationMs)).toBe(text)
  })

  it.each([
    [0, '0.0ms'],
    [9.94, '9.9ms'],
    [9.96, '10ms'],
    [999, '999ms'],
    [1_250, '1.3s'],
    [3_600_000, '3600s'],
  ])('%d ms in short is %s', (durationMs, text) => {
    expect(formatShortMs(durationMs)).toBe(text)
  })

  it.each([
    [0, '0:00'],
    [59_999, '0:59'],
    [61_000, '1:01'],
    [3_600_000, '1:00:00'],
    [36_061_000, '10:01:01'],
  ])('%d ms gone by is %s', (durationMs, text) => {
    expect(formatElapsed(durationMs)).toBe(text)
  })
})
