// Load stages as a schedule's own time: there and back, standing still, stages on top of each
// other.

import { describe, expect, it } from 'vitest'
import { Pace } from '../../../../simulator/device/pace.ts'
import type { Stage } from '../../../../simulator/scenario/index.ts'

const load = (factor: number, atMs: number, durationMs?: number, groups?: string[]): Stage => {
  return { kind: 'load', load: factor, atMs, durationMs, groups }
}

function paceOf(...stages: Stage[]): Pace {
  const pace = Pace.of(stages, 'meter')
  if (pace === undefined) throw new Error('no stage concerns the group')
  return pace
}

describe('the pace of a schedule', () => {
  const busy = paceOf(load(5, 1_000, 200))

  it.each([
    [0, 0],
    [1_000, 1_000],
    [1_100, 1_500],
    [1_200, 2_000],
    [1_300, 2_100],
  ])('at %d ms shows %d ms, and the other way round', (trueMs, scheduleMs) => {
    expect(busy.scheduleMs(trueMs)).toBe(scheduleMs)
    expect(busy.trueMs(scheduleMs)).toBe(trueMs)
  })

  it('stands still where the load is 0, and what was due then is due when it goes on', () => {
    const silent = paceOf(load(0, 1_000, 500))
    expect([1_000, 1_200, 1_500].map((ms) => silent.scheduleMs(ms))).toEqual([1_000, 1_000, 1_000])
    expect(silent.trueMs(999)).toBe(999)
    expect(silent.trueMs(1_000)).toBe(1_500)
  })

  it('never goes on after a silence to the end', () => {
    const ended = paceOf(load(0, 1_000))
    expect(ended.trueMs(999)).toBe(999)
    expect(ended.trueMs(1_001)).toBe(Infinity)
  })

  it('takes the later of two stages at the same time', () => {
    const both = paceOf(load(2, 0, 1_000), load(10, 500, 100))
    expect(both.scheduleMs(1_000)).toBe(500 * 2 + 100 * 10 + 400 * 2)
  })

  it('is none where no stage concerns the group', () => {
    expect(Pace.of([load(2, 0, undefined, ['door'])], 'meter')).toBeUndefined()
  })
})
