// Fleets in virtual time: the same scenario and seed are the same run, however it is divided, and
// what is added to one group changes nothing of another.

import { describe, expect, it } from 'vitest'
import { partOfPlan, subShard } from '../../../../simulator/fleet/plan-part.ts'
import { sumOfParts } from '../../../../simulator/fleet/run-part.ts'
import type { RunPart } from '../../../../simulator/fleet/run-part.ts'
import { VirtualRun } from '../../../../simulator/fleet/virtual-run.ts'
import type { VirtualRunOptions } from '../../../../simulator/fleet/virtual-run.ts'
import { VirtualWorld } from '../../../../simulator/fleet/virtual-world.ts'
import { TraceSum } from '../../../../simulator/world/trace.ts'
import { expand, parseScenario } from '../../../../simulator/scenario/index.ts'
import type { FleetPlan } from '../../../../simulator/scenario/index.ts'

const METERS = `
  meter:
    count: 12
    connect: { keepalive: 30s, clean: false }
    publish:
      - topic: meters/{index}
        every: 5s
        qos: 1
        payload: { fields: { litres: { sensor: counter, step: 1, spread: 0.5, decimals: 2 } } }
`
const DOORS = `
  door:
    count: 8
    connect: { clean: false }
    publish:
      - topic: doors/{index}
        every: 7s
        qos: 2
        payload: { fields: { open: { sensor: step, values: [0, 1], hold: [3s, 4s] } } }
`
const LISTENER = `
  listener:
    count: 1
    subscribe: [{ filter: 'meters/#', qos: 1 }]
    publish: []
`

function planOf(groups: string, seed: number = 7): FleetPlan {
  const text = `version: 1\nseed: ${seed}\nramp: { over: 10s }\ngroups:${groups}`
  return expand(parseScenario(text, 'test.yaml'))
}

const MINUTE_MS = 60_000

function runOf(plan: FleetPlan, options: Partial<VirtualRunOptions> = {}): Promise<RunPart> {
  const link = { profile: 'gprs', cutEveryMs: 20_000 } as const
  const given = { plan, durationMs: MINUTE_MS, drainMs: MINUTE_MS, link, ...options }
  return new VirtualRun(given).run()
}

async function digestOf(...args: Parameters<typeof runOf>): Promise<string> {
  return String((await runOf(...args)).digest)
}

/** The digest of each group by itself. */
async function digestsOf(groups: string): Promise<{ meter: string; door: string }> {
  const link = { profile: 'wifi-poor', cutEveryMs: 20_000 } as const
  const plan = planOf(groups)
  const world = new VirtualWorld({ plan, durationMs: MINUTE_MS, drainMs: 1_000, link })
  await world.run()
  const digest = (group: string): string => {
    const sum = new TraceSum()
    for (const device of world.fleet.devices) if (device.group === group) device.addTrace(sum)
    return String(sum)
  }
  return { meter: digest('meter'), door: digest('door') }
}

describe('a fleet in virtual time', () => {
  it('loses nothing over links that are cut again and again', async () => {
    const { ledger, reconnects, digest } = await runOf(planOf(METERS + DOORS))
    const { published, acked, lost, queued } = ledger.total()
    expect(reconnects).toBeGreaterThan(5)
    expect(published).toBeGreaterThan(150)
    expect({ acked, lost, queued }).toEqual({ acked: published, lost: 0, queued: 0 })
    expect(String(digest)).toMatch(/^[0-9a-f]{16}$/)
  })

  it('is the same run for the same scenario and seed, another for another seed', async () => {
    const digest = await digestOf(planOf(METERS))
    expect(await digestOf(planOf(METERS))).toBe(digest)
    expect(await digestOf(planOf(METERS, 8))).not.toBe(digest)
  })

  it('is the same run in one world, in many, and in shards', async () => {
    const plan = planOf(METERS + DOORS)
    const whole = await runOf(plan, { worldDevicesMax: 100 })
    const many = await runOf(plan, { worldDevicesMax: 3 })
    const shards = await Promise.all(
      [0, 1, 2].map((number) => runOf(partOfPlan(plan, subShard(plan, number, 3)))),
    )
    const counts = ({ ledger, digest, groups, reconnects, latency }: RunPart): unknown => {
      const summary = latency.summary()
      return { total: ledger.total(), digest: String(digest), groups, reconnects, summary }
    }
    expect(counts(many)).toEqual(counts(whole))
    expect(counts(sumOfParts(shards))).toEqual(counts(whole))
  })

  it('tells the rate of the whole fleet, however many worlds there are', async () => {
    const options = { plan: planOf(METERS), durationMs: 10 * MINUTE_MS, drainMs: 0 }
    const many = new VirtualRun({ ...options, worldDevicesMax: 3 })
    expect(many.snapshot().publishesPerSecond).toBe(0)
    await many.run()
    // Twelve meters, each every five seconds.
    expect(many.snapshot().publishesPerSecond).toBeCloseTo(12 / 5, 1)
  })

  it('changes nothing of a group when a sensor is added to another', async () => {
    const fields = 'fields: {'
    const more = DOORS.replace(
      fields,
      `${fields} level: { sensor: walk, min: 0, max: 9, step: 1 },`,
    )
    const [before, after] = [await digestsOf(METERS + DOORS), await digestsOf(METERS + more)]
    expect(after.meter).toBe(before.meter)
    expect(after.door).not.toBe(before.door)
  })

  it('keeps devices that hear each other in one world', () => {
    const options = { durationMs: 1, drainMs: 1, worldDevicesMax: 1 }
    expect(new VirtualRun({ plan: planOf(METERS), ...options }).worlds).toBe(12)
    expect(new VirtualRun({ plan: planOf(METERS + LISTENER), ...options }).worlds).toBe(1)
  })
})

