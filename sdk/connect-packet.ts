// What CONNECT says, from what people write, and what DISCONNECT may say. It knows no session.

import { randomBytes } from 'node:crypto'
import type { EndOptions } from './client-types.ts'
import {
  isFromWrongSide,
  isReasonCodeOf,
  packetProblem,
  PacketType,
  reasonName,
  topicProblem,
} from './codec/index.ts'
import type { ConnectPacket, Properties, ProtocolVersion, Will } from './codec/index.ts'
import type { ConnectChanges } from './core/index.ts'
import { UsageError } from './errors.ts'
import { checkedQos, checkProperties, invalid } from './option-checks.ts'

/** What people write about CONNECT. */
export interface ConnectOptions {
  /** Default: `motewire-` and 14 random hex digits, the 23 characters that MQTT 3.1 allows. */
  readonly clientId?: string
  readonly username?: string
  readonly password?: string | Uint8Array
  /**
   * Clean Session (3.x), Clean Start of the first connection (5.0). Default true. With `false` and
   * no Session Expiry Interval in `properties`, the session is to last for ever, as in 3.1.1.
   */
  readonly clean?: boolean
  readonly will?: Will
  /** CONNECT properties (5.0). */
  readonly properties?: Properties
  /** Largest packet taken from the server, bytes. Default 268,435,460. */
  readonly packetBytesMax?: number
}

/** Session Expiry Interval of a session that stays for ever [MQTT5 3.1.2.11.2]. */
const NEVER_EXPIRES = 0xffffffff
const DISCONNECT = PacketType.disconnect

/** The CONNECT of an option set; `own` is what the broker's URL says of us. */
export function connectPacket(
  own: ConnectChanges,
  options: ConnectOptions,
  protocolVersion: ProtocolVersion,
  keepalive: number,
): ConnectPacket {
  const clientId = options.clientId ?? `motewire-${randomBytes(7).toString('hex')}`
  const clean = options.clean ?? true
  const { username = own.username, password = own.password } = options
  if (protocolVersion === 3 && (clientId.length < 1 || clientId.length > 23)) {
    throw invalid('clientId', `'${clientId}'`, '1 to 23 characters in MQTT 3.1')
  }
  if (protocolVersion === 4 && clientId === '' && !clean) {
    throw invalid('clientId', 'empty', 'a client identifier, or clean: true')
  }
  if (protocolVersion < 5 && password !== undefined && username === undefined) {
    throw invalid('password', 'given without a user name', 'a username as well before MQTT 5.0')
  }
  checkWill(options.will)
  const properties = connectProperties(options)
  const packet: ConnectPacket = {
    type: 'connect',
    protocolVersion,
    clientId,
    clean,
    keepalive,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(options.will === undefined ? {} : { will: options.will }),
    ...(properties === undefined ? {} : { properties }),
  }
  const problem = packetProblem(packet, protocolVersion)
  if (problem !== undefined) throw new UsageError('ERR_OPTION_INVALID', problem)
  return packet
}

/**
 * Our own limits are told to a 5.0 server, so that it keeps to them. `clean: false` means the same
 * in all versions: without a Session Expiry Interval the session would end with the connection.
 */
function connectProperties({
  packetBytesMax,
  properties,
  clean,
}: ConnectOptions): Properties | undefined {
  const own: Properties = {
    ...(packetBytesMax === undefined ? {} : { maximumPacketSize: packetBytesMax }),
    ...(clean === false ? { sessionExpiryInterval: NEVER_EXPIRES } : {}),
    ...properties,
  }
  return Object.keys(own).length === 0 ? undefined : own
}

function checkWill(will: Will | undefined): void {
  if (will === undefined) return
  const problem = topicProblem(will.topic)
  if (problem !== undefined) throw new UsageError('ERR_TOPIC_INVALID', `will ${problem}`)
  checkedQos('will.qos', will.qos)
}

/**
 * What a client may say in DISCONNECT. A session that ends with its connection cannot be made to
 * last [MQTT5-3.14.2-2].
 */
export function checkDisconnect(options: EndOptions, sessionExpiryS: number): void {
  const { reasonCode = 0, properties } = options
  if (
    !isReasonCodeOf(DISCONNECT, reasonCode) ||
    isFromWrongSide(DISCONNECT, reasonCode, 'server')
  ) {
    throw invalid('reasonCode', reasonName(reasonCode), 'one that clients say in DISCONNECT')
  }
  checkProperties(properties, DISCONNECT)
  const expiryS = properties?.sessionExpiryInterval ?? 0
  if (expiryS === 0 || sessionExpiryS > 0) return
  const expected = '0, because CONNECT asked for none'
  throw invalid('properties.sessionExpiryInterval', String(expiryS), expected)
}
