// From a stream of bytes to packets. Whole packets are decoded where they stand in the caller's
// buffer; only a packet that is cut by a chunk's end is gathered in a buffer of its own, whose size
// is checked against the limit when its header is seen, never later. It knows one direction of one
// connection and no session. After a ProtocolError it takes nothing more.

import { readControl } from './control-decode.ts'
import { ByteCursor } from './cursor.ts'
import type {
  AckType,
  PacketHandler,
  ProtocolError,
  ProtocolVersion,
  PublishFrame,
  QoS,
  Reading,
  Role,
} from './packets.ts'
import { PacketType } from './packets.ts'
import { readProperties } from './properties.ts'
import {
  isReasonCodeOf,
  MALFORMED,
  PACKET_TOO_LARGE,
  PROTOCOL_ERROR,
  reasonName,
  TOPIC_NAME_INVALID,
  TYPE_NAMES,
} from './reason-codes.ts'
import { sharedTextCache } from './text.ts'

export interface DecoderOptions {
  /** Largest packet taken, fixed header included. Default 268,435,460 (the protocol's own). */
  readonly packetBytesMax?: number
  /**
   * False when the CONNECT said Request Problem Information 0: explanations in packets other than
   * PUBLISH, CONNACK and DISCONNECT are then a Protocol Error [MQTT5-3.1.2-29]. Default true.
   */
  readonly problemInformation?: boolean
}

const EMPTY = new Uint8Array(0)
/** Fixed header: one byte of type and flags, up to four of length. */
const HEADER_BYTES_MAX = 5

/** The flags each type must have; PUBLISH carries its own [MQTT5-2.1.3-1]. */
const FLAGS = [0, 0, 0, -1, 0, 0, 2, 0, 2, 0, 2, 0, 0, 0, 0, 0]
/** First bytes that a packet may begin with, by who receives it: 1 is legal. */
const FROM_SERVER = firstBytes(2, 3, 4, 5, 6, 7, 9, 11, 13, 14, 15)
const FROM_CLIENT = firstBytes(1, 3, 4, 5, 6, 7, 8, 10, 12, 14, 15)
/** PUBREL, SUBSCRIBE and UNSUBSCRIBE with DUP: MQTT 3.1 sets it when it sends them again. */
const AGAIN_IN_3 = [0x6a, 0x8a, 0xaa]
const DUP = 0x08

export class PacketDecoder implements Reading {
  /** The version of the connection; a server's decoder takes it from CONNECT. */
  protocolVersion: ProtocolVersion = 4
  packetBytesMax: number
  /** Whole length of the packet that the handler is told of now. */
  packetBytes = 0
  readonly role: Role
  readonly problemInformation: boolean
  readonly #handler: PacketHandler
  readonly #firstBytes: Uint8Array
  #isStopped = false
  /** Changes with stop and reset: a loop that sees it change must leave the rest of its bytes. */
  #epoch = 0
  /** A packet cut by the end of a chunk: what has come of it. */
  #partial: Uint8Array = EMPTY
  #partialLength = 0
  /** Whole length of that packet; 0 while its header is not complete. */
  #partialGoal = 0

  /** @param role what we are: a 'client' decodes what servers send. */
  constructor(role: Role, handler: PacketHandler, options: DecoderOptions = {}) {
    this.role = role
    this.#firstBytes = role === 'client' ? FROM_SERVER : FROM_CLIENT
    this.problemInformation = options.problemInformation ?? true
    this.#handler = handler
    this.packetBytesMax = options.packetBytesMax ?? 268_435_460
  }

  /** Makes `feed` end after the packet it is at: the connection is closing. */
  stop(): void {
    this.#isStopped = true
    this.#epoch++
    this.#partial = EMPTY
    this.#partialLength = 0
  }

  /** Forgets everything of the last connection. */
  reset(protocolVersion: ProtocolVersion): void {
    this.stop()
    this.#isStopped = false
    this.#partialGoal = 0
    this.protocolVersion = protocolVersion
  }

