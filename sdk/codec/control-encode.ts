// The rare packets, from values to bytes, through mqtt-packet: the one file that knows it. Callers
// pass valid values (packetProblem says what is wrong with others); an illegal packet is our own
// mistake and throws, because it must never be sent. Allocates a buffer a packet.

import { generate } from 'mqtt-packet'
import type { Packet } from 'mqtt-packet'
import { assert } from '../kit/index.ts'
import { encodeAnswer } from './answer-encode.ts'
import { encodeConnect } from './connect-encode.ts'
import { packetProblem } from './packet-check.ts'
import type {
  ConnackPacket,
  ConnectPacket,
  ControlPacket,
  Properties,
  ProtocolVersion,
  SubackPacket,
  UnsubackPacket,
} from './packets.ts'

/**
 * Encodes any packet but PUBLISH, the acks and pings.
 * @throws AssertionError for a packet that the standard forbids.
 */
export function encodePacket(packet: ControlPacket, version: ProtocolVersion): Buffer {
  const problem = packetProblem(packet, version)
  assert(problem === undefined, `${packet.type} cannot be encoded: ${problem}`)
  if (packet.type === 'connect') return encodeConnect(packet)
  if (packet.type === 'connack' || packet.type === 'suback' || packet.type === 'unsuback') {
    return encodeAnswer(packet, version)
  }
  return generate(peerForm(packet, version) as unknown as Packet, { protocolVersion: version })
}

/** The same packet in the field names of mqtt-packet. */
function peerForm(
  packet: Exclude<ControlPacket, ConnectPacket | ConnackPacket | SubackPacket | UnsubackPacket>,
  version: ProtocolVersion,
): Record<string, unknown> {
  const properties =
    version === 5 && packet.properties ? { properties: peerProperties(packet.properties) } : {}
  switch (packet.type) {
    case 'subscribe':
      return {
        cmd: 'subscribe',
        messageId: packet.packetId,
        subscriptions: packet.subscriptions.map((one) => ({
          topic: one.filter,
          qos: one.qos,
          nl: one.noLocal ?? false,
          rap: one.retainAsPublished ?? false,
          rh: one.retainHandling ?? 0,
        })),
        ...properties,
      }
    case 'unsubscribe':
      return {
        cmd: 'unsubscribe',
        messageId: packet.packetId,
        unsubscriptions: packet.filters,
        ...properties,
      }
    case 'disconnect':
    case 'auth':
      return { cmd: packet.type, reasonCode: packet.reasonCode, ...properties }
  }
}

/** mqtt-packet writes nothing at all, not even the packet, for user properties without a value. */
function peerProperties(properties: Properties): Properties {
  const { userProperties = {}, ...others } = properties
  const isEmpty = Object.values(userProperties).every((value) => isEmptyList(value))
  return isEmpty ? others : properties
}

function isEmptyList(value: string | readonly string[]): boolean {
  return typeof value !== 'string' && value.length === 0
}
