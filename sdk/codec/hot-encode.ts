// The hot packets, written in place into a caller's buffer: PUBLISH, the four acks, pings. Nothing
// is allocated. The caller reserves the room; `publishBytes` says how much a PUBLISH needs.
//
//   PUBLISH: type|flags, remaining length, topic length, topic, [packet id], [properties], payload

import type { AckType, Properties, ProtocolVersion, QoS } from './packets.ts'
import { propertiesBytes, varintBytes, writeProperties, writeVarint } from './properties.ts'
import { textBytes, writeText } from './text.ts'

export interface PublishFields {
  readonly topic: string
  readonly payload: Uint8Array | string
  readonly qos: QoS
  readonly retain: boolean
  readonly dup: boolean
  /** 1 to 65,535 at QoS 1 and 2; ignored at QoS 0. */
  readonly packetId: number
  readonly properties?: Properties | undefined
}

/** Remaining length is a Variable Byte Integer: 268,435,455 at most. */
export const REMAINING_BYTES_MAX = 268_435_455

/** Bytes of an ack without reason string: 4, or 5 with a reason code other than success. */
export const ACK_BYTES_MAX = 5

/** Length of the whole PUBLISH, fixed header included. */
export function publishBytes(
  topicBytes: number,
  payloadBytes: number,
  qos: QoS,
  propertyBytes: number,
  version: ProtocolVersion,
): number {
  const remaining = remainingBytes(topicBytes, payloadBytes, qos, propertyBytes, version)
  return 1 + varintBytes(remaining) + remaining
}

function remainingBytes(
  topicBytes: number,
  payloadBytes: number,
  qos: QoS,
  propertyBytes: number,
  version: ProtocolVersion,
): number {
  const properties = version === 5 ? varintBytes(propertyBytes) + propertyBytes : 0
  return 2 + topicBytes + (qos === 0 ? 0 : 2) + properties + payloadBytes
}

/** Writes a PUBLISH at `offset`; returns the offset behind it. */
export function writePublish(
  target: Buffer,
  offset: number,
  publish: PublishFields,
  version: ProtocolVersion,
): number {
  return writePublishParts(
    target,
    offset,
    publish.topic,
    publish.payload,
    publish.qos,
    publish.retain,
    publish.dup,
    publish.packetId,
    version === 5 ? publish.properties : undefined,
    version,
  )
}

/** Same as `writePublish` without the object: the client's hot path calls this one. */
export function writePublishParts(
  target: Buffer,
  start: number,
  topic: string,
  payload: Uint8Array | string,
  qos: QoS,
  retain: boolean,
  dup: boolean,
  packetId: number,
  properties: Properties | undefined,
  version: ProtocolVersion,
): number {
  const topicLength = textBytes(topic)
  const payloadLength = typeof payload === 'string' ? textBytes(payload) : payload.length
  const propertyLength = properties === undefined ? 0 : propertiesBytes(properties)
  let offset = start
  target[offset++] = 0x30 | (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0)
  const remaining = remainingBytes(topicLength, payloadLength, qos, propertyLength, version)
  offset = writeVarint(target, offset, remaining)
  target[offset++] = topicLength >>> 8
  target[offset++] = topicLength & 0xff
  offset = writeText(target, offset, topic)
  if (qos !== 0) {
    target[offset++] = packetId >>> 8
    target[offset++] = packetId & 0xff
  }
  if (version === 5) {
    offset = writeVarint(target, offset, propertyLength)
    if (properties !== undefined) offset = writeProperties(target, offset, properties)
  }
  return writePayload(target, offset, payload)
}

/** Below this length a loop beats TypedArray.set. */
const LOOP_BYTES_MAX = 32

function writePayload(target: Buffer, offset: number, payload: Uint8Array | string): number {
  if (typeof payload === 'string') return writeText(target, offset, payload)
  const { length } = payload
  if (length > LOOP_BYTES_MAX) target.set(payload, offset)
  else for (let i = 0; i < length; i++) target[offset + i] = payload[i]!
  return offset + length
}

/**
 * Writes PUBACK, PUBREC, PUBREL or PUBCOMP; returns the offset behind it. PUBREL carries the flags
 * 0010 also when it is sent again [MQTT5-3.6.1-1]. 3.x has no reason code.
 */
export function writeAck(
  target: Uint8Array,
  offset: number,
  type: AckType,
  packetId: number,
  reasonCode: number,
  version: ProtocolVersion,
): number {
  const hasReason = version === 5 && reasonCode !== 0
  target[offset] = (type << 4) | (type === 6 ? 2 : 0)
  target[offset + 1] = hasReason ? 3 : 2
  target[offset + 2] = packetId >>> 8
  target[offset + 3] = packetId & 0xff
  if (!hasReason) return offset + 4
  target[offset + 4] = reasonCode
  return offset + 5
}

/** Writes PINGREQ (12) or PINGRESP (13). */
export function writePing(target: Uint8Array, offset: number, type: 12 | 13): number {
  target[offset] = type << 4
  target[offset + 1] = 0
  return offset + 2
}
