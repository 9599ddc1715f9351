// A strict reader over one whole packet. The first thing that does not fit sets `fault` and every
// later read answers a neutral value, so that decoders read straight down and check once at the
// end. It knows the wire types of MQTT [MQTT5 1.5], not the packets.

import type { ProtocolError } from './packets.ts'
import { MALFORMED } from './reason-codes.ts'
import { readText } from './text.ts'

export class ByteCursor {
  bytes: Uint8Array = new Uint8Array(0)
  position = 0
  end = 0
  /** What was wrong first; undefined while all is well. */
  fault: ProtocolError | undefined = undefined

  /** Points the cursor at bytes[start, end) and forgets the last fault. */
  reset(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes
    this.position = start
    this.end = end
    this.fault = undefined
  }

  get remaining(): number {
    return this.end - this.position
  }

  /**
   * What cannot be parsed is malformed; what was parsed and is not allowed has a code of its own.
   */
  fail(message: string, reasonCode: number = MALFORMED): void {
    this.fault ??= { reasonCode, message }
    this.position = this.end
  }

  u8(what: string): number {
    if (this.position + 1 > this.end) return this.#short(what)
    return this.bytes[this.position++]!
  }

  u16(what: string): number {
    if (this.position + 2 > this.end) return this.#short(what)
    const value = this.bytes[this.position]! * 256 + this.bytes[this.position + 1]!
    this.position += 2
    return value
  }

  u32(what: string): number {
    return this.u16(what) * 65_536 + this.u16(what)
  }

  /** Variable Byte Integer: at most four bytes, in the shortest form [MQTT5-1.5.5-1]. */
  varint(what: string): number {
    let value = 0
    let scale = 1
    for (let i = 0; i < 4; i++) {
      const byte = this.u8(what)
      value += (byte & 0x7f) * scale
      if (byte < 0x80) {
        if (byte === 0 && i > 0) this.fail(`${what} is not in its shortest form`)
        return this.fault === undefined ? value : 0
      }
      scale *= 128
    }
    this.fail(`${what} takes more than four bytes`)
    return 0
  }

  text(what: string): string {
    const length = this.u16(what)
    if (this.position + length > this.end) {
      this.#short(what)
      return ''
    }
    const text = readText(this.bytes, this.position, this.position + length)
    if (text === undefined) {
      this.fail(`${what} is not well-formed UTF-8`)
      return ''
    }
    this.position += length
    return text
  }

  /** A copy of Binary Data: it may outlive the buffer. */
  binary(what: string): Uint8Array {
    const length = this.u16(what)
    if (this.position + length > this.end) {
      this.#short(what)
      return Buffer.alloc(0)
    }
    const copy = Buffer.from(this.bytes.subarray(this.position, this.position + length))
    this.position += length
    return copy
  }

  #short(what: string): number {
    this.fail(`${what} reaches beyond the packet`)
    return 0
  }
}
