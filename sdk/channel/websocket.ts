// MQTT over WebSocket (RFC 6455, MQTT 5.0 section 6) on the package `ws`, which is loaded when the
// first such channel is opened: who does not use WebSocket need not install it. The socket below,
// TLS and proxies are those of the other channels, the bytes are web-socket-stream.ts's.

import type { Duplex } from 'node:stream'
import type * as webSocketPackage from 'ws'
import { LinkError } from '../errors.ts'
import type { Attempt } from './attempt.ts'
import { linkFailure } from './link-failure.ts'
import { addressName, dialSocket, hostAndPort } from './socket.ts'
import type { SocketAddress } from './socket.ts'
import { StreamChannel } from './stream-channel.ts'
import type { TlsDialer } from './tls.ts'
import { byteStream } from './web-socket-stream.ts'

export interface WebSocketOptions {
  /** Path and query of the request. Default: those of the URL, or `/`. */
  readonly path?: string
  /** Headers of the request, such as `Authorization`. */
  readonly headers?: Readonly<Record<string, string>>
  /** Subprotocols offered, in order. Default `mqtt`, for MQTT 3.1 `mqttv3.1`. */
  readonly protocols?: readonly string[]
  /** Largest message taken, bytes; it is held until it is complete. Default 16,777,216. */
  readonly frameBytesMax?: number
}

const FRAME_BYTES_MAX = 16_777_216

type WebSocketPackage = typeof webSocketPackage

export class WebSocketChannel extends StreamChannel {
  /** `wss` with a `tls` dialer, `ws` without. */
  constructor(address: SocketAddress, options: WebSocketOptions = {}, tls?: TlsDialer) {
    const scheme = tls === undefined ? 'ws' : 'wss'
    const { path = '/' } = options
    super(`${scheme} ${addressName(address)}${path}`, (attempt) => {
      const url = `${scheme}://${authority(address)}${path}`
      const upgradeWith = (ws: WebSocketPackage): void => {
        if (attempt.isOver) return
        const upgrade = (socket: Duplex): void => dialUpgrade(attempt, ws, socket, url, options)
        if (tls === undefined) dialSocket(attempt, address, upgrade)
        else tls.dial(attempt, address, upgrade)
      }
      const giveUp = (cause: unknown): void => {
        attempt.fail(packageMissing(attempt.subject, cause))
      }
      import('ws').then(upgradeWith, giveUp)
    })
  }
}

function authority(address: SocketAddress): string {
  return 'path' in address ? 'localhost' : hostAndPort(address)
}

function packageMissing(subject: string, cause: unknown): LinkError {
  const message = `${subject} needs the package ws, which is not installed`
  return new LinkError('ERR_LINK_PACKAGE', message, { cause, retryable: false })
}

function dialUpgrade(
  attempt: Attempt,
  { WebSocket, createWebSocketStream }: WebSocketPackage,
  socket: Duplex,
  url: string,
  options: WebSocketOptions,
): void {
  const name = attempt.subject
  const ws = new WebSocket(url, [...(options.protocols ?? ['mqtt'])], {
    createConnection: () => socket as never,
    ...(options.headers === undefined ? {} : { headers: options.headers }),
    maxPayload: options.frameBytesMax ?? FRAME_BYTES_MAX,
    perMessageDeflate: false,
    skipUTF8Validation: true,
  })
  // A tunnel comes paused. The server has nothing to say before the request is there.
  if (socket.isPaused()) socket.resume()
  ws.on('error', (error) => attempt.fail(upgradeFailure(name, error)))
  ws.once('unexpected-response', (_request, response) => {
    const message = `${name} answered HTTP ${response.statusCode} instead of opening a WebSocket`
    attempt.fail(new LinkError('ERR_LINK_REFUSED', message))
  })
  const handleOpen = (): void => attempt.succeed(byteStream(name, ws, createWebSocketStream))
  attempt.follow(ws, 'open', handleOpen, () => ws.terminate())
}

/** `ws` gives codes to faults of the wire only; what the server answered it says in words. */
function upgradeFailure(name: string, error: Error & { code?: string }): LinkError {
  if (error.code?.startsWith('HPE_')) {
    return new LinkError('ERR_LINK_REFUSED', `${name} speaks no HTTP`, { cause: error })
  }
  if (error.code !== undefined) return linkFailure(name, error)
  const what = error.message.replace(/^./, (first) => first.toLowerCase())
  return new LinkError('ERR_LINK_REFUSED', `${name} did not open: ${what}`, { cause: error })
}
