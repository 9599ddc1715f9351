// A channel whose bytes come in pieces that mean something: bytes of a device are gathered until it
// pauses, until a mark comes, or until there are enough. For what looks at pieces: datagrams, and a
// registration in front of each. Without it, bytes are passed on as the driver hands them over.
//
// Bound: a piece and what the channel hands over after it was paused.

import { Task } from '@motewire/sdk'
import type { ByteChannel, ChannelHandler, Clock, LinkError } from '@motewire/sdk'
import { CHUNK_BYTES_MAX } from './flow.ts'
import { checkRange } from './timing.ts'

export interface GatherOptions {
  /** A piece ends when nothing more comes for so long. 1 to 60,000 ms, default 10. */
  readonly idleMs?: number | undefined
  /** A piece ends when it has so many bytes. 1 to 65,536, default 1,024. */
  readonly bytesMax?: number | undefined
  /** A piece ends behind these bytes. */
  readonly mark?: Uint8Array | undefined
}

const IDLE_MS = 10
const BYTES_MAX = 1_024
const MARK_BYTES_MAX = 8

/** @throws UsageError `ERR_OPTION_INVALID` when a number is outside of its range. */
export function checkGathering(options: GatherOptions): void {
  const { idleMs = IDLE_MS, bytesMax = BYTES_MAX, mark } = options
  checkRange('idleMs', idleMs, 1, 60_000)
  checkRange('bytesMax', bytesMax, 1, CHUNK_BYTES_MAX)
  checkRange('length of mark', mark?.length ?? 1, 1, MARK_BYTES_MAX)
}

export class GatheringChannel implements ByteChannel {
  readonly name: string
  readonly #channel: ByteChannel
  readonly #clock: Clock
  readonly #idleMs: number
  readonly #bytesMax: number
  readonly #mark: Buffer | undefined
  readonly #buffer: Buffer
  readonly #task = new Task(() => this.#emit(this.#length))
  #handler: ChannelHandler | undefined
  #length = 0
  #isPaused = false

  constructor(channel: ByteChannel, options: GatherOptions, clock: Clock) {
    this.name = channel.name
    this.#channel = channel
    this.#clock = clock
    this.#idleMs = options.idleMs ?? IDLE_MS
    this.#bytesMax = options.bytesMax ?? BYTES_MAX
    this.#mark = options.mark === undefined ? undefined : Buffer.from(options.mark)
    this.#buffer = Buffer.allocUnsafe(this.#bytesMax + CHUNK_BYTES_MAX)
  }

  open(handler: ChannelHandler): void {
    this.#handler = handler
    this.#channel.open({
      onOpen: () => handler.onOpen(),
      onBytes: (bytes) => this.#handleBytes(bytes),
      onDrain: () => handler.onDrain(),
      onClose: (cause: LinkError | undefined) => {
        this.#isPaused = false
        this.#emitWhole()
        this.#emit(this.#length)
        this.#clock.cancel(this.#task)
        handler.onClose(cause)
      },
    })
  }

  write(bytes: Uint8Array): boolean {
    return this.#channel.write(bytes)
  }

  pause(): void {
    this.#isPaused = true
    this.#clock.cancel(this.#task)
    this.#channel.pause()
  }

  resume(): void {
    this.#isPaused = false
    this.#channel.resume()
    this.#advance()
  }

  close(how?: 'flush' | 'abort'): void {
    this.#channel.close(how)
  }

  #handleBytes(bytes: Uint8Array): void {
    // A channel that hands over more than it may would overflow.
    const taken = bytes.subarray(0, this.#buffer.length - this.#length)
    this.#buffer.set(taken, this.#length)
    this.#length += taken.length
    this.#advance()
  }

  #advance(): void {
    this.#emitWhole()
    if (this.#length === 0 || this.#isPaused) this.#clock.cancel(this.#task)
    else this.#clock.schedule(this.#clock.now() + this.#idleMs, this.#task)
  }

  /** Hands over the pieces that have come to their end. */
  #emitWhole(): void {
    while (!this.#isPaused) {
      const length = this.#wholeLength()
      if (length === 0) return
      this.#emit(length)
    }
  }

  /** 0: the piece may become longer. */
  #wholeLength(): number {
    const content = this.#buffer.subarray(0, this.#length)
    const at = this.#mark === undefined ? -1 : content.indexOf(this.#mark)
    const end = at === -1 ? Infinity : at + this.#mark!.length
    if (end <= this.#bytesMax) return end
    return this.#length >= this.#bytesMax ? this.#bytesMax : 0
  }

  #emit(length: number): void {
    if (length === 0 || this.#isPaused) return
    // Copied out: whoever is told may let more bytes in.
    const piece = Buffer.from(this.#buffer.subarray(0, length))
    this.#buffer.copyWithin(0, length, this.#length)
    this.#length -= length
    this.#handler?.onBytes(piece)
  }
}
