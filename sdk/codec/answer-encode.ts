// What a server answers most: CONNACK, SUBACK and UNSUBACK from values to bytes [MQTT5 3.2, 3.9,
// 3.11]. Written here because mqtt-packet makes a table of all 65,536 two-byte numbers, 6 MB, for
// the first packet that it writes. Allocates a buffer a packet.

import type { ConnackPacket, ProtocolVersion, SubackPacket, UnsubackPacket } from './packets.ts'
import { propertiesBytes, varintBytes, writeProperties, writeVarint } from './properties.ts'

const FIRST_BYTES = { connack: 0x20, suback: 0x90, unsuback: 0xb0 } as const
const NO_CODES: readonly number[] = []

/** The caller has asked `packetProblem`. */
export function encodeAnswer(
  packet: ConnackPacket | SubackPacket | UnsubackPacket,
  version: ProtocolVersion,
): Buffer {
  const propertyBytes = version === 5 ? propertiesBytes(packet.properties) : 0
  const listBytes = version === 5 ? varintBytes(propertyBytes) + propertyBytes : 0
  // UNSUBACK has had reason codes since 5.0.
  const hasCodes = packet.type === 'suback' || (packet.type === 'unsuback' && version === 5)
  const codes = packet.type !== 'connack' && hasCodes ? packet.reasonCodes : NO_CODES
  const length = 2 + listBytes + codes.length
  const bytes = Buffer.allocUnsafe(1 + varintBytes(length) + length)
  bytes[0] = FIRST_BYTES[packet.type]
  let end = writeVarint(bytes, 1, length)
  if (packet.type === 'connack') {
    bytes[end++] = packet.sessionPresent ? 1 : 0
    bytes[end++] = packet.reasonCode
  } else end = bytes.writeUInt16BE(packet.packetId, end)
  if (version === 5) {
    end = writeVarint(bytes, end, propertyBytes)
    if (packet.properties !== undefined) end = writeProperties(bytes, end, packet.properties)
  }
  bytes.set(codes, end)
  return bytes
}
