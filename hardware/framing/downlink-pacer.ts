// Keeps the broker from overrunning a microcontroller, whose UART holds some dozens of bytes and
// loses the rest. Never more bytes are under way than its receive buffer has: a message gives its
// bytes back when the device confirms it. A QoS 0 message is made one of QoS 1 on the line, with an
// identifier of ours whose PUBACK goes no further; every client confirms QoS 1. Packets that are
// answers (CONNACK, SUBACK, PUBACK...) are given back with the next confirmation, or after a while.
//
// A packet longer than the buffer goes alone. One that the device could never hold is refused:
// confirmed in its place and counted, because the broker would send it again and again.
// Times are milliseconds of the caller. Bound: what waits is held back at the broker (`isFull`).

import { headerBytes, packetId, PUBACK, PUBLISH, PUBREC } from './packet-shape.ts'

export interface PacerOptions {
  /** Receive buffer of the device's UART. Default 64 bytes, that of most boards. */
  readonly windowBytes?: number
  /** Longest packet that the device can hold. Default: any. */
  readonly devicePacketBytesMax?: number
  /** A confirmation that takes longer is not waited for. Default 3,000 ms. */
  readonly confirmTimeoutMs?: number
  /** After so long an answer has been read. Default 250 ms. */
  readonly answerMs?: number
}

export interface PacerHandler {
  /** Bytes for the device. Borrowed. */
  handleDownlink(packet: Uint8Array): void
  /** A packet that goes back to the broker in the device's place. Borrowed. */
  handleUplink(packet: Uint8Array): void
}

export interface PacerSnapshot {
  /** Messages passed to the device. */
  readonly messages: number
  /** Messages that were too long for it. */
  readonly refused: number
  /** Messages that it did not confirm in time. */
  readonly unconfirmed: number
  /** Packets that wait for their turn. */
  readonly waiting: number
}

interface Flight {
  readonly bytes: number
  /** 0: an answer, which nothing confirms. */
  readonly id: number
  /** Whether the identifier is ours. */
  readonly isOurs: boolean
  readonly sentMs: number
}

/** Identifiers of ours; brokers count from 1 upwards. */
const OWN_ID_MIN = 0xff00
/** Beyond this many waiting bytes the broker is held back. */
const FULL_BYTES = 16_384

export class DownlinkPacer {
  readonly #handler: PacerHandler
  readonly #confirmTimeoutMs: number
  readonly #answerMs: number
  #windowBytes: number
  #isHeld = false
  #packetBytesMax: number
  readonly #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #flights: Flight[] = []
  #flightBytes = 0
  #nextId = OWN_ID_MIN
  #messages = 0
  #refused = 0
  #unconfirmed = 0

  constructor(handler: PacerHandler, options: PacerOptions = {}) {
    this.#handler = handler
    this.#windowBytes = options.windowBytes ?? 64
    this.#packetBytesMax = options.devicePacketBytesMax ?? Infinity
    this.#confirmTimeoutMs = options.confirmTimeoutMs ?? 3_000
    this.#answerMs = options.answerMs ?? 250
  }

  /** Whether the broker should be held back. */
  get isFull(): boolean {
    return this.#waitingBytes > FULL_BYTES
  }

  /** Packets that wait for their turn. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** While held, a sleeping device is sent nothing; what is under way is still waited for. */
  hold(isHeld: boolean, now: number): void {
    this.#isHeld = isHeld
    this.#pump(now)
  }

  /** The device has told its receive buffer. */
  resize(windowBytes: number): void {
    this.#windowBytes = Math.max(16, windowBytes)
  }

  /** A whole packet from the broker; it is kept. */
  handlePacket(packet: Uint8Array, now: number): void {
    if (packet.length > this.#packetBytesMax && packet[0]! >> 4 === PUBLISH) {
      this.#refuse(packet)
      return
    }
    this.#waiting.push(packet)
    this.#waitingBytes += packet.length
    this.#pump(now)
  }

