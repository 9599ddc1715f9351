// One channel and the connection behind it: what comes in goes to the core at the channel's pace,
// what goes out is written when the broker flushes. A peer that does not read its answers is not
// read from either. It knows no packets.

import type { ByteChannel, ChannelHandler } from '@motewire/sdk'
import type { ConnectionHandler, Hangup } from './core/connection-handler.ts'
import type { Connection } from './core/connection.ts'
import type { Traffic } from './core/publish-writer.ts'

/** Answers waiting for a peer that does not read: beyond it we stop reading from it too. */
const HOLD_READING_BYTES = 1 << 20

/** Where lines come from: a listener, or who hands channels over. */
export interface LineOrigin {
  readonly listener: string
  readonly traffic: Traffic
  /**
   * Its channels are bare sockets: their end needs no farewell of its own, as those of TLS and
   * WebSocket do.
   */
  readonly isBare: boolean
  /** Called once for each line, last. */
  handleGone(line: Line): void
}

/** Who serves the lines: one object for all of them, or its calls could not be inlined. */
export interface LineOwner {
  /** The time, once what was due before it is done: called first with all that comes in. */
  enter(): number
  /** The time, in the middle of something. */
  now(): number
  /** Makes permanent what the store was told, before bytes leave; false: they may not. */
  commit(): boolean
  /** Bytes may leave at once: the store is not in the middle of something. */
  mayWrite(): boolean
  /** The channel is open: who is served on it? */
  admit(line: Line): Connection
  /** The line has bytes to write once the current turn is done. */
  handleReady(line: Line): void
  /** The connection has ended, its channel not yet: `flush` waits for the peer. */
  handleEnded(line: Line, how: 'flush' | 'abort'): void
  /** Called once, when the channel is closed. */
  handleGone(line: Line): void
}

export class Line implements ChannelHandler, ConnectionHandler {
  readonly channel: ByteChannel
  readonly address: string
  readonly #origin: LineOrigin
  readonly #owner: LineOwner
  /** Kept beyond its end, when it is counted with those that are gone. */
  #connection: Connection | undefined
  #isWriting = false
  #isHeld = false
  #isReady = false
  /** The connection has ended; its last bytes are on their way. */
  #isClosing = false

  constructor(channel: ByteChannel, address: string, origin: LineOrigin, owner: LineOwner) {
    this.channel = channel
    this.address = address
    this.#origin = origin
    this.#owner = owner
  }

  /** Its channel is not open yet. */
  get isWaiting(): boolean {
    return this.#connection === undefined && !this.#isClosing
  }

  get listener(): string {
    return this.#origin.listener
  }

  get traffic(): Traffic {
    return this.#origin.traffic
  }

  get bytesIn(): number {
    return this.#connection?.bytesIn ?? 0
  }

  get bytesOut(): number {
    return this.#connection?.bytesOut ?? 0
  }

  // What the channel tells.

  onOpen(): void {
    this.#connection = this.#owner.admit(this)
  }

  onBytes(bytes: Uint8Array): void {
    const now = this.#owner.enter()
    if (this.#connection === undefined || this.#isClosing) return
    this.#connection.handleBytes(bytes, now)
    this.#holdReading()
  }

  onDrain(): void {
    this.#isWriting = false
    const now = this.#owner.enter()
    if (this.#connection === undefined || this.#isClosing) return
    this.#connection.handleTransmitted(now)
    this.write(now)
    this.#holdReading()
  }

  onClose(): void {
    const now = this.#owner.enter()
    if (!this.#isClosing) {
      this.#isClosing = true
      this.#connection?.handleClose(now)
    }
    this.#owner.handleGone(this)
    this.#origin.handleGone(this)
  }

  // What the connection asks.

  onTransmitReady(): void {
    if (this.#isReady) return
    this.#isReady = true
    this.#owner.handleReady(this)
  }

  onTransmitFull(): void {
    if (this.#owner.mayWrite()) this.write(this.#owner.now())
  }

  onHangup(how: Hangup): void {
    if (how !== 'abort') this.write(this.#owner.now())
    this.#isClosing = true
    const isAwaited = how === 'flush' || (how === 'left' && !this.#isSpent)
    const end = isAwaited ? 'flush' : 'abort'
    this.channel.close(end)
    this.#owner.handleEnded(this, end)
  }

  /** The kernel has all that was to be said: a socket may close without its peer. */
  get #isSpent(): boolean {
    return this.#origin.isBare && this.#connection?.transmit.pendingBytes === 0
  }

  /** Writes what the connection has, as far as the channel takes it. */
  write(now: number): void {
    this.#isReady = false
    const connection = this.#connection
    if (connection === undefined || this.#isWriting || this.#isClosing) return
    if (!this.#owner.commit()) return
    for (;;) {
      const bytes = connection.pollTransmit()
      if (bytes === undefined) return
      if (!this.channel.write(bytes)) {
        this.#isWriting = true
        return
      }
      connection.handleTransmitted(now)
    }
  }

  #holdReading(): void {
    const mustHold = (this.#connection?.transmit.pendingBytes ?? 0) > HOLD_READING_BYTES
    if (mustHold === this.#isHeld) return
    this.#isHeld = mustHold
    if (mustHold) this.channel.pause()
    else this.channel.resume()
  }
}
