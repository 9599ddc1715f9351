// What happens at a time of the run, in virtual time: faults of links and devices, stages, lives of
// devices. Each is told by its counts and times; and all of it together is the same run however the
// devices are divided.

import { describe, expect, it } from 'vitest'
import type { RunPart } from '../../simulator/fleet/run-part.ts'
import { VirtualRun } from '../../simulator/fleet/virtual-run.ts'
import { VirtualWorld } from '../../simulator/fleet/virtual-world.ts'
import { expand, parseScenario } from '../../simulator/scenario/index.ts'
import type { FleetPlan } from '../../simulator/scenario/index.ts'

const MINUTE_MS = 60_000

function planOf(rest: string, group: string = ''): FleetPlan {
  const meter =
    `  meter:\n    count: 10\n    connect: { clean: false }\n    link: ethernet\n` +
    `    publish: [{ topic: 'm/{id}', every: 1s, qos: 1 }]\n${group}`
  const text = `version: 1\nseed: 7\nramp: { over: 1s }\n${rest}\ngroups:\n${meter}`
  return expand(parseScenario(text, 'test.yaml'))
}

async function run(plan: FleetPlan, worldDevicesMax = 100): Promise<RunPart> {
  const times = { durationMs: 2 * MINUTE_MS, drainMs: MINUTE_MS }
  return new VirtualRun({ plan, ...times, worldDevicesMax }).run()
}

const measured = (part: RunPart, name: string): number | undefined =>
  part.measures.summary()[name]?.count

describe('faults', () => {
  it('of reconnecting bring all devices back at once, and lose nothing', async () => {
    const part = await run(planOf('faults: [{ devices: reconnect, at: 30s, over: 1s }]'))
    expect(part.reconnects).toBe(10)
    expect(part.connected).toBe(10)
    expect(part.errors).toBe(0)
    const { published, acked } = part.ledger.total()
    expect(acked).toBe(published)
  })

  it('of rebooting switch the devices off for a while', async () => {
    const usual = await run(planOf(''))
    const part = await run(planOf('faults: [{ devices: reboot, at: 30s, down: 20s }]'))
    expect(part.reconnects).toBe(10)
    const missing = usual.ledger.total().published - part.ledger.total().published
    // Twenty seconds, and the part of a period before the first message after the boot.
    expect(missing).toBeGreaterThanOrEqual(190)
    expect(missing).toBeLessThanOrEqual(220)
  })

  it('of failing concern the share of the devices that they say, for ever', async () => {
    const part = await run(planOf('faults: [{ devices: fail, at: 30s, share: 50% }]'))
    expect(part.connected).toBe(part.devices - part.rows.filter((row) => !row.connected).length)
    expect(part.connected).toBeGreaterThan(1)
    expect(part.connected).toBeLessThan(9)
  })

  it('of links change the link for a while, and connections live on', async () => {
    const slow = 'link: { profile: ethernet, latency: 900ms }'
    const part = await run(planOf(`faults: [{ ${slow}, at: 30s, duration: 30s }]`))
    expect(part.reconnects).toBe(0)
    // A quarter of the messages: there and back.
    expect(part.latency.summary().p50).toBeLessThan(10)
    expect(part.latency.summary().p90).toBeGreaterThan(1_790)
  })

  it('of links that are outages cut all connections', async () => {
    const part = await run(planOf('faults: [{ outage: cut, at: 30s, duration: 20s }]'))
    expect(part.reconnects).toBe(10)
    expect(part.latency.summary().max).toBeGreaterThan(19_000)
    const { published, acked } = part.ledger.total()
    expect(acked).toBe(published)
  })
})

