// The rare packets, from bytes to values, read strictly: what the standard forbids sets the
// cursor's fault. (mqtt-packet lets about a third of illegal packets through, so each packet must
// be walked byte by byte anyway; the walk yields the values.) O(packet).

import type { ByteCursor } from './cursor.ts'
import type {
  AuthPacket,
  ConnackPacket,
  ConnectPacket,
  ControlPacket,
  DisconnectPacket,
  Properties,
  ProtocolVersion,
  QoS,
  Reading,
  Role,
  SubackPacket,
  SubscribePacket,
  Subscription,
  UnsubackPacket,
  UnsubscribePacket,
  Will,
} from './packets.ts'
import { PacketType } from './packets.ts'
import { readProperties } from './properties.ts'
import { WILL_PROPERTIES } from './property-rules.ts'
import {
  CONNACK_CODE_MAX_3,
  isFromWrongSide,
  isReasonCodeOf,
  PROTOCOL_ERROR,
  TYPE_NAMES,
  UNSUPPORTED_VERSION,
} from './reason-codes.ts'
import { filterProblem, topicProblem } from './topics.ts'

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** Reads the packet under the cursor, which stands behind the fixed header. */
export function readControl(
  cursor: ByteCursor,
  type: number,
  reading: Reading,
): ControlPacket | undefined {
  const packet = readByType(cursor, type, reading)
  if (cursor.fault === undefined && cursor.remaining > 0) {
    cursor.fail(`${cursor.remaining} bytes follow the end of the packet`)
  }
  return cursor.fault === undefined ? packet : undefined
}

function readByType(cursor: ByteCursor, type: number, reading: Reading): ControlPacket | undefined {
  switch (type) {
    case PacketType.connect:
      return readConnect(cursor)
    case PacketType.connack:
      return readConnack(cursor, reading)
    case PacketType.subscribe:
      return readSubscribe(cursor, reading.protocolVersion)
    case PacketType.suback:
      return readSuback(cursor, reading)
    case PacketType.unsubscribe:
      return readUnsubscribe(cursor, reading.protocolVersion)
    case PacketType.unsuback:
      return readUnsuback(cursor, reading)
    case PacketType.disconnect:
      return readDisconnect(cursor, reading)
    case PacketType.auth:
      return readAuth(cursor, reading)
    default:
      cursor.fail(`packet type ${type} is reserved`)
      return undefined
  }
}

function readConnect(cursor: ByteCursor): ConnectPacket | undefined {
  const protocol = cursor.text('protocol name')
  const level = cursor.u8('protocol level')
  if (cursor.fault !== undefined) return undefined
  const isKnown =
    protocol === 'MQTT' ? level === 4 || level === 5 : protocol === 'MQIsdp' && level === 3
  if (!isKnown) {
    cursor.fail(`protocol '${protocol}' level ${level} is not spoken here`, UNSUPPORTED_VERSION)
    return undefined
  }
  const version = level as ProtocolVersion
  const flags = cursor.u8('connect flags')
  checkConnectFlags(cursor, flags, version)
  const keepalive = cursor.u16('keep alive')
  const properties = propertiesOf(cursor, PacketType.connect, version)
  const packet: Writable<ConnectPacket> = {
    type: 'connect',
    protocolVersion: version,
    clientId: cursor.text('client identifier'),
    clean: (flags & 0x02) !== 0,
    keepalive,
    ...properties,
  }
  if (flags & 0x04) packet.will = readWill(cursor, flags, version)
  if (flags & 0x80) packet.username = cursor.text('user name')
  if (flags & 0x40) packet.password = cursor.binary('password')
  checkAuthentication(cursor, packet.properties)
  return packet
}

function checkAuthentication(cursor: ByteCursor, properties: Properties | undefined): void {
  if (properties?.authenticationData === undefined) return
  if (properties.authenticationMethod === undefined) {
    cursor.fail('authentication data without a method', PROTOCOL_ERROR)
  }
}

function checkConnectFlags(cursor: ByteCursor, flags: number, version: ProtocolVersion): void {
  if (flags & 0x01) cursor.fail('reserved connect flag is 1')
  if ((flags & 0x18) === 0x18) cursor.fail('will QoS is 3')
  if (!(flags & 0x04) && flags & 0x38) cursor.fail('will flags without a will')
  if (version < 5 && flags & 0x40 && !(flags & 0x80)) cursor.fail('password without a user name')
}

