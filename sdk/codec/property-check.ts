// Whether properties that somebody wrote may go on the wire: the same table that the reader goes
// by, asked before anything is encoded. It knows one property list at a time, and the server's
// limits (topic alias maximum and the like) not at all. O(size of the properties).

import type { Properties, Role, UserProperties } from './packets.ts'
import { PacketType } from './packets.ts'
import { PROPERTY_RULES } from './property-rules.ts'
import type { PropertyKind, PropertyRule } from './property-rules.ts'
import { binaryProblem, stringProblem } from './text.ts'
import { topicProblem } from './topics.ts'

const RULE_BY_NAME: ReadonlyMap<string, PropertyRule> = new Map(
  PROPERTY_RULES.map((rule) => [rule.name, rule]),
)

/**
 * Why these properties cannot stand in a packet of this type (or in a will: WILL_PROPERTIES);
 * undefined when they can.
 * @param sender who is to send them: a client may not send what only servers say, and vice versa.
 */
export function propertiesProblem(
  properties: Properties | undefined,
  packet: number,
  sender: Role = 'client',
): string | undefined {
  if (properties === undefined) return undefined
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined) continue
    const rule = RULE_BY_NAME.get(name)
    if (rule === undefined) return `property ${name} is unknown`
    if ((rule.packets & (1 << packet)) === 0) return `property ${name} is not for this packet`
    const problem = valueProblem(rule, value) ?? useProblem(rule, value, packet, sender)
    if (problem !== undefined) return problem
  }
  const { authenticationData, authenticationMethod } = properties
  if (authenticationData !== undefined && authenticationMethod === undefined) {
    return 'property authenticationData stands without authenticationMethod'
  }
  return undefined
}

/** What the table cannot say: who may send it, how often, and topics inside. */
function useProblem(
  { name }: PropertyRule,
  value: unknown,
  packet: number,
  sender: Role,
): string | undefined {
  const isDisconnect = packet === PacketType.disconnect
  switch (name) {
    case 'subscriptionIdentifier':
      if (packet === PacketType.publish && sender === 'client') {
        return 'property subscriptionIdentifier is sent in PUBLISH by servers only'
      }
      return packet === PacketType.subscribe && Array.isArray(value)
        ? 'property subscriptionIdentifier stands once in SUBSCRIBE'
        : undefined
    case 'sessionExpiryInterval':
      return isDisconnect && sender === 'server'
        ? 'property sessionExpiryInterval is sent in DISCONNECT by clients only'
        : undefined
    case 'serverReference':
      return isDisconnect && sender === 'client'
        ? 'property serverReference is sent in DISCONNECT by servers only'
        : undefined
    case 'maximumQoS':
      return Number(value) > 1 ? `property maximumQoS is ${String(value)}, above 1` : undefined
    case 'responseTopic': {
      const problem = topicProblem(value as string)
      return problem === undefined ? undefined : `property responseTopic: ${problem}`
    }
    default:
      return undefined
  }
}

/** Largest value of each kind of number. */
const NUMBER_MAX: Readonly<Partial<Record<PropertyKind, number>>> = {
  byte: 255,
  u16: 65_535,
  u32: 4_294_967_295,
  varint: 268_435_455,
}

function valueProblem(
  { name, kind, isPositive }: PropertyRule,
  value: unknown,
): string | undefined {
  const numberMax = NUMBER_MAX[kind]
  if (numberMax !== undefined) {
    const min = isPositive ? 1 : 0
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
      const isFine = Number.isInteger(one) && Number(one) >= min && Number(one) <= numberMax
      if (!isFine) return `property ${name} is ${String(one)}, not from ${min} to ${numberMax}`
    }
    return undefined
  }
  if (kind === 'flag') {
    return typeof value === 'boolean' ? undefined : `property ${name} is not a boolean`
  }
  if (kind === 'binary') return binaryProblem(`property ${name}`, value)
  if (kind === 'text') return stringProblem(`property ${name}`, value)
  return pairsProblem(value as UserProperties)
}

function pairsProblem(pairs: UserProperties): string | undefined {
  for (const [name, values] of Object.entries(pairs)) {
    const problem = stringProblem('user property name', name)
    if (problem !== undefined) return problem
    for (const value of Array.isArray(values) ? values : [values]) {
      const inner = stringProblem(`user property ${name}`, value)
      if (inner !== undefined) return inner
    }
  }
  return undefined
}
