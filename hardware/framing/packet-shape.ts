// The outside of MQTT packets, 3.1.1 and 5.0: how long one is, and whether a client may send it as
// it stands. Enough to cut a stream into packets and to see that it is none; meanings are decoded
// elsewhere. O(1), for PUBLISH O(topic).

/** The length is not known yet: more bytes are needed. */
export const LENGTH_UNKNOWN = 0
/** The bytes cannot be the beginning of a packet. */
export const LENGTH_INVALID = -1

export const PUBLISH = 3
export const PUBACK = 4
export const PUBREC = 5
export const DISCONNECT = 14

/** The whole length of the packet at `start`, or one of the constants above. */
export function packetLength(bytes: Uint8Array, start: number, end: number): number {
  let remaining = 0
  for (let index = 0; index < 4; index++) {
    const at = start + 1 + index
    if (at >= end) return LENGTH_UNKNOWN
    const byte = bytes[at]!
    remaining += (byte & 0x7f) * 128 ** index
    if (byte < 0x80) return at + 1 - start + remaining
  }
  return LENGTH_INVALID
}

/** Bytes of the fixed header of a packet whose length is known. */
export function headerBytes(bytes: Uint8Array, start: number): number {
  let at = start + 1
  while (bytes[at]! >= 0x80) at++
  return at + 1 - start
}

/** Flags that each type must have; -1: its own (PUBLISH), -2: a client never sends it. */
const FLAGS = [-2, 0, -2, -1, 0, 0, 2, 0, 2, -2, 2, -2, 0, -2, 0, 0]
/** The shortest body of each type. */
const BODY_BYTES_MIN = [0, 12, 0, 2, 2, 2, 2, 2, 5, 0, 4, 0, 0, 0, 0, 0]

/**
 * Whether a client may send a packet with this first byte and length.
 * @param header bytes of the fixed header.
 */
export function isClientHeader(first: number, header: number, length: number): boolean {
  const type = first >> 4
  const flags = first & 0x0f
  const body = length - header
  if (body < BODY_BYTES_MIN[type]!) return false
  if (type === 12) return flags === 0 && body === 0
  // QoS 3 does not exist, and at QoS 0 nothing is a duplicate (3.3.1).
  if (type === PUBLISH) return (flags & 6) !== 6 && (flags & 14) !== 8
  return flags === FLAGS[type]
}

/**
 * Whether the topic of a PUBLISH is one: not longer than the packet, no wildcards, no control
 * characters. False as soon as the bytes that are there say so.
 * @param end behind the last byte that is there.
 */
export function isTopicPossible(
  bytes: Uint8Array,
  start: number,
  length: number,
  end: number,
): boolean {
  const first = bytes[start]!
  const header = headerBytes(bytes, start)
  const at = start + header
  if (at + 2 > end) return true
  const topicEnd = at + 2 + (bytes[at]! << 8) + bytes[at + 1]!
  const hasId = (first & 6) !== 0
  if (topicEnd + (hasId ? 2 : 0) > start + length) return false
  const seen = Math.min(topicEnd, end)
  for (let index = at + 2; index < seen; index++) {
    const byte = bytes[index]!
    if (byte < 0x20 || byte === 0x23 || byte === 0x2b || byte === 0x7f) return false
  }
  return true
}

/** Packet Identifier of a PUBLISH with QoS 1 or 2, or of an acknowledgement. */
export function packetId(packet: Uint8Array): number {
  const header = headerBytes(packet, 0)
  if (packet[0]! >> 4 !== PUBLISH) return (packet[header]! << 8) | packet[header + 1]!
  const at = header + 2 + (packet[header]! << 8) + packet[header + 1]!
  return (packet[at]! << 8) | packet[at + 1]!
}