  /** Bytes of an incomplete packet held now. */
  get pendingBytes(): number {
    return this.#partialLength
  }

  /** Takes the next bytes of the stream and calls the handler for each packet that is whole. */
  feed(bytes: Uint8Array): ProtocolError | undefined {
    if (this.#isStopped) return undefined
    const epoch = this.#epoch
    let offset = 0
    if (this.#partialLength > 0) {
      offset = this.#fillPartial(bytes)
      if (this.#fault !== undefined) return this.#takeFault()
      if (offset < 0) return undefined
    }
    while (offset < bytes.length && this.#epoch === epoch) {
      const next = this.#packetEnd(bytes, offset, bytes.length)
      if (this.#fault !== undefined) return this.#takeFault()
      if (next === 0 || next > bytes.length) {
        this.#keep(bytes, offset, next === 0 ? 0 : next - offset)
        return undefined
      }
      this.#decode(bytes, offset, next)
      if (this.#fault !== undefined) return this.#takeFault()
      offset = next
    }
    return undefined
  }

  #fault: ProtocolError | undefined

  #takeFault(): ProtocolError | undefined {
    const fault = this.#fault
    this.#fault = undefined
    this.stop()
    return fault
  }

  #fail(reasonCode: number, message: string): void {
    this.#fault ??= { reasonCode, message }
  }

  /** Says what is wrong with a first byte, unless MQTT 3.1 allows it. */
  #refuseFirst(first: number): void {
    const type = first >>> 4
    const flags = first & 0x0f
    const isAgain = this.protocolVersion === 3 && AGAIN_IN_3.includes(first)
    if (isAgain && this.#firstBytes[first & ~DUP] === 1) return
    const required = FLAGS[type]!
    if (required !== -1 && flags !== required && !isAgain) {
      this.#fail(MALFORMED, `fixed header flags of ${TYPE_NAMES[type]} are ${flags}`)
    } else if (type === 0) this.#fail(MALFORMED, 'packet type 0 is reserved')
    else this.#fail(PROTOCOL_ERROR, `${TYPE_NAMES[type]} came from the wrong side`)
  }

  /** Offset behind the packet that begins at `start`; 0 when its header is not complete yet. */
  #packetEnd(bytes: Uint8Array, start: number, end: number): number {
    // The first byte decides before any byte is kept of what will be refused.
    if (this.#firstBytes[bytes[start]!] === 0) this.#refuseFirst(bytes[start]!)
    let remaining = 0
    let scale = 1
    for (let at = start + 1; at < end; at++) {
      const byte = bytes[at]!
      remaining += (byte & 0x7f) * scale
      if (byte < 0x80) {
        if (byte === 0 && at > start + 1) this.#fail(MALFORMED, 'remaining length is not minimal')
        const packetEnd = at + 1 + remaining
        if (packetEnd - start > this.packetBytesMax) {
          const name = TYPE_NAMES[bytes[start]! >>> 4]
          const limit = this.packetBytesMax
          this.#fail(
            PACKET_TOO_LARGE,
            `${name} takes ${packetEnd - start} bytes, more than ${limit}`,
          )
        }
        return packetEnd
      }
      if (at - start === 4) {
        this.#fail(MALFORMED, 'remaining length takes more than four bytes')
        return 0
      }
      scale *= 128
    }
    return 0
  }

  #keep(bytes: Uint8Array, offset: number, goal: number): void {
    this.#partialGoal = goal
    this.#partialLength = bytes.length - offset
    // A whole packet's room at once only when it is small: a liar must send bytes to cost memory.
    const room = Math.max(HEADER_BYTES_MAX, Math.min(goal, 65_536), this.#partialLength)
    this.#partial = Buffer.allocUnsafeSlow(room)
    this.#partial.set(bytes.subarray(offset), 0)
  }

  /** Adds to the cut packet; returns where the rest of `bytes` begins, or -1 when all was taken. */
  #fillPartial(bytes: Uint8Array): number {
    let offset = 0
    while (this.#partialGoal === 0) {
      if (offset === bytes.length) return -1
      this.#partial[this.#partialLength++] = bytes[offset++]!
      this.#partialGoal = this.#packetEnd(this.#partial, 0, this.#partialLength)
      if (this.#fault !== undefined) return -1
    }
    const take = Math.min(this.#partialGoal - this.#partialLength, bytes.length - offset)
    this.#growPartial(this.#partialLength + take)
    this.#partial.set(bytes.subarray(offset, offset + take), this.#partialLength)
    this.#partialLength += take
    offset += take
    if (this.#partialLength < this.#partialGoal) return -1
    const whole = this.#partial
    const length = this.#partialGoal
    this.#partial = EMPTY
    this.#partialLength = 0
    this.#partialGoal = 0
    this.#decode(whole, 0, length)
    return offset
  }

  #growPartial(needed: number): void {
    if (needed <= this.#partial.length) return
    const room = Math.min(this.#partialGoal, Math.max(needed, this.#partial.length * 2))
    const larger = Buffer.allocUnsafeSlow(room)
    larger.set(this.#partial.subarray(0, this.#partialLength), 0)
    this.#partial = larger
  }

  #decode(bytes: Uint8Array, start: number, end: number): void {
    this.packetBytes = end - start
    const type = bytes[start]! >>> 4
    let body = start + 1
    while (bytes[body++]! >= 0x80);
    if (type === PacketType.publish) this.#decodePublish(bytes, start, body, end)
    else if (type >= PacketType.puback && type <= PacketType.pubcomp) {
      this.#decodeAck(bytes, type as AckType, body, end)
    } else if (type === PacketType.pingreq || type === PacketType.pingresp) {
      if (body === end) this.#handler.handlePing(type)
      else this.#fail(MALFORMED, `${TYPE_NAMES[type]} is not empty`)
    } else this.#decodeControl(bytes, type, body, end)
  }

  #decodePublish(bytes: Uint8Array, start: number, body: number, end: number): void {
    const first = bytes[start]!
    const qos = (first >>> 1) & 3
    if (qos === 3) return this.#fail(MALFORMED, 'QoS of a PUBLISH is 3')
    const topicStart = body + 2
    const topicEnd = topicStart + bytes[body]! * 256 + bytes[body + 1]!
    let offset = topicEnd + (qos === 0 ? 0 : 2)
    if (body + 2 > end || offset > end) {
      return this.#fail(MALFORMED, 'topic or packet identifier reaches beyond the PUBLISH')
    }
    const frame = sharedFrame
    const topic = topicStart === topicEnd ? '' : sharedTextCache.read(bytes, topicStart, topicEnd)
    if (topic === undefined) return this.#fail(MALFORMED, 'topic is not well-formed UTF-8')
    frame.packetId = qos === 0 ? 0 : bytes[topicEnd]! * 256 + bytes[topicEnd + 1]!
    frame.properties = undefined
    if (this.protocolVersion === 5) {
      if (offset < end && bytes[offset] === 0) offset++
      else offset = this.#readPublishProperties(bytes, offset, end)
      if (this.#fault !== undefined) return
    }
    frame.topic = topic
    frame.qos = qos as QoS
    frame.retain = (first & 1) !== 0
    frame.dup = (first & 8) !== 0
    frame.bytes = bytes
    frame.payloadStart = offset
    frame.payloadEnd = end
    frame.packetBytes = end - start
    this.#checkPublish(frame)
    if (this.#fault === undefined) this.#handler.handlePublish(frame)
    // The frame is shared by all decoders: it must not hold on to a buffer.
    frame.bytes = EMPTY
  }

  #readPublishProperties(bytes: Uint8Array, offset: number, end: number): number {
    sharedCursor.reset(bytes, offset, end)
    sharedFrame.properties = readProperties(sharedCursor, PacketType.publish)
    this.#takeCursorFault()
    return sharedCursor.position
  }

  #checkPublish({ topic, qos, dup, packetId, properties }: PublishFrame): void {
    if (qos === 0) {
      if (dup) this.#fail(MALFORMED, 'DUP is set at QoS 0')
    } else if (packetId === 0) this.#fail(PROTOCOL_ERROR, 'packet identifier of a PUBLISH is 0')
    if (topic.length === 0) {
      if (properties?.topicAlias === undefined) {
        this.#fail(PROTOCOL_ERROR, 'topic is empty and there is no topic alias')
      }
    } else if (topic !== plainTopic) {
      if (topic.includes('#') || topic.includes('+')) {
        this.#fail(TOPIC_NAME_INVALID, `topic '${topic}' of a PUBLISH contains a wildcard`)
      } else plainTopic = topic
    }
    if (this.role === 'server' && properties?.subscriptionIdentifier !== undefined) {
      this.#fail(PROTOCOL_ERROR, 'a client sent a subscription identifier in a PUBLISH')
    }
  }

  #decodeAck(bytes: Uint8Array, type: AckType, body: number, end: number): void {
    const length = end - body
    if (length < 2) return this.#fail(MALFORMED, `${TYPE_NAMES[type]} has no packet identifier`)
    const packetId = bytes[body]! * 256 + bytes[body + 1]!
    if (packetId === 0)
      return this.#fail(PROTOCOL_ERROR, `packet identifier of ${TYPE_NAMES[type]} is 0`)
    if (length === 2) return this.#handler.handleAck(type, packetId, 0, undefined)
    if (this.protocolVersion !== 5) {
      return this.#fail(MALFORMED, `${TYPE_NAMES[type]} has ${length} bytes where 2 are due`)
    }
    const reasonCode = bytes[body + 2]!
    if (!isReasonCodeOf(type, reasonCode)) {
      return this.#fail(MALFORMED, `${TYPE_NAMES[type]} carries ${reasonName(reasonCode)}`)
    }
    if (length === 3) return this.#handler.handleAck(type, packetId, reasonCode, undefined)
    sharedCursor.reset(bytes, body + 3, end)
    const properties = readProperties(sharedCursor, type, this.problemInformation)
    if (sharedCursor.fault === undefined && sharedCursor.remaining > 0) {
      sharedCursor.fail(`${sharedCursor.remaining} bytes follow the end of the packet`)
    }
    this.#takeCursorFault()
    if (this.#fault === undefined) this.#handler.handleAck(type, packetId, reasonCode, properties)
  }

  #decodeControl(bytes: Uint8Array, type: number, body: number, end: number): void {
    sharedCursor.reset(bytes, body, end)
    const packet = readControl(sharedCursor, type, this)
    this.#takeCursorFault()
    if (this.#fault !== undefined || packet === undefined) return
    if (packet.type === 'connect') this.protocolVersion = packet.protocolVersion
    this.#handler.handlePacket(packet)
  }

  #takeCursorFault(): void {
    this.#fault ??= sharedCursor.fault
  }
}

// Decoding is never re-entered while these are read: handlers run after the last read of either.
const sharedCursor = new ByteCursor()
/** The last topic without a wildcard: mostly the next one's too. */
let plainTopic = ''
const sharedFrame: PublishFrame = {
  topic: '',
  qos: 0,
  retain: false,
  dup: false,
  packetId: 0,
  properties: undefined,
  bytes: EMPTY,
  payloadStart: 0,
  payloadEnd: 0,
  packetBytes: 0,
}

function firstBytes(...types: number[]): Uint8Array {
  const legal = new Uint8Array(256)
  for (const type of types) {
    const flags = FLAGS[type]!
    if (flags >= 0) legal[(type << 4) | flags] = 1
    else legal.fill(1, type << 4, (type + 1) << 4)
  }
  return legal
}
