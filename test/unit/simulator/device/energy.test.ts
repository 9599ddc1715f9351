// What a device draws from its battery, and how it answers commands.

import { describe, expect, it } from 'vitest'
import { GroupModel, PayloadBuffer } from '../../../../simulator/device/index.ts'
import type { DeviceModel } from '../../../../simulator/device/index.ts'
import { expand, parseScenario } from '../../../../simulator/scenario/index.ts'
import { ManualDevice } from './manual-device.ts'

function started(group: string): { device: ManualDevice; model: DeviceModel } {
  const scenario = parseScenario(`version: 1\ngroups:\n  room: { count: 9, ${group} }`, 'x.yaml')
  const plan = expand(scenario).device(7)
  const model = new GroupModel(plan.group, new PayloadBuffer()).device(plan)
  const device = new ManualDevice()
  model.start(device)
  return { device, model }
}

const DAY_MS = 86_400_000

describe('energy', () => {
  const energy = 'energy: { battery: 1000mAh, sleep: 10uA, radio: 100mA, perMessage: 6s }'

  it('counts radio time and bytes, and what the battery comes to', () => {
    const { device, model } = started(
      `${energy}, publish: [{ topic: t, every: 1h, phase: 1s, payload: { stamp: [seq] } }]`,
    )
    device.run(DAY_MS)
    model.stop?.()
    const measured = Object.fromEntries(device.measured)
    // 24 messages of 6 s and 9 to 10 bytes at 100 kbit/s.
    expect(measured['radio.secondsPerDay']).toBeCloseTo(24 * 6, 0)
    const bytes = device.sent.reduce((sum, { payload }) => sum + 1 + payload.length, 0)
    expect(measured['bytes.perMonth']).toBeCloseTo(30 * bytes, 6)
    // 0.24 mAh a day asleep and 4.0 mAh of radio.
    expect(measured['battery.years']).toBeCloseTo(1_000 / (0.24 + 4.0) / 365, 2)
  })

  it('asleep is the battery divided by the current', () => {
    const { device, model } = started(energy)
    device.run(DAY_MS)
    model.stop?.()
    expect(Object.fromEntries(device.measured)['battery.years']).toBeCloseTo(100_000 / 8_760, 6)
  })
})

describe('commands', () => {
  const ask = (model: DeviceModel, text: string, topic = 'cmd/room-7/set'): void =>
    model.handleMessage?.(topic, new TextEncoder().encode(text))

  it('are answered after a while, where they came from', () => {
    const { device, model } = started('commands: { filter: "cmd/{id}/#", after: 200ms }')
    expect(device.filters).toEqual(['cmd/room-7/#'])
    device.run(1_000)
    ask(model, '21')
    device.run(1_100)
    ask(model, '22')
    expect(device.sent).toEqual([])
    device.run(2_000)
    expect(device.sent.map(({ dueMs, topic, payload }) => `${dueMs} ${topic} ${payload}`)).toEqual([
      '1200 cmd/room-7/set/done {"ok":true,"command":"21"}',
      '1300 cmd/room-7/set/done {"ok":true,"command":"22"}',
    ])
  })

  it('are not mistaken for answers that come back', () => {
    const { device, model } = started('commands: { filter: "#" }')
    ask(model, '{}', 'cmd/room-7/set/done')
    device.run(1_000)
    expect(device.sent).toEqual([])
  })

  it('fail as often as the scenario says, and when they are too many', () => {
    const { device, model } = started('commands: { filter: x, after: 1s, fail: 100% }')
    for (let index = 0; index < 20; index++) ask(model, 'x')
    expect(device.sent).toHaveLength(4)
    device.run(5_000)
    expect(device.sent).toHaveLength(20)
    expect(new Set(device.sent.map(({ payload }) => payload))).toEqual(
      new Set(['{"ok":false,"command":"x"}']),
    )
    expect(device.measured.filter(([name]) => name === 'command.failed')).toHaveLength(20)
  })
})
