// Property lists of MQTT 5.0, from bytes to values and back, by the table of property-rules.ts.
// Reading refuses what the table does not allow; writing takes what property-check.ts has found
// legal. Values keep the standard's units.

import type { ByteCursor } from './cursor.ts'
import type { Properties, UserProperties } from './packets.ts'
import { PacketType } from './packets.ts'
import {
  ACKNOWLEDGING,
  ruleOf,
  PROPERTY_RULES,
  REASON_STRING,
  USER_PROPERTY,
} from './property-rules.ts'
import type { PropertyKind, PropertyRule } from './property-rules.ts'
import { PROTOCOL_ERROR, TOPIC_ALIAS_INVALID } from './reason-codes.ts'
import { textBytes, writeText } from './text.ts'
import { addUserProperty, userPairs } from './user-properties.ts'

/** Packets that explain themselves only to a client that did not forbid it [MQTT5-3.1.2-29]. */
const EXPLAINING = ACKNOWLEDGING | (1 << PacketType.auth)

/**
 * Reads a property list of the given packet type (or WILL_PROPERTIES); undefined when it is empty.
 * What is not allowed sets the cursor's fault: an identifier that the packet may not carry is
 * malformed, a value or a repetition that is not allowed a Protocol Error [MQTT5 2.2.2].
 */
export function readProperties(
  cursor: ByteCursor,
  packet: number,
  problemInformation: boolean = true,
): Properties | undefined {
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
    const entry = ruleOf(id)
    if (entry === undefined) cursor.fail(`property identifier ${id} is unknown`)
    else if ((entry.packets & (1 << packet)) === 0) {
      cursor.fail(`property ${entry.name} is not allowed in this packet`)
    } else if (!problemInformation && isExplanation(entry.id, packet)) {
      cursor.fail(`${entry.name} came although no problem information was asked`, PROTOCOL_ERROR)
    } else readProperty(cursor, entry, properties, packet)
  }
  if (cursor.position > end) cursor.fail('a property reaches beyond the property length')
  return properties
}

function isExplanation(id: number, packet: number): boolean {
  return (id === REASON_STRING || id === USER_PROPERTY) && (EXPLAINING & (1 << packet)) !== 0
}

function readProperty(
  cursor: ByteCursor,
  { name, kind, isPositive }: PropertyRule,
  properties: Properties,
  packet: number,
): void {
  const values = properties as Record<string, unknown>
  if (kind === 'pair') {
    const key = cursor.text('user property name')
    const text = cursor.text('user property')
    properties.userProperties = addUserProperty(properties.userProperties, key, text)
    return
  }
  const value = readValue(cursor, kind, name)
  if (isPositive && value === 0) {
    const reasonCode = name === 'topicAlias' ? TOPIC_ALIAS_INVALID : PROTOCOL_ERROR
    cursor.fail(`${name} is 0`, reasonCode)
  }
  if (name === 'maximumQoS' && (value as number) > 1) {
    cursor.fail('maximumQoS is above 1', PROTOCOL_ERROR)
  }
  if (name === 'responseTopic') checkResponseTopic(cursor, value as string)
  const known = values[name]
  if (known === undefined) values[name] = value
  else if (name === 'subscriptionIdentifier' && packet === PacketType.publish) {
    if (Array.isArray(known)) known.push(value)
    else values[name] = [known, value]
  } else cursor.fail(`property ${name} stands twice`, PROTOCOL_ERROR)
}

/** It will be a Topic Name: not empty, no wildcards [MQTT5-3.3.2-14, MQTT5-4.7.3-1]. */
function checkResponseTopic(cursor: ByteCursor, topic: string): void {
  if (topic.length === 0) cursor.fail('response topic is empty', PROTOCOL_ERROR)
  else if (topic.includes('#') || topic.includes('+')) {
    cursor.fail(`response topic '${topic}' contains a wildcard`, PROTOCOL_ERROR)
  }
}

function readValue(cursor: ByteCursor, kind: Exclude<PropertyKind, 'pair'>, name: string): unknown {
  switch (kind) {
    case 'flag': {
      const value = cursor.u8(name)
      if (value > 1) cursor.fail(`${name} is ${value}, neither 0 nor 1`, PROTOCOL_ERROR)
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
  visit: (id: number, kind: PropertyKind, value: unknown) => void,
): void {
  for (const { id, name, kind } of PROPERTY_RULES) {
    const value = properties[name]
    if (value === undefined) continue
    if (kind === 'pair') {
      for (const pair of userPairs(value as UserProperties)) visit(id, kind, pair)
    } else if (Array.isArray(value)) for (const one of value) visit(id, kind, one)
    else visit(id, kind, value)
  }
}

function valueBytes(kind: PropertyKind, value: unknown): number {
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

function writeValue(target: Buffer, offset: number, kind: PropertyKind, value: unknown): number {
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
