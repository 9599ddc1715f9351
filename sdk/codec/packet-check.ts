// Whether a packet may go on the wire: what our own decoder would refuse is never encoded. It sees
// one packet, not the connection. O(packet).

import { assert } from '../kit/index.ts'
import type { ConnectPacket, ControlPacket, ProtocolVersion, Role, Will } from './packets.ts'
import { PacketType } from './packets.ts'
import { propertiesProblem } from './property-check.ts'
import { WILL_PROPERTIES } from './property-rules.ts'
import { CONNACK_CODE_MAX_3, isFromWrongSide, isReasonCodeOf, reasonName } from './reason-codes.ts'
import { binaryProblem, stringProblem } from './text.ts'
import { filterProblem, topicProblem } from './topics.ts'

const CLIENT_ID_CHARS_MAX_3 = 23

/** Why this packet cannot be sent; undefined when it can. The first thing found is told. */
export function packetProblem(packet: ControlPacket, version: ProtocolVersion): string | undefined {
  if (packet.type === 'auth' && version < 5) return 'AUTH is a packet of MQTT 5.0'
  return propertyProblem(packet, version) ?? contentProblem(packet, version)
}

/** Properties are for 5.0; before, they are left out. */
function propertyProblem(packet: ControlPacket, version: ProtocolVersion): string | undefined {
  if (version < 5) return undefined
  const { properties, type } = packet
  if (type !== 'disconnect' && type !== 'auth') {
    return propertiesProblem(properties, PacketType[type], SENDERS[type])
  }
  if (type === 'auth' && properties?.authenticationMethod === undefined) {
    return 'AUTH names no authentication method'
  }
  // Either side may send these: what one of them may not say decides.
  const asClient = sideProblem(packet.reasonCode, PacketType[type], 'client')
  const asServer = sideProblem(packet.reasonCode, PacketType[type], 'server')
  const ofClient = asClient ?? propertiesProblem(properties, PacketType[type], 'client')
  const ofServer = asServer ?? propertiesProblem(properties, PacketType[type], 'server')
  return ofClient !== undefined && ofServer !== undefined ? ofClient : undefined
}

const SENDERS: Readonly<Record<Exclude<ControlPacket['type'], 'disconnect' | 'auth'>, Role>> = {
  connect: 'client',
  connack: 'server',
  subscribe: 'client',
  suback: 'server',
  unsubscribe: 'client',
  unsuback: 'server',
}

function sideProblem(code: number, type: number, sender: Role): string | undefined {
  const isWrong = isFromWrongSide(type, code, sender === 'client' ? 'server' : 'client')
  return isWrong ? `${reasonName(code)} is not for the ${sender} to say` : undefined
}

function contentProblem(packet: ControlPacket, version: ProtocolVersion): string | undefined {
  switch (packet.type) {
    case 'connect':
      return connectProblem(packet, version)
    case 'connack':
      if (packet.sessionPresent && packet.reasonCode !== 0) return 'session present in a refusal'
      return version === 5
        ? reasonProblem(PacketType.connack, [packet.reasonCode])
        : rangeProblem('return code', packet.reasonCode, CONNACK_CODE_MAX_3)
    case 'subscribe':
      return idProblem(packet.packetId) ?? subscriptionsProblem(packet.subscriptions)
    case 'unsubscribe':
      if (packet.filters.length === 0) return 'no filter given'
      return idProblem(packet.packetId) ?? packet.filters.map(filterProblem).find(Boolean)
    case 'suback':
    case 'unsuback':
      return idProblem(packet.packetId) ?? answerProblem(packet, version)
    case 'disconnect':
    case 'auth':
      return version === 5 ? reasonProblem(PacketType[packet.type], [packet.reasonCode]) : undefined
  }
}

function connectProblem(packet: ConnectPacket, version: ProtocolVersion): string | undefined {
  const { clientId, clean, username, password, will } = packet
  assert(packet.protocolVersion === version, 'CONNECT is encoded for another version')
  if (version === 3 && (clientId.length < 1 || clientId.length > CLIENT_ID_CHARS_MAX_3)) {
    return `client identifier has ${clientId.length} characters, 1 to 23 are allowed in MQTT 3.1`
  }
  if (version === 4 && clientId === '' && !clean) {
    return 'client identifier is empty without a clean session'
  }
  if (version < 5 && password !== undefined && username === undefined) {
    return 'password without a user name'
  }
  return (
    stringProblem('client identifier', clientId) ??
    rangeProblem('keepalive', packet.keepalive, 65_535) ??
    (username === undefined ? undefined : stringProblem('user name', username)) ??
    (password === undefined ? undefined : bytesProblem('password', password)) ??
    (will === undefined ? undefined : willProblem(will, version))
  )
}

function willProblem(will: Will, version: ProtocolVersion): string | undefined {
  const problem =
    topicProblem(will.topic) ??
    rangeProblem('QoS', will.qos ?? 0, 2) ??
    bytesProblem('payload', will.payload) ??
    (version === 5 ? propertiesProblem(will.properties, WILL_PROPERTIES) : undefined)
  return problem === undefined ? undefined : `will ${problem}`
}

function bytesProblem(what: string, value: Uint8Array | string): string | undefined {
  return binaryProblem(what, typeof value === 'string' ? Buffer.from(value) : value)
}

function subscriptionsProblem(
  subscriptions: Extract<ControlPacket, { type: 'subscribe' }>['subscriptions'],
): string | undefined {
  if (subscriptions.length === 0) return 'no subscription given'
  for (const { filter, qos, noLocal, retainHandling } of subscriptions) {
    const problem =
      filterProblem(filter) ??
      rangeProblem('QoS', qos, 2) ??
      rangeProblem('retain handling', retainHandling ?? 0, 2)
    if (problem !== undefined) return problem
    if (noLocal === true && filter.startsWith('$share/')) {
      return `no local cannot be asked for the shared filter '${filter}'`
    }
  }
  return undefined
}

function answerProblem(
  { type, reasonCodes }: Extract<ControlPacket, { type: 'suback' | 'unsuback' }>,
  version: ProtocolVersion,
): string | undefined {
  if (version < 5 && type === 'unsuback') return undefined
  if (reasonCodes.length === 0) return 'no reason code given'
  if (version === 5) return reasonProblem(PacketType[type], reasonCodes)
  const wrong = reasonCodes.find((code) => code > 2 && code !== 0x80)
  return wrong === undefined ? undefined : `return code ${wrong} is reserved`
}

function reasonProblem(packet: number, codes: readonly number[]): string | undefined {
  const wrong = codes.find((code) => !isReasonCodeOf(packet, code))
  return wrong === undefined ? undefined : `${reasonName(wrong)} is not for this packet`
}

function idProblem(packetId: number): string | undefined {
  const isFine = Number.isInteger(packetId) && packetId >= 1 && packetId <= 65_535
  return isFine ? undefined : `packet identifier is ${packetId}, not from 1 to 65535`
}

function rangeProblem(what: string, value: number, max: number): string | undefined {
  const isFine = Number.isInteger(value) && value >= 0 && value <= max
  return isFine ? undefined : `${what} is ${value}, not from 0 to ${max}`
}
