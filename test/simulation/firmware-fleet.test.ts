// Real images as devices of a fleet, in virtual time against the broker of this process: both chips
// side by side, while the broker goes away and comes back, the same each time.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { firmwarePath } from '@motewire/hardware'
import { makeRun, Modules, reportOfPart } from '@motewire/simulator'

import { afterAll, describe, expect, it } from 'vitest'
import type { Report } from '../../simulator/report/index.ts'
import { expand, loadScenario } from '../../simulator/scenario/index.ts'

const DURATION_MS = 60_000

const folder = mkdtempSync(join(tmpdir(), 'motewire-fleet-'))
afterAll(() => rmSync(folder, { recursive: true }))
const path = join(folder, 'fleet.yaml')
writeFileSync(
  path,
  `
version: 1
seed: 7
clock: virtual
ramp: { over: 0s }
faults: [{ broker: restart, at: 20s, down: 10s }]
groups:
  uno: { count: 3, firmware: ${firmwarePath('sensor-raw')} }
  pico:
    count: 3
    firmware: { file: ${firmwarePath('sensor-raw-rp2040')}, analog: { 0: 1.65 } }
    link: wifi-poor
`,
)

async function run(): Promise<Report> {
  const plan = expand(await loadScenario(path))
  const modules = await Modules.load(plan.groups)
  const { clock } = plan.scenario
  const times = { clock, durationMs: DURATION_MS, drainMs: 5_000 }
  const spec = { plan, modules, ...times, brokerUrls: [], sources: [], link: undefined }
  const fleet = makeRun(spec)
  return reportOfPart(await fleet.run(), plan, 'embedded', 0)
}

describe('a fleet of real images', () => {
  it('publishes, and comes back when the broker has been away, each time alike', async () => {
    const report = await run()
    const [uno, pico] = report.groups
    // A reading a second, but for the time in which nobody is there to take it.
    for (const { published } of [uno!, pico!]) {
      expect(published).toBeGreaterThan(3 * 35)
      expect(published).toBeLessThan(3 * 55)
    }
    expect(report.totals).toMatchObject({ acked: report.totals.published, lost: 0 })
    expect(report.digest).toBeDefined()
    expect((await run()).digest).toBe(report.digest)
  })
})
