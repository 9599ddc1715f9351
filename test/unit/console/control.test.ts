// What the console shows and does of our own broker, through its API: each test is what a button
// of a page asks for. The broker is real and reached over TCP.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ConsoleServer } from '@motewire/console'
import type { ConsoleOptions } from '@motewire/console'
import type { LogRow } from '../../../console/views.ts'
import { connectAsync } from '@motewire/sdk'
import type { Client, ClientOptions } from '@motewire/sdk'
import { Broker, UserGate } from '@motewire/simulator/broker'
import { ask, askJson, askRefused, eventsOf, open, WRITING } from '../../support/console-client.ts'
import { LivelyBroker } from '../../support/console-fixture.ts'

const plain = (password: string, groups: readonly string[]) => ({
  credential: { kind: 'plain', password } as const,
  groups,
})

let broker: Broker
let server: ConsoleServer
let api: string
let brokerUrl: string
let clients: Client[] = []

async function raise(options: Partial<ConsoleOptions> = {}): Promise<void> {
  const users = new Map([
    ['root', plain('right', ['admins'])],
    ['eye', plain('right', ['viewers'])],
    ['pump', plain('right', [])],
  ])
  const gatekeeper = new UserGate({ users, allowAnonymous: true, rules: undefined })
  broker = new Broker({ port: 0, gatekeeper, virtualHosts: ['main', 'lab'] })
  brokerUrl = `mqtt://127.0.0.1:${(await broker.start()).port}`
  server = new ConsoleServer({ broker, ...options })
  api = `${(await server.start()).url}api/v1/`
}

async function join(clientId: string, options: ClientOptions = {}): Promise<Client> {
  const client = await connectAsync(brokerUrl, { clientId, protocolVersion: 5, ...options })
  clients.push(client)
  return client
}

async function change(method: string, path: string, body?: unknown): Promise<number> {
  const { status } = await ask(api + path, { method, headers: WRITING, body })
  return status
}

const refused = (method: string, path: string, body?: unknown): Promise<string> =>
  askRefused(api + path, { method, headers: WRITING, body })

beforeEach(() => raise())

afterEach(async () => {
  await Promise.all(clients.map((client) => client.end()))
  clients = []
  await server.stop()
  await broker.stop()
})

describe('virtual hosts', () => {
  it('are listed, made, and keep the same topic apart', async () => {
    expect(await change('PUT', 'hosts/works')).toBe(204)
    const inWorks = await join('a', { username: 'works:pump', password: 'right' })
    const inMain = await join('a')
    await inWorks.publishAsync('t', 'in works', { qos: 1 })
    await inMain.publishAsync('t', 'in main', { qos: 1 })
    expect(await askJson(`${api}hosts`)).toMatchObject([
      { name: 'main', clientsConnected: 1, messagesIn: 1 },
      { name: 'lab', clientsConnected: 0, messagesIn: 0 },
      { name: 'works', clientsConnected: 1, messagesIn: 1 },
    ])
    const last = async (query: string): Promise<string> => {
      const { lastPayload } = await askJson<{ lastPayload: { base64: string } }>(
        `${api}topics/detail?name=t${query}`,
      )
      return Buffer.from(lastPayload.base64, 'base64').toString()
    }
    expect([await last(''), await last('&host=works')]).toEqual(['in main', 'in works'])
    expect(await askRefused(`${api}topics?host=none`)).toBe('404 ERR_CONSOLE_NOT_FOUND')
    expect(await refused('PUT', 'hosts/a%20b')).toBe('400 ERR_CONSOLE_BODY_INVALID')
  })
})

describe('a listener', () => {
  it('refuses new clients while it is stopped, keeps the old ones, and counts', async () => {
    const old = await join('old')
    expect(await change('PUT', 'listeners/tcp', { isAccepting: false })).toBe(204)
    await expect(
      connectAsync(brokerUrl, { clientId: 'new', reconnectPeriod: 0, connectTimeout: 2000 }),
    ).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_LINK_/) })
    await old.publishAsync('still/here', 'x', { qos: 1 })
    expect(await change('PUT', 'listeners/tcp', { isAccepting: true })).toBe(204)
    await old.subscribe('still/#', { qos: 1 })
    await old.publishAsync('still/here', 'x', { qos: 1 })
    const [listener] = await askJson<Record<string, number>[]>(`${api}listeners`)
    expect(listener).toMatchObject({ name: 'tcp', isAccepting: true, virtualHost: 'main' })
    expect(listener).toMatchObject({ messagesIn: 2, messagesOut: 1 })
    expect(listener?.['bytesIn']).toBeGreaterThan(20)
    const before = listener?.['bytesIn'] ?? 0
    await old.end()
    await expect
      .poll(() => askJson<object[]>(`${api}listeners`))
      .toMatchObject([{ connectedNow: 0 }])
    const [after] = await askJson<Record<string, number>[]>(`${api}listeners`)
    expect(after?.['bytesIn']).toBeGreaterThan(before)
    expect(await refused('PUT', 'listeners/none', { isAccepting: true })).toBe(
      '404 ERR_CONSOLE_NOT_FOUND',
    )
  })
})

