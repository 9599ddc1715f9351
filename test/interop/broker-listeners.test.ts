// The doors of our broker: TLS, WebSocket on the same port, listeners that are closed and opened,
// users and rules from Mosquitto's own files, `$SYS` under Mosquitto's names.

import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect as dial } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt from 'mqtt'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectAsync } from '@motewire/sdk'
import { encodePacket } from '@motewire/sdk/codec'
import type { ConnectPacket } from '@motewire/sdk/codec'
import { Broker, loadBrokerConfig } from '@motewire/simulator/broker'
import type { BrokerOptions } from '@motewire/simulator/broker'
import { CERTIFICATE_PEM, KEY_PEM } from '../support/certificate.ts'
import { requireComponent } from '../support/component.ts'
import { Mosquitto } from '../support/mosquitto.ts'
import { motewire, run } from '../support/programs.ts'

const CONNECT: ConnectPacket = {
  type: 'connect',
  protocolVersion: 4,
  clientId: 'c',
  clean: true,
  keepalive: 0,
}

let folder: string
let broker: Broker | undefined

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'motewire-doors-'))
})

afterEach(async () => {
  await broker?.stop()
  broker = undefined
  rmSync(folder, { recursive: true, force: true })
})

async function start(options: BrokerOptions): Promise<number> {
  broker = new Broker(options)
  return (await broker.start()).port
}

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** What a raw socket gets as answer, up to the peer's end. */
async function answerTo(port: number, bytes: string | Buffer): Promise<string> {
  const socket = dial(port, '127.0.0.1')
  let answer = ''
  socket.on('data', (part: Buffer) => (answer += part.toString('latin1')))
  socket.on('error', () => undefined)
  socket.write(bytes)
  await once(socket, 'close')
  return answer
}

