// What framings have in common that tell a frame's length at its beginning, and have no mark: after
// something that can be no frame, everything is dropped until the line is silent, and a frame of
// which nothing more comes is dropped. A subclass says how long a frame is and what it carries.

import { FrameBuffer } from './frame-buffer.ts'
import type { FrameHandler, Framing, FramingOptions, FramingSnapshot } from './framing.ts'

export interface CountedFramingOptions extends FramingOptions {
  /** Silence that ends a frame which is not whole. Default 60 ms. */
  readonly stallMs?: number
}

export abstract class CountedFraming implements Framing {
  readonly #handler: FrameHandler
  readonly #stallMs: number
  readonly #bytesMax: number
  readonly #incoming: FrameBuffer
  #dueMs = Infinity
  /** Everything is dropped until the line is silent. */
  #isLost = false
  #frames = 0
  #damaged = 0

  /** @param bytesMax longest frame on the line, its length and check sum included. */
  constructor(handler: FrameHandler, options: CountedFramingOptions, bytesMax: number) {
    this.#handler = handler
    this.#stallMs = options.stallMs ?? 60
    this.#bytesMax = bytesMax
    this.#incoming = new FrameBuffer(bytesMax)
  }

  abstract encode(frame: Uint8Array): Uint8Array
  /** Bytes of the whole frame that begins so; 0: not known yet, -1: it can be no frame. */
  protected abstract lengthOf(begun: Uint8Array): number
  /** What a whole frame carries; undefined when it is damaged. */
  protected abstract contentOf(whole: Uint8Array): Uint8Array | undefined

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

  snapshot(): FramingSnapshot {
    return { frames: this.#frames, damaged: this.#damaged }
  }

  /** Takes what belongs to the frame, from `at`; answers where the next one begins. */
  #take(bytes: Uint8Array, at: number): number {
    const incoming = this.#incoming
    const length = this.lengthOf(incoming.content)
    if (length === 0) {
      incoming.add(bytes[at]!)
      const known = this.lengthOf(incoming.content)
      return known === -1 || known > this.#bytesMax ? this.#lose(bytes) : at + 1
    }
    const end = Math.min(at + length - incoming.length, bytes.length)
    incoming.append(bytes, at, end)
    if (incoming.length < length) return end
    const content = this.contentOf(incoming.content)
    if (content === undefined) return this.#lose(bytes)
    this.#frames++
    this.#handler.handleFrame(content)
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
