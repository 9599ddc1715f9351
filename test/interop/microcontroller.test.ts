// Real firmware on emulated microcontrollers, through the bridge, to a real Mosquitto: what must
// hold when the device is reset in the middle of a packet, when messages come faster than its
// receive buffer can hold, when the cable is pulled and when the broker goes away.

import { EventEmitter, once } from 'node:events'
import { connectAsync, sharedClock } from '@motewire/sdk'
import type { Client } from '@motewire/sdk'
import { MqttBridge, tcpSource } from '@motewire/hardware'
import type { MqttBridgeOptions, MqttFraming } from '@motewire/hardware'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Microcontroller } from '@motewire/simulator/firmware'
import { requireComponent } from '../support/component.ts'
import { microcontroller, uartSource } from '../support/firmware.ts'
import { Mosquitto } from '../support/mosquitto.ts'
import { runResets } from '../support/reset-run.ts'

const WAIT_MS = 15_000
const RESET_SEED = 42

describe.runIf(requireComponent('mosquitto'))('a microcontroller on the bridge', () => {
  let broker: Mosquitto
  let watcher: Client
  let seen: string[]
  const events = new EventEmitter()
  let device: Microcontroller
  let bridge: MqttBridge

  beforeEach(async () => {
    broker = await Mosquitto.start()
    watcher = await connectAsync(broker.url, { reconnectPeriod: 50, reconnectPeriodMaxMs: 100 })
    seen = []
    await watch()
  })

  afterEach(async () => {
    device.stop()
    await bridge.stop()
    await watcher.end()
    await broker.remove()
  })

  function start(
    image: 'echo-raw' | 'echo-slip' | 'echo-cobs' | 'echo-raw-rp2040' | 'sensor-raw',
    options: Partial<MqttBridgeOptions> = {},
  ): void {
    device = microcontroller(image, 'd', sharedClock(), { readAnalog: () => 2.5 })
    bridge = new MqttBridge({
      port: uartSource(device),
      broker: tcpSource({ host: '127.0.0.1', port: broker.port }),
      framing: image.split('-')[1] as MqttFraming,
      ...options,
    })
    void bridge.start()
    device.start()
  }

  async function watch(): Promise<void> {
    watcher.on('message', (topic, payload) => {
      seen.push(`${topic} ${payload.toString('latin1')}`)
      events.emit('seen')
    })
    await watcher.subscribe('#')
  }

  async function until(text: string, count = 1): Promise<void> {
    const signal = AbortSignal.timeout(WAIT_MS)
    const isThere = (): boolean => seen.filter((line) => line.startsWith(text)).length >= count
    while (!isThere()) await once(events, 'seen', { signal })
  }

  it('publishes what its analog input reads, and is known by the name in its EEPROM', async () => {
    start('sensor-raw')
    await until('sensors/d/adc {"seq":00000,"adc":0512}')
    expect(seen[0]).toBe('sensors/d/state online')
  })

  it.each(['echo-raw', 'echo-slip', 'echo-cobs', 'echo-raw-rp2040'] as const)(
    'echoes 50 messages of 40 bytes sent back to back (%s)',
    async (image) => {
      start(image)
      await until('boot/d')
      const sent = Array.from({ length: 50 }, (_, index) => `${index}`.padEnd(40, '.'))
      for (const payload of sent) watcher.publish('down/d', payload)
      await until('echo/d', sent.length)
      expect(seen.filter((line) => line.startsWith('echo/d '))).toEqual(
        sent.map((payload) => `echo/d ${payload}`),
      )
      seen = []
      await until('up/d')
      expect(device.chip.overruns).toBe(0)
      expect(bridge.snapshot().mqtt).toMatchObject({
        fromDevice: { resets: 0, breaks: 0, damagedFrames: 0 },
        toDevice: { messages: 50, refused: 0, unconfirmed: 0, waiting: 0 },
      })
    },
  )

  it('refuses a message that is too long for the device, which stays alive', async () => {
    start('echo-raw', { downlink: { devicePacketBytesMax: 96 } })
    await until('boot/d')
    watcher.publish('down/d', 'x'.repeat(500))
    watcher.publish('down/d', 'short')
    await until('echo/d short')
    expect(bridge.snapshot().mqtt.toDevice).toMatchObject({ messages: 1, refused: 1 })
  })

  it.each(['echo-raw', 'echo-raw-rp2040'] as const)(
    'comes back with its reset cause when the watchdog or the pin resets it (%s)',
    async (image) => {
      start(image)
      await until('boot/d 01')
      watcher.publish('down/d', 'hang')
      await until('boot/d 08')
      expect(seen).toContain('will/d gone')
      device.reset('pin')
      await until('boot/d 02')
      await until('will/d gone', 2)
      expect(device.chip.resets).toBe(2)
    },
  )

  it('leaves its will when the cable is pulled, and comes back when it is plugged in', async () => {
    start('echo-raw')
    await until('up/d')
    device.uart.unplug()
    await until('will/d gone')
    device.uart.plug()
    device.reset('power')
    await until('boot/d', 2)
    expect(bridge.snapshot()).toMatchObject({ port: { state: 'up', losses: 1 } })
  })

  it('comes back when the broker has been away', async () => {
    start('echo-raw', { backoff: { baseMs: 50, maxMs: 100 } })
    await until('up/d')
    await broker.stop()
    seen = []
    await broker.restart()
    await until('up/d')
    expect(bridge.snapshot()).toMatchObject({ net: { state: 'up' }, port: { losses: 0 } })
  })

  it('is given the credentials that the bridge keeps', async () => {
    await broker.remove()
    await watcher.end()
    broker = await Mosquitto.start({ users: { plant: 'secret', viewer: 'v' } })
    watcher = await connectAsync(broker.url, { username: 'viewer', password: 'v' })
    await watch()
    start('echo-raw', { identity: { clientId: 'bridge-d', username: 'plant', password: 'secret' } })
    await until('up/d')
    expect(broker.log).toMatch(/as bridge-d \(p2, c1, k30, u'plant'\)/)
  })

  it('never publishes half a packet when it is reset at 200 random positions', async () => {
    device = microcontroller('echo-raw', 'unused', sharedClock())
    bridge = new MqttBridge({ port: uartSource(device), broker: tcpSource(address()) })
    const result = await runResets({
      brokerUrl: broker.url,
      image: 'echo-raw',
      devices: 20,
      resets: 10,
      seed: RESET_SEED,
      recoveryMsMax: WAIT_MS,
      join: (one) => {
        const own = new MqttBridge({ port: uartSource(one), broker: tcpSource(address()) })
        void own.start()
        return () => own.stop()
      },
    })
    expect(result).toMatchObject({ resets: 200, corrupt: [], wills: 200, stuck: 0 })
  })

  const address = (): { host: string; port: number } => ({ host: '127.0.0.1', port: broker.port })
})
