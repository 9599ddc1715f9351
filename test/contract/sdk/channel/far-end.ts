// The other side of a channel under test: any Node stream, read only when the test says so.

import { EventEmitter, once } from 'node:events'
import { Duplex } from 'node:stream'
import type { ByteChannel } from '@motewire/sdk'

const WAIT_MS = 10_000

export class FarEnd {
  readonly stream: Duplex
  readonly #cut: () => void
  readonly #events = new EventEmitter()
  readonly #chunks: Buffer[] = []
  #length = 0
  isEnded = false

  /** `cut` breaks the connection off as a crash of this side would. */
  constructor(stream: Duplex, cut: () => void) {
    this.stream = stream
    this.#cut = cut
    stream.on('error', () => {})
    stream.once('close', () => this.#handleEnd()).once('end', () => this.#handleEnd())
  }

  #handleEnd(): void {
    this.isEnded = true
    this.#events.emit('change')
  }

  /** Begins to read, or goes on with it. */
  read(): this {
    if (this.stream.listenerCount('data') === 0) {
      this.stream.on('data', (bytes: Buffer) => {
        this.#chunks.push(bytes)
        this.#length += bytes.length
        this.#events.emit('change')
      })
    }
    this.stream.resume()
    return this
  }

  get received(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  async until(byteCount: number): Promise<void> {
    await this.#untilTrue(() => this.#length >= byteCount)
  }

  async untilEnded(): Promise<void> {
    await this.#untilTrue(() => this.isEnded)
  }

  async #untilTrue(condition: () => boolean): Promise<void> {
    const signal = AbortSignal.timeout(WAIT_MS)
    while (!condition()) await once(this.#events, 'change', { signal })
  }

  /** Settles when the stream has taken all of it. */
  async write(bytes: Uint8Array): Promise<void> {
    if (!this.stream.write(bytes)) {
      await once(this.stream, 'drain', { signal: AbortSignal.timeout(WAIT_MS) })
    }
  }

  end(): void {
    this.stream.end()
  }

  cut(): void {
    this.#cut()
  }
}

/** A channel as a stream, so that it can be a far end. */
export function streamOf(channel: ByteChannel): Duplex {
  let written: ((error?: Error | null) => void) | undefined
  const stream = new Duplex({
    allowHalfOpen: false,
    read: () => channel.resume(),
    write: (bytes: Buffer, _encoding, done) => {
      if (channel.write(bytes)) done()
      else written = done
    },
    final: (done) => {
      channel.close()
      done()
    },
    destroy: (error, done) => {
      channel.close('abort')
      done(error)
    },
  })
  channel.pause()
  channel.open({
    onOpen: () => {},
    onBytes: (bytes) => {
      if (!stream.push(Buffer.from(bytes))) channel.pause()
    },
    onDrain: () => written?.(),
    onClose: (cause) => (cause === undefined ? stream.push(null) : stream.destroy(cause)),
  })
  return stream
}
