// Moves a port's bytes through serialport's own reads and writes: for Windows, where node:tty knows
// consoles only. Guarded: an empty read or any failure that we did not cause is a hang-up, which
// the package by itself may miss. One read and one write are under way at a time.

import type { BindingPort } from './binding.ts'
import type { DataHandler, DataPlane } from './data-plane.ts'

const READ_BYTES = 16_384

export class BindingPlane implements DataPlane {
  readonly #port: BindingPort
  readonly #readBuffer = Buffer.allocUnsafeSlow(READ_BYTES)
  #handler: DataHandler | undefined
  #isPaused = false
  #isReading = false

  /** @param port stays the caller's, who closes it after the plane. */
  constructor(port: BindingPort) {
    this.#port = port
  }

  start(handler: DataHandler): void {
    this.#handler = handler
    void this.#read()
  }

  write(bytes: Uint8Array): boolean {
    if (this.#handler === undefined) return true
    const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#port.write(whole).then(
      () => this.#handler?.handleDrain(),
      (error: Error) => this.#handleHangup(error),
    )
    return false
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    void this.#read()
  }

  close(): Promise<void> {
    this.#handler = undefined
    return Promise.resolve()
  }

  /** Reads until paused, closed or hung up. Never rejects. */
  async #read(): Promise<void> {
    if (this.#isReading) return
    this.#isReading = true
    try {
      while (this.#handler !== undefined && !this.#isPaused) {
        const { bytesRead } = await this.#port.read(this.#readBuffer, 0, READ_BYTES)
        if (bytesRead === 0) this.#handleHangup(undefined)
        else this.#handler?.handleBytes(this.#readBuffer.subarray(0, bytesRead))
      }
    } catch (error) {
      this.#handleHangup(error as Error)
    } finally {
      this.#isReading = false
    }
  }

  #handleHangup(cause: Error | undefined): void {
    const handler = this.#handler
    this.#handler = undefined
    handler?.handleHangup(cause)
  }
}
