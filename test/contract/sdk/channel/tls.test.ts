// TLS: whom it trusts, what it says when it does not, and what a reconnect costs.

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import { createServer } from 'node:tls'
import type { TlsOptions as ServerOptions, TLSSocket } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { connect, TlsChannel } from '@motewire/sdk'
import type { LinkError, TlsOptions } from '@motewire/sdk'
import { TlsDialer } from '../../../../sdk/channel/index.ts'
import { CertificateAuthority } from '../../../support/certificates.ts'
import { Recorder } from '../../hardware/recorder.ts'

const HOUR_MS = 3_600_000
const ours = new CertificateAuthority('ours')
const theirs = new CertificateAuthority('theirs')
const server = ours.issue('server')
const client = ours.issue('client')
const trust = { ca: ours.cert }

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()))
})

interface Listening {
  readonly port: number
  readonly sockets: TLSSocket[]
  /** Of each connection, whether it resumed a session. */
  readonly reused: boolean[]
}

async function listen(options: ServerOptions): Promise<Listening> {
  const sockets: TLSSocket[] = []
  const reused: boolean[] = []
  const listener = createServer(options, (socket) => {
    sockets.push(socket)
    reused.push(socket.isSessionReused())
    socket.on('error', () => {}).on('data', (bytes) => socket.write(bytes))
  }).listen(0, '127.0.0.1')
  listener.on('tlsClientError', () => {})
  await once(listener, 'listening')
  closers.push(async () => {
    for (const socket of sockets) socket.destroy()
    listener.close()
    await once(listener, 'close')
  })
  return { port: (listener.address() as AddressInfo).port, sockets, reused }
}

/** How an attempt ended: 'echoed', or why not. */
async function attempt(
  port: number,
  options: TlsOptions | TlsDialer,
  host = '127.0.0.1',
): Promise<LinkError | 'echoed' | undefined> {
  const recorder = new Recorder()
  const channel = new TlsChannel({ host, port }, options)
  channel.open(recorder)
  await recorder.until(() => recorder.isOpen || recorder.isClosed)
  channel.write(Buffer.from('hello'))
  await recorder.until(() => recorder.receivedBytes === 5 || recorder.isClosed)
  if (recorder.isClosed) return recorder.cause
  channel.close()
  await recorder.untilClosed()
  return 'echoed'
}

const TRUSTED: readonly [string, ServerOptions, TlsOptions, string?][] = [
  ['a server of a trusted authority', server, trust],
  ['several authorities, one of them right', server, { ca: [theirs.cert, ours.cert] }],
  ['the host name of the URL', server, trust, 'localhost'],
  [
    'the name in servername instead of the host',
    ours.issue('server', { names: ['broker.test'] }),
    { ...trust, servername: 'broker.test' },
  ],
  [
    'whoever it is when told so',
    theirs.issue('server', { names: ['broker.test'] }),
    { rejectUnauthorized: false },
  ],
  [
    'with a client certificate where one is wanted',
    { ...server, ...trust, requestCert: true },
    { ...trust, ...client },
  ],
  ['with Uint8Array certificates', server, { ca: new Uint8Array(Buffer.from(ours.cert)) }],
]

const REFUSED: readonly (readonly [string, ServerOptions, TlsOptions, RegExp])[] = [
  ['an unknown authority', server, {}, /presents a certificate of an unknown authority$/],
  ['another authority', server, { ca: theirs.cert }, /a certificate of an unknown authority$/],
  [
    'a self-signed certificate',
    ours.issue('ours'),
    { ca: theirs.cert },
    /presents a self-signed certificate$/,
  ],
  [
    'a certificate that has expired',
    ours.issue('server', { notAfter: new Date(Date.now() - HOUR_MS) }),
    trust,
    /presents a certificate that has expired$/,
  ],
  [
    'a certificate from the future, or a device with a wrong clock',
    ours.issue('server', { notBefore: new Date(Date.now() + HOUR_MS) }),
    trust,
    /presents a certificate that is not valid yet$/,
  ],
  [
    'a certificate for another host',
    ours.issue('server', { names: ['broker.test'] }),
    trust,
    /presents a certificate for another host \(DNS:broker\.test\)$/,
  ],
  [
    'a server that speaks no ALPN protocol of ours',
    { ...server, ALPNProtocols: ['http/1.1'] },
    { ...trust, ALPNProtocols: ['mqtt'] },
    /speaks none of the offered ALPN protocols$/,
  ],
  [
    'a server older than minVersion',
    { ...server, maxVersion: 'TLSv1.2' },
    { ...trust, minVersion: 'TLSv1.3' },
    /speaks another version of TLS$/,
  ],
  [
    'a server that wants a client certificate',
    { ...server, ...trust, requestCert: true },
    trust,
    /wants a client certificate$/,
  ],
]

