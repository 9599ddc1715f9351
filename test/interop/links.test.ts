// The client over every kind of link to a real Mosquitto, and mixed-up ports.

import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect as connectSocket, createServer } from 'node:net'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { connect, connectAsync, fromDuplex } from '@motewire/sdk'
import type { Client, ClientOptions, MotewireError } from '@motewire/sdk'
import { peerDiagnosis } from '@motewire/sdk/codec'
import { CertificateAuthority } from '../support/certificates.ts'
import { requireComponent } from '../support/component.ts'
import { Mosquitto } from '../support/mosquitto.ts'
import { ProxyServer } from '../support/proxy-server.ts'

const authority = new CertificateAuthority('motewire tests')
const identity = authority.issue('device')
const stranger = new CertificateAuthority('others').issue('device')
const trust = { ca: authority.cert }
const credentials = { username: 'user', password: 'secret' }
const MESSAGES = 200

interface Stage {
  readonly mosquitto: Mosquitto
  readonly socks: ProxyServer
  readonly http: ProxyServer
  readonly unixPath: string
}

let stage: Stage
const undo: (() => Promise<void> | void)[] = []
const clients: Client[] = []

/** Mosquitto's own Unix listener came with 2.1; a relay stands for it. */
async function relay(path: string, port: number): Promise<() => Promise<void>> {
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connectSocket({ host: '127.0.0.1', port })
    near.pipe(far).pipe(near)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => {}).once('close', () => sockets.delete(socket))
    }
  }).listen(path)
  await once(server, 'listening')
  return async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  }
}

/** The URL and the options of each link. */
const LINKS: readonly (readonly [string, (on: Stage) => [string, ClientOptions]])[] = [
  ['tcp', ({ mosquitto }) => [mosquitto.url, {}]],
  [
    'tls with client certificates',
    ({ mosquitto }) => [`mqtts://localhost:${mosquitto.tlsPort}`, { ...trust, ...identity }],
  ],
  ['websocket', ({ mosquitto }) => [`ws://127.0.0.1:${mosquitto.websocketPort}/mqtt`, {}]],
  ['a unix socket', ({ unixPath }) => [`unix://${unixPath}`, {}]],
  [
    'tcp through socks5',
    ({ mosquitto, socks }) => [
      mosquitto.url,
      { proxy: `socks5://user:secret@127.0.0.1:${socks.port}` },
    ],
  ],
  [
    'tls through http connect',
    ({ mosquitto, http }) => [
      `mqtts://127.0.0.1:${mosquitto.tlsPort}`,
      { ...trust, ...identity, proxy: `http://user:secret@127.0.0.1:${http.port}` },
    ],
  ],
  [
    'websocket through http connect',
    ({ mosquitto, http }) => [
      `ws://127.0.0.1:${mosquitto.websocketPort}`,
      { proxy: `http://user:secret@127.0.0.1:${http.port}` },
    ],
  ],
  [
    'a stream of its own',
    ({ mosquitto }) => [
      'stream://somewhere',
      { openChannel: () => fromDuplex(connectSocket(mosquitto.port, '127.0.0.1')) },
    ],
  ],
]

describe.runIf(requireComponent('mosquitto'))('the SDK over every link', () => {
  beforeAll(async () => {
    const tls = { ...authority.issue('broker'), clientCa: authority.cert }
    const mosquitto = await Mosquitto.start({ websocket: true, tls })
    const socks = await ProxyServer.socks5({ credentials })
    const http = await ProxyServer.httpConnect({ credentials })
    const folder = mkdtempSync(join(tmpdir(), 'motewire-links-'))
    const unixPath = join(folder, 'mqtt.sock')
    const endRelay = await relay(unixPath, mosquitto.port)
    stage = { mosquitto, socks, http, unixPath }
    undo.push(
      () => socks.close(),
      () => http.close(),
      endRelay,
      () => mosquitto.remove(),
      () => rmSync(folder, { recursive: true }),
    )
  })

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.end()))
  })

  afterAll(async () => {
    for (const step of undo) await step()
  })

  it.each(LINKS)('delivers in order at QoS 2 over %s', async (_name, where) => {
    const [url, options] = where(stage)
    const client = await connectAsync(url, { ...options, protocolVersion: 5 })
    clients.push(client)
    await client.subscribe('links/#', { qos: 2 })
    const received: number[] = []
    const all = new Promise<void>((resolve) => {
      client.on('message', (_topic, payload) => {
        received.push(payload.readUInt32BE())
        if (received.length === MESSAGES) resolve()
      })
    })
    for (let i = 0; i < MESSAGES; i++) {
      const payload = Buffer.alloc(4 + i * 10)
      payload.writeUInt32BE(i)
      client.publish('links/a', payload, { qos: 2 })
    }
    await all
    expect(received).toEqual(Array.from({ length: MESSAGES }, (_, i) => i))
  })

  it('offers mqttv3.1 to a broker of MQTT 3.1 over websocket', async () => {
    const url = `ws://127.0.0.1:${stage.mosquitto.websocketPort}`
    const client = await connectAsync(url, { protocolVersion: 3, clientId: 'old' })
    clients.push(client)
    expect(client.connected).toBe(true)
  })

  it.each([
    ['without a client certificate', {}],
    ['with one of another authority', stranger],
  ])('is refused by a broker that wants certificates, %s', async (_what, options) => {
    const url = `mqtts://127.0.0.1:${stage.mosquitto.tlsPort}`
    const client = connect(url, { ...trust, ...options, reconnectPeriod: 0 })
    clients.push(client)
    const [cause] = (await once(client as never, 'error')) as [MotewireError]
    // The broker closes right after its alert; the reset may overtake it.
    expect(cause.code).toMatch(/^ERR_LINK_(TLS|LOST|CLOSED)$/)
    expect(cause.message).not.toContain('\n')
  })

  it('knows what the WebSocket port answers to a plain CONNECT', async () => {
    const socket = connectSocket(stage.mosquitto.websocketPort, '127.0.0.1')
    const chunks: Buffer[] = []
    socket.on('data', (bytes) => chunks.push(bytes))
    socket.write(Buffer.from('101000044d5154540402003c000461626364', 'hex'))
    await once(socket, 'end', { signal: AbortSignal.timeout(10_000) })
    expect(peerDiagnosis(Buffer.concat(chunks))).toMatch(/^speaks HTTP/)
  })
})
