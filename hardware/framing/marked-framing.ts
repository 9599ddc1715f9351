// What SLIP, COBS and HDLC have in common: a mark ends a frame, a CRC-16 stands behind its content.
// A subclass says how bytes between marks are read and written. Garbage costs at most the frame it
// is in: the next mark starts anew.

import { assert } from '@motewire/sdk/kit'
import { CRC_GOOD, crc16 } from './crc16.ts'
import { FrameBuffer } from './frame-buffer.ts'
import { FRAME_BYTES_MAX } from './framing.ts'
import type { FrameHandler, Framing, FramingOptions, FramingSnapshot } from './framing.ts'

const CRC_BYTES = 2

export abstract class MarkedFraming implements Framing {
  readonly #handler: FrameHandler
  readonly #frameBytesMax: number
  readonly #checked: FrameBuffer
  #frames = 0
  #damaged = 0
  protected readonly incoming: FrameBuffer
  protected readonly outgoing: FrameBuffer

  /** @param growth bytes on the line for a byte of content, at worst. */
  constructor(handler: FrameHandler, options: FramingOptions, growth: number) {
    const { frameBytesMax = FRAME_BYTES_MAX } = options
    this.#handler = handler
    this.#frameBytesMax = frameBytesMax
    this.incoming = new FrameBuffer(frameBytesMax + CRC_BYTES)
    this.#checked = new FrameBuffer(frameBytesMax + CRC_BYTES)
    this.outgoing = new FrameBuffer(Math.ceil((frameBytesMax + CRC_BYTES) * growth) + 4)
  }

  abstract handleBytes(bytes: Uint8Array, now: number): void
  protected abstract encodeChecked(content: Uint8Array): void

  pollTimeout(): number {
    return Infinity
  }

  handleTimeout(_now: number): void {}

  clear(): void {
    this.incoming.clear()
  }

  encode(frame: Uint8Array): Uint8Array {
    assert(frame.length <= this.#frameBytesMax, `a frame of ${frame.length} bytes is too long`)
    const checked = this.#checked
    checked.clear()
    checked.append(frame, 0, frame.length)
    const crc = ~crc16(frame) & 0xffff
    checked.add(crc & 0xff)
    checked.add(crc >> 8)
    this.outgoing.clear()
    this.encodeChecked(checked.content)
    return this.outgoing.content
  }

  snapshot(): FramingSnapshot {
    return { frames: this.#frames, damaged: this.#damaged }
  }

  /** A mark has come: what is there is a frame, or nothing at all. */
  protected finish(): void {
    const { incoming } = this
    if (incoming.length === 0 && !incoming.isBroken) return
    const { content } = incoming
    const isGood = !incoming.isBroken && content.length > CRC_BYTES && crc16(content) === CRC_GOOD
    if (isGood) {
      this.#frames++
      this.#handler.handleFrame(content.subarray(0, -CRC_BYTES))
    } else this.#damaged++
    incoming.clear()
  }
}
