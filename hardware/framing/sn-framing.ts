// MQTT-SN on a line without framing: each message begins with its length, so they follow one
// another as they are. There is no check sum. A device that is reset in the middle of a message is
// silent for longer than the stall while it starts. Lines with noise need a framing.

import { CountedFraming } from './counted-framing.ts'
import type { CountedFramingOptions } from './counted-framing.ts'
import { FRAME_BYTES_MAX } from './framing.ts'
import type { FrameHandler } from './framing.ts'
import { decodeSn, snLength } from './sn-packet.ts'

export class SnFraming extends CountedFraming {
  constructor(handler: FrameHandler, options: CountedFramingOptions = {}) {
    super(handler, options, options.frameBytesMax ?? FRAME_BYTES_MAX)
  }

  /** The message itself, which must not be changed while it is on its way. */
  encode(frame: Uint8Array): Uint8Array {
    return frame
  }

  protected lengthOf(begun: Uint8Array): number {
    return snLength(begun, 0, begun.length)
  }

  protected contentOf(whole: Uint8Array): Uint8Array | undefined {
    return decodeSn(whole) === undefined ? undefined : whole
  }
}
