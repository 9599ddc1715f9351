// Reports of shards become one: the sums are those of the whole run, what is missing is named.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { formatJson, mergeReports, readReport } from '../../../../simulator/report/index.ts'
import type { NamedReport, Report } from '../../../../simulator/report/index.ts'
import { describeShard } from '../../../../simulator/scenario/index.ts'
import { fullReport, histogramOf, ledgerOf, reportOf } from './sample.ts'

const folder = mkdtempSync(join(tmpdir(), 'motewire-merge-'))
afterAll(() => rmSync(folder, { recursive: true }))

function shard(index: number, change: Parameters<typeof fullReport>[0] = {}): NamedReport {
  const report = fullReport({ shard: { index, count: 3 }, ...change })
  return { name: `s${index}.json`, report }
}

const merge = (parts: readonly NamedReport[]): Report => mergeReports(parts, describeShard).report

describe('merged shards', () => {
  const latencies = [histogramOf(1, 2), histogramOf(3, 4, 5), histogramOf(600)] as const
  const merged = merge(latencies.map((latency, index) => shard(index, { latency })))

  it('add up in every count', () => {
    expect(merged.totals).toMatchObject({ published: 9_000, acked: 9_000, lost: 0 })
    expect(merged.byQos.map(({ published }) => published)).toEqual([6_000, 3_000])
    expect(merged.devices).toMatchObject({ total: 3_000, connected: 3_000 })
    expect(merged.groups[0]).toMatchObject({ name: 'room', devices: 1_800, published: 6_000 })
    expect(merged.timeline?.published).toEqual([300, 900, 1_500])
  })

  it('take percentiles from all values, not from the percentiles of shards', () => {
    expect(merged.latencyMs.count).toBe(6)
    expect(merged.latencyMs.p50).toBeCloseTo(3, 1)
    expect(merged.latencyMs.p99).toBeCloseTo(600, -1)
  })

  it('keep extremes of what devices measured, and the mean over all', () => {
    expect(merged.measures?.['battery.years']).toEqual({
      count: 9,
      sum: 63,
      min: 5,
      mean: 7,
      max: 9,
    })
  })

  it('add up to the digest of the whole, which a missing shard leaves out', () => {
    const parts = [shard(0), shard(1, { digest: 'ffffffff00000001' }), shard(2)]
    // Each half adds up modulo 2^32.
    expect(merge(parts).digest).toBe('ffffffff81ffdc01')
    expect(merge(parts.slice(1)).digest).toBeUndefined()
  })

  it('are judged by the thresholds of the scenario', () => {
    expect(merged.thresholds).toHaveLength(3)
    expect(merged.reasons).toEqual(['threshold latency.p95 < 5ms crossed: 600 ms'])
    expect(merged.shards).toEqual({ count: 3, present: [0, 1, 2], missing: [] })
  })
})

describe('a digest that is none', () => {
  it('is refused with the text that was found', () => {
    const parts = [shard(0, { digest: 'c0ffee' }), shard(1), shard(2)]
    expect(() => merge(parts)).toThrow('digest c0ffee is not 16 hexadecimal digits')
  })
})

describe('a missing shard', () => {
  it('fails the run and is named with its devices', () => {
    const thresholds = undefined
    const merged = merge([shard(2, { thresholds }), shard(0, { thresholds })])
    expect(merged.verdict).toBe('failed')
    expect(merged.reasons).toEqual([
      'shard 1 of 3 is missing: 333 devices (room: 200 devices, room-0001 to room-0598 in steps ' +
        'of 3; meter: 133 devices, meter-1 to meter-397 in steps of 3)',
    ])
  })
})

describe('a shard that was run again', () => {
  it('counts once, the newer run, whatever the order', () => {
    const first = shard(1, { startedAtMs: 1_000, ledger: ledgerOf((one) => one.countAcked(0)) })
    const again = { ...shard(1, { startedAtMs: 2_000 }), name: 'again.json' }
    for (const pair of [
      [first, again],
      [again, first],
    ]) {
      const { report, notes } = mergeReports([shard(0), ...pair, shard(2)], describeShard)
      expect(report.totals).toMatchObject({ published: 9_000, acked: 9_000 })
      expect(notes).toEqual([
        'shard 1 was run twice: again.json of 1970-01-01T00:00:02.000Z counts, s1.json of ' +
          '1970-01-01T00:00:01.000Z does not',
      ])
    }
  })
})

describe('reports that do not belong together', () => {
  it.each([
    ['another seed', { seed: 43 }, 's1.json has seed 43, s0.json has 42'],
    ['another scenario', { scenario: 'x' }, 's1.json has scenario x'],
    ['an edited scenario', { scenarioHash: 'f' }, 's1.json has scenario hash f'],
    ['another number of shards', { shard: { index: 1, count: 4 } }, 'has shards in all 4'],
    ['another clock', { clock: 'virtual' }, 's1.json has clock virtual'],
  ])('are refused: %s', (_, change, told) => {
    expect(() => merge([shard(0), shard(1, change)])).toThrow(told)
  })

  it('are refused when one is a merge already', () => {
    const whole = { name: 'all.json', report: merge([shard(0), shard(1), shard(2)]) }
    expect(() => merge([shard(0), whole])).toThrow('all.json is a merge already')
  })
})

describe('a report read back', () => {
  const at = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }

  it('is what was written', async () => {
    const report = fullReport()
    expect(await readReport(at('full.json', formatJson(report)))).toEqual(report)
  })

  it.each([
    ['cut off', formatJson(reportOf()).slice(0, 100), 'it is no JSON'],
    ['of something else', '{"format":"other"}', 'version is missing'],
    ['a list', '[]', 'it is not of type object'],
    [
      'with a count below zero',
      formatJson(reportOf()).replace('"overruns": 0', '"overruns": -1'),
      'overruns is below 0',
    ],
    [
      'with a surprise',
      formatJson(reportOf()).replace('"overruns": 0', '"overruns": 0, "x": 1'),
      'x is unknown',
    ],
    [
      'with a verdict of its own',
      formatJson(reportOf()).replace('"passed"', '"fine"'),
      'verdict is not one of passed failed invalid',
    ],
  ])('%s is refused with its key', async (_, text, told) => {
    const path = at('bad.json', text)
    await expect(readReport(path)).rejects.toMatchObject({
      code: 'ERR_REPORT_INVALID',
      message: expect.stringContaining(told),
    })
  })

  it('that does not exist is refused', async () => {
    await expect(readReport(join(folder, 'none.json'))).rejects.toThrow('it cannot be read')
  })
})
