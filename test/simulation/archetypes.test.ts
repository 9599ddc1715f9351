// Each archetype keeps its verdict in a small size: fewer devices and as much time as its
// thresholds need, or, where that is days, enough for each device to do its work.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { UART_BRIDGE } from '../../cli/uart-bridge.ts'
import { Modules } from '../../simulator/device/index.ts'
import { makeRun, reportOfPart } from '../../simulator/fleet/index.ts'
import { expand, loadScenario } from '../../simulator/scenario/index.ts'

const FOLDER = join(import.meta.dirname, '../../examples/scenarios/archetypes')
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'))

/** Devices, and the length where that of the file takes too long. */
const SIZES: Readonly<Record<string, readonly [devices: number, duration?: string]>> = {
  '01': [3, '5d'],
  '02': [6],
  '03': [4, '20m'],
  '04': [6, '1h'],
  '05': [1],
  '06': [100],
  '07': [40],
  '08': [6, '6h'],
  '09': [2, '1d'],
  '10': [6, '10m'],
  '11': [100, '5m'],
  '12': [2],
}

describe('the archetypes', () => {
  it('are twelve', () => {
    expect(FILES.map((name) => name.slice(0, 2))).toEqual(Object.keys(SIZES).toSorted())
  })

  it.each(FILES)('%s says how it runs, here and on a broker of yours', (name) => {
    const head = readFileSync(join(FOLDER, name), 'utf8')
    const told = Array.from(
      head.matchAll(/^# +npx motewire sim (\S+)(.*)$/gm),
      ([, file, rest]) => {
        return [file, /--clock (real|scaled:\d+) --broker mqtt:/.test(rest!) ? 'yours' : 'ours']
      },
    )
    expect(told).toEqual([
      [name, 'ours'],
      [name, 'yours'],
    ])
  })

  it.each(FILES)('%s passes in a small size', async (name) => {
    const [devices, duration] = SIZES[name.slice(0, 2)] ?? [1]
    const scenario = await loadScenario(join(FOLDER, name), { devices, duration })
    expect(scenario.clock).toEqual({ kind: 'virtual' })
    const { clock, durationMs } = scenario
    const plan = expand(scenario)
    const modules = await Modules.load(plan.groups, UART_BRIDGE)
    const where = { brokerUrls: [], sources: [], link: undefined }
    const spec = { plan, modules, clock, ...where, durationMs, drainMs: 60_000 }
    const report = reportOfPart(await makeRun(spec).run(), plan, 'embedded', 0)
    expect({ verdict: report.verdict, reasons: report.reasons }).toEqual({
      verdict: 'passed',
      reasons: [],
    })
    expect(report.totals.published).toBeGreaterThan(0)
  })
})
