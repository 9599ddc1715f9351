// Where clients come in: a TCP or TLS port that takes MQTT and MQTT over WebSocket alike, told
// apart by the first byte (a CONNECT begins with 0x10, an HTTP request with a letter). It hands out
// byte channels and knows no MQTT beyond that byte.

import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { TlsOptions } from 'node:tls'
import { TcpChannel } from '@motewire/sdk'
import type { ByteChannel, ChannelHandler } from '@motewire/sdk'
import { MotewireError } from '@motewire/sdk/errors'
import { WebSocketUpgrade } from '@motewire/sdk/websocket-server'
import type { ListenerView } from './control.ts'
import type { Traffic } from './core/publish-writer.ts'

/** Codes of the errors that a broker's start can end with. */
export const BROKER_ERROR_CODES = [
  'ERR_BROKER_PORT_IN_USE',
  'ERR_BROKER_LISTEN',
  'ERR_BROKER_STORE',
  'ERR_BROKER_STORE_IN_USE',
  'ERR_BROKER_CONFIG',
] as const
export type BrokerErrorCode = (typeof BROKER_ERROR_CODES)[number]

export interface ListenerOptions {
  /** Default `tcp`, or `tls` with certificates. */
  readonly name?: string
  /** Address to listen on. Default `127.0.0.1`. */
  readonly host?: string
  /** 0 takes a free one. Default 1883, or 8883 with certificates. */
  readonly port?: number
  /** Key, certificate, client authorities: Node's own options. Default: no TLS. */
  readonly tls?: TlsOptions
  /** Whether MQTT over WebSocket is taken too. Default true. */
  readonly webSocket?: boolean
  /** Virtual host of those who name none. Default: the broker's first. */
  readonly virtualHost?: string
}

/** @param isBare it is a socket and nothing else: neither TLS nor WebSocket. */
export type ChannelTaker = (channel: ByteChannel, address: string, isBare: boolean) => void

const LISTEN_BACKLOG = 4_096
/** A peer that says nothing, or never ends its request, does not hold a socket for ever. */
const OPENING_TIMEOUT_MS = 10_000
const OPENING_SWEEP_MS = 1_000

type AcceptedChannel = ReturnType<typeof TcpChannel.accept>

/** A socket of which it is not known yet what it speaks. */
class Newcomer implements ChannelHandler {
  readonly socket: Socket
  readonly sinceMs: number = performance.now()
  readonly #listener: Listener
  readonly #channel: AcceptedChannel

  constructor(listener: Listener, socket: Socket) {
    this.socket = socket
    this.#listener = listener
    this.#channel = TcpChannel.accept(socket)
    this.#channel.open(this)
  }

  onOpen(): void {}

  onDrain(): void {}

  onBytes(bytes: Uint8Array): void {
    this.#listener.tellApart(this.socket, this.#channel, bytes)
  }

  onClose(): void {
    this.#listener.settle(this.socket)
  }
}

export class Listener {
  readonly name: string
  readonly options: ListenerOptions
  readonly #onChannel: ChannelTaker
  readonly #upgrade: WebSocketUpgrade
  /** Oldest first. */
  readonly #newcomers = new Map<Socket, Newcomer>()
  /** One timer for all of them; it ends when it finds none. */
  #sweep: NodeJS.Timeout | undefined
  #server: Server | undefined
  #port = 0
  isAccepting = true
  /** Wall time of the last change between taking clients and not; told by the shell. */
  since = 0
  connectedNow = 0
  connectedEver = 0
  /** Of connections that have ended. */
  bytesInBefore = 0
  bytesOutBefore = 0
  readonly traffic: Traffic = { messagesIn: 0, messagesOut: 0 }

