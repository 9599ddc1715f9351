// The workbench's calls against a real broker: connect, subscribe, publish, look.

import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ConsoleServer } from '@motewire/console'
import type {
  BranchView,
  ConnectionView,
  MessageDetailView,
  MessageRow,
  PacketRow,
  PointRow,
  RingView,
} from '@motewire/console'
import { connectAsync } from '@motewire/sdk'
import { Broker } from '@motewire/simulator/broker'
import { ask, askJson, askRefused, WRITING } from '../../support/console-client.ts'

const WAIT = { timeout: 10_000 }
const broker = new Broker({ port: 0 })
const server = new ConsoleServer()
let brokerUrl = ''
let api = ''

beforeAll(async () => {
  brokerUrl = `mqtt://127.0.0.1:${(await broker.start()).port}`
  api = `${(await server.start()).url}api/v1/`
})

afterAll(async () => {
  await server.stop()
  await broker.stop()
})

afterEach(async () => {
  for (const { id } of await askJson<ConnectionView[]>(`${api}connections`)) {
    await ask(`${api}connections/${id}`, { method: 'DELETE', headers: WRITING })
  }
})

function post<Answer>(path: string, body: unknown): Promise<Answer> {
  return askJson<Answer>(api + path, { method: 'POST', headers: WRITING, body })
}

function refused(path: string, body: unknown): Promise<string> {
  return askRefused(api + path, { method: 'POST', headers: WRITING, body })
}

async function join(profile: object = {}): Promise<string> {
  const { id } = await post<ConnectionView>('connections', { url: brokerUrl, ...profile })
  return `connections/${id}`
}

function messages(place: string, query = ''): Promise<RingView<MessageRow>> {
  return askJson(`${api}${place}/messages?${query}`)
}

describe('connecting', () => {
  it('connects with the newest version, tells it, and never gives the password out', async () => {
    const profile = { url: brokerUrl, username: 'u', password: 'very-secret', clientId: 'bench-1' }
    const view = await post<ConnectionView>('connections', profile)
    expect(view).toMatchObject({ state: 'online', protocolVersion: 5, clientId: 'bench-1' })
    const all = await ask(`${api}connections`)
    const log = await ask(`${api}connections/${view.id}/packets`)
    expect(all.text + log.text).not.toContain('very-secret')
  })

  it('explains a port that belongs to a web page', async () => {
    const body = { url: 'mqtt://127.0.0.1:61680' }
    const answer = await ask(`${api}connections`, { method: 'POST', headers: WRITING, body })
    expect(answer.status).toBe(502)
    expect(answer.text).toContain('61680 is the web page of Apollo, its MQTT port is 61613')
  })

  it('tries older versions with a broker that closes before it answers', async () => {
    const versions: number[] = []
    const old = createServer((socket) => {
      socket.once('data', (bytes) => {
        const level = bytes[2 + 2 + (bytes[3] ?? 0)] ?? 0
        versions.push(level)
        if (level === 5) socket.destroy()
        else socket.write(Buffer.from([0x20, 2, 0, 0]))
      })
      socket.on('error', () => socket.destroy())
      socket.on('end', () => socket.end())
    })
    await new Promise<void>((resolve) => old.listen(0, '127.0.0.1', resolve))
    const { port } = old.address() as AddressInfo
    const view = await post<ConnectionView>('connections', { url: `mqtt://127.0.0.1:${port}` })
    expect(view).toMatchObject({ state: 'online', protocolVersion: 4 })
    expect(versions).toEqual([5, 4])
    await ask(`${api}connections/${view.id}`, { method: 'DELETE', headers: WRITING })
    old.close()
  })

  it.each([
    ['a path', { url: 'unix:///run/broker.sock' }],
    ['a serial port', { url: 'serial:///dev/ttyUSB0' }],
    ['a user name in the address', { url: 'mqtt://me:word@127.0.0.1' }],
    ['no address', { url: 'somewhere' }],
    ['an unknown version', { url: 'mqtt://127.0.0.1', protocolVersion: 6 }],
    ['a key of its own making', { url: 'mqtt://127.0.0.1', ca: '/etc/passwd' }],
  ])('refuses %s', async (_what, body) => {
    expect(await refused('connections', body)).toBe('400 ERR_CONSOLE_BODY_INVALID')
  })

  it('holds eight connections at most', async () => {
    for (let count = 0; count < 8; count++) await join()
    const body = { url: brokerUrl }
    expect(await refused('connections', body)).toBe('503 ERR_CONSOLE_CONNECTIONS_FULL')
  })

  it('changes nothing for a page that does not send the header', async () => {
    const headers = { 'content-type': 'application/json' }
    const question = { method: 'POST', headers, body: { url: brokerUrl } }
    expect(await askRefused(`${api}connections`, question)).toBe('403 ERR_CONSOLE_HEADER_MISSING')
  })
})

