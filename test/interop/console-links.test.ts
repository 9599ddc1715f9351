// The links of the console, called as any program would, against a real terminal and real sockets.

import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ConsoleServer } from '@motewire/console'
import type { LinkEntry, LinkRequest, LinkView, RingView } from '@motewire/console'
import { PtyPair } from '../contract/hardware/pty-pair.ts'
import { requireComponent } from '../support/component.ts'
import { ask, askJson, askRefused, WRITING } from '../support/console-client.ts'

const WAIT = { timeout: 10_000 }
const listed: string[] = []
let server: ConsoleServer
let api = ''

beforeEach(async () => {
  listed.length = 0
  const serialPorts = () => Promise.resolve(listed.map((path) => ({ path, product: '' })))
  server = new ConsoleServer({ serialPorts })
  api = `${(await server.start()).url}api/v1/`
})

afterEach(() => server.stop())

function write(method: string, path: string, body?: unknown): Promise<{ readonly status: number }> {
  return ask(api + path, { method, headers: WRITING, body })
}

function refused(method: string, path: string, body: unknown): Promise<string> {
  return askRefused(api + path, { method, headers: WRITING, body })
}

function open(request: LinkRequest): Promise<LinkView> {
  return askJson(`${api}links`, { method: 'POST', headers: WRITING, body: request })
}

function look(id: string): Promise<LinkView> {
  return askJson(`${api}links/${id}`)
}

async function send(id: string, body: object): Promise<void> {
  expect(await write('POST', `links/${id}/send`, body)).toMatchObject({ status: 200 })
}

/** The log as `in 6f6b`, oldest first. */
async function log(id: string): Promise<string[]> {
  const { rows } = await askJson<RingView<LinkEntry>>(`${api}links/${id}/entries`)
  return rows.map(({ what, base64 }) => {
    const hex = Buffer.from(base64, 'base64').toString('hex')
    return `${what} ${hex}`.trim()
  })
}

const portOf = ({ name }: LinkView): number => Number(/:(\d+)$/.exec(name)?.[1])

async function join(view: LinkView): Promise<Socket> {
  const socket = connect(portOf(view), '127.0.0.1')
  await once(socket, 'connect')
  return socket
}

describe.runIf(requireComponent('socat'))('a serial link', () => {
  let cable: PtyPair

  beforeEach(async () => {
    cable = await PtyPair.create()
    listed.push(cable.near)
  })

  afterEach(() => cable.remove())

  it('carries bytes both ways with a checksum and counts them', async () => {
    const far = cable.openFar()
    const { id } = await open({ kind: 'serial', path: cable.near, baud: 9600 })
    const poll = { payload: '01 03 00 00 00 0a', encoding: 'hex', checksum: 'crc16-modbus' }
    await send(id, poll)
    expect((await far.until(8)).toString('hex')).toBe('01030000000ac5cd')
    await far.write(Buffer.from([0x00, 0xff, 0x0a]))
    await expect.poll(() => look(id), WAIT).toMatchObject({ bytesIn: 3, bytesOut: 8 })
    await far.close()
  })

  it('drives DTR and RTS', async () => {
    const { id, lines } = await open({ kind: 'serial', path: cable.near })
    expect(lines).toEqual({ dtr: true, rts: true })
    expect(await write('PUT', `links/${id}/lines`, { dtr: false })).toMatchObject({ status: 204 })
    expect(await look(id)).toMatchObject({ lines: { dtr: false, rts: true } })
  })

  it('keeps the log and tells why when the device goes away', async () => {
    const far = cable.openFar()
    const { id } = await open({ kind: 'serial', path: cable.near })
    await far.write('bye')
    await expect.poll(() => look(id), WAIT).toMatchObject({ bytesIn: 3 })
    await far.close()
    await cable.unplug()
    await expect.poll(() => look(id), WAIT).toMatchObject({ state: 'closed' })
    const { problem } = await look(id)
    expect(problem).toContain(cable.near)
    expect(await log(id)).toEqual(['in 627965'])
    const more = await refused('POST', `links/${id}/send`, { payload: 'x' })
    expect(more).toBe('409 ERR_CONSOLE_CONFLICT')
  })

  it('refuses a path that is not a listed port, and settings that no line has', async () => {
    const path = { kind: 'serial', path: cable.far }
    expect(await refused('POST', 'links', path)).toBe('404 ERR_CONSOLE_NOT_FOUND')
    const file = { kind: 'serial', path: '/etc/passwd' }
    expect(await refused('POST', 'links', file)).toBe('404 ERR_CONSOLE_NOT_FOUND')
    const baud = { kind: 'serial', path: cable.near, baud: '9600' }
    expect(await refused('POST', 'links', baud)).toBe('400 ERR_OPTION_INVALID')
    expect(await askJson(`${api}ports`)).toEqual([{ path: cable.near, product: '' }])
  })
})

