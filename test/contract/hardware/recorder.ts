// The handler of a channel under test: keeps what it is told and lets a test wait for it.
// Everything that a channel owes its handler is checked on the way: the order of calls, one end,
// silence after.

import { EventEmitter, once } from 'node:events'
import type { ByteChannel, ChannelHandler, LinkError } from '@motewire/sdk'

const WAIT_MS = 5_000

export class Recorder implements ChannelHandler {
  readonly #events = new EventEmitter()
  readonly #chunks: Buffer[] = []
  #length = 0
  isOpen = false
  isClosed = false
  drains = 0
  cause: LinkError | undefined
  /** Time of `onClose`, by the monotonic clock. */
  closedAtMs = 0

  onOpen(): void {
    this.#expect(!this.isOpen && !this.isClosed, 'onOpen came twice or after the end')
    this.isOpen = true
    this.#events.emit('change')
  }

  onBytes(bytes: Uint8Array): void {
    this.#expect(this.isOpen && !this.isClosed, 'onBytes came outside of the connection')
    this.#chunks.push(Buffer.from(bytes))
    this.#length += bytes.length
    this.#events.emit('change')
  }

  onDrain(): void {
    this.#expect(this.isOpen && !this.isClosed, 'onDrain came outside of the connection')
    this.drains++
    this.#events.emit('change')
  }

  onClose(cause: LinkError | undefined): void {
    this.#expect(!this.isClosed, 'onClose came twice')
    this.isClosed = true
    this.cause = cause
    this.closedAtMs = performance.now()
    this.#events.emit('change')
  }

  get received(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  get receivedBytes(): number {
    return this.#length
  }

  /** Waits until the condition holds; it is looked at after each call of the channel. */
  async until(condition: () => boolean, timeoutMs: number = WAIT_MS): Promise<void> {
    const signal = AbortSignal.timeout(timeoutMs)
    while (!condition()) await once(this.#events, 'change', { signal })
  }

  async untilOpen(): Promise<void> {
    await this.until(() => this.isOpen || this.isClosed)
    if (!this.isOpen) throw this.cause ?? new Error('closed before it was open')
  }

  async untilClosed(): Promise<LinkError | undefined> {
    await this.until(() => this.isClosed)
    return this.cause
  }

  /** Writes all of it, a chunk at a time, waiting whenever the channel says so. */
  async writeAll(channel: ByteChannel, bytes: Uint8Array, chunkBytes = 8_192): Promise<void> {
    for (let start = 0; start < bytes.length; start += chunkBytes) {
      const before = this.drains
      if (channel.write(bytes.slice(start, start + chunkBytes))) continue
      await this.until(() => this.drains > before || this.isClosed)
    }
  }

  #expect(condition: boolean, message: string): void {
    if (!condition) throw new Error(message)
  }
}
