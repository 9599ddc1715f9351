// Sensors that know more than themselves: they follow another, play a recording, or drive a way.

import { Prng } from '@motewire/sdk/kit'
import { describe, expect, it } from 'vitest'
import { Modules } from '../../../../simulator/device/index.ts'
import { createSensors } from '../../../../simulator/device/sensors/create.ts'
import { FunctionSensor } from '../../../../simulator/device/sensors/function.ts'
import { ReplaySensor } from '../../../../simulator/device/sensors/replay.ts'
import { Vehicle } from '../../../../simulator/device/vehicle.ts'
import type { FollowSpec, ReplaySpec, TrackSpec } from '../../../../simulator/scenario/index.ts'

describe('a sensor that follows another', () => {
  const led = { sensor: 'step', values: [0, 1], holdMs: [10_000, 1e9], timing: 'fixed' } as const
  const follow: FollowSpec = {
    sensor: 'follow',
    of: 'lead',
    gain: -2,
    offset: 50,
    lagMs: 0,
    noise: 0,
    min: undefined,
    max: undefined,
    decimals: 2,
  }

  function readings(change: Partial<FollowSpec>, atMs: readonly number[]): number[] {
    const fields = [
      { name: 'lead', spec: led },
      { name: 'f', spec: { ...follow, ...change } },
    ]
    const context = { vehicle: undefined, modules: Modules.none }
    const sensors = createSensors(fields, (name) => new Prng(name), context)
    return atMs.map((at) => {
      sensors[0]!.sample(at)
      return sensors[1]!.sample(at)
    })
  }

  it('obeys its law at once without a lag', () => {
    expect(readings({}, [0, 20_000])).toEqual([50, 48])
  })

  it('makes up 63 % of a change in its lag, whatever the distance of readings', () => {
    const lagMs = 5_000
    const [, , coarse] = readings({ lagMs }, [0, 10_000, 15_000])
    const fine = readings({ lagMs }, [
      0,
      9_999,
      ...Array.from({ length: 51 }, (_, k) => 10_000 + k * 100),
    ])
    expect(coarse).toBeCloseTo(50 - 2 * (1 - Math.exp(-1)), 3)
    expect(fine.at(-1)).toBeCloseTo(50 - 2 * (1 - Math.exp(-1)), 1)
  })

  it('is cut at its bounds', () => {
    expect(readings({ min: 49 }, [0, 20_000])).toEqual([50, 49])
  })

  it('has noise of its deviation', () => {
    const values = readings(
      { noise: 2 },
      Array.from({ length: 4_000 }, () => 0),
    )
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const deviation = Math.sqrt(
      values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length,
    )
    expect(mean).toBeCloseTo(50, 0)
    expect(deviation).toBeGreaterThan(1.9)
    expect(deviation).toBeLessThan(2.1)
  })
})

describe('a recording', () => {
  const spec: ReplaySpec = {
    sensor: 'replay',
    timesMs: [0, 1_000, 4_000],
    values: [10, 20, 50],
    repeats: true,
    between: 'hold',
    isShifted: false,
    decimals: 0,
    source: { file: 'a', column: 'b', time: 't', unit: 's', fromMs: 0, toMs: undefined },
  }
  const play = (change: Partial<ReplaySpec>, ...atMs: number[]): number[] => {
    const sensor = new ReplaySensor({ ...spec, ...change }, new Prng(1))
    return atMs.map((at) => sensor.sample(at))
  }

  it('holds each value until the next, and begins again', () => {
    expect(play({}, 0, 999, 1_000, 3_999, 4_000, 6_999, 7_000, 8_500)).toEqual([
      10, 10, 20, 20, 50, 50, 10, 20,
    ])
  })

  it('draws straight lines between values', () => {
    expect(play({ between: 'linear' }, 500, 2_500, 5_000)).toEqual([15, 35, 50])
  })

  it('stays at its last value when it does not repeat', () => {
    expect(play({ repeats: false }, 9_000, 1e9)).toEqual([50, 50])
  })

  it('finds its place after long gaps', () => {
    const timesMs = Array.from({ length: 10_000 }, (_, index) => index * 100)
    const values = timesMs.map((_, index) => index)
    expect(play({ timesMs, values }, 50, 500_050, 999_950, 1_000_150)).toEqual([0, 5_000, 9_999, 1])
  })

  it('begins elsewhere for each device when shifted', () => {
    const begin = (seed: number): number =>
      new ReplaySensor({ ...spec, isShifted: true }, new Prng(seed)).sample(0)
    expect(new Set(Array.from({ length: 20 }, (_, seed) => begin(seed))).size).toBeGreaterThan(1)
  })
})