describe.runIf(requireComponent('socat'))('a port that the machine does not list', () => {
  it('opens where the console was told of it', async () => {
    const cable = await PtyPair.create()
    const told = new ConsoleServer({
      serialPorts: () => Promise.resolve([]),
      furtherSerialPorts: [cable.near],
    })
    api = `${(await told.start()).url}api/v1/`
    expect(await askJson(`${api}ports`)).toEqual([{ path: cable.near, product: '' }])
    expect(await open({ kind: 'serial', path: cable.near })).toMatchObject({ state: 'open' })
    await told.stop()
    await cable.remove()
  })
})

describe('a TCP client', () => {
  it('sends text with a line ending and shows lines where they end', async () => {
    const peer = createServer((socket) => {
      socket.once('data', (bytes) => {
        expect(bytes.toString()).toBe('AT\r\n')
        socket.write('O')
        socket.end('K\r\nREADY\n')
      })
    })
    peer.listen(0, '127.0.0.1')
    await once(peer, 'listening')
    const { port } = peer.address() as AddressInfo
    const { id } = await open({ kind: 'tcp-client', host: '127.0.0.1', port })
    await write('PUT', `links/${id}/framing`, { framing: 'line' })
    await send(id, { payload: 'AT', ending: 'crlf' })
    await expect.poll(() => look(id), WAIT).toMatchObject({ state: 'closed', problem: null })
    expect(await log(id)).toEqual(['out 41540d0a', 'in 4f4b', 'in 5245414459'])
    peer.close()
  })

  it('tells why it could not connect', async () => {
    const peer = createServer().listen(0, '127.0.0.1')
    await once(peer, 'listening')
    const { port } = peer.address() as AddressInfo
    peer.close()
    await once(peer, 'close')
    const body = { kind: 'tcp-client', host: '127.0.0.1', port }
    expect(await refused('POST', 'links', body)).toBe('502 ERR_CONSOLE_CONNECT_FAILED')
    expect(await askJson(`${api}links`)).toEqual([])
  })
})