describe('a client', () => {
  it('tells its will, its drops and its history, even when it is gone', async () => {
    const will = { topic: 'pump/7/status', payload: 'gone', qos: 1, retain: false } as const
    const client = await join('pump-7', { will, clean: true })
    await client.subscribe('pump/7/#', { qos: 1 })
    expect(await askJson(`${api}clients/pump-7`)).toMatchObject({
      inside: { will: { topic: 'pump/7/status', qos: 1, bytes: 4 }, drops: { queueFull: 0 } },
    })
    expect(await change('DELETE', 'clients/pump-7')).toBe(204)
    await client.end()
    await expect
      .poll(async () => {
        const events = await askJson<{ kind: string }[]>(`${api}clients/pump-7/events`)
        return events.map(({ kind }) => kind)
      })
      .toEqual(expect.arrayContaining(['connected', 'subscribed', 'disconnected', 'willPublished']))
  })

  it('is subscribed and unsubscribed from here, and gets messages meanwhile', async () => {
    const client = await join('far')
    const got = new Promise<string>((resolve) => {
      client.on('message', (_, payload) => resolve(payload.toString()))
    })
    expect(await change('POST', 'clients/far/subscribe', { filter: 'ota/#', qos: 1 })).toBe(204)
    await change('POST', 'publish', { topic: 'ota/1', payload: 'new', qos: 1 })
    expect(await got).toBe('new')
    expect(await change('POST', 'clients/far/unsubscribe', { filter: 'ota/#' })).toBe(204)
    expect(await refused('POST', 'clients/far/unsubscribe', { filter: 'ota/#' })).toBe(
      '404 ERR_CONSOLE_NOT_FOUND',
    )
  })
})

describe('a topic', () => {
  it('appears with the first message and says whose it was', async () => {
    expect(await askRefused(`${api}topics/detail?name=new/one`)).toBe('404 ERR_CONSOLE_NOT_FOUND')
    const client = await join('maker')
    await client.publishAsync('new/one', 'x', { qos: 2 })
    expect(await askJson(`${api}topics/detail?name=new/one`)).toMatchObject({
      messagesIn: 1,
      lastQos: 2,
      inside: { firstPublisher: 'maker', producers: [{ clientId: 'maker', messages: 1 }] },
    })
  })

  it('is made before any message, and deleted when nobody subscribes', async () => {
    expect(await change('POST', 'topics', { topic: 'made/before' })).toBe(200)
    expect(await refused('POST', 'topics', { topic: 'made/before' })).toBe(
      '409 ERR_CONSOLE_CONFLICT',
    )
    expect(await refused('POST', 'topics', { topic: 'made/#' })).toBe(
      '400 ERR_CONSOLE_BODY_INVALID',
    )
    const reader = await join('reader')
    await reader.subscribe('made/+')
    expect(await askJson(`${api}topics/detail?name=made/before`)).toMatchObject({
      inside: { firstPublisher: null, consumers: [{ clientId: 'reader', filter: 'made/+' }] },
    })
    expect(await refused('DELETE', 'topics?name=made/before')).toBe('409 ERR_CONSOLE_CONFLICT')
    await reader.unsubscribe('made/+')
    expect(await change('DELETE', 'topics?name=made/before')).toBe(204)
    expect(await refused('DELETE', 'topics?name=made/before')).toBe('404 ERR_CONSOLE_NOT_FOUND')
  })
})

