// What the encoder refuses to encode: illegal packets as values, each with what is said about it.

import { describe, expect, it } from 'vitest'
import {
  encodePacket,
  packetProblem,
  propertiesProblem,
  WILL_PROPERTIES,
} from '@motewire/sdk/codec'
import type { ConnectPacket, ControlPacket, Properties, ProtocolVersion } from '@motewire/sdk/codec'

const CONNECT: ConnectPacket = {
  type: 'connect',
  protocolVersion: 5,
  clientId: 'c',
  clean: true,
  keepalive: 0,
}

function connect(change: object, protocolVersion: ProtocolVersion = 5): ControlPacket {
  return { ...CONNECT, protocolVersion, ...change }
}

function subscribe(one: object): ControlPacket {
  return { type: 'subscribe', packetId: 1, subscriptions: [{ filter: 'a', qos: 0, ...one }] }
}

const ILLEGAL: readonly (readonly [string, ControlPacket, ProtocolVersion])[] = [
  ['client identifier contains U+0000', connect({ clientId: '\0' }), 5],
  ['client identifier contains a lone surrogate', connect({ clientId: '\uD800' }), 5],
  ['client identifier takes 65536 bytes', connect({ clientId: 'x'.repeat(65_536) }), 5],
  ['client identifier has 24 characters', connect({ clientId: 'x'.repeat(24) }, 3), 3],
  [
    'client identifier is empty without a clean session',
    connect({ clientId: '', clean: false }, 4),
    4,
  ],
  ['keepalive is 65536', connect({ keepalive: 65_536 }), 5],
  ['keepalive is 1.5', connect({ keepalive: 1.5 }), 5],
  ['user name contains U+0000', connect({ username: 'a\0' }), 5],
  ['password without a user name', connect({ password: 'p' }, 4), 4],
  ['password takes 65536 bytes', connect({ password: 'x'.repeat(65_536) }), 5],
  ['will topic is empty', connect({ will: { topic: '', payload: '' } }), 5],
  ["will topic 'a/#' contains a wildcard", connect({ will: { topic: 'a/#', payload: '' } }), 5],
  ['will QoS is 3', connect({ will: { topic: 'w', payload: '', qos: 3 } }), 5],
  [
    'will payload takes 65536 bytes',
    connect({ will: { topic: 'w', payload: 'x'.repeat(65_536) } }),
    5,
  ],
  [
    'will property topicAlias is not for this packet',
    connect({ will: { topic: 'w', payload: '', properties: { topicAlias: 1 } } }),
    5,
  ],
  ['property receiveMaximum is 0', connect({ properties: { receiveMaximum: 0 } }), 5],
  [
    'property willDelayInterval is not for this packet',
    connect({ properties: { willDelayInterval: 1 } }),
    5,
  ],
  [
    'property authenticationData stands without',
    connect({ properties: { authenticationData: Buffer.of(1) } }),
    5,
  ],
  [
    'packet identifier is 0',
    { type: 'subscribe', packetId: 0, subscriptions: [{ filter: 'a', qos: 0 }] },
    5,
  ],
  ['no subscription given', { type: 'subscribe', packetId: 1, subscriptions: [] }, 5],
  ['filter is empty', subscribe({ filter: '' }), 4],
  ['QoS is 3', subscribe({ qos: 3 }), 4],
  ['retain handling is 3', subscribe({ retainHandling: 3 }), 5],
  ['no local cannot be asked', subscribe({ filter: '$share/g/a', noLocal: true }), 5],
  ['no filter given', { type: 'unsubscribe', packetId: 1, filters: [] }, 5],
  ["filter 'a#' has a wildcard", { type: 'unsubscribe', packetId: 1, filters: ['a', 'a#'] }, 4],
  ['session present in a refusal', { type: 'connack', sessionPresent: true, reasonCode: 0x87 }, 5],
  [
    '0x10 No matching subscribers is not for this packet',
    { type: 'connack', sessionPresent: false, reasonCode: 0x10 },
    5,
  ],
  ['return code is 6', { type: 'connack', sessionPresent: false, reasonCode: 6 }, 4],
  ['no reason code given', { type: 'suback', packetId: 1, reasonCodes: [] }, 5],
  ['return code 3 is reserved', { type: 'suback', packetId: 1, reasonCodes: [0, 3] }, 4],
  [
    '0x03 unknown reason is not for this packet',
    { type: 'unsuback', packetId: 1, reasonCodes: [3] },
    5,
  ],
  ['is not for this packet', { type: 'disconnect', reasonCode: 0x10 }, 5],
  ['AUTH is a packet of MQTT 5.0', { type: 'auth', reasonCode: 0 }, 4],
  ['AUTH names no authentication method', { type: 'auth', reasonCode: 0x18 }, 5],
]

describe('an illegal packet', () => {
  it.each(ILLEGAL)('is refused: %s', (problem, packet, version) => {
    expect(packetProblem(packet, version)).toContain(problem)
    expect(() => encodePacket(packet, version)).toThrow(problem)
  })
})

const PROPERTIES: readonly (readonly [string, Properties, number])[] = [
  ['topicAlias is 0', { topicAlias: 0 }, 3],
  ['topicAlias is 65536', { topicAlias: 65_536 }, 3],
  ['messageExpiryInterval is -1', { messageExpiryInterval: -1 }, 3],
  ['messageExpiryInterval is NaN', { messageExpiryInterval: Number.NaN }, 3],
  ['subscriptionIdentifier is sent in PUBLISH by servers only', { subscriptionIdentifier: 1 }, 3],
  ['subscriptionIdentifier stands once', { subscriptionIdentifier: [1, 2] }, 8],
  ['subscriptionIdentifier is 268435456', { subscriptionIdentifier: 268_435_456 }, 8],
  ['responseTopic: topic', { responseTopic: '+' }, 3],
  ['contentType is not a string', { contentType: 5 as never }, 3],
  ['correlationData is not bytes', { correlationData: 'x' as never }, 3],
  ['payloadFormatIndicator is not a boolean', { payloadFormatIndicator: 1 as never }, 3],
  ['user property name contains U+0000', { userProperties: { '\0': 'a' } }, 3],
  ['user property a contains a lone surrogate', { userProperties: { a: ['b', '\uDFFF'] } }, 3],
  ['property colour is unknown', { colour: 'red' } as never, 3],
  ['maximumQoS is 2', { maximumQoS: 2 as 1 }, 2],
  ['serverReference is sent in DISCONNECT by servers only', { serverReference: 'x' }, 14],
  ['property topicAlias is not for this packet', { topicAlias: 1 }, WILL_PROPERTIES],
]

describe('illegal properties', () => {
  it.each(PROPERTIES)('are refused: %s', (problem, properties, packet) => {
    expect(propertiesProblem(properties, packet)).toContain(problem)
  })

  it('are others for a server', () => {
    const expiring = { sessionExpiryInterval: 5 }
    expect(propertiesProblem(expiring, 14, 'client')).toBeUndefined()
    expect(propertiesProblem(expiring, 14, 'server')).toContain('by clients only')
    expect(propertiesProblem({ subscriptionIdentifier: [1, 1] }, 3, 'server')).toBeUndefined()
  })

  it('are not what is undefined', () => {
    const absent = { topicAlias: undefined, contentType: 'a' } as unknown as Properties
    expect(propertiesProblem(absent, 3)).toBeUndefined()
    expect(propertiesProblem(undefined, 3)).toBeUndefined()
  })
})