describe('receiving', () => {
  it.each([4, 5])('shows a message once, with each filter it came by (level %i)', async (level) => {
    const place = await join({ protocolVersion: level })
    for (const filter of ['press/#', 'press/+/bar', 'other/#']) {
      await post(`${place}/subscribe`, { filter, qos: 1 })
    }
    await post(`${place}/publish`, { topic: 'press/4/bar', payload: '7', qos: 1 })
    await expect.poll(async () => (await messages(place)).rows.length, WAIT).toBeGreaterThan(0)
    const view = await askJson<ConnectionView>(api + place)
    const counts = view.subscriptions.map(({ filter, messages: count }) => [filter, count])
    expect(counts).toEqual([
      ['press/#', 1],
      ['press/+/bar', 1],
      ['other/#', 0],
    ])
    expect(view.subscriptions.map(({ granted }) => granted)).toEqual([1, 1, 1])
  })

  it('gives the rows after a number, of a filter, by search, or the latest a topic', async () => {
    const place = await join()
    await post(`${place}/subscribe`, { filter: 'a/#' })
    await post(`${place}/subscribe`, { filter: 'b/#' })
    for (const topic of ['a/1', 'a/2', 'b/1', 'a/1']) {
      await post(`${place}/publish`, { topic, payload: topic })
    }
    await expect.poll(async () => (await messages(place)).newest, WAIT).toBe(4)
    const topics = async (query: string): Promise<string[]> =>
      (await messages(place, query)).rows.map(({ topic }) => topic)
    expect(await topics('after=2')).toEqual(['b/1', 'a/1'])
    expect(await topics('filter=b/%23')).toEqual(['b/1'])
    expect(await topics('search=A/2')).toEqual(['a/2'])
    expect(await topics('hidden=a/%23')).toEqual(['b/1'])
    expect(await topics('match=%2B/2')).toEqual(['a/2'])
    const { rows } = await messages(place, 'bytes=1&limit=1')
    expect(rows[0]?.start).toEqual({ base64: Buffer.from('a').toString('base64'), isCut: true })
    expect(await topics('latest=true')).toEqual(['a/2', 'b/1', 'a/1'])
    expect(await messages(place, 'limit=1')).toMatchObject({ newest: 4, skipped: 3 })
  })

  it('keeps every byte, and the payload before it', async () => {
    const place = await join()
    await post(`${place}/subscribe`, { filter: 'bytes' })
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
    const hex = all.toString('hex')
    await post(`${place}/publish`, { topic: 'bytes', payload: 'before' })
    await post(`${place}/publish`, { topic: 'bytes', payload: hex, encoding: 'hex', qos: 2 })
    await expect.poll(async () => (await messages(place)).newest, WAIT).toBe(2)
    const detail = await askJson<MessageDetailView>(`${api}${place}/message?sequence=2`)
    expect(Buffer.from(detail.payload.base64, 'base64').equals(all)).toBe(true)
    expect(Buffer.from(detail.previous?.base64 ?? '', 'base64').toString()).toBe('before')
  })

  it('grows a tree of topics, and clears what is retained below a branch', async () => {
    const place = await join()
    for (const topic of ['t/a/1', 't/a/2', 't/b']) {
      await post(`${place}/publish`, { topic, payload: 'x', qos: 1, retain: true })
    }
    await post(`${place}/subscribe`, { filter: 't/#', qos: 1 })
    const tree = (path: string): Promise<BranchView[]> =>
      askJson(`${api}${place}/tree?path=${encodeURIComponent(path)}`)
    const retained = async (): Promise<number[]> =>
      (await tree('t')).map((branch) => branch.retained)
    await expect.poll(retained, WAIT).toEqual([2, 1])
    expect(await tree('t/a')).toHaveLength(2)
    const reply = await post(`${place}/clear-retained`, { path: 't/a' })
    expect(reply).toEqual({ path: 't/a', cleared: 2 })
    expect(broker.topic('t/a/1')?.hasRetained ?? false).toBe(false)
    expect(broker.topic('t/b')?.hasRetained).toBe(true)
  })

  it('reads the numbers at a place of the payloads, by filter and after a number', async () => {
    const place = await join()
    await post(`${place}/subscribe`, { filter: 'm/#' })
    const sent = [
      ['m/1', '{"t":[20.5]}'],
      ['m/2', '{"t":[7]}'],
      ['m/1', '{"t":"warm"}'],
      ['m/1', '21'],
      ['m/1', '{"t":[22]}'],
    ]
    for (const [topic, payload] of sent) await post(`${place}/publish`, { topic, payload })
    await expect.poll(async () => (await messages(place)).newest, WAIT).toBe(5)
    const points = async (query: string): Promise<[string, number][]> => {
      const { newest, rows } = await askJson<RingView<PointRow>>(`${api}${place}/points?${query}`)
      expect(newest).toBe(5)
      return rows.map(({ topic, value }) => [topic, value])
    }
    expect(await points('filter=m/%23&path=t[0]')).toEqual([
      ['m/1', 20.5],
      ['m/2', 7],
      ['m/1', 22],
    ])
    expect(await points('filter=m/1&path=t.0&after=1')).toEqual([['m/1', 22]])
    expect(await points('filter=m/1')).toEqual([['m/1', 21]])
    for (const query of ['filter=', 'filter=m/%23/x', 'filter=m&path=a..b']) {
      expect(await askRefused(`${api}${place}/points?${query}`)).toBe(
        '400 ERR_CONSOLE_BODY_INVALID',
      )
    }
  })

  it('stops receiving by a filter that is taken back', async () => {
    const place = await join()
    await post(`${place}/subscribe`, { filter: 'x/#', qos: 1 })
    expect(await post(`${place}/unsubscribe`, { filter: 'x/#' })).toMatchObject({
      wasSubscribed: true,
    })
    await post(`${place}/publish`, { topic: 'x/1', payload: '', qos: 1 })
    expect((await messages(place)).rows).toEqual([])
  })

  it('refuses a filter that can never work', async () => {
    const place = await join()
    expect(await refused(`${place}/subscribe`, { filter: 'a/#/b' })).toBe('400 ERR_FILTER_INVALID')
    expect((await askJson<ConnectionView>(api + place)).subscriptions).toEqual([])
  })

  it('logs packets both ways', async () => {
    const place = await join()
    await post(`${place}/subscribe`, { filter: 'p', qos: 1 })
    const log = await askJson<RingView<PacketRow>>(`${api}${place}/packets`)
    expect(log.rows.map(({ direction, type }) => `${direction} ${type}`)).toEqual([
      'out connect',
      'in connack',
      'out subscribe',
      'in suback',
    ])
    const found = await askJson<RingView<PacketRow>>(`${api}${place}/packets?search=suback`)
    expect(found.rows).toHaveLength(1)
    // Fixed header, Packet Identifier, no properties, one reason code.
    expect(found.rows[0]?.bytes).toBe(2 + 2 + 1 + 1)
  })

  it('logs the pings of a quiet connection with their sizes', async () => {
    const place = await join({ keepalive: 1 })
    const pings = async (): Promise<string[]> => {
      const log = await askJson<RingView<PacketRow>>(`${api}${place}/packets?search=ping`)
      return log.rows.map(({ type, bytes }) => `${type} ${bytes}`).slice(0, 2)
    }
    await expect.poll(pings, WAIT).toEqual(['pingreq 2', 'pingresp 2'])
  })
})

