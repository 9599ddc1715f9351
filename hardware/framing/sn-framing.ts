// MQTT-SN on a line without framing: each message begins with its length, so they follow one
// another as they are. There is no mark and no check sum: after something that can be no message,
// everything is dropped until the line is silent. A device that is reset in the middle of a message
// is silent for longer than that while it starts. Lines with noise need a framing.

import { FrameBuffer } from './frame-buffer.ts'
import { FRAME_BYTES_MAX } from './framing.ts'
import type { FrameHandler, Framing, FramingOptions, FramingSnapshot } from './framing.ts'
import { decodeSn, snLength } from './sn-packet.ts'

export interface SnFramingOptions extends FramingOptions {
  /** Silence that ends a message which is not whole. Default 60 ms. */
  readonly stallMs?: number
}

export class SnFraming implements Framing {
  readonly #handler: FrameHandler
  readonly #stallMs: number
  readonly #frameBytesMax: number
  readonly #incoming: FrameBuffer
  #isLost = false
  #dueMs = Infinity
  #frames = 0
  #damaged = 0

  constructor(handler: FrameHandler, options: SnFramingOptions = {}) {
    const { stallMs = 60, frameBytesMax = FRAME_BYTES_MAX } = options
    this.#handler = handler
    this.#stallMs = stallMs
    this.#frameBytesMax = frameBytesMax
    this.#incoming = new FrameBuffer(frameBytesMax)
  }

  handleBytes(bytes: Uint8Array, now: number): void {
    for (let at = 0; at < bytes.length && !this.#isLost;) at = this.#take(bytes, at)
    const isWaiting = this.#isLost || this.#incoming.length > 0
    this.#dueMs = isWaiting ? now + this.#stallMs : Infinity
  }

  pollTimeout(): number {
    return this.#dueMs
  }

  handleTimeout(now: number): void {
    if (now < this.#dueMs) return
    if (this.#incoming.length > 0) this.#damaged++
    this.clear()
  }

  clear(): void {
    this.#incoming.clear()
    this.#isLost = false
    this.#dueMs = Infinity
  }

  /** The message itself, which must not be changed while it is on its way. */
  encode(frame: Uint8Array): Uint8Array {
    return frame
  }

  snapshot(): FramingSnapshot {
    return { frames: this.#frames, damaged: this.#damaged }
  }

  /** Takes what belongs to the message, from `at`; answers where the next one begins. */
  #take(bytes: Uint8Array, at: number): number {
    const incoming = this.#incoming
    const length = snLength(incoming.content, 0, incoming.length)
    if (length === 0) {
      incoming.add(bytes[at]!)
      const known = snLength(incoming.content, 0, incoming.length)
      return known === -1 || known > this.#frameBytesMax ? this.#lose(bytes) : at + 1
    }
    const end = Math.min(at + length - incoming.length, bytes.length)
    incoming.append(bytes, at, end)
    if (incoming.length < length) return end
    if (decodeSn(incoming.content) === undefined) return this.#lose(bytes)
    this.#frames++
    this.#handler.handleFrame(incoming.content)
    incoming.clear()
    return end
  }

  #lose(bytes: Uint8Array): number {
    this.#damaged++
    this.#incoming.clear()
    this.#isLost = true
    return bytes.length
  }
}
