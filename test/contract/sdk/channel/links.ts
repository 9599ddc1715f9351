// Every kind of link, each with a way to make a channel that is not open yet and to get hold of its
// other side. Real servers on the loopback; certificates are made here.

import { EventEmitter, once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import type { Server as HttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { connect, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Duplex, PassThrough } from 'node:stream'
import { createServer as createTlsServer } from 'node:tls'
import type { TlsOptions as ServerOptions } from 'node:tls'
import { createWebSocketStream, WebSocketServer } from 'ws'
import {
  fromDuplex,
  LinkError,
  memoryPipe,
  RealClock,
  TcpChannel,
  TlsChannel,
  UnixChannel,
  WebSocketChannel,
} from '@motewire/sdk'
import type { ByteChannel, TcpAddress } from '@motewire/sdk'
import { TlsDialer } from '../../../../sdk/channel/index.ts'
import { parseProxy } from '../../../../sdk/channel/proxy.ts'
import { CertificateAuthority } from '../../../support/certificates.ts'
import { ProxyServer } from '../../../support/proxy-server.ts'
import { FarEnd, streamOf } from './far-end.ts'

export interface LinkBench {
  /** A channel that is not open yet. */
  channel(): Promise<ByteChannel>
  /** The other side of the newest channel, once it has connected. */
  far(): Promise<FarEnd>
  /** A channel to where nothing listens; undefined when that cannot be. */
  refused?(): Promise<ByteChannel>
  close(): Promise<void>
}

export interface Link {
  readonly name: string
  /** Whether the break of the other side arrives as one, not as an end in good order. */
  readonly tellsBreaks: boolean
  /** False where there is nobody to refuse. */
  readonly canBeRefused?: false
  bench(): Promise<LinkBench>
}

const authority = new CertificateAuthority('motewire tests')
const serverIdentity = authority.issue('server')
const clientIdentity = authority.issue('client')

/** Far ends as they come; a test waits for the next. */
class Arrivals {
  readonly #events = new EventEmitter()
  readonly #waiting: FarEnd[] = []

  add(stream: Duplex, cut: () => void): void {
    this.#waiting.push(new FarEnd(stream, cut))
    this.#events.emit('far')
  }

  async next(): Promise<FarEnd> {
    const signal = AbortSignal.timeout(5_000)
    while (this.#waiting.length === 0) await once(this.#events, 'far', { signal })
    return this.#waiting.shift()!
  }
}

interface Listener {
  readonly server: Server
  readonly arrivals: Arrivals
  readonly sockets: Set<Socket>
}

/** Counts the raw connections of a server, so that a far end can break one off. */
function listenOn(server: Server): Listener {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).once('close', () => sockets.delete(socket))
  })
  return { server, arrivals: new Arrivals(), sockets }
}

async function start(
  listener: Listener,
  address: { port: number; host: string } | string,
): Promise<number> {
  listener.server.listen(address)
  await once(listener.server, 'listening')
  const bound = listener.server.address()
  return typeof bound === 'object' && bound !== null ? bound.port : 0
}

async function stop({ server, sockets }: Listener): Promise<void> {
  for (const socket of sockets) socket.destroy()
  server.close()
  await once(server, 'close')
}

function reset(sockets: ReadonlySet<Socket>): void {
  for (const socket of sockets) socket.resetAndDestroy()
}

function plainListener(): Listener {
  const listener = listenOn(createServer())
  listener.server.on('connection', (socket) => {
    // The kernel knows no reset of a Unix socket.
    const isUnix = socket.remoteAddress === undefined
    listener.arrivals.add(socket, () => (isUnix ? socket.destroy() : socket.resetAndDestroy()))
  })
  return listener
}

function tlsListener(options: ServerOptions = {}): Listener {
  const listener = listenOn(createTlsServer({ ...serverIdentity, ...options }))
  listener.server.on('secureConnection', (socket) => {
    listener.arrivals.add(socket, () => reset(listener.sockets))
  })
  return listener
}

function webSocketListener(server: HttpServer): Listener {
  const listener = listenOn(server)
  new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (ws) => {
    const stream = createWebSocketStream(ws, { allowHalfOpen: false })
    listener.arrivals.add(stream, () => reset(listener.sockets))
  })
  return listener
}

/** A link to a server; `channelTo` makes a channel to it, `stopToo` ends what stands between. */
async function networkBench(
  listener: Listener,
  channelTo: (address: TcpAddress) => ByteChannel,
  stopToo: () => Promise<void> = async () => {},
): Promise<LinkBench> {
  const address = { host: '127.0.0.1', port: await start(listener, { host: '127.0.0.1', port: 0 }) }
  return {
    channel: async () => channelTo(address),
    far: () => listener.arrivals.next(),
    refused: async () => {
      const closed = createServer()
      const port = await start(listenOn(closed), { host: '127.0.0.1', port: 0 })
      closed.close()
      await once(closed, 'close')
      return channelTo({ ...address, port })
    },
    close: async () => {
      await stop(listener)
      await stopToo()
    },
  }
}

