// Who may ask: host, origin, header, token; and where the console listens.

import { afterEach, describe, expect, it } from 'vitest'
import { ConsoleServer } from '@motewire/console'
import type { ConsoleOptions } from '@motewire/console'
import { ask, askRefused, WRITING } from '../../support/console-client.ts'
import { LivelyBroker } from '../../support/console-fixture.ts'

const TOKEN = 'sixteen-or-more-characters'

let running: ConsoleServer[] = []

afterEach(async () => {
  await Promise.all(running.map((server) => server.stop()))
  running = []
})

async function start(options: ConsoleOptions = {}): Promise<string> {
  const broker = new LivelyBroker({ clients: 3, topics: 3 }, () => 1000)
  const server = new ConsoleServer({ broker, ...options })
  running.push(server)
  const { url } = await server.start()
  return url
}

describe('the Host header', () => {
  it.each([
    'evil.example',
    'evil.example:80',
    'localhost.evil.example',
    'a@localhost',
    '10.0.0.9',
    '[::2]',
  ])('refuses %j', async (host) => {
    const url = await start()
    expect(await askRefused(url, { headers: { host } })).toBe('421 ERR_CONSOLE_HOST_REFUSED')
  })

  it.each(['127.0.0.1', 'localhost:9', 'LOCALHOST', '[::1]:80', 'plant.example:1'])(
    'takes %j, through whatever port it is forwarded',
    async (host) => {
      const url = await start({ hostNames: ['plant.example'] })
      expect((await ask(url, { headers: { host } })).status).toBe(200)
    },
  )
})

describe('a foreign page', () => {
  const foreign: readonly (readonly [string, Record<string, string>, string])[] = [
    ['without the header', {}, '403 ERR_CONSOLE_HEADER_MISSING'],
    [
      'with another origin',
      { ...WRITING, origin: 'http://evil.example' },
      '403 ERR_CONSOLE_ORIGIN_REFUSED',
    ],
    ['with no origin to show', { ...WRITING, origin: 'null' }, '403 ERR_CONSOLE_ORIGIN_REFUSED'],
    [
      'of another port of this machine',
      { ...WRITING, origin: 'http://127.0.0.1:1' },
      '403 ERR_CONSOLE_ORIGIN_REFUSED',
    ],
    [
      'that the browser calls cross-site',
      { ...WRITING, 'sec-fetch-site': 'cross-site' },
      '403 ERR_CONSOLE_ORIGIN_REFUSED',
    ],
  ]

  it.each(foreign)('%s disconnects nobody', async (_, headers, refusal) => {
    const broker = new LivelyBroker({ clients: 3, topics: 3 }, () => 1000)
    const url = await start({ broker })
    const target = `${url}api/v1/clients/mote-3`
    expect(await askRefused(target, { method: 'DELETE', headers })).toBe(refusal)
    expect(broker.disconnected.size).toBe(0)
  })

  it('opens no stream and reads nothing', async () => {
    const url = await start()
    const headers = { 'sec-fetch-site': 'same-site' }
    const refusals = ['events', 'stats'].map((route) =>
      askRefused(`${url}api/v1/${route}`, { headers }),
    )
    expect(await Promise.all(refusals)).toEqual(
      refusals.map(() => '403 ERR_CONSOLE_ORIGIN_REFUSED'),
    )
  })

  it('is told apart from the page itself and from curl', async () => {
    const broker = new LivelyBroker({ clients: 4, topics: 3 }, () => 1000)
    const url = await start({ broker })
    const own = { ...WRITING, origin: url.slice(0, -1), 'sec-fetch-site': 'same-origin' }
    const target = `${url}api/v1/clients/mote-`
    expect((await ask(`${target}3`, { method: 'DELETE', headers: own })).status).toBe(204)
    expect((await ask(`${target}4`, { method: 'DELETE', headers: WRITING })).status).toBe(204)
    expect([...broker.disconnected]).toEqual(['mote-3', 'mote-4'])
  })
})