describe('publishing', () => {
  it('carries MQTT 5 properties', async () => {
    const reader = await connectAsync(brokerUrl, { protocolVersion: 5 })
    await reader.subscribe('props', { qos: 1 })
    const received = new Promise((resolve) => {
      reader.on('message', (_topic, _payload, { properties }) => resolve(properties))
    })
    const place = await join()
    const properties = {
      contentType: 'application/json',
      responseTopic: 'answer/here',
      correlationData: 'AP8=',
      userProperties: { line: '3' },
    }
    await post(`${place}/publish`, { topic: 'props', payload: '{}', qos: 1, properties })
    expect(await received).toMatchObject({
      contentType: 'application/json',
      responseTopic: 'answer/here',
      correlationData: Buffer.from([0x00, 0xff]),
    })
    await reader.end()
  })

  it('repeats a message exactly fifty times, one in 100 ms', async () => {
    const reader = await connectAsync(brokerUrl)
    await reader.subscribe('tick', { qos: 1 })
    let received = 0
    const arrivals: number[] = []
    reader.on('message', () => {
      received++
      arrivals.push(performance.now())
    })
    const place = await join()
    const repeat = { count: 50, everyMs: 100 }
    await post(`${place}/publish`, { topic: 'tick', payload: 'x', qos: 1, repeat })
    await expect.poll(() => received, { timeout: 20_000 }).toBe(50)
    expect((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThan(4_800)
    const view = await askJson<ConnectionView>(api + place)
    expect(view.series).toEqual({ topic: 'tick', sent: 50, ...repeat, isRunning: false })
    // A message after the series shows that none was still on its way.
    await post(`${place}/publish`, { topic: 'tick', payload: 'end', qos: 1 })
    await expect.poll(() => received, WAIT).toBe(51)
    await reader.end()
  }, 30_000)

  it.each([
    ['a topic with a wildcard', { topic: 'a/#', payload: '' }],
    ['half a hex byte', { topic: 'a', payload: '0', encoding: 'hex' }],
    ['an unknown property', { topic: 'a', payload: '', properties: { colour: 'red' } }],
    ['a repeat without end', { topic: 'a', payload: '', repeat: { count: 1e9, everyMs: 1 } }],
  ])('refuses %s', async (_what, body) => {
    expect(await refused(`${await join()}/publish`, body)).toBe('400 ERR_CONSOLE_BODY_INVALID')
  })
})
