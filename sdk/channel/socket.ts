// Dials sockets: TCP by host and port, directly or through a proxy, and Unix sockets by path. It
// does not know what travels over them.

import { connect } from 'node:net'
import type { OnReadOpts, Socket, TcpNetConnectOpts } from 'node:net'
import type { Attempt } from './attempt.ts'
import type { Proxy } from './proxy.ts'
import { dialProxy, proxyName } from './proxy.ts'

export interface TcpAddress {
  readonly host: string
  readonly port: number
  /** Source address, to spread many clients over 127.0.0.0/8 or several interfaces. */
  readonly localAddress?: string
  /** IP version; default: whichever answers first. */
  readonly family?: 4 | 6
  /** Through which the address is reached; it also looks the host name up. */
  readonly proxy?: Proxy
}

export interface UnixAddress {
  /** Of the socket file. */
  readonly path: string
}

export type SocketAddress = TcpAddress | UnixAddress

/** TCP's own probe of silent peers, besides MQTT's. */
const TCP_KEEPALIVE_MS = 60_000

/** `127.0.0.1:1883`, `[::1]:1883 via socks5 10.0.0.1:1080`, `/run/mosquitto.sock`. */
export function addressName(address: SocketAddress): string {
  if ('path' in address) return address.path
  const { proxy } = address
  return `${hostAndPort(address)}${proxy === undefined ? '' : ` via ${proxyName(proxy)}`}`
}

/** Of the channel that carries bytes as they are. */
export function plainName(address: SocketAddress): string {
  return `${'path' in address ? 'unix' : 'tcp'} ${addressName(address)}`
}

export function hostAndPort({ host, port }: { host: string; port: number }): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** For a layer that reads the socket itself: TLS, WebSocket. */
export function dialSocket(
  attempt: Attempt,
  address: SocketAddress,
  next: (socket: Socket) => void,
): void {
  connectSocket(attempt, address, undefined, next)
}

/** For bytes as they are. A direct socket reads into the buffer that the process shares. */
export function dialPlain(attempt: Attempt, address: SocketAddress): void {
  const isTunnelled = 'proxy' in address && address.proxy !== undefined
  const onread = isTunnelled ? undefined : attempt.onread
  connectSocket(attempt, address, onread, (socket) => attempt.succeed(socket, !isTunnelled))
}

function connectSocket(
  attempt: Attempt,
  address: SocketAddress,
  onread: OnReadOpts | undefined,
  next: (socket: Socket) => void,
): void {
  const proxy = 'path' in address ? undefined : address.proxy
  const socket = connect({
    ...('path' in address ? address : tcpSettings(address, proxy)),
    ...(onread === undefined ? {} : { onread }),
  })
  const { subject } = attempt
  const stop = (): void => void socket.destroy()
  if (proxy === undefined || 'path' in address) {
    attempt.follow(socket, 'connect', () => next(socket), stop)
    return
  }
  const handleTunnel = (): void => {
    attempt.subject = subject
    next(socket)
  }
  attempt.subject = `proxy ${proxyName(proxy)}`
  attempt.follow(
    socket,
    'connect',
    () => dialProxy(attempt, socket, proxy, address, handleTunnel),
    stop,
  )
}

function tcpSettings(address: TcpAddress, proxy: Proxy | undefined): TcpNetConnectOpts {
  const { localAddress, family } = address
  const { host, port } = proxy ?? address
  return {
    host,
    port,
    ...(localAddress === undefined ? {} : { localAddress }),
    ...(family === undefined ? {} : { family }),
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: TCP_KEEPALIVE_MS,
  }
}