describe('a TCP server', () => {
  it('sends to one client or to all, and tells who came and went', async () => {
    const view = await open({ kind: 'tcp-server' })
    const { id } = view
    const none = await refused('POST', `links/${id}/send`, { payload: 'x' })
    expect(none).toBe('409 ERR_CONSOLE_CONFLICT')
    const [one, other] = [await join(view), await join(view)]
    await expect.poll(async () => (await look(id)).peers.length, WAIT).toBe(2)
    const peer = `127.0.0.1:${one.localPort}`
    await send(id, { payload: 'all ' })
    await send(id, { payload: 'one', peer })
    one.end('done')
    const [toOne, toOther] = [await text(one), once(other, 'data')]
    expect(toOne).toBe('all one')
    expect(String(await toOther)).toBe('all ')
    await expect.poll(async () => (await look(id)).peers, WAIT).not.toContain(peer)
    expect(await log(id)).toEqual([
      'joined',
      'joined',
      `out ${hexOf('all ')}`,
      `out ${hexOf('one')}`,
      `in ${hexOf('done')}`,
      'left',
    ])
    other.destroy()
  })

  it('answers by its rules, also where a pattern is cut in two', async () => {
    const view = await open({ kind: 'tcp-server' })
    const rules = [
      { form: 'hex', pattern: '01 ?? 03', reply: 'aa bb', delayMs: 0 },
      { form: 'hex', pattern: '7f', reply: 'cc', delayMs: 20 },
    ]
    await write('PUT', `links/${view.id}/replies`, { rules })
    const socket = await join(view)
    socket.write(Buffer.from([0x7f, 0x01, 0x55]))
    await once(socket, 'data')
    socket.write(Buffer.from([0x03]))
    await once(socket, 'data')
    const parts = (await log(view.id)).filter((row) => row.startsWith('out'))
    expect(parts).toEqual(['out cc', 'out aabb'])
    expect(await look(view.id)).toMatchObject({ rules, replies: 2 })
    socket.destroy()
  })

  it('tells of bytes as they come to who waits, and lets go of them at its end', async () => {
    const view = await open({ kind: 'tcp-server' })
    const wait = (after: number): Promise<RingView<LinkEntry>> =>
      askJson(`${api}links/${view.id}/entries?waitMs=30000&after=${after}`)
    const joined = wait(0)
    const socket = await join(view)
    expect((await joined).rows).toMatchObject([{ what: 'joined' }])
    const came = wait(1)
    socket.write('x')
    expect((await came).rows).toMatchObject([{ what: 'in', base64: 'eA==' }])
    const ended = wait(1_000)
    await write('DELETE', `links/${view.id}`)
    expect((await ended).rows).toEqual([])
    socket.destroy()
  })

  it('answers to text as text, and sends text in GBK', async () => {
    const view = await open({ kind: 'tcp-server' })
    const rule = { form: 'text', pattern: String.raw`PING\r\n`, reply: 'PONG 温', delayMs: 0 }
    await write('PUT', `links/${view.id}/replies`, { rules: [rule] })
    expect(await look(view.id)).toMatchObject({ rules: [rule] })
    const socket = await join(view)
    socket.write('PI')
    socket.write('NG\r\n')
    expect(String((await once(socket, 'data'))[0])).toBe('PONG 温')
    const next = once(socket, 'data')
    await send(view.id, { payload: '温度', encoding: 'gbk', ending: 'lf' })
    expect((await next)[0]).toEqual(Buffer.from('cec2b6c80a', 'hex'))
    socket.destroy()
  })

  it('answers what an expression finds, groups too, and drops a slow one', async () => {
    const view = await open({ kind: 'tcp-server' })
    const rules = [
      { form: 'regex', pattern: '^(a+)+$', reply: 'never', delayMs: 0 },
      { form: 'regex', pattern: String.raw`T=(\d+)\x03`, reply: 'OK $1$$', delayMs: 0 },
    ]
    await write('PUT', `links/${view.id}/replies`, { rules })
    const socket = await join(view)
    socket.write(`${'a'.repeat(60)}!T=2`)
    socket.write('15\x03')
    expect(String((await once(socket, 'data'))[0])).toBe('OK 215$')
    expect(await look(view.id)).toMatchObject({ rules, stoppedRules: [0], replies: 1 })
    await write('PUT', `links/${view.id}/replies`, { rules: rules.slice(1) })
    expect(await look(view.id)).toMatchObject({ stoppedRules: [] })
    socket.destroy()
  })

  it.each([
    ['send', 'POST', { payload: '😀', encoding: 'gbk' }],
    ['replies', 'PUT', { rules: [{ form: 'text', pattern: String.raw`\x`, reply: 'a' }] }],
    ['replies', 'PUT', { rules: [{ form: 'glob', pattern: 'a', reply: 'a' }] }],
    ['replies', 'PUT', { rules: [{ form: 'regex', pattern: '(', reply: 'a' }] }],
    ['replies', 'PUT', { rules: [{ form: 'regex', pattern: '(a)', reply: '$2' }] }],
  ])('refuses to %s what has no bytes (%s %j)', async (name, method, body) => {
    const view = await open({ kind: 'tcp-server' })
    expect(await refused(method, `links/${view.id}/${name}`, body)).toBe(
      '400 ERR_CONSOLE_BODY_INVALID',
    )
  })

  it('sends on time as often as asked', async () => {
    const view = await open({ kind: 'tcp-server' })
    const socket = await join(view)
    await expect.poll(async () => (await look(view.id)).peers.length, WAIT).toBe(1)
    await send(view.id, { payload: 'x', repeat: { count: 50, everyMs: 2 } })
    const series = { sent: 50, count: 50, isRunning: false }
    await expect.poll(() => look(view.id), WAIT).toMatchObject({ series })
    expect(await look(view.id)).toMatchObject({ bytesOut: 50 })
    await send(view.id, { payload: 'x', repeat: { count: 1000, everyMs: 60_000 } })
    await write('DELETE', `links/${view.id}/series`)
    expect(await look(view.id)).toMatchObject({ series: { sent: 1, isRunning: false } })
    socket.destroy()
  })

  it('listens beyond this computer only with a list of who may come', async () => {
    const body = { kind: 'tcp-server', host: '0.0.0.0' }
    expect(await refused('POST', 'links', body)).toBe('400 ERR_OPTION_INVALID')
    const view = await open({ kind: 'tcp-server', host: '0.0.0.0', allow: ['10.0.0.0/8'] })
    const socket = await join(view)
    await once(socket, 'close')
    expect(await look(view.id)).toMatchObject({ peers: [], bytesIn: 0 })
  })
})

