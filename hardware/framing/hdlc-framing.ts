// HDLC in asynchronous form (ISO 13239, as in PPP, RFC 1662) with a CRC-16: the escape inverts bit
// 5. Control characters are not escaped; lines that swallow them need COBS.

import { EscapedFraming } from './escaped-framing.ts'
import type { EscapeCode } from './escaped-framing.ts'
import type { FrameHandler, FramingOptions } from './framing.ts'

const INVERTED = 0x20

const CODE: EscapeCode = {
  mark: 0x7e,
  escape: 0x7d,
  escaped: (byte) => byte ^ INVERTED,
  unescaped: (byte) => byte ^ INVERTED,
}

export class HdlcFraming extends EscapedFraming {
  constructor(handler: FrameHandler, options: FramingOptions = {}) {
    super(handler, options, CODE)
  }
}
