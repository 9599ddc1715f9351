// A channel that shows a wire tap what passes, and may first change what is written: that is how a
// broken client is made from a good one.

import type { ByteChannel, ChannelHandler } from '@motewire/sdk'
import type { WireTap } from './wire-tap.ts'

/** Changes what is written before it leaves; undefined: all of it is lost. */
export type Mutation = (bytes: Uint8Array) => Uint8Array | undefined

export class TappedChannel implements ByteChannel {
  readonly name: string
  readonly #inner: ByteChannel
  readonly #tap: WireTap
  readonly #mutate: Mutation | undefined
  /** What the tap calls this connection. */
  #connection = 0
  #isOpen = false

  constructor(inner: ByteChannel, tap: WireTap, mutate?: Mutation) {
    this.name = inner.name
    this.#inner = inner
    this.#tap = tap
    this.#mutate = mutate
  }

  open(handler: ChannelHandler): void {
    this.#inner.open({
      onOpen: () => {
        this.#isOpen = true
        this.#connection = this.#tap.handleConnection()
        handler.onOpen()
      },
      onBytes: (bytes) => {
        this.#tap.handleReceived(this.#connection, bytes)
        handler.onBytes(bytes)
      },
      onDrain: () => handler.onDrain(),
      onClose: (cause) => {
        this.#isOpen = false
        handler.onClose(cause)
      },
    })
  }

  write(bytes: Uint8Array): boolean {
    const changed = this.#mutate === undefined ? bytes : this.#mutate(bytes)
    if (changed === undefined || !this.#isOpen) return true
    this.#tap.handleSent(this.#connection, changed)
    return this.#inner.write(changed)
  }

  pause(): void {
    this.#inner.pause()
  }

  resume(): void {
    this.#inner.resume()
  }

  close(how?: 'flush' | 'abort'): void {
    this.#isOpen = false
    this.#inner.close(how)
  }
}
