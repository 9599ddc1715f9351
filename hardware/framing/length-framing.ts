// A length of two bytes, high byte first, in front of each frame, and a CRC-16 behind it. For
// devices that cannot stuff bytes; COBS finds the next frame sooner after damage.

import { assert } from '@motewire/sdk/kit'
import { CountedFraming } from './counted-framing.ts'
import type { CountedFramingOptions } from './counted-framing.ts'
import { CRC_GOOD, crc16 } from './crc16.ts'
import { FrameBuffer } from './frame-buffer.ts'
import { FRAME_BYTES_MAX } from './framing.ts'
import type { FrameHandler } from './framing.ts'

const LENGTH_BYTES = 2
const CRC_BYTES = 2

export class LengthFraming extends CountedFraming {
  readonly #frameBytesMax: number
  readonly #outgoing: FrameBuffer

  constructor(handler: FrameHandler, options: CountedFramingOptions = {}) {
    const frameBytesMax = Math.min(options.frameBytesMax ?? FRAME_BYTES_MAX, 0xffff)
    const bytesMax = frameBytesMax + LENGTH_BYTES + CRC_BYTES
    super(handler, options, bytesMax)
    this.#frameBytesMax = frameBytesMax
    this.#outgoing = new FrameBuffer(bytesMax)
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

  protected lengthOf(begun: Uint8Array): number {
    if (begun.length < LENGTH_BYTES) return 0
    const length = (begun[0]! << 8) | begun[1]!
    return length === 0 ? -1 : LENGTH_BYTES + length + CRC_BYTES
  }

  protected contentOf(whole: Uint8Array): Uint8Array | undefined {
    const checked = whole.subarray(LENGTH_BYTES)
    return crc16(checked) === CRC_GOOD ? checked.subarray(0, -CRC_BYTES) : undefined
  }
}
