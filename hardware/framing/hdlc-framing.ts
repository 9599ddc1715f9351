// HDLC in asynchronous form (ISO 13239, as in PPP, RFC 1662): a flag on both sides, an escape that
// inverts bit 5, a CRC-16. Control characters are not escaped; lines that swallow them need COBS.

import type { FrameHandler, FramingOptions } from './framing.ts'
import { MarkedFraming } from './marked-framing.ts'

const FLAG = 0x7e
const ESCAPE = 0x7d
const INVERTED = 0x20

export class HdlcFraming extends MarkedFraming {
  #isEscaped = false

  constructor(handler: FrameHandler, options: FramingOptions = {}) {
    super(handler, options, 2)
  }

  handleBytes(bytes: Uint8Array): void {
    const { incoming } = this
    for (let index = 0; index < bytes.length; index++) {
      const byte = bytes[index]!
      if (byte === FLAG) {
        // Escape and flag together abort a frame.
        if (this.#isEscaped) incoming.isBroken = true
        this.#isEscaped = false
        this.finish()
      } else if (this.#isEscaped) {
        this.#isEscaped = false
        incoming.add(byte ^ INVERTED)
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
    outgoing.add(FLAG)
    for (const byte of content) {
      if (byte === FLAG || byte === ESCAPE) {
        outgoing.add(ESCAPE)
        outgoing.add(byte ^ INVERTED)
      } else outgoing.add(byte)
    }
    outgoing.add(FLAG)
  }
}