describe('one port', () => {
  it.each([4, 5] as const)('takes MQTT %i over WebSocket and over TCP', async (protocolVersion) => {
    const port = await start({ port: 0 })
    const web = await mqtt.connectAsync(`ws://127.0.0.1:${port}`, { protocolVersion })
    const plain = await connectAsync(`mqtt://127.0.0.1:${port}`)
    const large = Buffer.alloc(300_000, 7)
    const arrived = new Promise<[string, Buffer]>((resolve) => {
      web.once('message', (topic, payload) => resolve([topic, payload]))
    })
    await web.subscribeAsync('t', { qos: 2 })
    await plain.publishAsync('t', large, { qos: 2 })
    const [topic, payload] = await arrived
    expect([topic, payload.equals(large)]).toEqual(['t', true])
    const back = new Promise<Buffer>((resolve) => {
      plain.once('message', (_topic, bytes) => resolve(Buffer.from(bytes)))
    })
    await plain.subscribe('back')
    await web.publishAsync('back', large, { qos: 1 })
    expect((await back).equals(large)).toBe(true)
    expect(broker!.listeners()).toMatchObject([{ connectedNow: 2, connectedEver: 2 }])
    await web.endAsync()
    await plain.end()
    await expect.poll(() => broker!.listeners()[0]?.connectedNow).toBe(0)
  })

  it('closes the socket of a client that has left and does not close it itself', async () => {
    const port = await start({ port: 0 })
    const socket = dial({ port, host: '127.0.0.1', allowHalfOpen: true })
    socket.write(encodePacket(CONNECT, 4))
    await once(socket, 'data')
    socket.write(encodePacket({ type: 'disconnect', reasonCode: 0 }, 4))
    await once(socket.resume(), 'end')
    await expect.poll(() => broker!.listeners()[0]?.connectedNow).toBe(0)
    socket.destroy()
  })

  it('answers what came before DISCONNECT in the same bytes', async () => {
    const port = await start({ port: 0 })
    const socket = dial(port, '127.0.0.1')
    const subscriptions = [{ filter: 'a', qos: 0 }] as const
    const subscribe = { type: 'subscribe', packetId: 7, subscriptions } as const
    const leave = { type: 'disconnect', reasonCode: 0 } as const
    socket.write(Buffer.concat([CONNECT, subscribe, leave].map((one) => encodePacket(one, 4))))
    const parts: Buffer[] = []
    socket.on('data', (part: Buffer) => parts.push(part))
    await once(socket, 'end')
    expect(Buffer.concat(parts).toString('hex')).toBe('200200009003000700')
  })

  it('says to a browser that it wants an upgrade', async () => {
    const port = await start({ port: 0 })
    const answer = await answerTo(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 426 /)
  })

  it('is left at once by a broker that stops, whoever has not said yet what it wants', async () => {
    const port = await start({ port: 0 })
    const silent = ['', 'GET / HTTP/1.1\r\nHost:'].map((text) => {
      const socket = dial(port, '127.0.0.1', () => socket.write(text))
      socket.on('error', () => undefined)
      return socket
    })
    // Whoever has an answer came after them: the broker has accepted all.
    await (await connectAsync(`mqtt://127.0.0.1:${port}`)).end()
    const closed = silent.map((socket) => once(socket, 'close'))
    await broker!.stop()
    broker = undefined
    expect(await Promise.all(closed)).toHaveLength(2)
  })

  it('refuses new clients while it is closed, and keeps the old ones', async () => {
    const port = await start({ port: 0 })
    const old = await connectAsync(`mqtt://127.0.0.1:${port}`)
    expect(broker!.setAccepting('tcp', false)).toBe(true)
    expect(await answerTo(port, Buffer.from([0x10]))).toBe('')
    await expect(old.publishAsync('t', 'x', { qos: 1 })).resolves.toBeUndefined()
    broker!.setAccepting('tcp', true)
    await (await connectAsync(`mqtt://127.0.0.1:${port}`)).end()
    await old.end()
  })

  it('may have a virtual host of its own', async () => {
    await start({
      virtualHosts: ['main', 'lab'],
      listeners: [
        { name: 'one', port: 0 },
        { name: 'two', port: 0, virtualHost: 'lab' },
      ],
    })
    const [one, two] = broker!.listeners().map(({ port }) => `mqtt://127.0.0.1:${port}`)
    const clients = [await connectAsync(one!), await connectAsync(two!)]
    expect(broker!.hosts()).toMatchObject([
      { name: 'main', clientsConnected: 1 },
      { name: 'lab', clientsConnected: 1 },
    ])
    for (const client of clients) await client.end()
  })
})