describe('TLS', () => {
  it.each<[string, ServerOptions, TlsOptions, string?]>(TRUSTED)(
    'trusts %s',
    async (_what, serverOptions, options, host) => {
      const { port } = await listen(serverOptions)
      expect(await attempt(port, options, host)).toBe('echoed')
    },
  )

  it.each(REFUSED)('refuses %s', async (_what, serverOptions, options, message) => {
    const { port } = await listen(serverOptions)
    const cause = await attempt(port, options)
    expect(cause).toMatchObject({ code: 'ERR_LINK_TLS', retryable: true })
    expect((cause as LinkError).message).toMatch(message)
    expect((cause as LinkError).message).toMatch(/^tls 127\.0\.0\.1:\d+ [^\n]+$/)
  })

  it.each<[string, string | undefined, RegExp]>([
    ['answers in plain text', '+OK welcome\r\n', /speaks no TLS on this port$/],
    ['hangs up', undefined, /closed the connection during the TLS handshake$/],
  ])('says that the other side %s', async (_what, answer, message) => {
    const listener = createTcpServer((socket) => {
      socket.on('error', () => {}).once('data', () => socket.end(answer ?? ''))
    }).listen(0, '127.0.0.1')
    await once(listener, 'listening')
    const { port } = listener.address() as AddressInfo
    const cause = await attempt(port, trust)
    expect(cause).toMatchObject({ code: 'ERR_LINK_TLS', message: expect.stringMatching(message) })
    listener.close()
    await once(listener, 'close')
  })

  it('sends the host name as SNI, but never an address', async () => {
    const { port, sockets } = await listen(server)
    await attempt(port, trust, 'localhost')
    await attempt(port, trust)
    expect(sockets.map(({ servername }) => servername)).toEqual(['localhost', false])
  })

  it('agrees on an offered ALPN protocol', async () => {
    const { port, sockets } = await listen({ ...server, ALPNProtocols: ['x-amzn-mqtt-ca', 'mqtt'] })
    await attempt(port, { ...trust, ALPNProtocols: ['mqtt'] })
    expect(sockets[0]?.alpnProtocol).toBe('mqtt')
  })

  it('resumes its session when it connects again', async () => {
    const { port, reused } = await listen(server)
    const dialer = new TlsDialer(trust)
    for (let i = 0; i < 2; i++) expect(await attempt(port, dialer)).toBe('echoed')
    expect(reused).toEqual([false, true])
  })

  it.each<[string, TlsOptions, RegExp]>([
    ['ca', { ca: 'ca.pem' }, /^option ca cannot be used: it holds no PEM certificate$/],
    ['cert', { cert: 'no certificate', key: client.key }, /^option cert cannot be used: /],
    ['key', { cert: client.cert, key: 'no key' }, /^option key cannot be used: /],
    ['key', { cert: client.cert, key: server.key }, /^option key cannot be used: .*mismatch/],
  ])('finds an unusable %s before anything is dialled', (_name, options, message) => {
    expect(() => connect('mqtts://127.0.0.1:1', options)).toThrow(
      expect.objectContaining({
        code: 'ERR_OPTION_INVALID',
        message: expect.stringMatching(message),
      }),
    )
  })
})
