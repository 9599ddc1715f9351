// Modbus RTU (Modbus over serial line 1.02, section 2.5.1): a frame is what stands between two
// silences of 3.5 characters, and its last two bytes are a CRC-16. The silence follows the baud
// rate; above 19,200 it is 1.75 ms by the standard. Operating systems deliver bytes late and in
// pieces, so the silence waited for is that plus a latency.

import { assert } from '@motewire/sdk/kit'
import { modbusCrc16 } from './crc16.ts'
import { FrameBuffer } from './frame-buffer.ts'
import type { FrameHandler, Framing, FramingSnapshot } from './framing.ts'

export interface ModbusFramingOptions {
  /** Bits a second. Default 9,600. */
  readonly baud?: number
  /** What the system may add to a silence by delivering late. Default 20 ms. */
  readonly latencyMs?: number
}

/** The longest frame of the standard, its CRC included (section 2.5.1). */
const FRAME_BYTES_MAX = 256
/** Address and function. */
const FRAME_BYTES_MIN = 2
const CRC_BYTES = 2
/** Start, eight bits, parity or a second stop, stop. */
const BITS_PER_CHARACTER = 11
const FIXED_SILENCE_MS = 1.75
const FIXED_FROM_BAUD = 19_200

/** The silence that ends a frame: 3.5 characters, or 1.75 ms above 19,200 baud. */
export function silenceMs(baud: number): number {
  if (baud > FIXED_FROM_BAUD) return FIXED_SILENCE_MS
  return (3.5 * BITS_PER_CHARACTER * 1_000) / baud
}

export class ModbusFraming implements Framing {
  readonly #handler: FrameHandler
  readonly #silenceMs: number
  readonly #incoming = new FrameBuffer(FRAME_BYTES_MAX)
  readonly #outgoing = new FrameBuffer(FRAME_BYTES_MAX)
  #dueMs = Infinity
  #frames = 0
  #damaged = 0

  constructor(handler: FrameHandler, options: ModbusFramingOptions = {}) {
    const { baud = 9_600, latencyMs = 20 } = options
    this.#handler = handler
    this.#silenceMs = silenceMs(baud) + latencyMs
  }

  handleBytes(bytes: Uint8Array, now: number): void {
    // The timer may not have run yet.
    this.handleTimeout(now)
    this.#incoming.append(bytes, 0, bytes.length)
    this.#dueMs = now + this.#silenceMs
  }

  pollTimeout(): number {
    return this.#dueMs
  }

  handleTimeout(now: number): void {
    if (now < this.#dueMs) return
    this.#dueMs = Infinity
    const { content, isBroken } = this.#incoming
    const isGood =
      !isBroken && content.length >= FRAME_BYTES_MIN + CRC_BYTES && modbusCrc16(content) === 0
    if (isGood) {
      this.#frames++
      this.#handler.handleFrame(content.subarray(0, -CRC_BYTES))
    } else this.#damaged++
    this.#incoming.clear()
  }

  clear(): void {
    this.#incoming.clear()
    this.#dueMs = Infinity
  }

  encode(frame: Uint8Array): Uint8Array {
    const isCarried = frame.length + CRC_BYTES <= FRAME_BYTES_MAX
    assert(isCarried, `a frame of ${frame.length} bytes is too long`)
    const crc = modbusCrc16(frame)
    this.#outgoing.clear()
    this.#outgoing.append(frame, 0, frame.length)
    this.#outgoing.add(crc & 0xff)
    this.#outgoing.add(crc >> 8)
    return this.#outgoing.content
  }

  snapshot(): FramingSnapshot {
    return { frames: this.#frames, damaged: this.#damaged }
  }
}
