// Cuts what a microcontroller sends on a line without framing into whole MQTT packets, and sees
// when it has been reset in the middle of one. A byte pipe would then publish half a message whose
// rest is the next CONNECT. It holds a packet back until it is whole and cannot contain a CONNECT:
//
//   waiting ─CONNECT─► in session ─CONNECT at a packet's end──────────► in session (reset)
//      ▲                  ├────────whole CONNECT inside of a packet────► in session (reset)
//      └──────────────────┴─a packet stops coming, or is none─► waiting (break)
//
// A packet whose last bytes may be the beginning of a CONNECT waits for the next byte, at most for
// the stall time. After a break nothing is believed until a CONNECT comes, because what follows may
// be the rest of a payload. It cannot see damage by noise; framings with a CRC do.
//
// Times are milliseconds of the caller. O(bytes), one copy, no allocation once the buffer has grown
// to the longest packet. Bound: packetBytesMax.

import { CONNECT_PREFIX, connectLength, NO_CONNECT } from './connect-signature.ts'
import {
  DISCONNECT,
  headerBytes,
  isClientHeader,
  isTopicPossible,
  LENGTH_INVALID,
  LENGTH_UNKNOWN,
  packetLength,
  PUBLISH,
} from './packet-shape.ts'

/** Why a session is over that the device has not ended itself. */
export type BreakReason = 'stalled' | 'malformed' | 'oversized'

/** What comes out of a line. Packets are borrowed: valid during the call only. */
export interface UplinkHandler {
  /** A session begins. `isReset`: the one before was never ended. */
  handleConnect(packet: Uint8Array, isReset: boolean): void
  /** Any other packet of the session. */
  handlePacket(packet: Uint8Array): void
  /** The session cannot go on; the next thing is a CONNECT. */
  handleBreak(reason: BreakReason): void
}

export interface PacketGuardOptions {
  /** Longest packet. Default 65,536 bytes. */
  readonly packetBytesMax?: number
  /** A packet of which nothing more comes for so long is given up. Default 60 ms. */
  readonly stallMs?: number
}

export interface UplinkSnapshot {
  readonly packets: number
  /** CONNECT packets in the middle of a session. */
  readonly resets: number
  readonly breaks: number
  /** Bytes that belonged to no packet that was passed on. */
  readonly droppedBytes: number
  /** Frames dropped for a wrong CRC or length; 0 without framing. */
  readonly damagedFrames: number
}

const FIRST_BUFFER_BYTES = 512
const CONNECT_BYTE = 0x10
/** No packet begins here. */
const INVALID = -1

export class PacketGuard {
  readonly #handler: UplinkHandler
  readonly #packetBytesMax: number
  readonly #stallMs: number
  #buffer = new Uint8Array(FIRST_BUFFER_BYTES)
  /** What is not decided: from #start to #end. */
  #start = 0
  #end = 0
  /** Up to here the packet at #start has no CONNECT in it. */
  #scanned = 0
  #isInSession = false
  #dueMs = Infinity
  #packets = 0
  #resets = 0
  #breaks = 0
  #dropped = 0

  constructor(handler: UplinkHandler, options: PacketGuardOptions = {}) {
    this.#handler = handler
    this.#packetBytesMax = options.packetBytesMax ?? 65_536
    this.#stallMs = options.stallMs ?? 60
  }

  get isInSession(): boolean {
    return this.#isInSession
  }

  /** Bytes from the device, borrowed. */
  handleBytes(bytes: Uint8Array, now: number): void {
    // In pieces, so that what is held never grows beyond one packet and one piece.
    for (let start = 0; start < bytes.length; start += this.#packetBytesMax) {
      this.#append(bytes.subarray(start, start + this.#packetBytesMax))
      this.#advance()
    }
    this.#dueMs = this.#start < this.#end ? now + this.#stallMs : Infinity
  }

  /** When `handleTimeout` is to be called; Infinity: not at all. */
  pollTimeout(): number {
    return this.#dueMs
  }