describe('queues, sessions and retained messages', () => {
  it('browse a queue without consuming, purge and delete it', async () => {
    expect(await change('POST', 'queues', { name: 'jobs' })).toBe(200)
    const worker = await join('worker')
    for (const text of ['one', 'two']) {
      await worker.publishAsync('$queue/jobs', text, { qos: 1 })
    }
    const name = encodeURIComponent('$queue/jobs')
    for (let look = 0; look < 2; look++) {
      expect(await askJson(`${api}queues/${name}/messages?limit=1`)).toMatchObject({
        total: 2,
        rows: [{ publisher: 'worker', qos: 1, payload: { base64: 'b25l', isCut: false } }],
      })
    }
    expect(await askJson(`${api}queues`)).toMatchObject({ total: 1, rows: [{ depth: 2 }] })
    const purge = { method: 'POST', headers: WRITING }
    expect(await askJson(`${api}queues/${name}/purge`, purge)).toEqual({ purged: 2 })
    expect(await change('DELETE', `queues/${name}`)).toBe(204)
    expect(await askJson(`${api}queues`)).toEqual({ total: 0, rows: [] })
  })

  it('show what an absent client is owed, purge it, and drop its session', async () => {
    const properties = { sessionExpiryInterval: 3600 }
    const away = await join('away', { clean: false, properties })
    await away.subscribe('news/#', { qos: 1 })
    await away.end()
    const writer = await join('writer')
    for (const text of ['a', 'b', 'c']) await writer.publishAsync('news/1', text, { qos: 1 })
    expect(await askJson(`${api}sessions`)).toMatchObject({
      total: 1,
      rows: [{ clientId: 'away', isConnected: false, queued: 3, subscriptions: 1 }],
    })
    expect(await askJson(`${api}sessions/away/messages`)).toMatchObject({ total: 3 })
    const purge = { method: 'POST', headers: WRITING }
    expect(await askJson(`${api}sessions/away/purge`, purge)).toEqual({ purged: 3 })
    expect(await change('DELETE', 'sessions/away')).toBe(204)
    expect(await refused('DELETE', 'sessions/away')).toBe('404 ERR_CONSOLE_NOT_FOUND')
  })

  it('list retained messages and clear one', async () => {
    const writer = await join('writer')
    await writer.publishAsync('keep/me', 'x', { qos: 1, retain: true })
    expect(await askJson(`${api}retained?search=keep`)).toMatchObject({
      total: 1,
      rows: [{ topic: 'keep/me', publisher: 'writer', payloadBytes: 1 }],
    })
    expect(await change('DELETE', 'retained?topic=keep/me')).toBe(204)
    expect(await askJson(`${api}retained?search=keep`)).toEqual({ total: 0, rows: [] })
  })
})

describe('users and rules', () => {
  it('are listed without passwords, made, changed and deleted, with their clients', async () => {
    await change('PUT', 'access/users/ann', { password: 'secret', groups: ['lab'] })
    const text = (await ask(`${api}access`)).text
    expect(text).not.toMatch(/secret|right/)
    expect(JSON.parse(text)).toMatchObject({ allowsAnonymous: true, rules: null })
    const ann = await join('ann-1', { username: 'ann', password: 'secret', reconnectPeriod: 0 })
    const lost = new Promise((resolve) => ann.on('offline', resolve))
    expect(await change('DELETE', 'access/users/ann')).toBe(204)
    await lost
    expect(await refused('PUT', 'access/users/bob', { groups: [] })).toBe(
      '400 ERR_CONSOLE_BODY_INVALID',
    )
  })

  it('hold at once for those who are connected', async () => {
    const pump = await join('pump-1', { username: 'pump', password: 'right' })
    const rules = [{ subject: 'user', name: 'pump', permission: 'write', filter: 'pump/%c/#' }]
    expect(await change('PUT', 'access/rules', { rules })).toBe(204)
    await pump.publishAsync('pump/pump-1/bar', '1', { qos: 1 })
    await expect(pump.publishAsync('pump/other/bar', '1', { qos: 1 })).rejects.toMatchObject({
      outcome: 'rejected',
    })
    expect(await change('PUT', 'access/rules', { rules: [] })).toBe(204)
    await expect(pump.publishAsync('pump/pump-1/bar', '2', { qos: 1 })).rejects.toMatchObject({
      outcome: 'rejected',
    })
    expect(await change('PUT', 'access/rules', { rules: null })).toBe(204)
    await pump.publishAsync('pump/other/bar', '2', { qos: 1 })
    expect(await refused('PUT', 'access/rules', { rules: [{ subject: 'user' }] })).toBe(
      '400 ERR_CONSOLE_BODY_INVALID',
    )
  })
})

