// What waits to be written to a byte channel while its other side does not read. Bound:
// WAITING_BYTES_MAX, beyond which nothing more is taken.

import type { ByteChannel } from '@motewire/sdk'
import { ConsoleError } from '../errors.ts'
import { WAITING_BYTES_MAX } from '../limits.ts'

export class Outlet {
  readonly channel: ByteChannel
  readonly #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #isBlocked = false

  constructor(channel: ByteChannel) {
    this.channel = channel
  }

  /** @throws ConsoleError `ERR_CONSOLE_CONFLICT` when too much waits already. */
  send(bytes: Uint8Array): void {
    if (!this.#isBlocked) {
      this.#isBlocked = !this.channel.write(bytes)
      return
    }
    if (this.#waitingBytes + bytes.length > WAITING_BYTES_MAX) {
      const message = `${this.channel.name} does not read, ${this.#waitingBytes} bytes wait`
      throw new ConsoleError('ERR_CONSOLE_CONFLICT', message)
    }
    this.#waiting.push(bytes)
    this.#waitingBytes += bytes.length
  }

  handleDrain(): void {
    this.#isBlocked = false
    const bytes = Buffer.concat(this.#waiting.splice(0))
    this.#waitingBytes = 0
    if (bytes.length > 0) this.#isBlocked = !this.channel.write(bytes)
  }
}
