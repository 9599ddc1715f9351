// Absolute schedules: nothing shifts, lateness is counted.

import { describe, expect, it } from 'vitest'
import { AssertionError } from '@motewire/sdk/kit'
import { PeriodicTask } from '../../../../simulator/device/index.ts'
import { ManualDevice } from './manual-device.ts'

interface Setting {
  readonly firstMs?: number
  readonly everyMs?: number
  readonly jitterMs?: number
}

/** What is due, and when it ran, both since the run began. */
function setUp({ firstMs = 300, everyMs = 1_000, jitterMs = 0 }: Setting = {}) {
  const device = new ManualDevice()
  const done: { dueMs: number; atMs: number }[] = []
  const schedule = { startMs: device.originMs, phaseMs: firstMs, everyMs, jitterMs }
  const task = new PeriodicTask(device, schedule, 'test', (dueMs) => {
    done.push({ dueMs: dueMs - device.originMs, atMs: device.now() - device.originMs })
  })
  task.start()
  return { device, task, done }
}

describe('a periodic task', () => {
  it('is due at first + k * every', () => {
    const { device, done } = setUp()
    device.run(3_500)
    expect(done.map(({ dueMs }) => dueMs)).toEqual([300, 1_300, 2_300, 3_300])
  })

  it('does not drift with fractions of a millisecond', () => {
    const { device, done } = setUp({ firstMs: 0.4, everyMs: 33.3 })
    device.run(33_301)
    expect(done).toHaveLength(1_001)
    expect(done.at(-1)?.dueMs).toBeCloseTo(33_300.4, 6)
  })

  it('that is late once is in time again afterwards', () => {
    const { device, done } = setUp()
    device.stall(900)
    device.run(1_300)
    expect(done).toEqual([
      { dueMs: 300, atMs: 900 },
      { dueMs: 1_300, atMs: 1_300 },
    ])
    expect(device.overruns).toBe(0)
  })

  it('that missed whole periods works once, skips them and counts them', () => {
    const { device, done } = setUp()
    device.stall(4_700)
    device.run(5_400)
    expect(done).toEqual([
      { dueMs: 300, atMs: 4_700 },
      { dueMs: 5_300, atMs: 5_300 },
    ])
    expect(device.overruns).toBe(4)
  })

  it('does not skip a time that is due just now', () => {
    const { device, done } = setUp()
    device.stall(1_300)
    device.run(1_400)
    expect(done.map(({ dueMs }) => dueMs)).toEqual([300, 1_300])
    expect(device.overruns).toBe(0)
  })

  it('with jitter is late by a random part of it, each time anew, and keeps its order', () => {
    const { device, done } = setUp({ jitterMs: 1_000 })
    device.run(100_000)
    const delays = done.map(({ dueMs }, index) => dueMs - 300 - index * 1_000)
    expect(new Set(delays).size).toBe(delays.length)
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...delays)).toBeLessThan(1_000)
    const dues = done.map(({ dueMs }) => dueMs)
    expect(dues).toEqual(dues.toSorted((one, other) => one - other))
  })

  it('can be stopped from inside its work', () => {
    const device = new ManualDevice()
    let runs = 0
    const schedule = { startMs: device.originMs, phaseMs: 0, everyMs: 10, jitterMs: 0 }
    const task = new PeriodicTask(device, schedule, 'test', () => {
      runs++
      if (runs === 3) task.stop()
    })
    task.start()
    device.run(1_000)
    expect(runs).toBe(3)
    expect(device.tasks).toBe(0)
  })

  it.each([{ everyMs: 0 }, { everyMs: -1 }, { jitterMs: -1 }, { jitterMs: 1_001 }])(
    'refuses %j',
    (setting) => {
      expect(() => setUp(setting)).toThrow(AssertionError)
    },
  )
})
