// The rare packets, from values to bytes, through mqtt-packet: the one file that knows it. Callers
// pass valid values (packetProblem says what is wrong with others); an illegal packet is our own
// mistake and throws, because it must never be sent. Allocates a buffer a packet.

import { generate } from 'mqtt-packet'
import type { Packet } from 'mqtt-packet'
import { assert } from '../kit/index.ts'
import { encodeConnect } from './connect-encode.ts'
import { packetProblem } from './packet-check.ts'
import type { ConnectPacket, ControlPacket, Properties, ProtocolVersion } from './packets.ts'

/**
 * Encodes any packet but PUBLISH, the acks and pings.
 * @throws AssertionError for a packet that the standard forbids.
 */
export function encodePacket(packet: ControlPacket, version: ProtocolVersion): Buffer {
  const problem = packetProblem(packet, version)
  assert(problem === undefined, `${packet.type} cannot be encoded: ${problem}`)
  if (packet.type === 'connect') return encodeConnect(packet)
  return generate(peerForm(packet, version) as unknown as Packet, { protocolVersion: version })
}

/** The same packet in the field names of mqtt-packet. */
function peerForm(
  packet: Exclude<ControlPacket, ConnectPacket>,
  version: ProtocolVersion,
): Record<string, unknown> {
  const properties =
    version === 5 && packet.properties ? { properties: peerProperties(packet.properties) } : {}
  switch (packet.type) {
    case 'connack':
      return {
        cmd: 'connack',
        sessionPresent: packet.sessionPresent,
        [version === 5 ? 'reasonCode' : 'returnCode']: packet.reasonCode,
        ...properties,
      }
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
    case 'suback':
    case 'unsuback':
      return {
        cmd: packet.type,
        messageId: packet.packetId,
        granted: packet.reasonCodes,
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