async function unixBench(): Promise<LinkBench> {
  const folder = mkdtempSync(join(tmpdir(), 'motewire-unix-'))
  const path = join(folder, 'link.sock')
  const listener = plainListener()
  await start(listener, path)
  return {
    channel: async () => new UnixChannel({ path }),
    far: () => listener.arrivals.next(),
    refused: async () => new UnixChannel({ path: join(folder, 'nobody.sock') }),
    close: async () => {
      await stop(listener)
      rmSync(folder, { recursive: true })
    },
  }
}

/** The channel is the server's side; the far end dials. */
async function acceptedBench(): Promise<LinkBench> {
  const listener = listenOn(createServer())
  const port = await start(listener, { host: '127.0.0.1', port: 0 })
  return {
    channel: async () => {
      const far = connect({ host: '127.0.0.1', port })
      const [socket] = (await once(listener.server, 'connection')) as [Socket]
      listener.arrivals.add(far, () => far.resetAndDestroy())
      return TcpChannel.accept(socket)
    },
    far: () => listener.arrivals.next(),
    close: () => stop(listener),
  }
}

function memoryBench(): LinkBench {
  const clock = new RealClock()
  const arrivals = new Arrivals()
  return {
    channel: async () => {
      const [near, far] = memoryPipe(clock)
      const cause = new LinkError('ERR_LINK_LOST', 'memory was cut')
      arrivals.add(streamOf(far), () => near.cut(cause))
      return near
    },
    far: () => arrivals.next(),
    close: async () => {},
  }
}

/** Two streams joined back to back that hand on by reference what they are given. */
function duplexBench(): LinkBench {
  const arrivals = new Arrivals()
  return {
    channel: async () => {
      const [near, far] = joinedStreams()
      arrivals.add(far, () => near.destroy(new Error('the line broke')))
      return fromDuplex(near)
    },
    far: () => arrivals.next(),
    close: async () => {},
  }
}

function joinedStreams(): [Duplex, Duplex] {
  const down = new PassThrough()
  const up = new PassThrough()
  const near = Duplex.from({ readable: up, writable: down })
  const far = Duplex.from({ readable: down, writable: up })
  return [near, far]
}

async function proxiedBench(
  proxy: ProxyServer,
  kind: 'socks5' | 'http',
  make: (address: TcpAddress) => ByteChannel = (address) => new TcpChannel(address),
  listener: Listener = plainListener(),
): Promise<LinkBench> {
  const via = parseProxy(`${kind}://user:secret@127.0.0.1:${proxy.port}`)
  return networkBench(
    listener,
    (address) => make({ ...address, proxy: via }),
    () => proxy.close(),
  )
}

const trust = { ca: authority.cert }
const credentials = { username: 'user', password: 'secret' }

export const LINKS: readonly Link[] = [
  { name: 'memory', tellsBreaks: true, canBeRefused: false, bench: async () => memoryBench() },
  {
    name: 'tcp',
    tellsBreaks: true,
    bench: () => networkBench(plainListener(), (address) => new TcpChannel(address)),
  },
  { name: 'tcp, accepted', tellsBreaks: true, canBeRefused: false, bench: acceptedBench },
  // The kernel tells a Unix socket of no break: the end of a process is an end.
  { name: 'unix', tellsBreaks: false, bench: unixBench },
  {
    name: 'tls',
    tellsBreaks: true,
    bench: () => networkBench(tlsListener(), (address) => new TlsChannel(address, trust)),
  },
  {
    name: 'tls with a client certificate',
    tellsBreaks: true,
    bench: () =>
      networkBench(
        tlsListener({ ca: authority.cert, requestCert: true, rejectUnauthorized: true }),
        (address) => new TlsChannel(address, { ...trust, ...clientIdentity }),
      ),
  },
  {
    name: 'ws',
    tellsBreaks: true,
    bench: () =>
      networkBench(
        webSocketListener(createHttpServer()),
        (address) => new WebSocketChannel(address, { path: '/mqtt' }),
      ),
  },
  {
    name: 'wss',
    tellsBreaks: true,
    bench: () =>
      networkBench(
        webSocketListener(createHttpsServer({ ...serverIdentity })),
        (address) => new WebSocketChannel(address, {}, new TlsDialer(trust)),
      ),
  },
  {
    name: 'tcp through socks5',
    tellsBreaks: true,
    bench: async () => proxiedBench(await ProxyServer.socks5({ credentials }), 'socks5'),
  },
  {
    name: 'tls through http connect',
    tellsBreaks: true,
    bench: async () =>
      proxiedBench(
        await ProxyServer.httpConnect({ credentials }),
        'http',
        (address) => new TlsChannel(address, trust),
        tlsListener(),
      ),
  },
  {
    name: 'wss through socks5',
    tellsBreaks: true,
    bench: async () =>
      proxiedBench(
        await ProxyServer.socks5({ credentials }),
        'socks5',
        (address) => new WebSocketChannel(address, {}, new TlsDialer(trust)),
        webSocketListener(createHttpsServer({ ...serverIdentity })),
      ),
  },
  {
    name: 'ws through http connect',
    tellsBreaks: true,
    bench: async () =>
      proxiedBench(
        await ProxyServer.httpConnect({ credentials }),
        'http',
        (address) => new WebSocketChannel(address),
        webSocketListener(createHttpServer()),
      ),
  },
  { name: 'duplex', tellsBreaks: true, canBeRefused: false, bench: async () => duplexBench() },
]
