// The routes of the API: what they answer, and each way to ask wrongly.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ConsoleServer } from '@motewire/console'
import type {
  ClientDetailView,
  ClientRow,
  PageView,
  PublishReply,
  TopicDetailView,
  TopicRow,
} from '@motewire/console'
import { ask, askJson, askRefused, WRITING } from '../../support/console-client.ts'
import { livelyBridges, LivelyBroker, LivelyFleet } from '../../support/console-fixture.ts'

const elapsedMs = (): number => 60_000
const broker = new LivelyBroker({ clients: 120, topics: 250 }, elapsedMs)
const server = new ConsoleServer({
  broker,
  fleet: new LivelyFleet(elapsedMs),
  bridges: () => livelyBridges(elapsedMs),
})
const bare = new ConsoleServer()
let api = ''
let bareApi = ''

beforeAll(async () => {
  const [{ url }, { url: bareUrl }] = await Promise.all([server.start(), bare.start()])
  api = `${url}api/v1/`
  bareApi = `${bareUrl}api/v1/`
})

afterAll(() => Promise.all([server.stop(), bare.stop()]))

beforeEach(() => {
  broker.published.length = 0
  broker.disconnected.clear()
})

describe('looking', () => {
  it('tells the stats with rates, and never lets them be cached', async () => {
    const { headers, text } = await ask(`${api}stats`)
    expect(headers['cache-control']).toBe('no-store')
    const stats: unknown = JSON.parse(text)
    expect(stats).toMatchObject({ clientsConnected: 120, topics: 250, inPerSecond: 0 })
  })

  it('pages the clients without their lists', async () => {
    const page = await askJson<PageView<ClientRow>>(`${api}clients?offset=100&limit=50`)
    expect(page.total).toBe(120)
    expect(page.rows).toHaveLength(20)
    expect(page.rows[0]).toMatchObject({ clientId: 'mote-101', subscriptions: 1, username: null })
    const past = await askJson<PageView<ClientRow>>(`${api}clients?offset=500`)
    expect(past).toEqual({ total: 120, rows: [] })
  })

  it('searches the clients', async () => {
    const page = await askJson<PageView<ClientRow>>(`${api}clients?search=MOTE-11`)
    expect(page.rows.map(({ clientId }) => clientId)).toEqual(
      ['11', '110', '111', '112', '113', '114', '115', '116', '117', '118', '119'].map(
        (number) => `mote-${number}`,
      ),
    )
  })

  it('tells one client in full', async () => {
    const client = await askJson<ClientDetailView>(`${api}clients/gateway-1`)
    expect(client).toMatchObject({ username: 'operator', clean: false, subscriptions: 2 })
    expect(client.subscriptionList).toEqual([
      { filter: 'site/#', qos: 1 },
      { filter: '$SYS/broker/#', qos: 0 },
    ])
  })

  it('tells one topic in full, payloads in Base64', async () => {
    const name = encodeURIComponent('site/north/temperature/mote-1')
    const topic = await askJson<TopicDetailView>(`${api}topics/detail?name=${name}`)
    expect(topic).toMatchObject({ hasRetained: true, lastQos: 1, subscribers: 2 })
    expect(topic.subscriberList).toHaveLength(2)
    const text = Buffer.from(topic.lastPayload?.base64 ?? '', 'base64').toString()
    expect(JSON.parse(text)).toMatchObject({ unit: '°C', sequence: topic.messagesIn })
    expect(topic.lastPayload?.isCut).toBe(false)
  })

  it('puts topics in any order', async () => {
    const ask3 = (order: string): Promise<string[]> =>
      askJson<PageView<TopicRow>>(`${api}topics?limit=3&${order}`).then(({ rows }) =>
        rows.map(({ topic }) => topic),
      )
    expect(await ask3('order=name')).toEqual([
      'site/east/battery/mote-118',
      'site/east/battery/mote-143',
      'site/east/battery/mote-168',
    ])
    expect(await ask3('order=first&direction=desc')).toEqual([
      'site/harbour/vibration/mote-250',
      'site/west/vibration/mote-249',
      'site/east/vibration/mote-248',
    ])
  })

  it('tells the fleet and the bridges', async () => {
    expect(await askJson(`${api}fleet`)).toMatchObject({ devices: 1000, durationMs: 600_000 })
    expect(await askJson(`${api}bridges`)).toMatchObject([{ name: 'press-4' }, { name: 'scale' }])
  })

  it('says which part does not run', async () => {
    for (const route of [
      'stats',
      'clients',
      'clients/a',
      'topics',
      'topics/detail?name=a',
      'fleet',
    ])
      expect(await askRefused(bareApi + route)).toBe('404 ERR_CONSOLE_PART_ABSENT')
    expect(await askJson(`${bareApi}bridges`)).toEqual([])
  })
})