function readWill(cursor: ByteCursor, flags: number, version: ProtocolVersion): Will {
  const properties = propertiesOf(cursor, WILL_PROPERTIES, version)
  const topic = cursor.text('will topic')
  const problem = cursor.fault === undefined ? topicProblem(topic) : undefined
  if (problem !== undefined) cursor.fail(`will ${problem}`)
  return {
    topic,
    payload: cursor.binary('will payload'),
    qos: ((flags >> 3) & 3) as QoS,
    retain: (flags & 0x20) !== 0,
    ...properties,
  }
}

function readConnack(cursor: ByteCursor, { protocolVersion: version }: Reading): ConnackPacket {
  // MQTT 3.1 reserves the whole first byte and gives it no value.
  const flags = cursor.u8('connect acknowledge flags') & (version === 3 ? 1 : 0xff)
  if (flags > 1) cursor.fail('reserved connect acknowledge flags are not 0')
  const reasonCode = cursor.u8('reason code')
  // A server that does not speak 5.0 answers in the 3.x form: two bytes and a code from 1 to 5.
  const isOldCode = reasonCode >= 1 && reasonCode <= CONNACK_CODE_MAX_3
  const isOldForm = version === 5 && cursor.remaining === 0 && isOldCode
  const properties = isOldForm ? {} : propertiesOf(cursor, PacketType.connack, version)
  if (version < 5 && reasonCode > CONNACK_CODE_MAX_3) {
    cursor.fail(`return code ${reasonCode} is reserved`)
  }
  if (version === 5 && !isOldForm) checkReason(cursor, PacketType.connack, reasonCode)
  checkAuthentication(cursor, properties.properties)
  if (flags === 1 && reasonCode !== 0) cursor.fail('session present in a refusal', PROTOCOL_ERROR)
  return { type: 'connack', sessionPresent: flags === 1, reasonCode, ...properties }
}

function readSubscribe(cursor: ByteCursor, version: ProtocolVersion): SubscribePacket {
  const packetId = readPacketId(cursor)
  const properties = propertiesOf(cursor, PacketType.subscribe, version)
  const subscriptions: Subscription[] = []
  while (cursor.remaining > 0 && cursor.fault === undefined) {
    subscriptions.push(readSubscription(cursor, version))
  }
  if (subscriptions.length === 0) cursor.fail('no subscription in the packet', PROTOCOL_ERROR)
  return { type: 'subscribe', packetId, subscriptions, ...properties }
}

function readSubscription(cursor: ByteCursor, version: ProtocolVersion): Subscription {
  const filter = cursor.text('topic filter')
  const problem = cursor.fault === undefined ? filterProblem(filter) : undefined
  if (problem !== undefined) cursor.fail(problem)
  const options = cursor.u8('subscription options')
  const qos = options & 3
  if (qos === 3) cursor.fail('subscription QoS is 3', PROTOCOL_ERROR)
  if (version < 5) {
    if (options & 0xfc) cursor.fail('reserved subscription options are not 0')
    return { filter, qos: qos as QoS }
  }
  const retainHandling = (options >> 4) & 3
  if (options & 0xc0) cursor.fail('reserved subscription options are not 0')
  if (retainHandling === 3) cursor.fail('retain handling is 3', PROTOCOL_ERROR)
  const noLocal = (options & 4) !== 0
  if (noLocal && filter.startsWith('$share/'))
    cursor.fail('no local on a shared filter', PROTOCOL_ERROR)
  return {
    filter,
    qos: qos as QoS,
    noLocal,
    retainAsPublished: (options & 8) !== 0,
    retainHandling: retainHandling as 0 | 1 | 2,
  }
}

function readSuback(cursor: ByteCursor, reading: Reading): SubackPacket {
  const version = reading.protocolVersion
  const packetId = readPacketId(cursor)
  const properties = explanationOf(cursor, PacketType.suback, reading)
  const reasonCodes: number[] = []
  while (cursor.remaining > 0) {
    const code = cursor.u8('reason code')
    if (version === 5) checkReason(cursor, PacketType.suback, code)
    else if (code > 2 && code !== 0x80) cursor.fail(`return code ${code} is reserved`)
    reasonCodes.push(code)
  }
  if (reasonCodes.length === 0) cursor.fail('no reason code in the packet', PROTOCOL_ERROR)
  return { type: 'suback', packetId, reasonCodes, ...properties }
}

