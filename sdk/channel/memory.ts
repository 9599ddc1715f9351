// An in-memory pipe: two byte channels joined back to back, for tests and for fleets that talk to a
// broker in the same process. Bytes are copied on write and delivered in a later callback of the
// clock, never inside `write`. Bound: bytesMax buffered each way while the reader is paused.

import type { LinkError } from '../errors.ts'
import type { Clock } from '../runtime/index.ts'
import type { ByteChannel, ChannelHandler } from './channel.ts'

export interface MemoryPipeOptions {
  /** Bytes buffered each way before a writer must wait. Default 65,536. */
  readonly bytesMax?: number
  readonly name?: string
}

/** Two ends; what is written to one is read from the other once both are open. */
export function memoryPipe(
  clock: Clock,
  options: MemoryPipeOptions = {},
): [MemoryChannel, MemoryChannel] {
  const name = options.name ?? 'memory'
  const bytesMax = options.bytesMax ?? 65_536
  const near = new MemoryChannel(clock, name, bytesMax)
  const far = new MemoryChannel(clock, name, bytesMax)
  near.join(far)
  far.join(near)
  return [near, far]
}

export class MemoryChannel implements ByteChannel {
  readonly name: string
  readonly #clock: Clock
  readonly #bytesMax: number
  #peer: MemoryChannel | undefined
  #handler: ChannelHandler | undefined
  /** Bytes on their way to this end. */
  readonly #incoming: Uint8Array[] = []
  #incomingBytes = 0
  #isPaused = false
  #isScheduled = false
  #isEnding = false
  #hasClosedItself = false
  #isClosed = false
  #isPeerBlocked = false

  constructor(clock: Clock, name: string, bytesMax: number) {
    this.#clock = clock
    this.name = name
    this.#bytesMax = bytesMax
  }

  join(peer: MemoryChannel): void {
    this.#peer = peer
  }

  open(handler: ChannelHandler): void {
    this.#handler = handler
    this.#clock.defer(() => {
      if (this.#isClosed) return
      if (this.#hasClosedItself) return this.#finish(undefined)
      handler.onOpen()
      this.#schedule()
    })
  }

  write(bytes: Uint8Array): boolean {
    const peer = this.#peer
    if (peer === undefined || this.#isClosed || this.#isEnding || this.#handler === undefined)
      return true
    peer.#incoming.push(Buffer.from(bytes))
    peer.#incomingBytes += bytes.length
    peer.#schedule()
    if (peer.#incomingBytes <= this.#bytesMax) return true
    peer.#isPeerBlocked = true
    return false
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.#schedule()
  }

  close(how: 'flush' | 'abort' = 'flush'): void {
    if (this.#isClosed || (this.#isEnding && how === 'flush')) return
    this.#isEnding = true
    this.#hasClosedItself = true
    const peer = this.#peer
    if (how === 'abort' && peer !== undefined) {
      peer.#incoming.length = 0
      peer.#incomingBytes = 0
    }
    if (peer !== undefined) {
      peer.#isEnding = true
      peer.#schedule()
    }
    this.#clock.defer(() => this.#finish(undefined))
  }

  /** Breaks the pipe as a lost link would: both ends see `cause`, bytes on the way are gone. */
  cut(cause: LinkError): void {
    for (const end of [this, this.#peer]) {
      if (end === undefined) continue
      end.#incoming.length = 0
      end.#incomingBytes = 0
      this.#clock.defer(() => end.#finish(cause))
    }
  }

  #schedule(): void {
    if (this.#isScheduled || this.#handler === undefined) return
    this.#isScheduled = true
    this.#clock.defer(() => {
      this.#isScheduled = false
      this.#deliver()
    })
  }

  #deliver(): void {
    while (!this.#isPaused && !this.#isClosed && this.#incoming.length > 0) {
      const bytes = this.#incoming.shift()!
      this.#incomingBytes -= bytes.length
      this.#handler?.onBytes(bytes)
    }
    if (this.#isPeerBlocked && this.#incomingBytes === 0) {
      this.#isPeerBlocked = false
      const peer = this.#peer
      if (peer !== undefined && !peer.#isClosed && !peer.#isEnding) peer.#handler?.onDrain()
    }
    if (this.#isEnding && this.#incoming.length === 0) this.#finish(undefined)
  }

  #finish(cause: LinkError | undefined): void {
    if (this.#isClosed || this.#handler === undefined) return
    this.#isClosed = true
    this.#handler.onClose(cause)
  }
}