describe('a UDP link', () => {
  it('sends to its target and shows whose datagrams came', async () => {
    const peer = createSocket('udp4')
    peer.bind(0, '127.0.0.1')
    await once(peer, 'listening')
    const { port } = peer.address()
    const { id } = await open({ kind: 'udp', targetHost: '127.0.0.1', targetPort: port })
    await send(id, { payload: 'ping' })
    const [bytes, { port: back }] = await once(peer, 'message')
    expect(String(bytes)).toBe('ping')
    peer.send('pong', back, '127.0.0.1')
    await expect.poll(() => log(id), WAIT).toContain(`in ${hexOf('pong')}`)
    expect(await look(id)).toMatchObject({ peers: [`127.0.0.1:${port}`], bytesIn: 4 })
    peer.close()
  })
})

describe('the bounds of links', () => {
  it('holds eight of them, and the port of a closed one is free again', async () => {
    const views = await Promise.all(Array.from({ length: 8 }, () => open({ kind: 'tcp-server' })))
    const more = await refused('POST', 'links', { kind: 'tcp-server' })
    expect(more).toBe('503 ERR_CONSOLE_CONNECTIONS_FULL')
    await write('DELETE', `links/${views[0]!.id}`)
    expect(await open({ kind: 'tcp-server', port: portOf(views[0]!) })).toMatchObject({
      state: 'open',
    })
  })

  it('does not take more than waits for a peer that does not read', async () => {
    const view = await open({ kind: 'tcp-server' })
    const socket = await join(view)
    socket.pause()
    await expect.poll(async () => (await look(view.id)).peers.length, WAIT).toBe(1)
    const body = { payload: 'x'.repeat(500_000) }
    let status = 200
    for (let turn = 0; turn < 100 && status === 200; turn++) {
      ;({ status } = await write('POST', `links/${view.id}/send`, body))
    }
    expect(status).toBe(409)
    socket.destroy()
  })

  it.each([
    ['another kind', { kind: 'exec' }],
    ['a key of its own making', { kind: 'tcp-server', path: '/x' }],
    ['a port that is none', { kind: 'tcp-client', host: '127.0.0.1', port: 70_000 }],
    ['no target', { kind: 'udp' }],
  ])('refuses %s', async (_what, body) => {
    expect(await refused('POST', 'links', body)).toBe('400 ERR_CONSOLE_BODY_INVALID')
  })

  it('opens nothing for a page that does not send the header', async () => {
    const headers = { 'content-type': 'application/json' }
    const question = { method: 'POST', headers, body: { kind: 'tcp-server' } }
    expect(await askRefused(`${api}links`, question)).toBe('403 ERR_CONSOLE_HEADER_MISSING')
  })
})

function hexOf(words: string): string {
  return Buffer.from(words).toString('hex')
}

/** All that comes until the other side ends. */
async function text(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    if (Buffer.concat(chunks).length >= 7) break
  }
  return Buffer.concat(chunks).toString()
}
