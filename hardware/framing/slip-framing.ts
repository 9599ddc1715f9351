// SLIP (RFC 1055) with a CRC-16. A frame stands between two END marks, so that noise before it is a
// damaged frame of its own.

import type { FrameHandler, FramingOptions } from './framing.ts'
import { MarkedFraming } from './marked-framing.ts'

const END = 0xc0
const ESCAPE = 0xdb
const ESCAPED_END = 0xdc
const ESCAPED_ESCAPE = 0xdd

export class SlipFraming extends MarkedFraming {
  #isEscaped = false

  constructor(handler: FrameHandler, options: FramingOptions = {}) {
    super(handler, options, 2)
  }

  handleBytes(bytes: Uint8Array): void {
    const { incoming } = this
    for (let index = 0; index < bytes.length; index++) {
      const byte = bytes[index]!
      if (byte === END) {
        // An escape without a second byte is damage.
        if (this.#isEscaped) incoming.isBroken = true
        this.#isEscaped = false
        this.finish()
      } else if (this.#isEscaped) {
        this.#isEscaped = false
        if (byte === ESCAPED_END) incoming.add(END)
        else if (byte === ESCAPED_ESCAPE) incoming.add(ESCAPE)
        else incoming.isBroken = true
      } else if (byte === ESCAPE) this.#isEscaped = true
      else incoming.add(byte)
    }
  }

  override clear(): void {
    super.clear()
    this.#isEscaped = false
  }

  protected encodeChecked(content: Uint8Array): void {
    const { outgoing } = this
    outgoing.add(END)
    for (const byte of content) {
      if (byte === END || byte === ESCAPE) {
        outgoing.add(ESCAPE)
        outgoing.add(byte === END ? ESCAPED_END : ESCAPED_ESCAPE)
      } else outgoing.add(byte)
    }
    outgoing.add(END)
  }
}