describe('a vehicle', () => {
  // A block in Berlin: about 560 m by 680 m.
  const spec: TrackSpec = {
    waypoints: [
      [52.52, 13.4],
      [52.525, 13.4],
      [52.525, 13.41],
      [52.52, 13.41],
    ],
    speedMetresPerS: 14,
    accelerationMetresPerS2: 1.5,
    turnDegreesPerS: 30,
    stopMs: 0,
    start: 'first',
  }
  const SECONDS = 1_200

  function drive(change: Partial<TrackSpec> = {}): { at: number; figures: number[] }[] {
    const vehicle = new Vehicle({ ...spec, ...change }, new Prng(7))
    const names = ['latitude', 'longitude', 'speed', 'heading', 'odometer'] as const
    return Array.from({ length: SECONDS }, (_, second) => ({
      at: second,
      figures: names.map((name) => vehicle.figure(name, second * 1_000)),
    }))
  }
  const metres = (one: readonly number[], other: readonly number[]): number => {
    const [north, east] = [one[0]! - other[0]!, one[1]! - other[1]!]
    return 111_320 * Math.hypot(north, east * Math.cos((52.52 * Math.PI) / 180))
  }
  const way = drive()

  it('is never faster, never accelerates harder and never turns sharper than it can', () => {
    for (const [index, { figures }] of way.entries()) {
      const before = way[index - 1]?.figures ?? figures
      const turned = Math.abs(((figures[3]! - before[3]! + 540) % 360) - 180)
      expect(figures[2]).toBeLessThanOrEqual(14 + 1e-9)
      expect(Math.abs(figures[2]! - before[2]!)).toBeLessThanOrEqual(1.5 + 1e-9)
      expect(turned).toBeLessThanOrEqual(30 + 1e-9)
      expect(metres(figures, before)).toBeLessThanOrEqual(14 + 0.1)
    }
  })

  it('comes by every waypoint, round after round', () => {
    for (const waypoint of spec.waypoints) {
      const visits = way.filter(({ figures }) => metres(figures, waypoint) < 25)
      expect(visits.length).toBeGreaterThan(2)
    }
    expect(way.at(-1)!.figures[4]).toBeGreaterThan(2 * 2_480)
  })

  it('never leaves its way by more than a street', () => {
    for (const { figures } of way) {
      const [north, east] = [figures[0]!, figures[1]!]
      const off = Math.min(
        ...[52.52, 52.525].map((latitude) => metres([north, east], [latitude, east])),
        ...[13.4, 13.41].map((longitude) => metres([north, east], [north, longitude])),
      )
      expect(off).toBeLessThan(30)
    }
  })

  it('stands where it shall', () => {
    const standing = drive({ stopMs: 20_000 }).filter(({ figures }) => figures[2] === 0)
    expect(standing.length).toBeGreaterThan(60)
  })

  it('is at the same place whether it is asked each second or once', () => {
    const rare = new Vehicle(spec, new Prng(7))
    const last = way.at(-1)!
    expect(rare.figure('latitude', last.at * 1_000)).toBeCloseTo(last.figures[0]!, 9)
  })

  it('begins elsewhere with each seed', () => {
    const random = { ...spec, start: 'random' } as const
    const begins = [1, 2, 3, 4].map(
      (seed) =>
        new Vehicle(random, new Prng(seed)).figure('latitude', 0) +
        new Vehicle(random, new Prng(seed)).figure('longitude', 0),
    )
    expect(new Set(begins).size).toBe(4)
  })
})

describe('a function as a sensor', () => {
  it('gets time, its own chance and its last value', () => {
    const sensor = new FunctionSensor((elapsedMs, prng, last = 100) => {
      return last + elapsedMs + prng.below(1)
    }, new Prng(1))
    expect([sensor.sample(1), sensor.sample(2)]).toEqual([101, 103])
  })
})
