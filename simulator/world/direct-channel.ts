// Two byte channels joined back to back without any delay: what one end writes, the other end's
// handler gets during the write. Only for use beneath an ImpairedChannel, which brings the delay
// and with it the rule that no answer comes from inside a write. Nothing is copied and nothing is
// buffered, but for one write that a paused end has refused.

import { LinkError } from '@motewire/sdk/errors'
import type { ByteChannel, ChannelHandler, Clock } from '@motewire/sdk'

/** The server's side: takes the far end of a new connection, or refuses it with false. */
export type Acceptor = (far: DirectChannel) => boolean

export class DirectChannel implements ByteChannel {
  readonly name: string
  /** Called once when the connection has ended, before the handler is told. */
  whenEnded: (() => void) | undefined
  readonly #clock: Clock
  readonly #accept: Acceptor | undefined
  #peer: DirectChannel | undefined
  #handler: ChannelHandler | undefined
  #isPaused = false
  #isClosed = false
  /** The peer's write that came while we were paused; it is the peer's memory. */
  #refused: Uint8Array | undefined

  /** @param accept makes this the client's end: called by `open`. */
  constructor(clock: Clock, name: string, accept?: Acceptor) {
    this.#clock = clock
    this.name = name
    this.#accept = accept
  }

  open(handler: ChannelHandler): void {
    this.#handler = handler
    if (this.#accept === undefined) return handler.onOpen()
    const far = new DirectChannel(this.#clock, this.name)
    far.#peer = this
    this.#peer = far
    if (this.#accept(far)) return handler.onOpen()
    const cause = new LinkError('ERR_LINK_REFUSED', `${this.name} refused the connection`)
    this.#finish(cause)
  }

  write(bytes: Uint8Array): boolean {
    const peer = this.#peer
    if (this.#isClosed || peer === undefined || peer.#isClosed) return true
    if (peer.#isPaused) {
      peer.#refused = bytes
      return false
    }
    peer.#handler?.onBytes(bytes)
    return true
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    const refused = this.#refused
    if (refused === undefined) return
    this.#refused = undefined
    this.#clock.defer(() => {
      if (this.#isClosed) return
      this.#handler?.onBytes(refused)
      if (this.#peer !== undefined && !this.#peer.#isClosed) this.#peer.#handler?.onDrain()
    })
  }

  close(): void {
    if (this.#isClosed) return
    this.#finish(undefined)
    if (this.#peer !== undefined) this.#peer.#finish(undefined)
  }

  /** Tells the handler after the current callback: it must not be told from inside `close`. */
  #finish(cause: LinkError | undefined): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#refused = undefined
    this.whenEnded?.()
    this.#clock.defer(() => this.#handler?.onClose(cause))
  }
}
