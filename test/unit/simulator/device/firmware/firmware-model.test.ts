// Real firmware as a model of a fleet, in virtual time, on both chips: the image's MQTT session
// ends in the model.

import { readFileSync } from 'node:fs'
import { firmwarePath } from '@motewire/hardware'
import { emulatedBoards, FirmwareModel, flashOf } from '@motewire/simulator/firmware'
import type { Flash } from '@motewire/simulator/firmware'
import { beforeEach, describe, expect, it } from 'vitest'
import { makeUartBridge } from '../../../../../cli/uart-bridge.ts'
import type { DeviceModel } from '../../../../../simulator/device/index.ts'
import { ManualDevice } from '../manual-device.ts'

type Program = 'sensor-raw' | 'echo-raw'

/** What a quarter of the range of the analog inputs is. */
const CHIPS = [
  { chip: 'ATmega328P', suffix: '', quarterVolts: 1.25 },
  { chip: 'RP2040', suffix: '-rp2040', quarterVolts: 0.825 },
] as const

describe.each(CHIPS)('a device that runs an image for the $chip', ({ suffix, quarterVolts }) => {
  let device: ManualDevice
  let model: DeviceModel

  function flash(name: Program): Flash {
    return flashOf(readFileSync(firmwarePath(`${name}${suffix}`)))
  }

  function start(name: Program, volts = 0): void {
    device = new ManualDevice()
    const makeBoard = emulatedBoards({ flash: flash(name), readAnalog: () => volts })
    model = new FirmwareModel({ makeBoard, makeBridge: makeUartBridge })
    model.start(device)
  }

  beforeEach(() => start('sensor-raw', quarterVolts))

  it('publishes once a second under its own name when it is online', () => {
    model.handleOnline?.()
    device.run(60_000)
    const readings = device.sent.filter(({ topic }) => topic === 'sensors/room-7/adc')
    expect(readings).toHaveLength(59)
    expect(readings[0]).toMatchObject({ payload: '{"seq":00000,"adc":0256}', qos: 0 })
    const gaps = readings.slice(1).map(({ atMs }, index) => atMs - readings[index]!.atMs)
    expect(Math.min(...gaps)).toBeGreaterThan(995)
    expect(Math.max(...gaps)).toBeLessThan(1_005)
  })

  it('waits with its CONNECT until the device is online', () => {
    device.run(10_000)
    expect(device.sent).toEqual([])
    model.handleOnline?.()
    device.run(20_000)
    expect(device.sent[0]).toMatchObject({ topic: 'sensors/room-7/state', payload: 'online' })
  })

  it('connects anew when the device has been offline', () => {
    model.handleOnline?.()
    device.run(5_000)
    model.handleOffline?.()
    device.run(10_000)
    const before = device.sent.length
    model.handleOnline?.()
    device.run(20_000)
    expect(device.sent.slice(before)[0]).toMatchObject({ payload: 'online', retain: true })
  })

  it('is handed messages one at a time, and answers all of them', () => {
    start('echo-raw')
    model.handleOnline?.()
    device.run(1_000)
    expect(device.filters).toEqual(['down/room-7'])
    const sent = Array.from({ length: 50 }, (_, index) => `${index}`.padEnd(40, '.'))
    for (const payload of sent) model.handleMessage?.('down/room-7', Buffer.from(payload))
    device.run(5_000)
    const echoed = device.sent.filter(({ topic }) => topic === 'echo/room-7')
    expect(echoed.map(({ payload }) => payload)).toEqual(sent)
  })

  it('does the same in every run', () => {
    const trace = (): unknown => {
      start('echo-raw')
      model.handleOnline?.()
      device.run(30_000)
      return device.sent
    }
    expect(trace()).toEqual(trace())
  })

  it('leaves no task behind when it is stopped', () => {
    model.handleOnline?.()
    device.run(3_000)
    model.stop?.()
    device.run(3_100)
    expect(device.tasks).toBe(0)
  })
})
