// Proxies that are strict, slow, wrong or hostile.

import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseProxy, TcpChannel } from '@motewire/sdk'
import type { LinkError } from '@motewire/sdk'
import { ProxyServer } from '../../../support/proxy-server.ts'
import type { ProxyServerOptions } from '../../../support/proxy-server.ts'
import { Recorder } from '../../hardware/recorder.ts'

const GREETING = 'the server speaks first'
const proxies: ProxyServer[] = []
let server: Server
let port: number

beforeEach(async () => {
  server = createServer((socket) => socket.on('error', () => {}).write(GREETING))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})

afterEach(async () => {
  await Promise.all(proxies.splice(0).map((proxy) => proxy.close()))
  server.close()
  await once(server, 'close')
})

type Kind = 'socks5' | 'http'
const KINDS: readonly Kind[] = ['socks5', 'http']

async function start(kind: Kind, options: ProxyServerOptions = {}): Promise<ProxyServer> {
  const proxy = await (kind === 'socks5'
    ? ProxyServer.socks5(options)
    : ProxyServer.httpConnect(options))
  proxies.push(proxy)
  return proxy
}

/** What comes out of the tunnel, or why there is none. */
async function through(url: string, host = '127.0.0.1'): Promise<string | LinkError | undefined> {
  const recorder = new Recorder()
  const channel = new TcpChannel({ host, port, proxy: parseProxy(url) })
  channel.open(recorder)
  await recorder.until(() => recorder.receivedBytes === GREETING.length || recorder.isClosed)
  channel.close('abort')
  const cause = await recorder.untilClosed()
  return recorder.isOpen ? recorder.received.toString() : cause
}

describe.each(KINDS)('a proxy of kind %s', (kind) => {
  it('is given host names as they are and looks them up itself', async () => {
    const proxy = await start(kind, { hosts: { 'broker.invalid': '127.0.0.1' } })
    expect(await through(`${kind}://127.0.0.1:${proxy.port}`, 'broker.invalid')).toBe(GREETING)
    expect(proxy.targets).toEqual([`broker.invalid:${port}`])
  })

  it('may send the first bytes of the tunnel together with its answer', async () => {
    const proxy = await start(kind, { answersLate: true })
    expect(await through(`${kind}://127.0.0.1:${proxy.port}`)).toBe(GREETING)
  })

  it('gets user name and password, decoded from the URL', async () => {
    // A user name of HTTP's Basic scheme has no colon.
    const username = kind === 'http' ? 'us@er' : 'us:er'
    const credentials = { username, password: 'p@ss wörd' }
    const proxy = await start(kind, { credentials })
    const secret = encodeURIComponent(credentials.password)
    const url = `${kind}://${encodeURIComponent(username)}:${secret}@127.0.0.1:${proxy.port}`
    expect(await through(url)).toBe(GREETING)
  })

  it.each([
    ['without credentials', ''],
    ['with wrong ones', 'user:wrong@'],
  ])('refuses us %s', async (_what, prefix) => {
    const proxy = await start(kind, { credentials: { username: 'user', password: 'right' } })
    const cause = await through(`${kind}://${prefix}127.0.0.1:${proxy.port}`)
    expect(cause).toMatchObject({ code: 'ERR_LINK_PROXY', retryable: true })
    expect((cause as LinkError).message).toMatch(/user name (and|or) password/)
    expect((cause as LinkError).message).not.toMatch(/wrong@|wrong$/)
  })

  it('is not there', async () => {
    const proxy = await ProxyServer.scripted([])
    await proxy.close()
    const cause = await through(`${kind}://127.0.0.1:${proxy.port}`)
    expect(cause).toMatchObject({ code: 'ERR_LINK_REFUSED' })
    expect((cause as LinkError).message).toMatch(
      new RegExp(`^proxy ${kind} 127\\.0\\.0\\.1:${proxy.port} refused the connection`),
    )
  })

  it('hangs up in the middle', async () => {
    const proxy = await ProxyServer.scripted([])
    proxies.push(proxy)
    expect(await through(`${kind}://127.0.0.1:${proxy.port}`)).toMatchObject({
      code: 'ERR_LINK_PROXY',
      message: expect.stringMatching(/closed the connection during its handshake$/),
    })
  })
})

const NONSENSE: readonly (readonly [string, Kind, readonly (string | Uint8Array)[], RegExp])[] = [
  ['HTTP to SOCKS5', 'socks5', ['HTTP/1.1 400 Bad\r\n\r\n'], /no SOCKS5 \(first bytes 48 54\)$/],
  ['one wrong byte', 'socks5', [Buffer.from([4])], /no SOCKS5 \(first bytes 04\)$/],
  ['an unknown method', 'socks5', [Buffer.from([5, 9])], /offers no method of ours \(method 9\)$/],
  [
    'an unknown reply',
    'socks5',
    [Buffer.from([5, 0]), Buffer.from([5, 99, 0, 1])],
    /could not reach 127\.0\.0\.1:\d+: reply 99$/,
  ],
  [
    'an address of an unknown type',
    'socks5',
    [Buffer.from([5, 0]), Buffer.from([5, 0, 0, 7])],
    /no SOCKS5/,
  ],
  ['SOCKS5 to HTTP', 'http', [Buffer.from([5, 0])], /no HTTP \(first bytes 05 00\)$/],
  ['a status line of its own', 'http', ['HTTP/1.1 fine\r\n\r\n'], /broken HTTP status line$/],
  ['a web page', 'http', ['HTTP/1.1 403 Forbidden\r\n\r\n'], /HTTP 403 Forbidden$/],
  [
    'a head without end',
    'http',
    [`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(9_000)}`],
    /answered with a head above 8192 bytes$/,
  ],
]

describe('a proxy that talks nonsense', () => {
  it.each(NONSENSE)('answers %s', async (_what, kind, answers, message) => {
    const proxy = await ProxyServer.scripted(answers)
    proxies.push(proxy)
    const cause = await through(`${kind}://127.0.0.1:${proxy.port}`)
    expect(cause).toMatchObject({ code: 'ERR_LINK_PROXY', message: expect.stringMatching(message) })
    expect((cause as LinkError).message).toMatch(/^proxy (socks5|http) 127\.0\.0\.1:\d+ [^\n]+$/)
  })
})
