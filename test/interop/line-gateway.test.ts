// A device that prints lines, through the gateway, to a real Mosquitto: lines become messages,
// messages lines, and everybody can see who is there and why not.

import { EventEmitter, once } from 'node:events'
import { connectAsync, LinkError, sharedClock } from '@motewire/sdk'
import type { Client } from '@motewire/sdk'
import { Gateway, lineDevice } from '@motewire/hardware'
import type { LineDeviceOptions } from '@motewire/hardware'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { requireComponent } from '../support/component.ts'
import { Mosquitto } from '../support/mosquitto.ts'
import { Wire } from '../unit/hardware/wire.ts'

const WAIT_MS = 10_000

describe.runIf(requireComponent('mosquitto'))('a line gateway', () => {
  let broker: Mosquitto
  let watcher: Client
  let gateway: Gateway
  let port: Wire
  let seen: string[]
  const events = new EventEmitter()

  beforeEach(async () => {
    // What comes before the watcher is back is kept for it.
    broker = await Mosquitto.start({ persistence: true })
    seen = []
    port = new Wire('serial /dev/ttyX', sharedClock(), true)
    const session = { clientId: 'watcher', clean: false }
    const retry = { reconnectPeriod: 50, reconnectPeriodMaxMs: 100 }
    watcher = await connectAsync(broker.url, { ...session, ...retry })
    watcher.on('message', (topic, payload) => {
      seen.push(`${topic} ${payload.toString()}`)
      events.emit('seen')
    })
    await watcher.subscribe('#', { qos: 1 })
  })

  afterEach(async () => {
    await gateway.stop()
    await watcher.end()
    await broker.remove()
  })

  async function start(options: Partial<LineDeviceOptions> = {}): Promise<void> {
    const client = { reconnectPeriod: 50, reconnectPeriodMaxMs: 100 }
    const device = lineDevice({ name: 'pump-7', ...options })
    const own = { port, brokerUrl: broker.url, name: 'pump-7', client, device, probeMs: 10 }
    gateway = new Gateway({ ...own, backoff: { baseMs: 10, maxMs: 50 } })
    await gateway.start()
    await until('pump-7/presence {"state":"up","reason":"the port is open"}')
  }

  async function until(line: string): Promise<void> {
    const signal = AbortSignal.timeout(WAIT_MS)
    while (!seen.includes(line)) await once(events, 'seen', { signal })
  }

  it('publishes each line, and tells the device each command', async () => {
    await start()
    port.far!.send('{"bar":4.25}\r\n\r\nrpm 1500\nhalf')
    await until('pump-7/line {"bar":4.25}')
    await until('pump-7/line rpm 1500')
    await watcher.publishAsync('pump-7/cmd', 'stop', { qos: 1 })
    port.far!.send(' a line\n')
    await until('pump-7/line half a line')
    expect(port.far!.text).toBe('stop\n')
    expect(seen.filter((line) => line.startsWith('pump-7/line'))).toHaveLength(3)
  })

  it('refuses a command that would be two lines, and one that is too long', async () => {
    await start({ lineBytesMax: 100 })
    await watcher.publishAsync('pump-7/cmd', 'on\noff', { qos: 1 })
    await watcher.publishAsync('pump-7/cmd', 'x'.repeat(101), { qos: 1 })
    await watcher.publishAsync('pump-7/cmd', 'fine', { qos: 1 })
    port.far!.send('ok\n')
    await until('pump-7/line ok')
    expect(port.far!.text).toBe('fine\n')
    expect(gateway.snapshot()).toMatchObject({ counts: { messagesRefused: 2 }, presence: 'up' })
  })

  it('says that the cable was pulled, and that it is back', async () => {
    await start()
    port.far!.cut(new LinkError('ERR_LINK_LOST', 'serial /dev/ttyX hung up'))
    await until('pump-7/presence {"state":"unplugged","reason":"serial /dev/ttyX hung up"}')
    seen = []
    await until('pump-7/presence {"state":"up","reason":"the port is open"}')
    expect(gateway.snapshot().port).toMatchObject({ state: 'probing', losses: 1 })
    port.far!.send('a line\n')
    await until('pump-7/line a line')
    expect(gateway.snapshot().port.state).toBe('up')
  })

  it('says that the device is silent, and that it speaks again', async () => {
    await start({ silentAfterMs: 100 })
    await until('pump-7/presence {"state":"silent","reason":"no line came in time"}')
    port.far!.send('here\n')
    await until('pump-7/presence {"state":"up","reason":"lines come again"}')
    await until('pump-7/line here')
    expect(seen.at(-1)).toBe('pump-7/line here')
  })

  it('loses no line while the broker is away', async () => {
    await start()
    await broker.stop()
    const lines = Array.from({ length: 200 }, (_, index) => `line ${index}`)
    port.far!.send(lines.map((line) => `${line}\n`).join(''))
    seen = []
    await broker.restart()
    await until('pump-7/line line 199')
    const got = seen.filter((line) => line.startsWith('pump-7/line'))
    expect(new Set(got)).toEqual(new Set(lines.map((line) => `pump-7/line ${line}`)))
  })

  it('says that it was stopped', async () => {
    await start()
    await gateway.stop()
    await until('pump-7/presence {"state":"gone","reason":"the bridge was stopped"}')
    expect(gateway.snapshot().presence).toBe('gone')
  })
})
