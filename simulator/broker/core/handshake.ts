// What CONNECT and CONNACK settle between a client and us: limits of both sides, keep alive,
// session expiry. Pure: from a packet and the options to values.

import type { ConnackPacket, ConnectPacket, Properties } from '@motewire/sdk/codec'
import type { CoreOptions } from './options.ts'

/** Why a client may not come in: reason code of 5.0, return code of 3.x, and in words. */
export interface Refusal {
  readonly reasonCode: number
  readonly returnCode: number
  readonly reason: string
  readonly serverReference?: string
}

/** The largest packet there is [MQTT5 2.1.4]. */
export const PACKET_BYTES_MAX = 268_435_460

type Cause =
  | 'identifier'
  | 'credentials'
  | 'method'
  | 'exchange'
  | 'full'
  | 'rate'
  | 'willQos'
  | 'willRetain'
  | 'willTopic'

export const REFUSALS: Readonly<Record<Cause, Refusal>> = {
  identifier: {
    reasonCode: 0x85,
    returnCode: 2,
    reason: 'an empty client identifier needs a clean session',
  },
  credentials: { reasonCode: 0x86, returnCode: 4, reason: 'bad user name or password' },
  method: { reasonCode: 0x8c, returnCode: 5, reason: 'authentication method is not known here' },
  exchange: { reasonCode: 0x87, returnCode: 5, reason: 'authentication failed' },
  full: { reasonCode: 0x97, returnCode: 3, reason: 'too many clients or sessions' },
  rate: { reasonCode: 0x9f, returnCode: 3, reason: 'too many connections in a second' },
  willQos: { reasonCode: 0x9b, returnCode: 3, reason: 'QoS of the will is not supported' },
  willRetain: { reasonCode: 0x9a, returnCode: 3, reason: 'retained messages are not supported' },
  willTopic: { reasonCode: 0x87, returnCode: 5, reason: 'not authorized to publish the will' },
}

/** What the packet itself forbids. */
export function packetRefusal(packet: ConnectPacket, options: CoreOptions): Refusal | undefined {
  const { clientId, clean, protocolVersion, will } = packet
  // A 3.x client without an identifier has nothing to come back to [MQTT311-3.1.3-8].
  if (clientId === '' && protocolVersion < 5 && (!clean || protocolVersion === 3)) {
    return REFUSALS.identifier
  }
  if (will === undefined || protocolVersion < 5) return undefined
  if ((will.qos ?? 0) > options.qosMax) return REFUSALS.willQos
  if (will.retain === true && !options.isRetainAvailable) return REFUSALS.willRetain
  return undefined
}

/** How long the session outlives its connection; Infinity: for ever. */
export function expiryMsOf(packet: ConnectPacket, options: CoreOptions): number {
  const wantedMs =
    packet.protocolVersion < 5
      ? packet.clean
        ? 0
        : Infinity
      : expiryMs(packet.properties?.sessionExpiryInterval ?? 0)
  return Math.min(wantedMs, options.sessionExpiryMaxS * 1000)
}

/** From the seconds of a Session Expiry Interval. */
export function expiryMs(seconds: number): number {
  return seconds === 0xffffffff ? Infinity : seconds * 1000
}

/** Seconds of keep alive that hold on this connection. */
export function keepaliveOf({ keepalive, protocolVersion }: ConnectPacket, max: number): number {
  if (protocolVersion < 5 || max === 0) return keepalive
  return keepalive === 0 ? max : Math.min(keepalive, max)
}

export interface Acceptance {
  readonly sessionPresent: boolean
  /** Undefined unless we made it up. */
  readonly assignedId: string | undefined
  readonly keepaliveS: number
  readonly expiryMs: number
  readonly authentication: Pick<Properties, 'authenticationMethod' | 'authenticationData'>
}

export function connackOf(
  packet: ConnectPacket,
  acceptance: Acceptance,
  options: CoreOptions,
): ConnackPacket {
  const { sessionPresent, assignedId, keepaliveS, authentication } = acceptance
  // 3.1 knows no Session Present: the byte is reserved there.
  if (packet.protocolVersion < 5) {
    const isKnown = sessionPresent && packet.protocolVersion > 3
    return { type: 'connack', sessionPresent: isKnown, reasonCode: 0 }
  }
  const properties: Properties = {
    maximumPacketSize: options.packetBytesMax,
    receiveMaximum: options.receiveMaximum,
    ...authentication,
  }
  if (options.topicAliasMaximum > 0) properties.topicAliasMaximum = options.topicAliasMaximum
  if (options.qosMax < 2) properties.maximumQoS = options.qosMax as 0 | 1
  if (!options.isRetainAvailable) properties.retainAvailable = false
  if (assignedId !== undefined) properties.assignedClientIdentifier = assignedId
  if (keepaliveS !== packet.keepalive) properties.serverKeepAlive = keepaliveS
  const wantedMs = expiryMs(packet.properties?.sessionExpiryInterval ?? 0)
  if (acceptance.expiryMs !== wantedMs) {
    properties.sessionExpiryInterval = Math.floor(acceptance.expiryMs / 1000)
  }
  return { type: 'connack', sessionPresent, reasonCode: 0, properties }
}
