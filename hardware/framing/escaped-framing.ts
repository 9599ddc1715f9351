// What SLIP and HDLC have in common: a mark on both sides of a frame, so that noise before it is a
// damaged frame of its own, and an escape byte in front of what stands for a mark or an escape. A
// subclass only says which bytes these are.

import type { FrameHandler, FramingOptions } from './framing.ts'
import { MarkedFraming } from './marked-framing.ts'

/** Which bytes a framing sets apart. */
export interface EscapeCode {
  readonly mark: number
  readonly escape: number
  /** What is sent behind the escape for a mark or an escape. */
  readonly escaped: (byte: number) => number
  /** What a byte behind the escape stands for; undefined when it is damage. */
  readonly unescaped: (byte: number) => number | undefined
}

export abstract class EscapedFraming extends MarkedFraming {
  readonly #code: EscapeCode
  #isEscaped = false

  constructor(handler: FrameHandler, options: FramingOptions, code: EscapeCode) {
    super(handler, options, 2)
    this.#code = code
  }

  handleBytes(bytes: Uint8Array): void {
    const { incoming } = this
    const { mark, escape, unescaped } = this.#code
    for (let index = 0; index < bytes.length; index++) {
      const byte = bytes[index]!
      if (byte === mark) {
        // An escape without a second byte is damage; in HDLC it aborts the frame.
        if (this.#isEscaped) incoming.isBroken = true
        this.#isEscaped = false
        this.finish()
      } else if (this.#isEscaped) {
        this.#isEscaped = false
        const meant = unescaped(byte)
        if (meant === undefined) incoming.isBroken = true
        else incoming.add(meant)
      } else if (byte === escape) this.#isEscaped = true
      else incoming.add(byte)
    }
  }

  override clear(): void {
    super.clear()
    this.#isEscaped = false
  }

  protected encodeChecked(content: Uint8Array): void {
    const { outgoing } = this
    const { mark, escape, escaped } = this.#code
    outgoing.add(mark)
    for (const byte of content) {
      if (byte === mark || byte === escape) {
        outgoing.add(escape)
        outgoing.add(escaped(byte))
      } else outgoing.add(byte)
    }
    outgoing.add(mark)
  }
}
