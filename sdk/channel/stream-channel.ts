// Drives one Node stream as a byte channel: TCP, TLS and Unix sockets, dialled, tunnelled or
// accepted, and any Duplex. The one place that knows when a written buffer is free again, how a
// stream is paused and how it ends. It does not know how the stream came to be: see `Dial`.
// O(1) for each call; memory: the stream, this object and two listeners.

import type { OnReadOpts, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { LinkError } from '../errors.ts'
import { assert } from '../kit/index.ts'
import { Attempt } from './attempt.ts'
import type { Dial } from './attempt.ts'
import type { ByteChannel, ChannelHandler } from './channel.ts'
import { linkFailure } from './link-failure.ts'
import { plainName } from './socket.ts'
import type { SocketAddress } from './socket.ts'

/** One read of any plain socket; all of the process share it, handlers copy what they keep. */
const READ_BYTES = 65_536

const CHANNEL = Symbol('channel')
interface Carrier extends Duplex {
  [CHANNEL]?: StreamChannel | undefined
}

export interface StreamSettings {
  /**
   * Whether bytes are copied before the stream gets them. A socket is done with a buffer when its
   * write is; any other stream may hand it on as it is.
   */
  readonly copies?: boolean
}

export class StreamChannel implements ByteChannel {
  readonly #peer: string | SocketAddress
  readonly #copies: boolean
  #source: Dial | Duplex | undefined
  #attempt: Attempt | undefined
  #stream: Duplex | undefined
  #handler: ChannelHandler | undefined
  #cause: LinkError | undefined
  #isClosing = false
  #isBlocked = false
  #isPaused = false

  /**
   * @param peer the channel's name, or the address of a plain socket, from which one is made when
   * somebody asks: thousands of clients need not hold a text each.
   * @param source makes the stream when the channel is opened, or is one that is open already.
   */
  constructor(peer: string | SocketAddress, source: Dial | Duplex, settings: StreamSettings = {}) {
    this.#peer = peer
    this.#source = source
    this.#copies = settings.copies ?? false
  }

  get name(): string {
    return typeof this.#peer === 'string' ? this.#peer : plainName(this.#peer)
  }

  /** Begins to connect, or hands a channel that is open to another handler, who is told so. */
  open(handler: ChannelHandler): void {
    if (this.#stream !== undefined) {
      this.#handler = handler
      return handler.onOpen()
    }
    const source = this.#source
    assert(source !== undefined, 'a channel is opened once')
    this.#source = undefined
    this.#handler = handler
    if (this.#isClosing) process.nextTick(() => this.#finish())
    else if (typeof source === 'function') this.#dial(source)
    else if ((source as Socket).connecting) this.#dial((attempt) => untilConnected(attempt, source))
    else this.#carry(source, false)
  }

  /** Gives the stream away, paused and with no listener but one for errors; we are done. */
  release(): Duplex {
    const stream = this.#stream
    assert(stream !== undefined, 'only an open channel has a stream')
    ;(stream as Carrier)[CHANNEL] = undefined
    this.#handler = undefined
    this.#stream = undefined
    this.#isClosing = true
    stream.off('data', handleBytes).off('close', handleClose).pause()
    return stream
  }

  #dial(dial: Dial): void {
    this.#attempt = new Attempt(this.name, ONREAD, {
      handleStream: (stream, readsIntoOnread) => this.#carry(stream, readsIntoOnread),
      handleFailure: (cause) => {
        this.#cause = cause ?? new LinkError('ERR_LINK_CLOSED', `${this.name} closed while dialled`)
        this.#finish()
      },
    })
    dial(this.#attempt)
  }

  #carry(stream: Duplex, readsIntoOnread: boolean): void {
    this.#attempt = undefined
    this.#stream = stream
    ;(stream as Carrier)[CHANNEL] = this
    stream.on('error', handleError)
    if (stream.destroyed) {
      if (stream.errored) this.#cause = linkFailure(this.name, stream.errored)
      process.nextTick(() => this.#finish())
      return
    }
    stream.on('close', handleClose)
    if (this.#copies) stream.once('end', () => this.#end(stream))
    if (this.#isPaused) stream.pause()
    this.#handler?.onOpen()
    if (readsIntoOnread) return
    stream.on('data', handleBytes)
    // A tunnel comes paused, so that nothing is lost between its readers.
    if (!this.#isPaused) stream.resume()
  }

  /** Of the listeners below only. */
  handleStreamError(error: Error): void {
    this.#cause ??= linkFailure(this.name, error)
  }

  handleStreamClose(): void {
    this.#finish()
  }

  /** Bytes that are ours during the call only; false: no more for now. */
  handleRead(bytes: Uint8Array): boolean {
    this.#handleBytes(bytes)
    return !this.#isPaused
  }

  #handleBytes(bytes: Uint8Array): void {
    // A TLS socket or a decoder may still hand over what it had when it was told to stop.
    if (!this.#isClosing && this.#stream?.destroyed === false) this.#handler?.onBytes(bytes)
  }

  write(bytes: Uint8Array): boolean {
    const stream = this.#stream
    if (stream === undefined || this.#isClosing || !stream.writable) return true
    // Made for each write, a closure is soon gone; kept, it would cost each idle client 100 bytes.
    const handleWritten = (error?: Error | null): void => this.#handleWritten(error)
    if (this.#copies) this.#isBlocked = !stream.write(Buffer.from(bytes), handleWritten)
    else {
      stream.write(bytes, handleWritten)
      // What the kernel has not taken at once, the stream still refers to. TLS and WebSocket always
      // answer later, although they have encrypted or masked into memory of their own.
      this.#isBlocked = stream.writableLength > 0
    }
    return !this.#isBlocked
  }

  #handleWritten(error?: Error | null): void {
    if (!this.#isBlocked || error || this.#stream?.writableLength !== 0) return
    this.#isBlocked = false
    if (!this.#isClosing) this.#handler?.onDrain()
  }

  pause(): void {
    this.#isPaused = true
    this.#stream?.pause()
  }

  resume(): void {
    this.#isPaused = false
    this.#stream?.resume()
  }

  close(how: 'flush' | 'abort' = 'flush'): void {
    const wasClosing = this.#isClosing
    const stream = this.#stream
    this.#isClosing = true
    if (stream === undefined) this.#giveUp()
    else if (how === 'abort') stream.destroy()
    else if (!wasClosing) {
      // A peer that does not read would keep the stream for ever: reading goes on, so its end is
      // seen.
      this.resume()
      this.#end(stream)
    }
  }

  #giveUp(): void {
    this.#attempt?.fail()
    const source = this.#source
    if (source === undefined || typeof source === 'function') return
    source.on('error', () => {}).destroy()
  }

  /** Only sockets close by themselves once both sides have ended. */
  #end(stream: Duplex): void {
    if (this.#copies) stream.end(() => stream.destroy())
    else stream.end()
  }

  #finish(): void {
    const handler = this.#handler
    this.#handler = undefined
    this.#stream = undefined
    this.#attempt = undefined
    handler?.onClose(this.#isClosing ? undefined : this.#cause)
  }
}

function untilConnected(attempt: Attempt, stream: Duplex): void {
  const stop = (): void => void stream.destroy()
  attempt.follow(stream, 'connect', () => attempt.succeed(stream), stop)
}

// Listeners that all channels share, because a closure for each costs 150 bytes: the stream knows
// its channel.

function handleError(this: Carrier, error: Error): void {
  this[CHANNEL]?.handleStreamError(error)
}

function handleClose(this: Carrier): void {
  this[CHANNEL]?.handleStreamClose()
}

function handleBytes(this: Carrier, bytes: Buffer): void {
  this[CHANNEL]?.handleRead(bytes)
}

function handleRead(this: Carrier, length: number, buffer: Uint8Array): boolean {
  return this[CHANNEL]?.handleRead(buffer.subarray(0, length)) ?? true
}

/** Node calls `callback` as a method of its socket: all sockets can share it with the buffer. */
const ONREAD: OnReadOpts = {
  buffer: Buffer.allocUnsafeSlow(READ_BYTES),
  callback: handleRead,
}
