// A Modbus RTU slave on a pseudo-terminal, polled by the gateway, and what a real Mosquitto hears
// of it: values when they change, errors, writes.

import { EventEmitter, once } from 'node:events'
import { connectAsync } from '@motewire/sdk'
import type { Client } from '@motewire/sdk'
import { Gateway, modbusDevice, serialSource } from '@motewire/hardware'
import type { PolledPoint } from '@motewire/hardware'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PtyPair } from '../contract/hardware/pty-pair.ts'
import { requireComponent } from '../support/component.ts'
import { ModbusSlave } from '../support/modbus-slave.ts'
import { Mosquitto } from '../support/mosquitto.ts'

const WAIT_MS = 20_000
const UNIT = 17

function point(address: number, more: Partial<PolledPoint> = {}): PolledPoint {
  const common = { unit: UNIT, kind: 'holding', type: 'u16', words: 'big', scale: 1 } as const
  return { ...common, address, everyMs: 20, change: 0, isWritable: false, ...more }
}

const POINTS = {
  level: point(10, { type: 'i16', scale: 0.1, change: 0.5 }),
  energy: point(20, { type: 'u32', words: 'little', kind: 'input' }),
  flow: point(30, { type: 'f32' }),
  valve: point(5, { kind: 'coil', type: 'bit', isWritable: true }),
  target: point(40, { scale: 0.01, isWritable: true }),
  limit: point(50, { type: 'i32', isWritable: true }),
}

describe.runIf(requireComponent('mosquitto') && requireComponent('socat'))('a Modbus line', () => {
  let broker: Mosquitto
  let watcher: Client
  let pair: PtyPair
  let slave: ModbusSlave
  let gateway: Gateway
  let seen: string[]
  const events = new EventEmitter()

  beforeEach(async () => {
    ;[broker, pair] = await Promise.all([Mosquitto.start(), PtyPair.create()])
    slave = new ModbusSlave(pair.far, UNIT)
    for (const [address, value] of [
      [10, 0xfff6],
      [20, 0x5678],
      [21, 0x1234],
      [30, 0x3fc0],
      [31, 0],
      [40, 2_150],
      [50, 0],
      [51, 7],
    ] as const) {
      slave.registers.set(address, value)
    }
    seen = []
    watcher = await connectAsync(broker.url)
    watcher.on('message', (topic, payload) => {
      seen.push(`${topic} ${payload.toString()}`)
      events.emit('seen')
    })
    await watcher.subscribe('#', { qos: 1 })
    gateway = new Gateway({
      port: serialSource(pair.near, { baud: 19_200 }),
      brokerUrl: broker.url,
      name: 'plant',
      device: modbusDevice({ name: 'plant', points: POINTS, baud: 19_200, answerTimeoutMs: 200 }),
    })
    await gateway.start()
  })

  afterEach(async () => {
    await Promise.all([gateway.stop(), watcher.end(), slave.close()])
    await Promise.all([broker.remove(), pair.remove()])
  })

  async function until(line: string): Promise<void> {
    const signal = AbortSignal.timeout(WAIT_MS)
    while (!seen.includes(line)) {
      await once(events, 'seen', { signal }).catch(() => {
        throw new Error(`never saw '${line}' but ${seen.join(', ')}`)
      })
    }
  }

  it('tells the values of all types, and a change only when it is large enough', async () => {
    await until('plant/level -1')
    await until('plant/energy 305419896')
    await until('plant/flow 1.5')
    await until('plant/valve 0')
    await until('plant/target 21.5')
    await until('plant/limit 7')
    // Less than half a unit is no change; the next value is one.
    slave.registers.set(10, 0xfff9)
    const requests = slave.requests
    slave.registers.set(40, 2_200)
    await until('plant/target 22')
    slave.registers.set(10, 100)
    await until('plant/level 10')
    expect(seen.filter((line) => line.startsWith('plant/level '))).toEqual([
      'plant/level -1',
      'plant/level 10',
    ])
    expect(slave.requests).toBeGreaterThan(requests)
  })

  it('writes coils and registers, and refuses what does not fit', async () => {
    await until('plant/valve 0')
    await watcher.publishAsync('plant/set/valve', '1', { qos: 1 })
    await until('plant/valve 1')
    await watcher.publishAsync('plant/set/limit', '-70000', { qos: 1 })
    await until('plant/limit -70000')
    await watcher.publishAsync('plant/set/target', '9000', { qos: 1 })
    await watcher.publishAsync('plant/set/level', '1', { qos: 1 })
    await watcher.publishAsync('plant/set/target', '3.25', { qos: 1 })
    await until('plant/target 3.25')
    expect(gateway.snapshot().counts).toMatchObject({ messagesRefused: 2 })
    expect(slave.registers.get(40)).toBe(325)
  })

  it('tells a register that is not there, a slave that is silent, and its return', async () => {
    await until('plant/flow 1.5')
    slave.registers.delete(30)
    await until('plant/flow/error the slave refuses: exception 2')
    slave.isDeaf = true
    await until('plant/level/error the slave did not answer')
    await until('plant/presence {"state":"silent","reason":"the slave did not answer"}')
    seen = []
    slave.isDeaf = false
    await until('plant/level/error ')
    await until('plant/level -1')
    await until('plant/presence {"state":"up","reason":"a slave has answered"}')
    expect(gateway.snapshot().presence).toBe('up')
  })

  it('asks again after an answer that was damaged', async () => {
    await until('plant/flow 1.5')
    slave.damaged = 2
    slave.registers.set(40, 5)
    await until('plant/target 0.05')
    expect(gateway.snapshot().counts).toMatchObject({ damagedFrames: 2, slaveExceptions: 0 })
    expect(seen.filter((line) => line.includes('/error'))).toEqual([])
  })
})
