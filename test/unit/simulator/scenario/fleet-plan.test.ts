// From a scenario to its devices: each is a pure function of scenario, seed and number.

import { describe, expect, it } from 'vitest'
import { AssertionError } from '@motewire/sdk/kit'
import { expand, parseScenario } from '../../../../simulator/scenario/index.ts'
import type { DevicePlan, Scenario } from '../../../../simulator/scenario/index.ts'

function scenarioOf(rest: string, seed = 7): Scenario {
  return parseScenario(`version: 1\nseed: ${seed}\n${rest}`, 'office.yaml')
}

const two = `
broker: { url: "mqtt://h", username: "{id}", password: "{group}/{index:03}/{seed}" }
ramp: 10/s
groups:
  rooms:
    count: 4
    clientId: "r{index:02}"
    publish: [{ topic: "a/{id}/{index}", every: 1s }]
    subscribe: [{ filter: "cmd/{group}/+" }]
  doors: { count: 2 }
`

/** What identifies a device, with the first draw in place of its random numbers. */
function fingerprint({ prng, group, ...rest }: DevicePlan): object {
  return { ...rest, group: group.name, draw: prng.fork('x').next() }
}

describe('a device', () => {
  const plan = expand(scenarioOf(two))

  it('has its names filled in', () => {
    expect(plan.device(2)).toMatchObject({
      index: 2,
      number: 2,
      clientId: 'r02',
      username: 'r02',
      password: 'rooms/002/7',
      topics: ['a/r02/2'],
      filters: ['cmd/rooms/+'],
    })
  })

  it('is the same when it is one of few that are picked', () => {
    const some = expand(scenarioOf(`${two}only: [doors-0, r02]\n`))
    expect(some.devices).toBe(2)
    expect(Array.from(some, fingerprint)).toEqual([plan.device(2), plan.device(4)].map(fingerprint))
    const shards = [0, 1].map((index) => {
      return expand(some.scenario, { shard: { index, count: 2 } })
    })
    expect(shards.map(({ devices }) => devices)).toEqual([2, 0])
  })

  it('is numbered from 0 in its group', () => {
    const names = Array.from(plan, ({ clientId, number }) => `${clientId} ${number}`)
    expect(names).toEqual(['r00 0', 'r01 1', 'r02 2', 'r03 3', 'doors-0 0', 'doors-1 1'])
  })

  it('is the same each time', () => {
    const again = expand(scenarioOf(two))
    for (let index = 0; index < 6; index++) {
      expect(fingerprint(again.device(index))).toEqual(fingerprint(plan.device(index)))
    }
  })

  it('draws other numbers with another seed', () => {
    const other = expand(scenarioOf(two, 8))
    expect(fingerprint(other.device(0))).not.toEqual(fingerprint(plan.device(0)))
  })

  it('keeps its random numbers when groups are added and resized', () => {
    const grown = `${two.replace('count: 2', 'count: 9')}  more: { count: 5 }\n`
    const draw = (one: DevicePlan): number => one.prng.fork('x').next()
    const other = expand(scenarioOf(grown))
    for (let index = 0; index < 6; index++) {
      expect(draw(other.device(index))).toBe(draw(plan.device(index)))
    }
  })

  it.each([-1, 6, 0.5])('number %d does not exist', (index) => {
    expect(() => plan.device(index)).toThrow(AssertionError)
  })
})

describe('the ramp', () => {
  it('spaces starts evenly and mixes the groups', () => {
    const starts = Array.from(expand(scenarioOf(two)), ({ clientId, startMs }) => {
      return [startMs, clientId] as const
    }).toSorted(([one], [other]) => one - other)
    expect(starts).toEqual([
      [0, 'r00'],
      [100, 'doors-0'],
      [200, 'r01'],
      [300, 'r02'],
      [400, 'doors-1'],
      [500, 'r03'],
    ])
  })

  it('over a time spaces all devices within it', () => {
    const scenario = scenarioOf('ramp: { over: 4s }\ngroups: { a: { count: 4 } }')
    const starts = Array.from(expand(scenario), ({ startMs }) => startMs)
    expect(starts).toEqual([0, 1_000, 2_000, 3_000])
  })

  it('over no time starts everything at once', () => {
    const scenario = scenarioOf('ramp: { over: 0s }\ngroups: { a: { count: 3 } }')
    expect(Array.from(expand(scenario), ({ startMs }) => startMs)).toEqual([0, 0, 0])
  })

  it('with poisson starts has gaps like independent arrivals', () => {
    const text = 'ramp: { rate: 100/s, start: poisson }\ngroups: { a: { count: 5000 } }'
    const starts = Array.from(expand(scenarioOf(text)), ({ startMs }) => startMs)
    const ordered = starts.toSorted((one, other) => one - other)
    const gaps = ordered.slice(1).map((at, index) => at - (ordered[index] ?? 0))
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
    const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length)
    // Exponential gaps: the deviation is the mean. Evenly spaced ones would have none.
    expect(mean).toBeGreaterThan(9.5)
    expect(mean).toBeLessThan(10.5)
    expect(deviation / mean).toBeGreaterThan(0.9)
    expect(deviation / mean).toBeLessThan(1.1)
  })
})

describe('another number of devices', () => {
  it('is divided by largest remainder', () => {
    const plan = expand(scenarioOf(two), { devices: 10 })
    expect(plan.groups.map(({ devices }) => devices)).toEqual([7, 3])
    expect(plan.devicesTotal).toBe(10)
  })

  it('leaves each device what it was', () => {
    const few = expand(scenarioOf(two)).device(1)
    const many = expand(scenarioOf(two), { devices: 600 }).device(1)
    expect(many.clientId).toBe(few.clientId)
    expect(many.prng.fork('x').next()).toBe(few.prng.fork('x').next())
  })
})

describe('shards', () => {
  it.each([1, 2, 3, 5, 7])('%d of them are together the whole fleet', (count) => {
    const scenario = scenarioOf(two)
    const whole = Array.from(expand(scenario), fingerprint)
    const parts = Array.from({ length: count }, (_, index) => {
      const plan = expand(scenario, { shard: { index, count } })
      const devices = [...plan]
      expect(devices).toHaveLength(plan.devices)
      return devices
    })
    const joined = parts.flat().toSorted((one, other) => one.index - other.index)
    expect(joined.map(fingerprint)).toEqual(whole)
  })

  it.each([
    [3, 3],
    [-1, 3],
    [0, 0],
  ])('%d of %d does not exist', (index, count) => {
    expect(() => expand(scenarioOf(two), { shard: { index, count } })).toThrow(AssertionError)
  })
})
