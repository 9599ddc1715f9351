// One channel and the connection behind it: what comes in goes to the core at the channel's pace,
// what goes out is written when the broker flushes. A peer that does not read its answers is not
// read from either. It knows no packets.

import type { ByteChannel, ChannelHandler } from '@motewire/sdk'
import type { Connection } from './core/connection.ts'

/** Answers waiting for a peer that does not read: beyond it we stop reading from it too. */
const HOLD_READING_BYTES = 1 << 20

export interface LineOwner {
  now(): number
  /** Makes permanent what the store was told: called before bytes leave. */
  commit(): void
  /** The channel is open: who is served on it? */
  admit(line: Line): Connection
  /** Called once, last. */
  handleGone(line: Line): void
}

export class Line implements ChannelHandler {
  readonly channel: ByteChannel
  readonly address: string
  readonly listener: string
  readonly #owner: LineOwner
  #connection: Connection | undefined
  #isWriting = false
  #isHeld = false
  /** Kept beyond its end, when it is counted with those that are gone. */
  #counted: Connection | undefined
  /** The connection has ended; its last bytes are on their way. */
  isClosing = false

  constructor(channel: ByteChannel, address: string, listener: string, owner: LineOwner) {
    this.channel = channel
    this.address = address
    this.listener = listener
    this.#owner = owner
  }

  get bytesIn(): number {
    return this.#counted?.bytesIn ?? 0
  }

  get bytesOut(): number {
    return this.#counted?.bytesOut ?? 0
  }

  onOpen(): void {
    this.#connection = this.#owner.admit(this)
    this.#counted = this.#connection
  }

  onBytes(bytes: Uint8Array): void {
    if (this.#connection === undefined || this.isClosing) return
    this.#connection.handleBytes(bytes, this.#owner.now())
    this.#holdReading()
  }

  onDrain(): void {
    this.#isWriting = false
    if (this.#connection === undefined || this.isClosing) return
    this.#connection.handleTransmitted(this.#owner.now())
    this.write()
    this.#holdReading()
  }

  onClose(): void {
    const connection = this.#connection
    this.#connection = undefined
    if (!this.isClosing) connection?.handleClose(this.#owner.now())
    this.#owner.handleGone(this)
  }

  /** Writes what the connection has, as far as the channel takes it. */
  write(): void {
    const connection = this.#connection
    if (connection === undefined || this.#isWriting) return
    this.#owner.commit()
    for (;;) {
      const bytes = connection.pollTransmit()
      if (bytes === undefined) return
      if (!this.channel.write(bytes)) {
        this.#isWriting = true
        return
      }
      connection.handleTransmitted(this.#owner.now())
    }
  }

  /** The core has ended the connection. */
  hangUp(how: 'flush' | 'abort'): void {
    if (how === 'flush') this.write()
    this.isClosing = true
    this.channel.close(how)
  }

  #holdReading(): void {
    const mustHold = (this.#connection?.transmitBytes ?? 0) > HOLD_READING_BYTES
    if (mustHold === this.#isHeld) return
    this.#isHeld = mustHold
    if (mustHold) this.channel.pause()
    else this.channel.resume()
  }
}
