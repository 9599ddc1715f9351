// Real firmware that speaks MQTT, with its session ending at the gateway, and a real Mosquitto:
// what the device says waits for the broker, what it is told waits for the device, and its will and
// presence tell what became of it.

import { EventEmitter, once } from 'node:events'
import { connectAsync, sharedClock } from '@motewire/sdk'
import type { Client, ClientOptions } from '@motewire/sdk'
import { Gateway, mqttDevice } from '@motewire/hardware'
import type {
  DeviceHost,
  DeviceMessage,
  FirmwareName,
  MqttDeviceOptions,
  MqttFraming,
} from '@motewire/hardware'
import type { Microcontroller } from '@motewire/simulator/firmware'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { requireComponent } from '../support/component.ts'
import { microcontroller, uartSource } from '../support/firmware.ts'
import { Mosquitto } from '../support/mosquitto.ts'
import { runOutage } from '../support/outage-run.ts'

const WAIT_MS = 20_000

describe.runIf(requireComponent('mosquitto'))('a gateway for MQTT devices', () => {
  let broker: Mosquitto
  let watcher: Client
  let device: Microcontroller
  let gateway: Gateway
  let seen: string[]
  const events = new EventEmitter()

  beforeEach(async () => {
    // What comes before the watcher is back is kept for it.
    broker = await Mosquitto.start({ persistence: true })
    seen = []
    const session = { clientId: 'watcher', clean: false }
    const retry = { reconnectPeriod: 50, reconnectPeriodMaxMs: 100 }
    watcher = await connectAsync(broker.url, { ...session, ...retry })
    watcher.on('message', (topic, payload) => {
      seen.push(`${topic} ${payload.toString('latin1')}`)
      events.emit('seen')
    })
    await watcher.subscribe('#', { qos: 1 })
  })

  afterEach(async () => {
    device.stop()
    await gateway.stop()
    await watcher.end()
    await broker.remove()
  })

  async function start(
    image: FirmwareName,
    options: MqttDeviceOptions = {},
    own: ClientOptions = {},
  ): Promise<void> {
    device = microcontroller(image, 'd', sharedClock(), { readAnalog: () => 2.5 })
    const client = { reconnectPeriod: 50, reconnectPeriodMaxMs: 100, ...own }
    gateway = new Gateway({
      port: uartSource(device),
      brokerUrl: broker.url,
      name: 'pump-7',
      client,
      device: (host, now) => {
        const framing = image.split('-')[1] as MqttFraming
        const publish = (message: DeviceMessage): boolean => {
          events.emit('published', message.topic)
          return host.publish(message)
        }
        const heard = Object.create(host, { publish: { value: publish } }) as DeviceHost
        return mqttDevice({ framing, ...options })(heard, now)
      },
    })
    await gateway.start()
    device.start()
  }

  async function until(text: string, count = 1): Promise<void> {
    const signal = AbortSignal.timeout(WAIT_MS)
    const isThere = (): boolean => seen.filter((line) => line.startsWith(text)).length >= count
    while (!isThere()) await once(events, 'seen', { signal })
  }

  it.each(['echo-raw', 'echo-cobs'] as const)(
    'echoes 50 messages of 40 bytes sent back to back, topics mapped (%s)',
    async (image) => {
      await start(image, { topics: [{ device: '', broker: 'plant/7/' }] })
      await until('plant/7/boot/d')
      const sent = Array.from({ length: 50 }, (_, index) => `${index}`.padEnd(40, '.'))
      for (const payload of sent) watcher.publish('plant/7/down/d', payload)
      await until('plant/7/echo/d', sent.length)
      expect(seen.filter((line) => line.startsWith('plant/7/echo/d '))).toEqual(
        sent.map((payload) => `plant/7/echo/d ${payload}`),
      )
      expect(device.chip.overruns).toBe(0)
      expect(gateway.snapshot().counts).toMatchObject({
        resets: 0,
        breaks: 0,
        messagesToDevice: 50,
        messagesUnconfirmed: 0,
      })
    },
  )

  it('keeps the session of a device while the broker is away', async () => {
    await start('echo-raw')
    await until('up/d 00002')
    await broker.stop()
    for (let count = 0; count < 10; count++) await once(events, 'published')
    expect(gateway.snapshot().counts['messagesQueued']).toBeGreaterThanOrEqual(9)
    await broker.restart()
    await until('up/d 00020')
    expect(device.chip.resets).toBe(0)
    expect(gateway.snapshot().counts).toMatchObject({ sessions: 1, breaks: 0 })
  })

  it('tells why a device was reset, as its hello says', async () => {
    await start('echo-cobs')
    await until('pump-7/presence {"state":"up","reason":"the device has connected after power-on"}')
    device.reset('brownOut')
    expect(device.chip.resets).toBe(1)
    await until(
      'pump-7/presence {"state":"up","reason":"the device has connected after a brown-out"}',
    )
  })

  it('publishes the will of a device that is reset, and tells of a pulled cable', async () => {
    await start('echo-raw')
    await until('up/d')
    device.reset()
    await until('will/d gone')
    await until('boot/d', 2)
    seen = []
    device.uart.unplug()
    await until('will/d gone')
    await until('pump-7/presence {"state":"unplugged"')
    device.uart.plug()
    await until('pump-7/presence {"state":"up","reason":"the port is open"}')
    expect(gateway.snapshot().presence).toBe('up')
  })
})

describe.runIf(requireComponent('mosquitto'))('a gateway whose broker is away', () => {
  it.each([
    { bound: 1_000, received: 500, dropped: 0, first: 1 },
    // One place is taken by what the gateway says itself when the broker is back.
    { bound: 101, received: 100, dropped: 400, first: 401 },
  ])('keeps $received of 500 messages with room for $bound', async ({ bound, ...expected }) => {
    await using broker = await Mosquitto.start({ persistence: true })
    const outbox = { messagesMax: bound, whenFull: 'drop-oldest' } as const
    const result = await runOutage({ broker, messages: 500, outbox })
    expect(result).toMatchObject({ confirmed: 500, ...expected })
  })
})