  constructor(options: ListenerOptions, onChannel: ChannelTaker) {
    this.options = options
    this.name = listenerName(options)
    this.#onChannel = onChannel
    this.#upgrade = new WebSocketUpgrade((channel, socket) => {
      this.settle(socket)
      this.#hand(channel, of(socket), false)
    })
  }

  /** Without what the shell knows: bytes of living connections, the default virtual host. */
  get view(): Omit<ListenerView, 'virtualHost'> {
    const { name, isAccepting, since, connectedNow, connectedEver } = this
    const { host = '127.0.0.1', tls } = this.options
    const kind = tls === undefined ? 'tcp' : 'tls'
    const counts = { connectedNow, connectedEver }
    const bytes = { bytesIn: this.bytesInBefore, bytesOut: this.bytesOutBefore }
    const state = { isAccepting, since }
    return { name, kind, host, port: this.#port, ...state, ...counts, ...this.traffic, ...bytes }
  }

  /** Answers the port. @throws MotewireError `ERR_BROKER_PORT_IN_USE` or `ERR_BROKER_LISTEN`. */
  open(): Promise<number> {
    const { host = '127.0.0.1', tls } = this.options
    const { port = tls === undefined ? 1883 : 8883 } = this.options
    const accept = (socket: Socket): void => this.#accept(socket)
    return new Promise((resolve, reject) => {
      const server =
        tls === undefined ? createServer({ noDelay: true }, accept) : secureServer(tls, accept)
      server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)))
      server.listen({ host, port, backlog: LISTEN_BACKLOG }, () => {
        this.#server = server
        const address = server.address()
        this.#port = typeof address === 'object' && address !== null ? address.port : port
        resolve(this.#port)
      })
    })
  }

  /** Takes no new clients; settles when the sockets of those there were are closed. */
  close(): Promise<void> {
    clearInterval(this.#sweep)
    for (const socket of this.#newcomers.keys()) socket.destroy()
    const server = this.#server
    this.#server = undefined
    return new Promise((resolve) => {
      if (server === undefined) resolve()
      else server.close(() => resolve())
    })
  }

  #accept(socket: Socket): void {
    if (!this.isAccepting) {
      socket.destroy()
      return
    }
    if (this.options.webSocket === false)
      return this.#hand(TcpChannel.accept(socket), of(socket), this.#isBare)
    this.#newcomers.set(socket, new Newcomer(this, socket))
    this.#sweep ??= setInterval(this.#destroySilent, OPENING_SWEEP_MS).unref()
  }

  /** What a newcomer's first bytes say it is. */
  tellApart(socket: Socket, channel: AcceptedChannel, bytes: Uint8Array): void {
    if (isRequest(bytes[0]!)) {
      // It stays a newcomer until it has become a WebSocket.
      channel.release()
      socket.once('close', () => this.settle(socket)).unshift(bytes)
      this.#upgrade.handle(socket)
      socket.resume()
      return
    }
    this.settle(socket)
    this.#hand(channel, of(socket), this.#isBare)
    channel.handleRead(bytes)
  }

  readonly #destroySilent = (): void => {
    if (this.#newcomers.size === 0) {
      clearInterval(this.#sweep)
      this.#sweep = undefined
    }
    const latest = performance.now() - OPENING_TIMEOUT_MS
    for (const { sinceMs, socket } of this.#newcomers.values()) {
      if (sinceMs > latest) return
      socket.destroy()
    }
  }

  /** The socket is somebody's, or closed. */
  settle(socket: Socket): void {
    this.#newcomers.delete(socket)
  }

  get #isBare(): boolean {
    return this.options.tls === undefined
  }

  #hand(channel: ByteChannel, address: string, isBare: boolean): void {
    this.connectedEver++
    this.connectedNow++
    this.#onChannel(channel, address, isBare)
  }
}

/** Its name, or what it speaks. */
export function listenerName({ name, tls }: ListenerOptions): string {
  return name ?? (tls === undefined ? 'tcp' : 'tls')
}

function of(socket: Socket): string {
  // One text: a template would keep its three parts as well.
  return [socket.remoteAddress ?? 'unknown', socket.remotePort ?? 0].join(':')
}

/** An HTTP method begins with a capital letter; no MQTT packet of a client's first one does. */
function isRequest(firstByte: number): boolean {
  return firstByte >= 0x41 && firstByte <= 0x5a
}

function secureServer(options: TlsOptions, accept: (socket: Socket) => void): Server {
  const server = createTlsServer({ handshakeTimeout: OPENING_TIMEOUT_MS, ...options }, accept)
  // A handshake that fails is the peer's affair.
  server.on('tlsClientError', (_error, socket) => socket.destroy())
  return server
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): MotewireError {
  const isTaken = error.code === 'EADDRINUSE'
  const what = isTaken ? 'is in use' : `cannot be listened on (${error.code})`
  const code: BrokerErrorCode = isTaken ? 'ERR_BROKER_PORT_IN_USE' : 'ERR_BROKER_LISTEN'
  return new MotewireError(code, `broker port ${port} on ${host} ${what}`, { cause: error })
}