describe.runIf(requireComponent('mosquitto-clients'))('clients of Mosquitto', () => {
  it('come in over TLS', async () => {
    const tls = { key: KEY_PEM, cert: CERTIFICATE_PEM }
    const port = String(await start({ listeners: [{ port: 0, tls }] }))
    const trust = ['--cafile', file('ca.pem', CERTIFICATE_PEM), '-h', 'localhost', '-p', port]
    const pub = await run('mosquitto_pub', [...trust, '-t', 't', '-m', 'safe', '-r', '-q', '2'])
    expect(pub).toMatchObject({ code: 0, err: '' })
    const sub = await run('mosquitto_sub', [...trust, '-t', 't', '-C', '1', '-W', '9'])
    expect(sub.out).toBe('safe\n')
    // A handshake that fails changes nothing for others.
    await answerTo(Number(port), 'no TLS at all')
    const again = await run('mosquitto_sub', [...trust, '-t', 't', '-C', '1', '-W', '9'])
    expect(again.out).toBe('safe\n')
  })

  it('are let in by a password file and an ACL file of Mosquitto', async () => {
    const passwords = join(folder, 'passwords')
    await run('mosquitto_passwd', ['-c', '-b', passwords, 'ann', 'one'])
    const rules = file('acl', 'user ann\ntopic readwrite ann/#\n')
    const config = `listener 0 127.0.0.1\npassword_file ${passwords}\nacl_file ${rules}\n`
    const child = motewire('broker', '--config', file('mosquitto.conf', config))
    await child.says('broker listens on')
    const port = /:(\d+)\n/.exec(child.out)![1]!
    const common = ['-p', port, '-V', 'mqttv5', '-u', 'ann']
    const send = (topic: string, password: string): ReturnType<typeof run> =>
      run('mosquitto_pub', [...common, '-P', password, '-t', topic, '-m', 'x', '-r', '-q', '1'])
    expect((await send('ann/a', 'one')).code).toBe(0)
    expect((await send('ann/a', 'two')).code).not.toBe(0)
    await send('bob/a', 'one')
    const wanted = ['-t', '#', '-v', '-W', '2']
    const sub = await run('mosquitto_sub', [...common, '-P', 'one', ...wanted])
    expect(sub.out).toBe('ann/a x\n')
    child.child.kill('SIGTERM')
    expect((await child.finished).code).toBe(0)
  })

  it('come in, at Mosquitto too, with what was changed while our broker ran', async () => {
    const passwords = join(folder, 'kept')
    await run('mosquitto_passwd', ['-c', '-b', passwords, 'ann', 'one'])
    const options = loadBrokerConfig(file('kept.yaml', 'passwordFile: kept\n'))
    const before = new Broker({ ...options, port: 0 })
    before.users?.putUser('ann', 'two', [])
    await run('mosquitto_passwd', ['-b', passwords, 'carl', 'four'])
    before.users?.putUser('bob', 'three', ['ops'])
    before.users?.putUser('gone', 'five', [])
    before.users?.deleteUser('gone')
    await before.stop()
    const again = new Broker({ ...loadBrokerConfig(join(folder, 'kept.yaml')), port: 0 })
    await using mosquitto = await Mosquitto.start({
      lines: [`password_file ${passwords}`, 'allow_anonymous false'],
    })
    const { port } = await again.start()
    const codes = async (name: string, password: string): Promise<boolean[]> => {
      const who = ['-u', name, '-P', password, '-t', 'kept', '-m', 'x', '-q', '1']
      const sent = [port, mosquitto.port].map((to) => run('mosquitto_pub', ['-p', `${to}`, ...who]))
      return (await Promise.all(sent)).map(({ code }) => code === 0)
    }
    expect(await codes('ann', 'two')).toEqual([true, true])
    expect(await codes('bob', 'three')).toEqual([true, true])
    expect(await codes('carl', 'four')).toEqual([true, true])
    expect(await codes('ann', 'one')).toEqual([false, false])
    expect(await codes('gone', 'five')).toEqual([false, false])
    await again.stop()
  })

  it('find under $SYS each name that Mosquitto has', async () => {
    const mosquitto = await Mosquitto.start({ lines: ['sys_interval 1'] })
    const port = await start({ port: 0, systemIntervalMs: 1_000 })
    const [theirs, ours] = await Promise.all([systemNames(mosquitto.port), systemNames(port)])
    await mosquitto.remove()
    expect(theirs.size).toBeGreaterThan(40)
    expect([...theirs].filter((name) => !ours.has(name))).toEqual([])
  })
})

/** What a broker publishes about itself while it has a client. */
async function systemNames(port: number): Promise<Set<string>> {
  const wanted = ['-t', '$SYS/#', '-F', '%t', '-W', '4']
  const { out } = await run('mosquitto_sub', ['-p', String(port), ...wanted])
  return new Set(out.trim().split('\n'))
}

describe('motewire broker', () => {
  it('says in one line each what is wrong with its config, and ends with 2', async () => {
    const path = file('broker.yaml', 'listenrs: []\nqosMax: 3\n')
    const { code, err } = await motewire('broker', '--config', path).finished
    expect(code).toBe(2)
    expect(err).toContain(`${path}:1:1: listenrs: unknown key, did you mean listeners?`)
    expect(err).toContain(`${path}:2:9: qosMax: found 3, expected a whole number from 0 to 2`)
  })
})
