// Those who watch what a device sends. Each gets a copy of every piece while it keeps up, and
// misses pieces while it does not: nobody who only watches holds the line back. Bounded: one piece
// for each viewer is on its way.

import type { ByteChannel } from '@motewire/sdk'

export class Viewers {
  /** Whether each one has not taken its piece yet; in the order in which they came. */
  readonly #isBlocked = new Map<ByteChannel, boolean>()
  #dropped = 0

  get count(): number {
    return this.#isBlocked.size
  }

  /** Bytes that viewers have missed. */
  get droppedBytes(): number {
    return this.#dropped
  }

  add(channel: ByteChannel): void {
    this.#isBlocked.set(channel, false)
  }

  remove(channel: ByteChannel): void {
    this.#isBlocked.delete(channel)
  }

  handleDrain(channel: ByteChannel): void {
    if (this.#isBlocked.has(channel)) this.#isBlocked.set(channel, false)
  }

  show(bytes: Uint8Array): void {
    if (this.#isBlocked.size === 0) return
    // A copy, because the buffer is free again when the writer has taken it.
    const copy = bytes.slice()
    for (const [channel, isBlocked] of this.#isBlocked) {
      if (isBlocked) this.#dropped += bytes.length
      else this.#isBlocked.set(channel, !channel.write(copy))
    }
  }

  /** Takes out the oldest that can be written to. One that cannot is of no use to a device. */
  promote(): ByteChannel | undefined {
    for (const [channel, isBlocked] of this.#isBlocked) {
      if (isBlocked) continue
      this.#isBlocked.delete(channel)
      return channel
    }
    return undefined
  }

  closeAll(how: 'flush' | 'abort'): void {
    for (const channel of this.#isBlocked.keys()) channel.close(how)
  }
}
