// Which runs can be done again, and what is said when one was.

import { describe, expect, it } from 'vitest'
import {
  checkSameScenario,
  compareRuns,
  replayOf,
  readReport,
  writeReport,
} from '../../../../simulator/report/index.ts'
import type { ReportInput } from '../../../../simulator/report/index.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fullReport } from './sample.ts'

const REPLAY = { file: 'fleet.yaml', duration: '1h', only: ['a'], link: 'gprs' }
const named = (change: Partial<ReportInput>) => ({ name: 'r.json', report: fullReport(change) })

describe('a run', () => {
  it('is told in the report as it was asked for', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'motewire-replay-'))
    try {
      const path = join(folder, 'r.json')
      await writeReport(path, fullReport({ clock: 'virtual', replay: REPLAY }))
      expect(replayOf({ name: path, report: await readReport(path) })).toEqual(REPLAY)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it.each<[string, Partial<ReportInput>]>([
    ['real time, which never comes again', {}],
    ['ended before its time', { clock: 'virtual' }],
    ['is a merge', { clock: 'virtual', shards: { count: 1, present: [0], missing: [] } }],
  ])('cannot be done again: %s', (why, change) => {
    expect(() => replayOf(named(change))).toThrow(why)
  })

  it('is of the scenario as it was then', () => {
    const one = named({ clock: 'virtual', replay: REPLAY })
    expect(() => checkSameScenario(one, '0123456789abcdef')).not.toThrow()
    expect(() => checkSameScenario(one, 'ffff')).toThrow(
      'fleet.yaml has changed since r.json was made: hash 0123456789abcdef, now ffff',
    )
  })

  it('is the same again when its digest is', () => {
    const before = fullReport({ digest: '1'.repeat(16) })
    expect(compareRuns(before, before)).toMatch(/^the same run again/)
    expect(compareRuns(before, fullReport())).toBe(
      'another run: digest 00000000c0ffee00, before 1111111111111111',
    )
  })
})
