// A side of a bridge in memory, for tests in virtual time: a source of channels whose far ends the
// test holds. The device can be made absent, refused, or lost at will.

import { LinkError } from '@motewire/sdk'
import type { ByteChannel, ChannelHandler, Clock, MemoryChannel } from '@motewire/sdk'
import { memoryPipe } from '@motewire/sdk/testing'
import type { ChannelSource } from '../../../hardware/index.ts'

/** The far end of one connection: the device, or the broker. */
export class FarSide implements ChannelHandler {
  readonly #channel: MemoryChannel
  readonly #chunks: Buffer[] = []
  #wake: () => void = () => undefined
  isClosed = false

  constructor(channel: MemoryChannel) {
    this.#channel = channel
    channel.open(this)
  }

  onOpen(): void {}
  onDrain(): void {}
  onBytes(bytes: Uint8Array): void {
    this.#chunks.push(Buffer.from(bytes))
    this.#wake()
  }
  onClose(): void {
    this.isClosed = true
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString('latin1')
  }

  /** Settles once `text` has come, for tests in real time. */
  async until(text: string): Promise<void> {
    while (!this.text.includes(text)) await new Promise<void>((resolve) => (this.#wake = resolve))
  }

  send(text: string): void {
    this.#channel.write(Buffer.from(text, 'latin1'))
  }

  pause(): void {
    this.#channel.pause()
  }

  resume(): void {
    this.#channel.resume()
  }

  /** The connection breaks. */
  cut(cause: LinkError = new LinkError('ERR_LINK_LOST', 'the wire broke')): void {
    this.#channel.cut(cause)
  }

  /** The far side ends the connection in good order. */
  close(): void {
    this.#channel.close()
  }
}

export class Wire implements ChannelSource {
  readonly name: string
  readonly detail?: string
  readonly isPresent?: () => boolean
  readonly #clock: Clock
  /** What the next attempt answers: a connection, an error, or nothing at all. */
  next: 'connect' | 'hang' | LinkError = 'connect'
  present = true
  attempts = 0
  far: FarSide | undefined

  constructor(name: string, clock: Clock, hasPresence: boolean) {
    this.name = name
    this.#clock = clock
    if (hasPresence) this.isPresent = () => this.present
  }

  connect(): ByteChannel {
    this.attempts++
    if (this.next !== 'connect') return new DeadChannel(this.name, this.#clock, this.next)
    const [near, far] = memoryPipe(this.#clock, { name: this.name })
    this.far = new FarSide(far)
    return near
  }
}

/** A channel that never opens. */
class DeadChannel implements ByteChannel {
  readonly name: string
  readonly #clock: Clock
  readonly #answer: 'hang' | LinkError
  #handler: ChannelHandler | undefined

  constructor(name: string, clock: Clock, answer: 'hang' | LinkError) {
    this.name = name
    this.#clock = clock
    this.#answer = answer
  }

  open(handler: ChannelHandler): void {
    this.#handler = handler
    if (this.#answer !== 'hang') this.#end(this.#answer)
  }

  write(): boolean {
    return true
  }

  pause(): void {}
  resume(): void {}

  close(): void {
    this.#end(undefined)
  }

  #end(cause: LinkError | undefined): void {
    const handler = this.#handler
    this.#handler = undefined
    this.#clock.defer(() => handler?.onClose(cause))
  }
}
