// Reason codes: which packet may carry which [MQTT5 2.4 and 3.x], and what they are called. Return
// codes of 3.x CONNACK are named too. Pure tables.

import { PacketType } from './packets.ts'
import type { Role } from './packets.ts'

/** The codes that a decoder answers with. */
export const MALFORMED = 0x81
export const PROTOCOL_ERROR = 0x82
export const UNSUPPORTED_VERSION = 0x84
export const TOPIC_NAME_INVALID = 0x90
export const TOPIC_ALIAS_INVALID = 0x94
export const PACKET_TOO_LARGE = 0x95

/** Code, name, packet types that may carry it. */
const TABLE: readonly (readonly [number, string, readonly number[]])[] = [
  [0x00, 'Success', [2, 4, 5, 6, 7, 9, 11, 14, 15]],
  [0x01, 'Granted QoS 1', [9]],
  [0x02, 'Granted QoS 2', [9]],
  [0x04, 'Disconnect with Will Message', [14]],
  [0x10, 'No matching subscribers', [4, 5]],
  [0x11, 'No subscription existed', [11]],
  [0x18, 'Continue authentication', [15]],
  [0x19, 'Re-authenticate', [15]],
  [0x80, 'Unspecified error', [2, 4, 5, 9, 11, 14]],
  [0x81, 'Malformed Packet', [2, 14]],
  [0x82, 'Protocol Error', [2, 14]],
  [0x83, 'Implementation specific error', [2, 4, 5, 9, 11, 14]],
  [0x84, 'Unsupported Protocol Version', [2]],
  [0x85, 'Client Identifier not valid', [2]],
  [0x86, 'Bad User Name or Password', [2]],
  [0x87, 'Not authorized', [2, 4, 5, 9, 11, 14]],
  [0x88, 'Server unavailable', [2]],
  [0x89, 'Server busy', [2, 14]],
  [0x8a, 'Banned', [2]],
  [0x8b, 'Server shutting down', [14]],
  [0x8c, 'Bad authentication method', [2, 14]],
  [0x8d, 'Keep Alive timeout', [14]],
  [0x8e, 'Session taken over', [14]],
  [0x8f, 'Topic Filter invalid', [9, 11, 14]],
  [0x90, 'Topic Name invalid', [2, 4, 5, 14]],
  [0x91, 'Packet Identifier in use', [4, 5, 9, 11]],
  [0x92, 'Packet Identifier not found', [6, 7]],
  [0x93, 'Receive Maximum exceeded', [14]],
  [0x94, 'Topic Alias invalid', [14]],
  [0x95, 'Packet too large', [2, 14]],
  [0x96, 'Message rate too high', [14]],
  [0x97, 'Quota exceeded', [2, 4, 5, 9, 14]],
  [0x98, 'Administrative action', [14]],
  [0x99, 'Payload format invalid', [2, 4, 5, 14]],
  [0x9a, 'Retain not supported', [2, 14]],
  [0x9b, 'QoS not supported', [2, 14]],
  [0x9c, 'Use another server', [2, 14]],
  [0x9d, 'Server moved', [2, 14]],
  [0x9e, 'Shared Subscriptions not supported', [9, 14]],
  [0x9f, 'Connection rate exceeded', [2, 14]],
  [0xa0, 'Maximum connect time', [14]],
  [0xa1, 'Subscription Identifiers not supported', [9, 14]],
  [0xa2, 'Wildcard Subscriptions not supported', [9, 14]],
]

const NAMES = new Map<number, string>()
const CARRIERS = new Uint16Array(256)
for (const [code, name, packets] of TABLE) {
  NAMES.set(code, name)
  for (const packet of packets) CARRIERS[code]! |= 1 << packet
}

/** CONNACK return codes of MQTT 3.1 and 3.1.1 [MQTT311 3.2.2.3]. */
const RETURN_CODES = [
  'Connection accepted',
  'unacceptable protocol version',
  'identifier rejected',
  'server unavailable',
  'bad user name or password',
  'not authorized',
]

/** Whether a packet of 5.0 may carry this reason code. */
export function isReasonCodeOf(packet: number, code: number): boolean {
  return (CARRIERS[code]! & (1 << packet)) !== 0
}

/** Codes of DISCONNECT that only a client says [MQTT5 3.14.2.1]. */
const DISCONNECT_OF_CLIENT = [0x04]
/** Codes of DISCONNECT that only a server says. */
const DISCONNECT_OF_SERVER = [
  0x87, 0x89, 0x8b, 0x8d, 0x8e, 0x8f, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f, 0xa0, 0xa1, 0xa2,
]
const SUCCESS = 0x00
const RE_AUTHENTICATE = 0x19

/** Whether `receiver` may not be told this code, because only its own side says it. */
export function isFromWrongSide(packet: number, code: number, receiver: Role): boolean {
  if (packet === PacketType.auth) {
    return code === (receiver === 'client' ? RE_AUTHENTICATE : SUCCESS)
  }
  if (packet !== PacketType.disconnect) return false
  return (receiver === 'client' ? DISCONNECT_OF_CLIENT : DISCONNECT_OF_SERVER).includes(code)
}

/** `0x87 Not authorized`: for messages. */
export function reasonName(code: number): string {
  return `0x${code.toString(16).padStart(2, '0')} ${NAMES.get(code) ?? 'unknown reason'}`
}

/** Name of what a CONNACK said, in the words of its version. */
export function connackName(code: number, protocolVersion: number): string {
  if (protocolVersion === 5) return reasonName(code)
  return `${code} ${RETURN_CODES[code] ?? 'unknown return code'}`
}

export const CONNACK_CODE_MAX_3: number = RETURN_CODES.length - 1
export const TYPE_NAMES: readonly string[] = ['reserved', ...Object.keys(PacketType)]