describe('stages', () => {
  it('of load publish so many times more, and nothing at all', async () => {
    const usual = (await run(planOf(''))).ledger.total().published
    const busy = await run(planOf('stages: [{ load: 5, at: 30s, duration: 30s }]'))
    expect(busy.ledger.total().published - usual).toBe(10 * 4 * 30)
    const silent = await run(planOf('stages: [{ load: 0, at: 30s, duration: 30s }]'))
    expect(usual - silent.ledger.total().published).toBe(10 * 30)
    expect([busy.overruns, silent.overruns]).toEqual([0, 0])
  })

  it('of sending reach each device, which answers', async () => {
    const send = "stages: [{ send: 'cmd/{id}/reset', payload: now, at: 30s, over: 5s }]"
    const part = await run(planOf(send, "    commands: { filter: 'cmd/{id}/#', after: 1s }\n"))
    expect(measured(part, 'operator.sent')).toBe(10)
    expect(measured(part, 'command.done')).toBe(10)
  })

  it('of sending desired states are taken over by shadows', async () => {
    const shadow = '    shadow: { after: 1s, initial: { colour: blue, limit: 3 } }\n'
    const payload = 'payload: { colour: red, limit: null }'
    const send = `stages: [{ send: 'shadow/{id}/desired', ${payload}, at: 30s, groups: [meter] }]`
    const plan = planOf(send, shadow)
    const seen = { topicsMax: 1_000 }
    const world = new VirtualWorld({ plan, durationMs: MINUTE_MS, drainMs: 1_000, broker: seen })
    const { broker } = world.embedded
    await world.run()
    const told = broker.topic('shadow/meter-3/reported')?.retainedPayload
    expect(JSON.parse(new TextDecoder().decode(told))).toEqual({
      ok: true,
      version: 1,
      state: { colour: 'red' },
    })
  })
})

describe('lives of devices', () => {
  it('sleep with their radio off, and say what they measured when they wake', async () => {
    const part = await run(planOf('', '    lifecycle: { sleep: { every: 20s, awake: 2s } }\n'))
    // 120 s are six periods; which of them have begun depends on the device.
    expect(part.reconnects).toBeGreaterThanOrEqual(10 * 5)
    expect(part.reconnects).toBeLessThanOrEqual(10 * 6)
    expect(part.errors).toBe(0)
    expect(part.latency.summary().max).toBeGreaterThan(15_000)
    expect(part.ledger.total().lost).toBe(0)
  })

  it('begin after their boot, and forget what was queued when they restart', async () => {
    const outage = 'faults: [{ outage: cut, at: 20s, duration: 1h }]'
    const part = await run(planOf(outage, '    lifecycle: { boot: 5s, rebootEvery: 30s }\n'))
    expect(part.ledger.total().lost).toBeGreaterThan(100)
    const { lost, lostBy } = part.ledger.account(1)
    expect(lostBy.dropped + lostBy.indeterminate).toBe(lost)
  })

  it('are the same run however the devices are divided', async () => {
    const plan = planOf(
      'faults:\n  - { devices: reboot, at: 20s, over: 10s, share: 50% }\n' +
        '  - { link: gprs, at: 40s, duration: 20s, share: 50% }\n' +
        '  - { outage: cut, at: 1m, duration: 10s, spread: 5s, share: 50% }\n' +
        "stages:\n  - { send: 'cmd/{id}/x', at: 10s, over: 50s }\n  - { load: 2, at: 70s }",
      "    commands: { filter: 'cmd/{id}/#', fail: 30% }\n    shadow: {}\n" +
        '    lifecycle: { boot: 1s, sleep: { every: 15s, awake: 5s }, rebootEvery: 1m }\n',
    )
    const [whole, many] = [await run(plan), await run(plan, 3)]
    expect(new VirtualRun({ plan, durationMs: 1, drainMs: 1, worldDevicesMax: 3 }).worlds).toBe(4)
    const told = ({ digest, ledger, measures, reconnects }: RunPart): unknown => {
      return {
        digest: String(digest),
        total: ledger.total(),
        measures: measures.summary(),
        reconnects,
      }
    }
    expect(told(many)).toEqual(told(whole))
  })
})