describe('asking wrongly', () => {
  it.each([
    ['clients/nobody', '404 ERR_CONSOLE_NOT_FOUND'],
    ['clients/%E0%A4%A', '404 ERR_CONSOLE_ROUTE_UNKNOWN'],
    ['clients/a/b', '404 ERR_CONSOLE_ROUTE_UNKNOWN'],
    ['topics/detail?name=nothing', '404 ERR_CONSOLE_NOT_FOUND'],
    ['topics/detail', '400 ERR_CONSOLE_QUERY_INVALID'],
    ['topics?order=size', '400 ERR_CONSOLE_QUERY_INVALID'],
    ['topics?direction=up', '400 ERR_CONSOLE_QUERY_INVALID'],
    ['topics?limit=0', '400 ERR_CONSOLE_QUERY_INVALID'],
    ['topics?limit=501', '400 ERR_CONSOLE_QUERY_INVALID'],
    ['clients?offset=-1', '400 ERR_CONSOLE_QUERY_INVALID'],
    ['clients?offset=1e3', '400 ERR_CONSOLE_QUERY_INVALID'],
    ['clients?serach=a', '400 ERR_CONSOLE_QUERY_INVALID'],
    [`clients?search=${'a'.repeat(257)}`, '400 ERR_CONSOLE_QUERY_INVALID'],
    ['nothing', '404 ERR_CONSOLE_ROUTE_UNKNOWN'],
    ['', '404 ERR_CONSOLE_ROUTE_UNKNOWN'],
    ['publish', '405 ERR_CONSOLE_METHOD_REFUSED'],
  ])('GET %s is refused: %s', async (route, refusal) => {
    expect(await askRefused(api + route)).toBe(refusal)
  })

  it('names the methods that are possible', async () => {
    const { status, headers } = await ask(`${api}clients/a`, { method: 'PUT', headers: WRITING })
    expect([status, headers.allow]).toEqual([405, 'GET, DELETE'])
  })

  it('names the key and what it holds', async () => {
    const { text } = await ask(`${api}clients?limit=many`)
    expect(JSON.parse(text)).toEqual({
      error: {
        code: 'ERR_CONSOLE_QUERY_INVALID',
        message: "limit 'many' is not a whole number from 1 to 500",
      },
    })
  })
})

describe('disconnecting', () => {
  it('ends the connection of a client', async () => {
    const answer = await ask(`${api}clients/mote-7`, { method: 'DELETE', headers: WRITING })
    expect([answer.status, answer.text]).toEqual([204, ''])
    expect([...broker.disconnected]).toEqual(['mote-7'])
  })

  it('says who is not connected', async () => {
    broker.disconnected.add('mote-8')
    const refusal = await askRefused(`${api}clients/mote-8`, { method: 'DELETE', headers: WRITING })
    expect(refusal).toBe('404 ERR_CONSOLE_NOT_FOUND')
  })
})

describe('publishing', () => {
  const publish = { method: 'POST', headers: WRITING } as const

  it.each([
    ['text', 'Grüße', Buffer.from('Grüße')],
    ['hex', 'DE ad\nbe ef', Buffer.from('deadbeef', 'hex')],
    ['base64', '3q2+7w==', Buffer.from('deadbeef', 'hex')],
    ['hex', '', Buffer.alloc(0)],
  ])('takes a payload as %s: %j', async (encoding, payload, bytes) => {
    const body = { topic: 'a/b', payload, encoding, qos: 2, retain: true }
    const reply = await askJson<PublishReply>(`${api}publish`, { ...publish, body })
    expect(reply).toEqual({ topic: 'a/b', payloadBytes: bytes.length })
    expect(broker.published).toHaveLength(1)
    expect(broker.published[0]).toMatchObject({ topic: 'a/b', qos: 2, retain: true })
    expect(Buffer.from(broker.published[0]?.payload ?? []).equals(bytes)).toBe(true)
  })

  it('needs no more than a topic', async () => {
    await askJson(`${api}publish`, { ...publish, body: { topic: 'a' } })
    expect(broker.published[0]).toMatchObject({ topic: 'a', qos: 0, retain: false })
  })

  it.each([
    ['no JSON', '{', 'body is not JSON'],
    ['no body', undefined, 'body is not an object'],
    ['a list', [], 'body is not an object'],
    ['no topic', {}, 'topic is not a text'],
    ['an empty topic', { topic: '' }, 'topic is empty'],
    ['a wildcard', { topic: 'a/#' }, "topic 'a/#' contains a wildcard"],
    ['a number for a payload', { topic: 'a', payload: 1 }, 'payload is not a text'],
    [
      'an unknown encoding',
      { topic: 'a', encoding: 'utf7' },
      'encoding is none of text, hex, base64',
    ],
    [
      'odd hex',
      { topic: 'a', payload: 'abc', encoding: 'hex' },
      'payload of 3 characters is not hex',
    ],
    [
      'cut Base64',
      { topic: 'a', payload: '3q2+7', encoding: 'base64' },
      'payload of 5 characters is not base64',
    ],
    ['QoS 3', { topic: 'a', qos: 3 }, 'qos is none of 0, 1, 2'],
    ['a text for retain', { topic: 'a', retain: 'yes' }, 'retain is neither true nor false'],
    ['an unknown key', { topic: 'a', quality: 1 }, "key 'quality' is unknown"],
  ])('refuses %s', async (_, body, message) => {
    const { status, text } = await ask(`${api}publish`, { ...publish, body })
    expect(status).toBe(400)
    expect(JSON.parse(text)).toEqual({ error: { code: 'ERR_CONSOLE_BODY_INVALID', message } })
    expect(broker.published).toEqual([])
  })

  it('refuses a body that is not JSON by its type', async () => {
    const headers = { ...WRITING, 'content-type': 'text/plain' }
    const refusal = await askRefused(`${api}publish`, { ...publish, headers, body: '{}' })
    expect(refusal).toBe('400 ERR_CONSOLE_BODY_INVALID')
  })

  it('takes a body of 1 MiB and refuses a longer one with an answer', async () => {
    const frame = JSON.stringify({ topic: 'a', payload: '' }).length
    const body = { topic: 'a', payload: 'x'.repeat(1_048_576 - frame) }
    const reply = await askJson<PublishReply>(`${api}publish`, { ...publish, body })
    expect(reply.payloadBytes).toBe(1_048_576 - frame)
    const longer = { ...body, payload: `${body.payload}x` }
    const refusal = await askRefused(`${api}publish`, { ...publish, body: longer })
    expect(refusal).toBe('413 ERR_CONSOLE_BODY_TOO_LARGE')
    expect(broker.published).toHaveLength(1)
  })
})
