// PUBLISH without properties, the hottest packet of all: everything before the Packet Identifier is
// the same for messages of one topic and size, so it is kept from the last one and copied as a
// whole. One head is kept for the process, about 64 KiB at worst; another topic or size makes it
// anew. Nothing is allocated for a message that matches it.
//
//   head: type|flags, remaining length, topic length, topic      rest: [packet id], [0], payload

import type { ProtocolVersion } from './packets.ts'
import { varintBytes, writeVarint } from './properties.ts'
import { textBytes, writeText } from './text.ts'

let head: Uint8Array = new Uint8Array(0)
let headTopic = ''
let headPayloadBytes = -1
let headFirst = 0
let headVersion: ProtocolVersion = 4
/** Length of the whole packet. */
let packetBytes = 0

/**
 * Makes the head ready. Returns the length of the whole packet.
 * @param first type and flags: the first byte of the packet.
 */
export function preparePublish(
  topic: string,
  payloadBytes: number,
  first: number,
  version: ProtocolVersion,
): number {
  const isSame =
    topic === headTopic &&
    payloadBytes === headPayloadBytes &&
    first === headFirst &&
    version === headVersion
  if (!isSame) makeHead(topic, payloadBytes, first, version)
  return packetBytes
}

function makeHead(
  topic: string,
  payloadBytes: number,
  first: number,
  version: ProtocolVersion,
): void {
  const topicLength = textBytes(topic)
  const isIdentified = (first & 6) !== 0
  const remaining =
    2 + topicLength + (isIdentified ? 2 : 0) + (version === 5 ? 1 : 0) + payloadBytes
  const fresh = Buffer.allocUnsafe(1 + varintBytes(remaining) + 2 + topicLength)
  fresh[0] = first
  let offset = writeVarint(fresh, 1, remaining)
  fresh[offset++] = topicLength >>> 8
  fresh[offset++] = topicLength & 0xff
  writeText(fresh, offset, topic)
  head = fresh
  headTopic = topic
  headPayloadBytes = payloadBytes
  headFirst = first
  headVersion = version
  packetBytes = fresh.length + remaining - 2 - topicLength
}

/** Writes the packet whose head is ready; returns the offset behind it. */
export function writePreparedPublish(
  target: Buffer,
  start: number,
  payload: Uint8Array | string,
  packetId: number,
): number {
  target.set(head, start)
  let offset = start + head.length
  if ((headFirst & 6) !== 0) {
    target[offset++] = packetId >>> 8
    target[offset++] = packetId & 0xff
  }
  if (headVersion === 5) target[offset++] = 0
  if (typeof payload === 'string') return writeText(target, offset, payload)
  target.set(payload, offset)
  return offset + payload.length
}
