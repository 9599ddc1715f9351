// The properties of MQTT 5.0 as one table [MQTT5 2.2.2.2]: identifier, name, wire type, the packets
// that may carry it and whether it may repeat. Reading refuses what the table does not allow;
// writing is used for the packets encoded in place. Values keep the standard's units.

import type { ByteCursor } from './cursor.ts'
import type { Properties, UserProperties } from './packets.ts'
import { PacketType } from './packets.ts'
import { textBytes, writeText } from './text.ts'

type Kind = 'flag' | 'byte' | 'u16' | 'u32' | 'varint' | 'text' | 'binary' | 'pair'

interface PropertyRule {
  readonly id: number
  readonly name: keyof Properties
  readonly kind: Kind
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

const RULES: readonly PropertyRule[] = [
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
  rule(31, 'reasonString', 'text', [connack, ...acks, disconnect, auth]),
  rule(33, 'receiveMaximum', 'u16', [connect, connack], true),
  rule(34, 'topicAliasMaximum', 'u16', [connect, connack]),
  rule(35, 'topicAlias', 'u16', [publish], true),
  rule(36, 'maximumQoS', 'byte', [connack]),
  rule(37, 'retainAvailable', 'flag', [connack]),
  rule(38, 'userProperties', 'pair', [...everywhere, WILL_PROPERTIES]),
  rule(39, 'maximumPacketSize', 'u32', [connect, connack], true),
  rule(40, 'wildcardSubscriptionAvailable', 'flag', [connack]),
  rule(41, 'subscriptionIdentifiersAvailable', 'flag', [connack]),
  rule(42, 'sharedSubscriptionAvailable', 'flag', [connack]),
]

function rule(
  id: number,
  name: keyof Properties,
  kind: Kind,
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
for (const entry of RULES) RULE_BY_ID[entry.id] = entry

/**
 * Reads a property list of the given packet type (or WILL_PROPERTIES); undefined when it is empty.
 * What is not allowed sets the cursor's fault; faults that are Protocol Errors rather than
 * malformed packets begin with `protocol:` [MQTT5 2.2.2].
 */
export function readProperties(cursor: ByteCursor, packet: number): Properties | undefined {
  const length = cursor.varint('property length')
  if (length === 0) return undefined
  const end = cursor.position + length
  if (end > cursor.end) {
    cursor.fail('property length reaches beyond the packet')
    return undefined
  }
  const properties: Properties = {}
  while (cursor.position < end && cursor.fault === undefined) {
    const id = cursor.u8('property identifier')
    const entry = RULE_BY_ID[id]
    if (entry === undefined) cursor.fail(`property identifier ${id} is unknown`)
    else if ((entry.packets & (1 << packet)) === 0) {
      cursor.fail(`property ${entry.name} is not allowed in this packet`)
    } else readProperty(cursor, entry, properties, packet)
  }
  if (cursor.position > end) cursor.fail('a property reaches beyond the property length')
  return properties
}

function readProperty(
  cursor: ByteCursor,
  { name, kind, isPositive }: PropertyRule,
  properties: Properties,
  packet: number,
): void {
  const values = properties as Record<string, unknown>
  if (kind === 'pair') {
    properties.userProperties ??= Object.create(null) as UserProperties
    addPair(
      properties.userProperties,
      cursor.text('user property name'),
      cursor.text('user property'),
    )
    return
  }
  const value = readValue(cursor, kind, name)
  if (isPositive && value === 0) cursor.fail(`protocol: ${name} is 0`)
  if (name === 'maximumQoS' && (value as number) > 1) cursor.fail('protocol: maximumQoS is above 1')
  const known = values[name]
  if (known === undefined) values[name] = value
  else if (name === 'subscriptionIdentifier' && packet === publish) {
    values[name] = Array.isArray(known) ? [...known, value] : [known, value]
  } else cursor.fail(`protocol: property ${name} stands twice`)
}

function readValue(cursor: ByteCursor, kind: Exclude<Kind, 'pair'>, name: string): unknown {
  switch (kind) {
    case 'flag': {
      const value = cursor.u8(name)
      if (value > 1) cursor.fail(`protocol: ${name} is ${value}, neither 0 nor 1`)
      return value === 1
    }
    case 'byte':
      return cursor.u8(name)
    case 'u16':
      return cursor.u16(name)
    case 'u32':
      return cursor.u32(name)
    case 'varint':
      return cursor.varint(name)
    case 'text':
      return cursor.text(name)
    case 'binary':
      return cursor.binary(name)
  }
}

function addPair(pairs: UserProperties, name: string, value: string): void {
  const known = pairs[name]
  if (known === undefined) pairs[name] = value
  else pairs[name] = Array.isArray(known) ? [...known, value] : [known, value]
}

/** Bytes of the properties themselves, without their length field. */
export function propertiesBytes(properties: Properties | undefined): number {
  if (properties === undefined) return 0
  let bytes = 0
  eachProperty(properties, (_id, kind, value) => {
    bytes += 1 + valueBytes(kind, value)
  })
  return bytes
}

/** Writes the properties without their length field; returns the offset behind them. */
export function writeProperties(target: Buffer, start: number, properties: Properties): number {
  let offset = start
  eachProperty(properties, (id, kind, value) => {
    target[offset++] = id
    offset = writeValue(target, offset, kind, value)
  })
  return offset
}

/** Calls `visit` for each value that goes on the wire, in the order of the table. */
function eachProperty(
  properties: Properties,
  visit: (id: number, kind: Kind, value: unknown) => void,
): void {
  for (const { id, name, kind } of RULES) {
    const value = properties[name]
    if (value === undefined) continue
    if (kind === 'pair') {
      for (const [key, texts] of Object.entries(value as UserProperties)) {
        for (const text of Array.isArray(texts) ? texts : [texts]) visit(id, kind, [key, text])
      }
    } else if (Array.isArray(value)) for (const one of value) visit(id, kind, one)
    else visit(id, kind, value)
  }
}

function valueBytes(kind: Kind, value: unknown): number {
  switch (kind) {
    case 'flag':
    case 'byte':
      return 1
    case 'u16':
      return 2
    case 'u32':
      return 4
    case 'varint':
      return varintBytes(value as number)
    case 'text':
      return 2 + textBytes(value as string)
    case 'binary':
      return 2 + (value as Uint8Array).length
    case 'pair': {
      const [name, text] = value as [string, string]
      return 4 + textBytes(name) + textBytes(text)
    }
  }
}

function writeValue(target: Buffer, offset: number, kind: Kind, value: unknown): number {
  switch (kind) {
    case 'flag':
    case 'byte':
      return target.writeUInt8(Number(value), offset)
    case 'u16':
      return target.writeUInt16BE(value as number, offset)
    case 'u32':
      return target.writeUInt32BE(value as number, offset)
    case 'varint':
      return writeVarint(target, offset, value as number)
    case 'text':
      return writeLengthAndText(target, offset, value as string)
    case 'binary': {
      const bytes = value as Uint8Array
      target.set(bytes, target.writeUInt16BE(bytes.length, offset))
      return offset + 2 + bytes.length
    }
    case 'pair': {
      const [name, text] = value as [string, string]
      return writeLengthAndText(target, writeLengthAndText(target, offset, name), text)
    }
  }
}

function writeLengthAndText(target: Buffer, offset: number, text: string): number {
  const end = writeText(target, offset + 2, text)
  target.writeUInt16BE(end - offset - 2, offset)
  return end
}

/** Bytes of a Variable Byte Integer, 1 to 4. */
export function varintBytes(value: number): number {
  return value < 128 ? 1 : value < 16_384 ? 2 : value < 2_097_152 ? 3 : 4
}

/** Writes a Variable Byte Integer (0 to 268,435,455); returns the offset behind it. */
export function writeVarint(target: Uint8Array, start: number, value: number): number {
  let offset = start
  let rest = value
  while (rest >= 128) {
    target[offset++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  target[offset++] = rest
  return offset
}
