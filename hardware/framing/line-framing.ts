// Lines of text: a frame ends with LF; a CR before it and empty lines do not count. There is no
// check sum, so it is for text that says itself whether it is whole, as JSON does. A frame with a
// line break in it cannot be sent.

import { assert } from '@motewire/sdk/kit'
import { FrameBuffer } from './frame-buffer.ts'
import { FRAME_BYTES_MAX } from './framing.ts'
import type { FrameHandler, Framing, FramingOptions, FramingSnapshot } from './framing.ts'

const LF = 0x0a
const CR = 0x0d

export class LineFraming implements Framing {
  readonly #handler: FrameHandler
  readonly #frameBytesMax: number
  readonly #incoming: FrameBuffer
  readonly #outgoing: FrameBuffer
  #frames = 0
  #damaged = 0

  constructor(handler: FrameHandler, options: FramingOptions = {}) {
    const { frameBytesMax = FRAME_BYTES_MAX } = options
    this.#handler = handler
    this.#frameBytesMax = frameBytesMax
    this.#incoming = new FrameBuffer(frameBytesMax + 1)
    this.#outgoing = new FrameBuffer(frameBytesMax + 1)
  }

  handleBytes(bytes: Uint8Array): void {
    for (let start = 0; start < bytes.length;) {
      const at = bytes.indexOf(LF, start)
      const end = at === -1 ? bytes.length : at
      this.#incoming.append(bytes, start, end)
      if (at !== -1) this.#finish()
      start = end + 1
    }
  }

  pollTimeout(): number {
    return Infinity
  }

  handleTimeout(_now: number): void {}

  clear(): void {
    this.#incoming.clear()
  }

  encode(frame: Uint8Array): Uint8Array {
    assert(!frame.includes(LF), 'a line has a line break in it')
    assert(frame.length <= this.#frameBytesMax, `a line of ${frame.length} bytes is too long`)
    this.#outgoing.clear()
    this.#outgoing.append(frame, 0, frame.length)
    this.#outgoing.add(LF)
    return this.#outgoing.content
  }

  snapshot(): FramingSnapshot {
    return { frames: this.#frames, damaged: this.#damaged }
  }

  #finish(): void {
    const { content, isBroken } = this.#incoming
    const length = content.at(-1) === CR ? content.length - 1 : content.length
    if (isBroken) this.#damaged++
    else if (length > 0) {
      this.#frames++
      this.#handler.handleFrame(content.subarray(0, length))
    }
    this.#incoming.clear()
  }
}
