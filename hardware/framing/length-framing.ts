// A length of two bytes, high byte first, in front of each frame, and a CRC-16 behind it. There is
// no mark, so after damage the next frame is found by silence: a frame of which nothing more comes
// is dropped, and the next byte begins one. For devices that cannot stuff bytes; COBS is better.

import { assert } from '@motewire/sdk/kit'
import { CRC_GOOD, crc16 } from './crc16.ts'
import { FrameBuffer } from './frame-buffer.ts'
import { FRAME_BYTES_MAX } from './framing.ts'
import type { FrameHandler, Framing, FramingOptions, FramingSnapshot } from './framing.ts'

export interface LengthFramingOptions extends FramingOptions {
  /** Silence that ends a frame which is not whole. Default 60 ms. */
  readonly stallMs?: number
}

const LENGTH_BYTES = 2
const CRC_BYTES = 2

export class LengthFraming implements Framing {
  readonly #handler: FrameHandler
  readonly #stallMs: number
  readonly #frameBytesMax: number
  readonly #incoming: FrameBuffer
  readonly #outgoing: FrameBuffer
  #dueMs = Infinity
  /** Everything is dropped until the line is silent. */
  #isLost = false
  #frames = 0
  #damaged = 0

  constructor(handler: FrameHandler, options: LengthFramingOptions = {}) {
    const { stallMs = 60, frameBytesMax = FRAME_BYTES_MAX } = options
    this.#handler = handler
    this.#stallMs = stallMs
    this.#frameBytesMax = Math.min(frameBytesMax, 0xffff)
    const bytesMax = this.#frameBytesMax + LENGTH_BYTES + CRC_BYTES
    this.#incoming = new FrameBuffer(bytesMax)
    this.#outgoing = new FrameBuffer(bytesMax)
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

  encode(frame: Uint8Array): Uint8Array {
    assert(frame.length <= this.#frameBytesMax, `a frame of ${frame.length} bytes is too long`)
    const outgoing = this.#outgoing
    outgoing.clear()
    outgoing.add(frame.length >> 8)
    outgoing.add(frame.length & 0xff)
    outgoing.append(frame, 0, frame.length)
    const crc = ~crc16(frame) & 0xffff
    outgoing.add(crc & 0xff)
    outgoing.add(crc >> 8)
    return outgoing.content
  }

  snapshot(): FramingSnapshot {
    return { frames: this.#frames, damaged: this.#damaged }
  }

  /** Takes what belongs to the frame, from `at`; answers where the next one begins. */
  #take(bytes: Uint8Array, at: number): number {
    const incoming = this.#incoming
    if (incoming.length < LENGTH_BYTES) {
      incoming.add(bytes[at]!)
      return at + 1
    }
    const length = (incoming.content[0]! << 8) | incoming.content[1]!
    if (length === 0 || length > this.#frameBytesMax) return this.#lose(bytes)
    const missing = LENGTH_BYTES + length + CRC_BYTES - incoming.length
    const end = Math.min(at + missing, bytes.length)
    incoming.append(bytes, at, end)
    if (end - at < missing) return end
    const checked = incoming.content.subarray(LENGTH_BYTES)
    if (crc16(checked) !== CRC_GOOD) return this.#lose(bytes)
    this.#frames++
    this.#handler.handleFrame(checked.subarray(0, -CRC_BYTES))
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
