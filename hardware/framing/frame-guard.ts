// MQTT packets on a line with framing: a frame is a packet, or, when its first byte is below 0x10
// (type 0 is reserved in MQTT), something that the device and the bridge tell each other. Whole and
// undamaged is what the framing answers for; this file sees that a CONNECT comes first, and again
// after a reset. The counterpart of packet-guard.ts. O(1) a frame.
//
//   01 version rx_high rx_low cause id...    hello, from the device

import type { FrameHandler, Framing } from './framing.ts'
import {
  DISCONNECT,
  headerBytes,
  isClientHeader,
  isTopicPossible,
  packetLength,
  PUBLISH,
} from './packet-shape.ts'
import type { UplinkHandler, UplinkSnapshot } from './packet-guard.ts'

export interface Hello {
  readonly version: number
  /** Receive buffer of its UART. */
  readonly windowBytes: number
  /** Why it was reset, as the chip says. */
  readonly resetCause: number
  readonly id: string
}

export interface FrameGuardHandler extends UplinkHandler {
  handleHello(hello: Hello): void
}

const HELLO = 0x01
const FIRST_PACKET_BYTE = 0x10
const CONNECT_BYTE = 0x10

export class FrameGuard implements FrameHandler {
  readonly #handler: FrameGuardHandler
  readonly #framing: Framing
  #isInSession = false
  #packets = 0
  #resets = 0
  #breaks = 0
  #dropped = 0

  /** @param make the framing, which is given this guard as its handler. */
  constructor(handler: FrameGuardHandler, make: (guard: FrameHandler) => Framing) {
    this.#handler = handler
    this.#framing = make(this)
  }

  get isInSession(): boolean {
    return this.#isInSession
  }

  handleBytes(bytes: Uint8Array, now: number): void {
    this.#framing.handleBytes(bytes, now)
  }

  pollTimeout(): number {
    return this.#framing.pollTimeout()
  }

  handleTimeout(now: number): void {
    this.#framing.handleTimeout(now)
  }

  handleResume(_now: number): void {}

  endSession(): void {
    this.#isInSession = false
  }

  encode(packet: Uint8Array): Uint8Array {
    return this.#framing.encode(packet)
  }

  snapshot(): UplinkSnapshot {
    return {
      packets: this.#packets,
      resets: this.#resets,
      breaks: this.#breaks,
      droppedBytes: this.#dropped,
      damagedFrames: this.#framing.snapshot().damaged,
    }
  }

  handleFrame(frame: Uint8Array): void {
    if (frame[0]! < FIRST_PACKET_BYTE) {
      this.#handleControl(frame)
      return
    }
    const isPacket = isWholePacket(frame)
    const isConnect = isPacket && frame[0] === CONNECT_BYTE
    if (!isPacket || (!isConnect && !this.#isInSession)) {
      this.#dropped += frame.length
      if (isPacket || !this.#isInSession) return
      this.#breaks++
      this.#isInSession = false
      this.#handler.handleBreak('malformed')
      return
    }
    this.#packets++
    if (!isConnect) {
      if (frame[0]! >> 4 === DISCONNECT) this.#isInSession = false
      this.#handler.handlePacket(frame)
      return
    }
    const isReset = this.#isInSession
    if (isReset) this.#resets++
    this.#isInSession = true
    this.#handler.handleConnect(frame, isReset)
  }

  #handleControl(frame: Uint8Array): void {
    if (frame[0] !== HELLO || frame.length < 5) return
    let id = ''
    for (const byte of frame.subarray(5)) id += byte < 0x80 ? String.fromCharCode(byte) : '?'
    this.#handler.handleHello({
      version: frame[1]!,
      windowBytes: (frame[2]! << 8) | frame[3]!,
      resetCause: frame[4]!,
      id,
    })
  }
}

function isWholePacket(frame: Uint8Array): boolean {
  const length = packetLength(frame, 0, frame.length)
  if (length !== frame.length) return false
  if (!isClientHeader(frame[0]!, headerBytes(frame, 0), length)) return false
  return frame[0]! >> 4 !== PUBLISH || isTopicPossible(frame, 0, length, length)
}