describe('signing in', () => {
  const noted: LogRow[] = []

  async function raiseClosed(): Promise<void> {
    await server.stop()
    await broker.stop()
    noted.length = 0
    await raise({
      onAction: (row) => noted.push(row),
      signIn: (name, password) => {
        const groups = broker.users?.check(name, password)
        if (groups?.includes('admins') === true) return 'admin'
        return groups?.includes('viewers') === true ? 'viewer' : undefined
      },
      roleOf: (name) => {
        const user = broker.users?.users().find((one) => one.name === name)
        if (user?.groups.includes('admins') === true) return 'admin'
        return user?.groups.includes('viewers') === true ? 'viewer' : undefined
      },
    })
  }
  const basic = (name: string, password: string): Record<string, string> => ({
    ...WRITING,
    authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
  })

  it('lets a viewer look and change nothing, and notes who tried what', async () => {
    await raiseClosed()
    expect(await askRefused(`${api}stats`)).toBe('401 ERR_CONSOLE_SIGN_IN_REFUSED')
    const body = { name: 'eye', password: 'right' }
    const signedIn = await ask(`${api}sign-in`, { method: 'POST', headers: WRITING, body })
    expect(signedIn.status).toBe(204)
    const cookie = String(signedIn.headers['set-cookie']?.[0]).split(';')[0]!
    const viewing = { ...WRITING, cookie }
    expect(await askJson(`${api}whoami`, { headers: viewing })).toEqual({
      name: 'eye',
      role: 'viewer',
    })
    await join('stays')
    const wish = { method: 'DELETE', headers: viewing }
    expect(await askRefused(`${api}clients/stays`, wish)).toBe('403 ERR_CONSOLE_ROLE_REFUSED')
    expect(clients[0]?.connected).toBe(true)
    const admin = { headers: basic('root', 'right') }
    expect(await askJson(`${api}log`, admin)).toMatchObject([
      { name: 'eye', what: 'POST sign-in', status: 204 },
      { name: 'eye', what: 'DELETE /api/v1/clients/stays', status: 403 },
    ])
    const left = await ask(`${api}sign-out`, { method: 'POST', headers: viewing })
    expect(left.status).toBe(204)
    expect(await askRefused(`${api}whoami`, { headers: viewing })).toBe(
      '401 ERR_CONSOLE_SIGN_IN_REFUSED',
    )
  })

  it('ends session and stream of a user who is deleted, and takes a new role at once', async () => {
    await raiseClosed()
    const body = { name: 'eye', password: 'right' }
    const signedIn = await ask(`${api}sign-in`, { method: 'POST', headers: WRITING, body })
    const viewing = { cookie: String(signedIn.headers['set-cookie']?.[0]).split(';')[0]! }
    const stream = eventsOf(await open(`${api}events`, { headers: viewing }))
    expect(await stream.next()).toMatchObject({ done: false })
    broker.users?.putUser('eye', undefined, ['admins'])
    expect(await askJson(`${api}whoami`, { headers: viewing })).toMatchObject({ role: 'admin' })
    broker.users?.deleteUser('eye')
    expect(await askRefused(`${api}whoami`, { headers: viewing })).toBe(
      '401 ERR_CONSOLE_SIGN_IN_REFUSED',
    )
    for await (const { event } of stream) expect(event).toBe('snapshot')
    broker.users?.putUser('eye', 'right', ['viewers'])
    expect(await askRefused(`${api}whoami`, { headers: viewing })).toBe(
      '401 ERR_CONSOLE_SIGN_IN_REFUSED',
    )
  })

  it('refuses a wrong password, notes it, and stops answering after ten of them', async () => {
    await raiseClosed()
    const body = { name: 'root', password: 'wrong' }
    const wrong = { method: 'POST', headers: WRITING, body }
    for (let attempt = 0; attempt < 10; attempt++) {
      expect(await askRefused(`${api}sign-in`, wrong)).toBe('401 ERR_CONSOLE_SIGN_IN_REFUSED')
    }
    const right = { ...wrong, body: { name: 'root', password: 'right' } }
    expect(await askRefused(`${api}sign-in`, right)).toBe('429 ERR_CONSOLE_SIGN_IN_LIMIT')
    expect(noted[0]).toMatchObject({ name: 'root', what: 'POST sign-in', status: 401 })
  })
})

describe('a broker that is observed from outside', () => {
  it('is said not to expose what the protocol does not tell', async () => {
    const foreign = new ConsoleServer({
      broker: new LivelyBroker({ clients: 1, topics: 1 }, () => 1000),
    })
    const url = `${(await foreign.start()).url}api/v1/`
    const routes = ['hosts', 'listeners', 'queues', 'sessions', 'retained', 'access']
    for (const route of routes) {
      expect(await askRefused(url + route)).toBe('501 ERR_CONSOLE_NOT_EXPOSED')
    }
    expect(await askJson(`${url}system`)).toEqual({ kind: 'observed', rows: [] })
    await foreign.stop()
  })
})