describe('a verifying subscriber', () => {
  /** The plan, verified. */
  const verified = (groups: string): FleetPlan => {
    const plan = planOf(groups)
    return expand({ ...plan.scenario, verify: true })
  }
  const LOOSE = `
  loose: { count: 6, publish: [{ topic: 'loose/{index}', every: 1s, payload: { format: cbor } }] }
`

  it('changes nothing for the devices', async () => {
    const groups = METERS + DOORS
    expect(await digestOf(verified(groups))).toBe(await digestOf(planOf(groups)))
  })

  it('gets each message of QoS 1 and 2, also over a restart that forgets all', async () => {
    const plan = verified(METERS + DOORS)
    const restart = { kind: 'restart', atMs: 20_000, downMs: 5_000, isPersistent: false } as const
    const part = await runOf(expand({ ...plan.scenario, faults: [restart] }))
    const duplicates: number[] = []
    for (const qos of [1, 2] as const) {
      const { published, received, duplicated, lost, queued } = part.ledger.account(qos)
      expect({ received, lost, queued }).toEqual({ received: published, lost: 0, queued: 0 })
      expect(published).toBeGreaterThan(40)
      duplicates.push(duplicated)
    }
    expect(duplicates[1]).toBe(0)
    expect(part.delivery.count).toBeGreaterThan(150)
  })

  it('finds what QoS 0 loses where connections are cut', async () => {
    const { ledger } = await runOf(verified(LOOSE))
    const { published, received, lost, lostBy, acked } = ledger.account(0)
    expect(lostBy.air).toBeGreaterThan(0)
    expect(received + lost).toBe(published)
    expect(received).toBe(acked - lostBy.air)
  })
})

const VEHICLES = `
  car:
    count: 5
    track:
      waypoints: [[52.5, 13.4], [52.6, 13.5]]
      speed: 36km/h
    publish:
      - topic: 'cars/{id}'
        every: 10s
        payload: { fields: { lat: { sensor: track, figure: latitude } } }
`

describe('the devices of a run in virtual time, one by one', () => {
  it.each([
    { form: 'in one world', worldDevicesMax: 20 },
    { form: 'in worlds one after the other', worldDevicesMax: 2 },
  ])('tell how and where they were at its end, $form', async ({ worldDevicesMax }) => {
    const plan = planOf(VEHICLES)
    const run = new VirtualRun({ plan, durationMs: MINUTE_MS, drainMs: 1000, worldDevicesMax })
    const before = [...run.states()].length
    await run.run()
    const states = [...run.states()].toSorted((a, b) => a.clientId.localeCompare(b.clientId))
    expect(before).toBe(0)
    expect(states.map(({ clientId }) => clientId)).toEqual([0, 1, 2, 3, 4].map((i) => `car-${i}`))
    for (const { published, position } of states) {
      expect(published).toBeGreaterThan(4)
      expect(position?.latitude).toBeGreaterThan(52.5)
    }
  })
})
