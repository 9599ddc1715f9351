// PUBLISH without properties, the hottest packet of all: everything before the Packet Identifier is
// the same for messages of one topic and size, so it is kept from the last one and copied as a
// whole. One head is kept for the process, in a buffer that grows to 64 KiB at worst; another topic
// or size writes it anew. Nothing is allocated.
//
//   head: type|flags, remaining length, topic length, topic      rest: [packet id], [0], payload

import type { ProtocolVersion } from './packets.ts'
import { varintBytes, writeVarint } from './properties.ts'
import { textBytes, writeText } from './text.ts'

/** Of common topics. */
const HEAD_BYTES_MIN = 256
let head: Buffer = Buffer.alloc(HEAD_BYTES_MIN)
let headBytes = 0
/** The head alone, once it serves again; in a fleet with a topic a device none does. */
let headView: Uint8Array | undefined
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
  else headView ??= head.subarray(0, headBytes)
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
  headView = undefined
  headBytes = 1 + varintBytes(remaining) + 2 + topicLength
  if (headBytes > head.length) head = Buffer.alloc(2 * headBytes)
  head[0] = first
  let offset = writeVarint(head, 1, remaining)
  head[offset++] = topicLength >>> 8
  head[offset++] = topicLength & 0xff
  writeText(head, offset, topic)
  headTopic = topic
  headPayloadBytes = payloadBytes
  headFirst = first
  headVersion = version
  packetBytes = headBytes + remaining - 2 - topicLength
}

/** Writes the packet whose head is ready; returns the offset behind it. */
export function writePreparedPublish(
  target: Buffer,
  start: number,
  payload: Uint8Array | string,
  packetId: number,
): number {
  if (headView !== undefined) target.set(headView, start)
  else for (let i = 0; i < headBytes; i++) target[start + i] = head[i]!
  let offset = start + headBytes
  if ((headFirst & 6) !== 0) {
    target[offset++] = packetId >>> 8
    target[offset++] = packetId & 0xff
  }
  if (headVersion === 5) target[offset++] = 0
  if (typeof payload === 'string') return writeText(target, offset, payload)
  target.set(payload, offset)
  return offset + payload.length
}
