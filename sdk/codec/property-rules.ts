// The properties of MQTT 5.0 as one table [MQTT5 2.2.2.2]: identifier, name, wire type, and the
// packets that may carry it. Pure data; reading, writing and checking go by it.

import type { Properties } from './packets.ts'
import { PacketType } from './packets.ts'

export type PropertyKind = 'flag' | 'byte' | 'u16' | 'u32' | 'varint' | 'text' | 'binary' | 'pair'

export interface PropertyRule {
  readonly id: number
  readonly name: keyof Properties
  readonly kind: PropertyKind
  /** Bit n: packet type n may carry it; bit 0: the will properties of CONNECT. */
  readonly packets: number
  /** Zero is a Protocol Error for this property. */
  readonly isPositive: boolean
}

const { connect, connack, publish, puback, pubrec, pubrel, pubcomp } = PacketType
const { subscribe, suback, unsubscribe, unsuback, disconnect, auth } = PacketType

/**
 * The place of will properties in the table: they stand in CONNECT but follow rules of their own.
 */
export const WILL_PROPERTIES = 0

const acks = [puback, pubrec, pubrel, pubcomp, suback, unsuback]
const everywhere = [connect, publish, subscribe, unsubscribe, ...acks, connack, disconnect, auth]

export const REASON_STRING = 31
export const USER_PROPERTY = 38

/** In the order in which they are written. */
export const PROPERTY_RULES: readonly PropertyRule[] = [
  rule(1, 'payloadFormatIndicator', 'flag', [publish, WILL_PROPERTIES]),
  rule(2, 'messageExpiryInterval', 'u32', [publish, WILL_PROPERTIES]),
  rule(3, 'contentType', 'text', [publish, WILL_PROPERTIES]),
  rule(8, 'responseTopic', 'text', [publish, WILL_PROPERTIES]),
  rule(9, 'correlationData', 'binary', [publish, WILL_PROPERTIES]),
  rule(11, 'subscriptionIdentifier', 'varint', [publish, subscribe], true),
  rule(17, 'sessionExpiryInterval', 'u32', [connect, connack, disconnect]),
  rule(18, 'assignedClientIdentifier', 'text', [connack]),
  rule(19, 'serverKeepAlive', 'u16', [connack]),
  rule(21, 'authenticationMethod', 'text', [connect, connack, auth]),
  rule(22, 'authenticationData', 'binary', [connect, connack, auth]),
  rule(23, 'requestProblemInformation', 'flag', [connect]),
  rule(24, 'willDelayInterval', 'u32', [WILL_PROPERTIES]),
  rule(25, 'requestResponseInformation', 'flag', [connect]),
  rule(26, 'responseInformation', 'text', [connack]),
  rule(28, 'serverReference', 'text', [connack, disconnect]),
  rule(REASON_STRING, 'reasonString', 'text', [connack, ...acks, disconnect, auth]),
  rule(33, 'receiveMaximum', 'u16', [connect, connack], true),
  rule(34, 'topicAliasMaximum', 'u16', [connect, connack]),
  rule(35, 'topicAlias', 'u16', [publish], true),
  rule(36, 'maximumQoS', 'byte', [connack]),
  rule(37, 'retainAvailable', 'flag', [connack]),
  rule(USER_PROPERTY, 'userProperties', 'pair', [...everywhere, WILL_PROPERTIES]),
  rule(39, 'maximumPacketSize', 'u32', [connect, connack], true),
  rule(40, 'wildcardSubscriptionAvailable', 'flag', [connack]),
  rule(41, 'subscriptionIdentifiersAvailable', 'flag', [connack]),
  rule(42, 'sharedSubscriptionAvailable', 'flag', [connack]),
]

function rule(
  id: number,
  name: keyof Properties,
  kind: PropertyKind,
  carriers: readonly number[],
  isPositive = false,
): PropertyRule {
  return {
    id,
    name,
    kind,
    packets: carriers.reduce((mask, type) => mask | (1 << type), 0),
    isPositive,
  }
}

const RULE_BY_ID: (PropertyRule | undefined)[] = []
for (const entry of PROPERTY_RULES) RULE_BY_ID[entry.id] = entry

/** The rule of an identifier; undefined when there is no such property. */
export function ruleOf(id: number): PropertyRule | undefined {
  return RULE_BY_ID[id]
}

/** The packets that answer others, as bits. */
export const ACKNOWLEDGING: number = acks.reduce((mask, type) => mask | (1 << type), 0)
