// The families of sensors: bounds, shapes, and the same readings for the same seed.

import { Prng } from '@motewire/sdk/kit'
import { describe, expect, it } from 'vitest'
import { createSensor } from '../../../../simulator/device/sensors/create.ts'
import type { VaryingSpec } from '../../../../simulator/device/sensors/create.ts'

const SECOND_MS = 1_000

/** A reading a second. */
function readings(spec: VaryingSpec, count: number, seed = 1): number[] {
  const sensor = createSensor(spec, new Prng(seed))
  return Array.from({ length: count }, (_, second) => sensor.sample(second * SECOND_MS))
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

function deviation(values: readonly number[]): number {
  const middle = mean(values)
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)))
}

const SPECS: readonly VaryingSpec[] = [
  { sensor: 'walk', min: 0, max: 10, step: 1, start: undefined, decimals: 2 },
  {
    sensor: 'sine',
    mean: 5,
    amplitude: 2,
    periodMs: 60_000,
    phase: 'random',
    noise: 1,
    decimals: 2,
  },
  { sensor: 'gaussian', mean: 5, deviation: 1, min: undefined, max: undefined, decimals: 2 },
  { sensor: 'uniform', min: 0, max: 10, decimals: 2 },
  { sensor: 'step', values: [1, 2, 3], holdMs: [5_000, 5_000, 5_000], timing: 'random' },
  { sensor: 'counter', start: 0, step: 1, spread: 0.5, wrapAt: undefined, decimals: 2 },
]

describe.each(SPECS)('$sensor', (spec) => {
  it('gives the same readings for the same seed, and others for another', () => {
    expect(readings(spec, 200)).toEqual(readings(spec, 200))
    expect(readings(spec, 200, 2)).not.toEqual(readings(spec, 200))
  })
})

describe('walk', () => {
  const walk = { sensor: 'walk', min: 18, max: 26, step: 0.5, start: 20, decimals: 1 } as const

  it('begins at its start, stays in its bounds and moves by at most the step', () => {
    const values = readings(walk, 10_000)
    expect(values[0]).toBe(20)
    expect(Math.min(...values)).toBeGreaterThanOrEqual(18)
    expect(Math.max(...values)).toBeLessThanOrEqual(26)
    const moves = values.slice(1).map((value, index) => Math.abs(value - (values[index] ?? 0)))
    expect(Math.max(...moves)).toBeLessThanOrEqual(0.5)
  })

  it('gets everywhere between its bounds', () => {
    const values = readings(walk, 10_000)
    expect(Math.min(...values)).toBeLessThan(18.1)
    expect(Math.max(...values)).toBeGreaterThan(25.9)
  })

  it('without a start begins anywhere between the bounds', () => {
    const starts = Array.from({ length: 500 }, (_, seed) => {
      return readings({ ...walk, start: undefined }, 1, seed)[0] ?? Number.NaN
    })
    expect(Math.min(...starts)).toBeLessThan(18.5)
    expect(Math.max(...starts)).toBeGreaterThan(25.5)
  })

  it.each([
    ['a step far wider than the bounds', { min: 0, max: 1, step: 1_000 }],
    ['bounds that are one', { min: 3, max: 3, step: 1 }],
  ])('stays in its bounds with %s', (_, bounds) => {
    const values = readings({ ...walk, start: undefined, ...bounds }, 1_000)
    expect(Math.min(...values)).toBeGreaterThanOrEqual(bounds.min)
    expect(Math.max(...values)).toBeLessThanOrEqual(bounds.max)
  })
})