describe('a token', () => {
  it('is asked for by all of the API, not by the page that asks for it', async () => {
    const url = await start({ token: TOKEN })
    expect((await ask(url)).status).toBe(200)
    for (const route of ['stats', 'clients', 'events', 'nothing']) {
      const refusal = await askRefused(`${url}api/v1/${route}`)
      expect(refusal).toBe('401 ERR_CONSOLE_TOKEN_REFUSED')
    }
  })

  it('is taken as a bearer', async () => {
    const url = await start({ token: TOKEN })
    const asked = (token: string): Promise<number> =>
      ask(`${url}api/v1/stats`, { headers: { authorization: `Bearer ${token}` } }).then(
        ({ status }) => status,
      )
    expect(await asked(TOKEN)).toBe(200)
    expect(await asked(`${TOKEN}x`)).toBe(401)
    expect(await asked('')).toBe(401)
  })

  it('is changed for a cookie that holds for this start only and not for scripts', async () => {
    const url = await start({ token: TOKEN })
    const question = { method: 'POST', headers: WRITING }
    const signIn = `${url}api/v1/sign-in`
    const wrong = await askRefused(signIn, { ...question, body: { token: 'wrong' } })
    expect(wrong).toBe('401 ERR_CONSOLE_TOKEN_REFUSED')
    const { status, headers } = await ask(signIn, { ...question, body: { token: TOKEN } })
    expect(status).toBe(204)
    const [cookie = ''] = headers['set-cookie'] ?? []
    expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/)
    expect(cookie).not.toContain(TOKEN)
    const [pair = ''] = cookie.split(';')
    expect((await ask(`${url}api/v1/stats`, { headers: { cookie: pair } })).status).toBe(200)
    const other = await start({ token: TOKEN })
    expect((await ask(`${other}api/v1/stats`, { headers: { cookie: pair } })).status).toBe(401)
  })
})

describe('where it listens', () => {
  it('refuses an address that others reach when it has no token', () => {
    for (const host of ['0.0.0.0', '::', '192.0.2.7', 'plant.example']) {
      expect(() => new ConsoleServer({ host })).toThrow(
        expect.objectContaining({
          code: 'ERR_CONSOLE_TOKEN_NEEDED',
          message: `console on ${host} could be reached by others and has no token`,
        }),
      )
    }
  })

  it('takes it with a token', async () => {
    const url = await start({ host: '0.0.0.0', token: TOKEN })
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
    expect((await ask(url, { headers: { host: '192.0.2.7' } })).status).toBe(200)
    expect((await ask(url, { headers: { host: 'evil.example' } })).status).toBe(421)
  })

  it.each([
    [{ port: 65_536 }, 'console port 65536 is not between 0 and 65535'],
    [{ port: 1.5 }, 'console port 1.5 is not between 0 and 65535'],
    [{ token: 'short' }, 'console token has 5 characters, fewer than 16'],
  ])('refuses %j', (options, message) => {
    const refusal = expect.objectContaining({ code: 'ERR_OPTION_INVALID', message })
    expect(() => new ConsoleServer(options)).toThrow(refusal)
  })

  it('says in one line that a port is in use', async () => {
    const url = await start()
    const port = Number(new URL(url).port)
    await expect(new ConsoleServer({ port }).start()).rejects.toMatchObject({
      code: 'ERR_CONSOLE_PORT_IN_USE',
      message: `port ${port} of 127.0.0.1 is in use`,
    })
  })

  it('says in one line that an address is not its own', async () => {
    const server = new ConsoleServer({ host: '192.0.2.7', token: TOKEN })
    await expect(server.start()).rejects.toMatchObject({
      code: 'ERR_CONSOLE_LISTEN_FAILED',
      message: 'port 0 of 192.0.2.7 cannot be listened on (EADDRNOTAVAIL)',
    })
  })
})
