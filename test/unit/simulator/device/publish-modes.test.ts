// When a device sends: by exception, in batches, in bursts, and by a clock that is wrong.

import { describe, expect, it } from 'vitest'
import { GroupModel, PayloadBuffer } from '../../../../simulator/device/index.ts'
import { expand, parseScenario } from '../../../../simulator/scenario/index.ts'
import { ManualDevice, WALL_ORIGIN_MS } from './manual-device.ts'

function run(group: string, untilMs = 60_000, seed = 1): ManualDevice {
  const scenario = parseScenario(`version: 1\ngroups:\n  room: { count: 9, ${group} }`, 'x.yaml')
  const plan = expand(scenario).device(7)
  const model = new GroupModel(plan.group, new PayloadBuffer()).device(plan)
  const device = new ManualDevice({ seed })
  model.start(device)
  device.run(untilMs)
  model.stop?.()
  return device
}

const stream = (rest: string): string => `publish: [{ topic: t, phase: 1s, ${rest} }]`

describe('by exception', () => {
  const ramp = 'fields: { v: { sensor: counter, step: 1 } }'

  it('a message is sent when the field has moved by the deadband', () => {
    const exception = 'exception: { field: v, deadband: 5 }'
    const { sent } = run(
      stream(`every: 1s, ${exception}, payload: { stamp: [seq], ${ramp} }`),
      17_500,
    )
    expect(sent.map(({ payload }) => payload)).toEqual([
      '{"seq":0,"v":0}',
      '{"seq":1,"v":5}',
      '{"seq":2,"v":10}',
      '{"seq":3,"v":15}',
    ])
  })

  it('and when it was silent for long', () => {
    const still = 'fields: { v: { sensor: step, values: [1, 2], hold: 1h } }'
    const exception = 'exception: { field: v, deadband: 0, atLeastEvery: 20s }'
    const { sent } = run(stream(`every: 1s, ${exception}, payload: { stamp: [seq], ${still} }`))
    expect(sent.map(({ atMs }) => atMs)).toEqual([1_000, 21_000, 41_000])
  })
})

describe('a batch', () => {
  it('gathers readings, and sends the rest at the end', () => {
    const payload = 'payload: { stamp: [seq], fields: { v: { sensor: counter } } }'
    const { sent } = run(stream(`every: 1s, batch: 3, ${payload}`), 7_500)
    const messages = sent.map(({ payload: text }) => {
      const { seq, readings } = JSON.parse(text) as { seq: number; readings: { v: number }[] }
      return [seq, ...readings.map(({ v }) => v)]
    })
    expect(messages).toEqual([
      [0, 0, 1, 2],
      [1, 3, 4, 5],
      [2, 6],
    ])
    expect(sent[0]?.atMs).toBe(3_000)
  })
})

describe('a burst', () => {
  it('is several messages with gaps, each with its own number and due time', () => {
    const { sent } = run(
      stream('every: 10s, burst: { messages: 3, spacing: 200ms }, payload: { stamp: [seq] }'),
      12_000,
    )
    expect(sent.map(({ dueMs, payload }) => `${dueMs} ${payload}`)).toEqual([
      '1000 {"seq":0}',
      '1200 {"seq":1}',
      '1400 {"seq":2}',
      '11000 {"seq":3}',
      '11200 {"seq":4}',
      '11400 {"seq":5}',
    ])
  })
})

describe("a device's own clock", () => {
  const ts = (device: ManualDevice): number[] =>
    device.sent.map(({ payload }) => (JSON.parse(payload) as { ts: number }).ts)
  const plain = stream('every: 10s, payload: { stamp: [ts] }')

  it('that is right says the time', () => {
    expect(ts(run(plain))[0]).toBe(WALL_ORIGIN_MS + 1_000)
  })

  it('that runs wrong keeps its own ten seconds, and is off by its drift', () => {
    const device = run(`wallClock: { drift: 10000ppm }, ${plain}`, 600_000, 3)
    const stamps = ts(device)
    const shown = stamps.at(-1)! - stamps[0]!
    const truly = device.sent.at(-1)!.dueMs - device.sent[0]!.dueMs
    expect(shown).toBe((stamps.length - 1) * 10_000)
    expect(Math.abs(truly / shown - 1)).toBeGreaterThan(0.0001)
    expect(Math.abs(truly / shown - 1)).toBeLessThan(0.0102)
  })

  it('without a battery begins in 1970', () => {
    expect(ts(run(`wallClock: { lost: true }, ${plain}`))[0]).toBe(1_000)
  })

  it('differs from device to device by its offset', () => {
    const first = (seed: number): number =>
      ts(run(`wallClock: { offset: 1m }, ${plain}`, 5_000, seed))[0]!
    const offsets = Array.from({ length: 20 }, (_, seed) => first(seed) - WALL_ORIGIN_MS - 1_000)
    expect(Math.max(...offsets.map(Math.abs))).toBeLessThanOrEqual(60_000)
    expect(new Set(offsets).size).toBe(20)
  })
})
