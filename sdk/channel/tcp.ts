// TCP as a byte channel. Outgoing connections read into one buffer that all sockets of the process
// share (`onread`), so an idle client holds none; accepted ones read through the 'data' event. A
// write that the kernel takes at once frees the buffer at once; otherwise the channel waits for it.

import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { LinkError } from '../errors.ts'
import type { ErrorCode } from '../errors.ts'
import type { ByteChannel, ChannelHandler } from './channel.ts'

export interface TcpAddress {
  readonly host: string
  readonly port: number
  /** Source address, to spread many clients over 127.0.0.0/8 or several interfaces. */
  readonly localAddress?: string
}

/** One read of any socket; handlers copy what they keep. */
const READ_BYTES = 65_536
const sharedReadBuffer = Buffer.allocUnsafeSlow(READ_BYTES)
/** TCP's own probe of silent peers, besides MQTT's. */
const TCP_KEEPALIVE_MS = 60_000

export class TcpChannel implements ByteChannel {
  readonly name: string
  readonly #address: TcpAddress | undefined
  #socket: Socket | undefined
  #handler: ChannelHandler | undefined
  #isOpen = false
  #isClosing = false
  #isBlocked = false
  #isPaused = false
  #failure: NodeJS.ErrnoException | undefined

  constructor(address: TcpAddress | undefined, socket?: Socket) {
    this.#address = address
    this.#socket = socket
    const host = address?.host ?? socket?.remoteAddress ?? 'unknown'
    const port = address?.port ?? socket?.remotePort ?? 0
    this.name = `tcp ${host.includes(':') ? `[${host}]` : host}:${port}`
  }

  /** Wraps a socket that a server accepted; `open` then answers at once. */
  static accept(socket: Socket): TcpChannel {
    return new TcpChannel(undefined, socket)
  }

  open(handler: ChannelHandler): void {
    this.#handler = handler
    if (this.#address === undefined) this.#openAccepted()
    else this.#openOutgoing(this.#address)
  }

  #openOutgoing({ host, port, localAddress }: TcpAddress): void {
    const socket = connect({
      host,
      port,
      ...(localAddress === undefined ? {} : { localAddress }),
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: TCP_KEEPALIVE_MS,
      onread: {
        buffer: sharedReadBuffer,
        callback: (length: number, buffer: Uint8Array) => {
          if (!this.#isClosing) this.#handler?.onBytes(buffer.subarray(0, length))
          return !this.#isPaused
        },
      },
    })
    this.#socket = socket
    socket.once('connect', () => {
      this.#isOpen = true
      if (!this.#isClosing) handlerOf(this.#handler).onOpen()
    })
    this.#watch(socket)
  }

  #openAccepted(): void {
    const socket = this.#socket!
    socket.setNoDelay(true)
    socket.on('data', (bytes: Buffer) => {
      if (!this.#isClosing) this.#handler?.onBytes(bytes)
    })
    this.#watch(socket)
    this.#isOpen = true
    handlerOf(this.#handler).onOpen()
  }

  #watch(socket: Socket): void {
    socket.once('error', (error) => (this.#failure = error))
    socket.once('close', () => this.#handleClosed())
  }

  write(bytes: Uint8Array): boolean {
    const socket = this.#socket
    if (socket === undefined || !this.#isOpen || this.#isClosing || socket.destroyed) return true
    socket.write(bytes, this.#handleWritten)
    this.#isBlocked = socket.writableLength > 0
    return !this.#isBlocked
  }

  readonly #handleWritten = (): void => {
    if (!this.#isBlocked || this.#socket?.writableLength !== 0) return
    this.#isBlocked = false
    if (!this.#isClosing) this.#handler?.onDrain()
  }

  pause(): void {
    this.#isPaused = true
    this.#socket?.pause()
  }

  resume(): void {
    this.#isPaused = false
    this.#socket?.resume()
  }

  close(how: 'flush' | 'abort' = 'flush'): void {
    const socket = this.#socket
    if (socket === undefined) return
    const wasClosing = this.#isClosing
    this.#isClosing = true
    if (how === 'abort' || !this.#isOpen) socket.destroy()
    else if (!wasClosing) {
      // A peer that does not read would keep the socket for ever: reading goes on, so its FIN is
      // seen.
      this.resume()
      socket.end()
    }
  }

  #handleClosed(): void {
    const handler = this.#handler
    this.#handler = undefined
    this.#isOpen = false
    const failure = this.#failure
    handler?.onClose(
      failure === undefined || this.#isClosing ? undefined : this.#linkError(failure),
    )
  }

  #linkError(failure: NodeJS.ErrnoException): LinkError {
    const [code, what] = FAILURES[failure.code ?? ''] ?? [
      'ERR_LINK_LOST',
      `failed (${failure.code})`,
    ]
    return new LinkError(code, `${this.name} ${what}`, { cause: failure })
  }
}

const FAILURES: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ECONNREFUSED: ['ERR_LINK_REFUSED', 'refused the connection: nothing listens there'],
  ECONNRESET: ['ERR_LINK_LOST', 'reset the connection'],
  EPIPE: ['ERR_LINK_LOST', 'closed the connection'],
  ENOTFOUND: ['ERR_LINK_REFUSED', 'has an unknown host name'],
  EAI_AGAIN: ['ERR_LINK_REFUSED', 'has a host name that cannot be looked up now'],
  ETIMEDOUT: ['ERR_LINK_TIMEOUT', 'did not answer'],
  EHOSTUNREACH: ['ERR_LINK_REFUSED', 'cannot be reached'],
  ENETUNREACH: ['ERR_LINK_REFUSED', 'cannot be reached'],
  EADDRNOTAVAIL: ['ERR_LINK_REFUSED', 'has no free local port or address to be reached from'],
  EMFILE: ['ERR_LINK_REFUSED', 'cannot be opened: this process has too many open files'],
}

function handlerOf(handler: ChannelHandler | undefined): ChannelHandler {
  if (handler === undefined) throw new Error('channel is not open')
  return handler
}
