// SLIP (RFC 1055) with a CRC-16.

import { EscapedFraming } from './escaped-framing.ts'
import type { EscapeCode } from './escaped-framing.ts'
import type { FrameHandler, FramingOptions } from './framing.ts'

const END = 0xc0
const ESCAPE = 0xdb
const ESCAPED_END = 0xdc
const ESCAPED_ESCAPE = 0xdd

const CODE: EscapeCode = {
  mark: END,
  escape: ESCAPE,
  escaped: (byte) => (byte === END ? ESCAPED_END : ESCAPED_ESCAPE),
  unescaped: (byte) => {
    if (byte === ESCAPED_END) return END
    return byte === ESCAPED_ESCAPE ? ESCAPE : undefined
  },
}

export class SlipFraming extends EscapedFraming {
  constructor(handler: FrameHandler, options: FramingOptions = {}) {
    super(handler, options, CODE)
  }
}