  /** A packet from the device. True: it is meant for us and goes no further. */
  handleUplink(packet: Uint8Array, now: number): boolean {
    const type = packet[0]! >> 4
    if (type !== PUBACK && type !== PUBREC) return false
    const id = packetId(packet)
    const index = this.#flights.findIndex((flight) => flight.id === id)
    if (index === -1) return id >= OWN_ID_MIN
    const { isOurs } = this.#flights[index]!
    // Bytes are read in order, so everything before it has been read as well.
    this.#release(index + 1)
    this.#pump(now)
    return isOurs
  }

  pollTimeout(): number {
    const first = this.#flights[0]
    return first === undefined ? Infinity : this.#dueMs(first)
  }

  handleTimeout(now: number): void {
    while (this.#flights.length > 0 && this.#dueMs(this.#flights[0]!) <= now) {
      if (this.#flights[0]!.id !== 0) this.#unconfirmed++
      this.#release(1)
    }
    this.#pump(now)
  }

  /** The session is over: what waits or is under way belongs to nobody. */
  clear(): void {
    this.#waiting.length = 0
    this.#waitingBytes = 0
    this.#release(this.#flights.length)
  }

  snapshot(): PacerSnapshot {
    return {
      messages: this.#messages,
      refused: this.#refused,
      unconfirmed: this.#unconfirmed,
      waiting: this.#waiting.length,
    }
  }

  #dueMs({ id, sentMs }: Flight): number {
    return sentMs + (id === 0 ? this.#answerMs : this.#confirmTimeoutMs)
  }

  #release(count: number): void {
    for (const flight of this.#flights.splice(0, count)) this.#flightBytes -= flight.bytes
  }

  #pump(now: number): void {
    if (this.#isHeld) return
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const isMessage = next[0]! >> 4 === PUBLISH
      const isOurs = isMessage && (next[0]! & 6) === 0
      const bytes = next.length + (isOurs ? growthBytes(next) : 0)
      const hasRoom = this.#flightBytes + bytes <= this.#windowBytes
      if (!hasRoom && this.#flights.length > 0) return
      const id = isOurs ? this.#ownId() : isMessage ? packetId(next) : 0
      if (!isOurs && id !== 0 && this.#flights.some((flight) => flight.id === id)) return
      this.#waiting.shift()
      this.#waitingBytes -= next.length
      if (isMessage) this.#messages++
      const packet = isOurs ? confirmable(next, id) : next
      this.#flights.push({ bytes: packet.length, id, isOurs, sentMs: now })
      this.#flightBytes += packet.length
      this.#handler.handleDownlink(packet)
    }
  }

  #ownId(): number {
    const id = this.#nextId
    this.#nextId = id === 0xffff ? OWN_ID_MIN : id + 1
    return id
  }

  #refuse(packet: Uint8Array): void {
    this.#refused++
    const qos = (packet[0]! >> 1) & 3
    if (qos === 0) return
    const id = packetId(packet)
    const type = qos === 1 ? PUBACK : PUBREC
    this.#handler.handleUplink(Uint8Array.of(type << 4, 2, id >> 8, id & 0xff))
  }
}

/** What an identifier adds: itself, and a byte of length where that no longer fits. */
function growthBytes(packet: Uint8Array): number {
  const remaining = packet.length - headerBytes(packet, 0)
  const isLonger = [128, 16_384].some((limit) => remaining < limit && remaining + 2 >= limit)
  return isLonger ? 3 : 2
}

/** The same message at QoS 1. */
function confirmable(packet: Uint8Array, id: number): Uint8Array {
  const header = headerBytes(packet, 0)
  const topicEnd = header + 2 + (packet[header]! << 8) + packet[header + 1]!
  let remaining = packet.length - header + 2
  const head = [packet[0]! | 2]
  for (; remaining > 127; remaining >>= 7) head.push((remaining & 0x7f) | 0x80)
  head.push(remaining)
  const larger = new Uint8Array(head.length + packet.length - header + 2)
  larger.set(head)
  larger.set(packet.subarray(header, topicEnd), head.length)
  const at = head.length + topicEnd - header
  larger[at] = id >> 8
  larger[at + 1] = id & 0xff
  larger.set(packet.subarray(topicEnd), at + 2)
  return larger
}