describe('sine', () => {
  const sine = {
    sensor: 'sine',
    mean: 10,
    amplitude: 4,
    periodMs: 60_000,
    phase: 0,
    noise: 0,
    decimals: 2,
  } as const

  it('is at its middle, top and bottom in time', () => {
    const values = readings(sine, 60)
    const at = (second: number): number => values[second] ?? Number.NaN
    expect([at(0), at(15), at(30), at(45)].map((value) => value.toFixed(6))).toEqual([
      '10.000000',
      '14.000000',
      '10.000000',
      '6.000000',
    ])
  })

  it('begins later in the wave with a phase', () => {
    expect(readings({ ...sine, phase: 15_000 }, 1)[0]).toBeCloseTo(14, 9)
  })

  it('adds noise of the given deviation', () => {
    const values = readings({ ...sine, amplitude: 0, noise: 2 }, 10_000)
    expect(mean(values)).toBeCloseTo(10, 0)
    expect(deviation(values)).toBeCloseTo(2, 0)
  })
})

describe('gaussian', () => {
  it('has its mean and deviation', () => {
    const values = readings(
      { sensor: 'gaussian', mean: 50, deviation: 5, min: undefined, max: undefined, decimals: 2 },
      20_000,
    )
    expect(Math.abs(mean(values) - 50)).toBeLessThan(0.15)
    expect(Math.abs(deviation(values) - 5)).toBeLessThan(0.15)
  })

  it('is cut at its bounds', () => {
    const values = readings(
      { sensor: 'gaussian', mean: 0, deviation: 5, min: -1, max: 2, decimals: 2 },
      1_000,
    )
    expect([Math.min(...values), Math.max(...values)]).toEqual([-1, 2])
  })
})

describe('uniform', () => {
  it('fills its range evenly', () => {
    const values = readings({ sensor: 'uniform', min: -5, max: 5, decimals: 2 }, 20_000)
    const tenths = Array.from({ length: 10 }, (_, tenth) => {
      return values.filter((value) => Math.floor(value + 5) === tenth).length
    })
    expect(Math.min(...tenths)).toBeGreaterThan(1_800)
    expect(Math.max(...tenths)).toBeLessThan(2_200)
    expect(values.every((value) => value >= -5 && value < 5)).toBe(true)
  })
})

describe('step', () => {
  const door = {
    sensor: 'step',
    values: ['closed', 'open'],
    holdMs: [5_000, 2_000],
    timing: 'fixed',
  } as const

  it('holds each value for its time, round and round', () => {
    expect(readings(door, 15).join('')).toBe('000001100000110')
  })

  it('finds its place again after a long silence', () => {
    const rare = createSensor(door, new Prng(1))
    const often = createSensor(door, new Prng(1))
    let last = -1
    for (let second = 0; second <= 7_005; second++) last = often.sample(second * SECOND_MS)
    expect(rare.sample(7_005 * SECOND_MS)).toBe(last)
  })

  it('with random timing holds as long on average', () => {
    const values = readings({ ...door, timing: 'random' }, 100_000)
    expect(mean(values)).toBeGreaterThan(0.26)
    expect(mean(values)).toBeLessThan(0.31)
  })

  it('answers at once after ten years of silence', () => {
    const spec = { ...door, holdMs: [10, 10], timing: 'random' } as const
    const sensor = createSensor(spec, new Prng(1))
    expect([0, 1]).toContain(sensor.sample(3_650 * 86_400_000))
  })
})

describe('counter', () => {
  const meter = {
    sensor: 'counter',
    start: 5,
    step: 2,
    spread: 0,
    wrapAt: undefined,
    decimals: 0,
  } as const

  it('begins at its start and grows by the step', () => {
    expect(readings(meter, 4)).toEqual([5, 7, 9, 11])
  })

  it('starts again from 0 where it wraps', () => {
    expect(readings({ ...meter, start: 8, step: 3, wrapAt: 10 }, 4)).toEqual([8, 1, 4, 7])
  })

  it('varies within the spread', () => {
    const values = readings({ ...meter, spread: 0.5 }, 1_000)
    const moves = values.slice(1).map((value, index) => value - (values[index] ?? 0))
    expect(Math.min(...moves)).toBeGreaterThanOrEqual(1.5)
    expect(Math.max(...moves)).toBeLessThanOrEqual(2.5)
    expect(new Set(moves).size).toBeGreaterThan(900)
  })
})
