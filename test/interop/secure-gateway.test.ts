// TLS on a device's behalf: authority, certificate and key are the bridge's, the device knows none
// of them, and a real Mosquitto takes it for whom the certificate names.

import { EventEmitter, once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync, sharedClock } from '@motewire/sdk'
import type { Client, ClientOptions } from '@motewire/sdk'
import { brokerSource, Gateway, lineDevice, MqttBridge } from '@motewire/hardware'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CertificateAuthority } from '../support/certificates.ts'
import { requireComponent } from '../support/component.ts'
import { microcontroller, uartSource } from '../support/firmware.ts'
import { Mosquitto } from '../support/mosquitto.ts'
import { Wire } from '../unit/hardware/wire.ts'

const WAIT_MS = 15_000
const authority = new CertificateAuthority('plant authority')
const server = authority.issue('localhost')
const plant = authority.issue('plant-7')

/** Only who has the certificate of plant-7 may publish everywhere. */
const RULES = ['topic read #', 'topic write +/cmd', 'topic write down/#', 'user plant-7', 'topic #']

describe.runIf(requireComponent('mosquitto'))('TLS on behalf of a device', () => {
  let open: Mosquitto
  let closed: Mosquitto
  let folder: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'motewire-rules-'))
    const rules = join(folder, 'rules')
    writeFileSync(rules, `${RULES.join('\n')}\n`, { mode: 0o600 })
    const tls = { cert: server.cert, key: server.key }
    const lines = ['use_identity_as_username true', `acl_file ${rules}`]
    ;[open, closed] = await Promise.all([
      Mosquitto.start({ tls }),
      Mosquitto.start({ tls: { ...tls, clientCa: authority.cert }, lines }),
    ])
  })

  afterAll(async () => {
    await Promise.all([open.remove(), closed.remove()])
    rmSync(folder, { recursive: true, force: true })
  })

  /** Listens without TLS to what has come in with it. */
  async function watch(broker: Mosquitto): Promise<Watcher> {
    const client = await connectAsync(broker.url)
    const seen: string[] = []
    const events = new EventEmitter()
    client.on('message', (topic, payload) => {
      seen.push(`${topic} ${payload.toString('latin1')}`)
      events.emit('seen')
    })
    await client.subscribe('#')
    return {
      client,
      async until(text) {
        const signal = AbortSignal.timeout(WAIT_MS)
        while (!seen.some((line) => line.startsWith(text))) await once(events, 'seen', { signal })
      },
    }
  }

  function makeGateway(broker: Mosquitto, client: ClientOptions): Secured {
    const port = new Wire('serial /dev/ttyX', sharedClock(), true)
    const notices: string[] = []
    const events = new EventEmitter()
    const gateway = new Gateway({
      port,
      brokerUrl: `mqtts://localhost:${broker.tlsPort}`,
      name: 'pump-7',
      device: lineDevice({ name: 'pump-7' }),
      client: { reconnectPeriod: 50, reconnectPeriodMaxMs: 100, ...client },
      handleNotice: ({ message }) => {
        notices.push(message)
        events.emit('notice')
      },
    })
    return { gateway, port, notices, events }
  }

  const ways: [string, () => Mosquitto, ClientOptions][] = [
    ['with the authority of the broker', () => open, { ca: authority.cert }],
    ['with a certificate of its own', () => closed, { ca: authority.cert, ...plant }],
  ]
  it.each(ways)('a gateway connects %s', async (_how, brokerOf, options) => {
    const broker = brokerOf()
    const watcher = await watch(broker)
    const { gateway, port } = makeGateway(broker, options)
    try {
      await gateway.start()
      await watcher.until('pump-7/presence {"state":"up"')
      port.far!.send('4.25 bar\n')
      await watcher.until('pump-7/line 4.25 bar')
      await watcher.client.publishAsync('pump-7/cmd', 'stop', { qos: 1 })
      await port.far!.until('stop')
      await gateway.stop()
      // All that the device was ever told.
      expect(port.far!.text).toBe('stop\n')
    } finally {
      await gateway.stop()
      await watcher.client.end()
    }
  })

  const refusals: [string, () => Mosquitto, ClientOptions, RegExp][] = [
    ['no certificate where one is asked for', () => closed, { ca: authority.cert }, /certificate/],
    ['a broker of an unknown authority', () => open, {}, /certificate|issuer/],
  ]
  it.each(refusals)('a gateway says once that it has %s', async (_what, brokerOf, options, why) => {
    const { gateway, notices, events } = makeGateway(brokerOf(), options)
    try {
      await gateway.start()
      const signal = AbortSignal.timeout(WAIT_MS)
      const tries = (): string[] => notices.filter((line) => line.startsWith('mqtt pump-7: '))
      while (tries().length === 0) await once(events, 'notice', { signal })
      expect(tries()[0]).toMatch(why)
      expect(tries()[0]).toMatch(/; trying again$/)
      expect(gateway.snapshot().net).toMatchObject({ state: 'waiting', opens: 0 })
    } finally {
      await gateway.stop()
    }
  })

  it('a device with a session of its own is known by the certificate of the bridge', async () => {
    const watcher = await watch(closed)
    const device = microcontroller('echo-raw', 'd', sharedClock())
    const url = `mqtts://localhost:${closed.tlsPort}`
    const tls = { ca: authority.cert, ...plant }
    const source = brokerSource(url, tls)
    const bridge = new MqttBridge({ port: uartSource(device), broker: source })
    try {
      await bridge.start()
      device.start()
      await watcher.until('boot/d 01')
      watcher.client.publish('down/d', 'ping')
      await watcher.until('echo/d ping')
      expect(bridge.snapshot().mqtt).toMatchObject({ isInSession: true, sessions: 1 })
    } finally {
      device.stop()
      await bridge.stop()
      await watcher.client.end()
    }
  })
})

interface Watcher {
  readonly client: Client
  until(text: string): Promise<void>
}

interface Secured {
  readonly gateway: Gateway
  readonly port: Wire
  readonly notices: readonly string[]
  readonly events: EventEmitter
}