  handleTimeout(now: number): void {
    if (now < this.#dueMs) return
    this.#dueMs = Infinity
    if (!this.#isInSession) this.#drop(this.#end - this.#start)
    else if (!this.#releaseHeld()) this.#break('stalled', this.#end - this.#start)
  }

  /** The line was held up by ourselves: the time counts anew. */
  handleResume(now: number): void {
    if (this.#dueMs !== Infinity) this.#dueMs = now + this.#stallMs
  }

  /** The session is over for another reason, and so is what is held of it. */
  endSession(): void {
    this.#isInSession = false
    this.#drop(this.#end - this.#start)
    this.#dueMs = Infinity
  }

  /** What goes on the line for a packet: itself. */
  encode(packet: Uint8Array): Uint8Array {
    return packet
  }

  snapshot(): UplinkSnapshot {
    return {
      packets: this.#packets,
      resets: this.#resets,
      breaks: this.#breaks,
      droppedBytes: this.#dropped,
      damagedFrames: 0,
    }
  }

  #append(bytes: Uint8Array): void {
    const held = this.#end - this.#start
    if (this.#end + bytes.length > this.#buffer.length) {
      const size = held + bytes.length
      const target =
        size <= this.#buffer.length ? this.#buffer : new Uint8Array(Math.max(size, 2 * held))
      target.set(this.#buffer.subarray(this.#start, this.#end))
      this.#scanned -= this.#start
      this.#buffer = target
      this.#start = 0
      this.#end = held
    }
    this.#buffer.set(bytes, this.#end)
    this.#end += bytes.length
  }

  #advance(): void {
    while (this.#start < this.#end && this.#advanceOne());
    if (this.#start === this.#end) this.#start = this.#end = this.#scanned = 0
  }

  /** Decides about the bytes at #start. False: more of them are needed. */
  #advanceOne(): boolean {
    if (!this.#isInSession && !this.#seek()) return true
    const start = this.#start
    const length = this.#lengthAtStart()
    if (length === INVALID || length > this.#packetBytesMax) {
      if (!this.#isInSession) this.#drop(1)
      else this.#break(length === INVALID ? 'malformed' : 'oversized', 1)
      return true
    }
    const isWhole = length > 0 && start + length <= this.#end
    const connect = this.#findConnect(isWhole ? start + length : this.#end)
    if (connect !== undefined && connectLength(this.#buffer, connect, this.#end) > 0) {
      this.#drop(connect - start)
      return true
    }
    if (!isWhole || connect !== undefined) return false
    this.#pass(length)
    return true
  }

  /** Skips to the next byte with which a CONNECT may begin. False: there is none. */
  #seek(): boolean {
    const at = this.#buffer.subarray(0, this.#end).indexOf(CONNECT_BYTE, this.#start)
    this.#drop((at === -1 ? this.#end : at) - this.#start)
    return at !== -1
  }

  /** The length of the packet at #start; 0 while it is not known; or INVALID. */
  #lengthAtStart(): number {
    const bytes = this.#buffer
    const start = this.#start
    const first = bytes[start]!
    if (first === CONNECT_BYTE) {
      const connect = connectLength(bytes, start, this.#end)
      return connect === NO_CONNECT ? INVALID : Math.max(0, connect)
    }
    const length = packetLength(bytes, start, this.#end)
    if (length === LENGTH_UNKNOWN) return 0
    const isLegal =
      length !== LENGTH_INVALID &&
      isClientHeader(first, headerBytes(bytes, start), length) &&
      (first >> 4 !== PUBLISH || isTopicPossible(bytes, start, length, this.#end))
    return isLegal ? length : INVALID
  }

  /**
   * Where, behind #start and before `end`, a CONNECT stands, or the first place at which one may
   * stand when what follows is like that.
   */
  #findConnect(end: number): number | undefined {
    const bytes = this.#buffer.subarray(0, end)
    let possible: number | undefined
    let at = Math.max(this.#scanned, this.#start + 1) - 1
    while ((at = bytes.indexOf(CONNECT_BYTE, at + 1)) !== -1) {
      const length = connectLength(this.#buffer, at, this.#end)
      if (length > 0) return at
      if (length !== NO_CONNECT) possible ??= at
    }
    this.#scanned = possible ?? end
    return possible
  }

  /**
   * A whole packet was held only because of its last bytes, and nothing has followed. Unless they
   * have a protocol name in them, they are its own.
   */
  #releaseHeld(): boolean {
    const length = this.#lengthAtStart()
    if (length <= 0 || this.#start + length !== this.#end) return false
    const possible = this.#findConnect(this.#end) ?? this.#end
    if (connectLength(this.#buffer, possible, this.#end) !== CONNECT_PREFIX) return false
    this.#pass(length)
    return true
  }

  #pass(length: number): void {
    const packet = this.#buffer.subarray(this.#start, this.#start + length)
    this.#start += length
    this.#scanned = this.#start
    this.#packets++
    const isReset = this.#isInSession
    if (packet[0] !== CONNECT_BYTE) {
      if (packet[0]! >> 4 === DISCONNECT) this.#isInSession = false
      this.#handler.handlePacket(packet)
      return
    }
    if (isReset) this.#resets++
    this.#isInSession = true
    this.#handler.handleConnect(packet, isReset)
  }

  #break(reason: BreakReason, droppedBytes: number): void {
    this.#breaks++
    this.#isInSession = false
    this.#drop(droppedBytes)
    this.#handler.handleBreak(reason)
  }

  #drop(count: number): void {
    this.#dropped += count
    this.#start += count
    this.#scanned = this.#start
    if (this.#start === this.#end) this.#start = this.#end = this.#scanned = 0
  }
}
