// A fleet in parts is the same fleet: what shards count adds up to what the whole run counts.

import { RealClock } from '@motewire/sdk'
import { describe, expect, it } from 'vitest'
import { Broker } from '../../simulator/broker/index.ts'
import { Fleet, reportOf } from '../../simulator/fleet/index.ts'
import { mergeReports } from '../../simulator/report/index.ts'
import type { Report } from '../../simulator/report/index.ts'
import { describeShard, expand, parseScenario } from '../../simulator/scenario/index.ts'

/** A known number of messages a device, however slow the machine: a burst is never cut short. */
const SCENARIO = `
version: 1
name: counted
ramp: { over: 0s }
thresholds: [acked.count == 55]
groups:
  room:
    count: 7
    publish: [{ topic: "a/{index}", every: 1h, phase: 20ms, qos: 1, burst: { messages: 5 } }]
  door:
    count: 4
    publish: [{ topic: "b/{index}", every: 1h, phase: 20ms, burst: { messages: 5 } }]
`

/** Runs one part until all its messages are acknowledged. */
async function run(brokerUrl: string, shard?: { index: number; count: number }): Promise<Report> {
  const plan = expand(parseScenario(SCENARIO, 'counted.yaml'), { shard })
  const clock = new RealClock()
  const fleet = new Fleet({ plan, brokerUrl, clock, wallNow: () => 0 })
  fleet.start()
  const acked = (): number => fleet.snapshot().acked
  await expect.poll(acked, { timeout: 20_000 }).toBe(5 * plan.devices)
  await fleet.stop(1_000)
  return reportOf(fleet, plan, 0)
}

describe('shards', () => {
  it('merged equal the whole run in every count and pass its thresholds', async () => {
    const broker = new Broker({ port: 0 })
    const url = `mqtt://127.0.0.1:${(await broker.start()).port}`
    const whole = await run(url)
    const names = ['part-0', 'part-1', 'part-2']
    const reports = await Promise.all(names.map((_, index) => run(url, { index, count: 3 })))
    await broker.stop()
    const parts = reports.map((report, index) => ({ name: names[index]!, report }))
    const { report: sum } = mergeReports(parts, describeShard)
    expect(sum.totals).toEqual(whole.totals)
    expect(sum.byQos).toEqual(whole.byQos)
    expect(sum.groups).toEqual(whole.groups)
    expect(sum.devices).toEqual(whole.devices)
    expect(sum.latencyMs.count).toBe(whole.latencyMs.count)
    expect(sum.scenarioHash).toBe(whole.scenarioHash)
    expect(sum.fleet).toEqual(whole.fleet)
    expect(sum.thresholds).toEqual([{ threshold: 'acked.count == 55', value: 55, isMet: true }])
  })
})