function readUnsubscribe(cursor: ByteCursor, version: ProtocolVersion): UnsubscribePacket {
  const packetId = readPacketId(cursor)
  const properties = propertiesOf(cursor, PacketType.unsubscribe, version)
  const filters: string[] = []
  while (cursor.remaining > 0 && cursor.fault === undefined) {
    const filter = cursor.text('topic filter')
    const problem = cursor.fault === undefined ? filterProblem(filter) : undefined
    if (problem !== undefined) cursor.fail(problem)
    filters.push(filter)
  }
  if (filters.length === 0) cursor.fail('no topic filter in the packet', PROTOCOL_ERROR)
  return { type: 'unsubscribe', packetId, filters, ...properties }
}

function readUnsuback(cursor: ByteCursor, reading: Reading): UnsubackPacket {
  const version = reading.protocolVersion
  const packetId = readPacketId(cursor)
  const properties = explanationOf(cursor, PacketType.unsuback, reading)
  const reasonCodes: number[] = []
  while (version === 5 && cursor.remaining > 0) {
    const code = cursor.u8('reason code')
    checkReason(cursor, PacketType.unsuback, code)
    reasonCodes.push(code)
  }
  if (version === 5 && reasonCodes.length === 0)
    cursor.fail('no reason code in the packet', PROTOCOL_ERROR)
  return { type: 'unsuback', packetId, reasonCodes, ...properties }
}

function readDisconnect(cursor: ByteCursor, { protocolVersion, role }: Reading): DisconnectPacket {
  if (protocolVersion < 5 || cursor.remaining === 0) return { type: 'disconnect', reasonCode: 0 }
  const reasonCode = cursor.u8('reason code')
  checkReason(cursor, PacketType.disconnect, reasonCode)
  checkSide(cursor, PacketType.disconnect, reasonCode, role)
  const properties =
    cursor.remaining > 0 ? readProperties(cursor, PacketType.disconnect) : undefined
  if (role === 'client' && properties?.sessionExpiryInterval !== undefined) {
    cursor.fail('a server sent a session expiry interval in DISCONNECT', PROTOCOL_ERROR)
  }
  if (role === 'server' && properties?.serverReference !== undefined) {
    cursor.fail('a client sent a server reference in DISCONNECT', PROTOCOL_ERROR)
  }
  return { type: 'disconnect', reasonCode, ...(properties && { properties }) }
}

function readAuth(cursor: ByteCursor, reading: Reading): AuthPacket {
  if (reading.protocolVersion < 5) cursor.fail('AUTH is a packet of MQTT 5.0')
  const reasonCode = cursor.remaining === 0 ? 0 : cursor.u8('reason code')
  checkReason(cursor, PacketType.auth, reasonCode)
  checkSide(cursor, PacketType.auth, reasonCode, reading.role)
  const properties = cursor.remaining > 0 ? explanationOf(cursor, PacketType.auth, reading) : {}
  if (properties.properties?.authenticationMethod === undefined) {
    cursor.fail('AUTH names no authentication method', PROTOCOL_ERROR)
  }
  return { type: 'auth', reasonCode, ...properties }
}

/** A Packet Identifier; 0 is a Protocol Error [MQTT5-2.2.1-3]. */
function readPacketId(cursor: ByteCursor): number {
  const packetId = cursor.u16('packet identifier')
  if (packetId === 0) cursor.fail('packet identifier is 0', PROTOCOL_ERROR)
  return packetId
}

/** A value that the packet's table does not have cannot be parsed: malformed. */
function checkReason(cursor: ByteCursor, packet: number, code: number): void {
  if (!isReasonCodeOf(packet, code)) {
    cursor.fail(`reason code ${code} is not one of ${TYPE_NAMES[packet]}`)
  }
}

function checkSide(cursor: ByteCursor, packet: number, code: number, role: Role): void {
  if (isFromWrongSide(packet, code, role)) {
    const what = `reason code ${code} of ${TYPE_NAMES[packet]}`
    cursor.fail(`${what} is not for the ${role === 'client' ? 'server' : 'client'}`, PROTOCOL_ERROR)
  }
}

/** `{ properties }` when the version has them and the list is not empty: to be spread. */
function propertiesOf(
  cursor: ByteCursor,
  packet: number,
  version: ProtocolVersion,
): { properties?: Properties } {
  if (version < 5) return {}
  const properties = readProperties(cursor, packet)
  return properties === undefined ? {} : { properties }
}

/** The same for packets that may explain themselves only when that was asked for. */
function explanationOf(
  cursor: ByteCursor,
  packet: number,
  { protocolVersion, problemInformation }: Reading,
): { properties?: Properties } {
  if (protocolVersion < 5) return {}
  const properties = readProperties(cursor, packet, problemInformation)
  return properties === undefined ? {} : { properties }
}
