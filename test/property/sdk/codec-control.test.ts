// The rare packets beside mqtt-packet: it reads what we write as we meant it, and no mutation makes
// us accept something that it reads otherwise.

import * as fc from 'fast-check'
import { generate, parser } from 'mqtt-packet'
import type { Packet } from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import { encodePacket, PacketDecoder, packetProblem } from '@motewire/sdk/codec'
import type { ConnectPacket, ControlPacket, Properties, Role } from '@motewire/sdk/codec'

const text = fc.stringMatching(/^[a-zA-Z0-9ü中/]{1,20}$/)
const binary = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes))
const u16 = fc.integer({ min: 1, max: 65_535 })
const u32 = fc.integer({ min: 1, max: 2 ** 32 - 1 })
const flag = fc.boolean()
const pairs = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), text, { maxKeys: 3 })

/** Property lists that a packet may carry, some of them empty. */
function lists(model: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Properties> {
  return fc.record(model, { requiredKeys: [] })
}

const willProperties = lists({
  payloadFormatIndicator: flag,
  messageExpiryInterval: u32,
  contentType: text,
  responseTopic: text,
  correlationData: binary,
  willDelayInterval: u32,
  userProperties: pairs,
})
const connectProperties = lists({
  sessionExpiryInterval: u32,
  receiveMaximum: u16,
  maximumPacketSize: u32,
  topicAliasMaximum: u16,
  requestResponseInformation: flag,
  requestProblemInformation: flag,
  authenticationMethod: text,
  userProperties: pairs,
})
const connackProperties = lists({
  sessionExpiryInterval: u32,
  receiveMaximum: u16,
  maximumQoS: fc.constantFrom(0, 1),
  retainAvailable: flag,
  maximumPacketSize: u32,
  assignedClientIdentifier: text,
  topicAliasMaximum: u16,
  reasonString: text,
  userProperties: pairs,
  wildcardSubscriptionAvailable: flag,
  subscriptionIdentifiersAvailable: flag,
  sharedSubscriptionAvailable: flag,
  serverKeepAlive: u16,
  responseInformation: text,
  serverReference: text,
})
const explanations = lists({ reasonString: text, userProperties: pairs })

type Connect = ConnectPacket & { readonly protocolVersion: 4 | 5 }

const connects: fc.Arbitrary<Connect> = fc.record(
  {
    type: fc.constant('connect' as const),
    protocolVersion: fc.constantFrom(4 as const, 5 as const),
    clientId: text,
    clean: flag,
    keepalive: fc.integer({ min: 0, max: 65_535 }),
    username: text,
    password: binary,
    will: fc.record({
      topic: text,
      payload: binary,
      qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
      retain: flag,
      properties: willProperties,
    }),
    properties: connectProperties,
  },
  { requiredKeys: ['type', 'protocolVersion', 'clientId', 'clean', 'keepalive'] },
)

const controls: fc.Arbitrary<Exclude<ControlPacket, ConnectPacket>> = fc.oneof(
  fc.record({
    type: fc.constant('connack' as const),
    sessionPresent: flag,
    reasonCode: fc.constant(0),
    properties: connackProperties,
  }),
  fc.record({
    type: fc.constant('subscribe' as const),
    packetId: u16,
    subscriptions: fc.array(
      fc.record({
        filter: text,
        qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
        noLocal: flag,
        retainAsPublished: flag,
        retainHandling: fc.constantFrom(0 as const, 1 as const, 2 as const),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    properties: lists({
      subscriptionIdentifier: fc.integer({ min: 1, max: 268_435_455 }),
      userProperties: pairs,
    }),
  }),
  fc.record({
    type: fc.constant('suback' as const),
    packetId: u16,
    reasonCodes: fc.array(fc.constantFrom(0, 1, 2, 0x80, 0x87, 0xa2), { minLength: 1 }),
    properties: explanations,
  }),
  fc.record({
    type: fc.constant('unsubscribe' as const),
    packetId: u16,
    filters: fc.array(text, { minLength: 1, maxLength: 4 }),
    properties: lists({ userProperties: pairs }),
  }),
  fc.record({
    type: fc.constant('unsuback' as const),
    packetId: u16,
    reasonCodes: fc.array(fc.constantFrom(0, 0x11, 0x87), { minLength: 1 }),
    properties: explanations,
  }),
  fc.record({
    type: fc.constant('disconnect' as const),
    reasonCode: fc.constantFrom(0, 0x81, 0x93),
    properties: explanations,
  }),
)

/** The one packet in these bytes; undefined when they are refused or hold something else. */
function decode(role: Role, version: 4 | 5, bytes: Uint8Array): ControlPacket | undefined {
  const packets: ControlPacket[] = []
  const ignore = (): undefined => undefined
  const decoder = new PacketDecoder(role, {
    handlePublish: ignore,
    handleAck: ignore,
    handlePing: ignore,
    handlePacket: (packet) => packets.push(packet),
  })
  decoder.reset(version)
  return decoder.feed(bytes) === undefined ? packets[0] : undefined
}

/** What of a packet both codecs call by the same name. */
function essence(packet: Record<string, unknown> | undefined): unknown {
  if (packet === undefined) return undefined
  return JSON.parse(
    JSON.stringify({
      clientId: packet['clientId'],
      keepalive: packet['keepalive'],
      clean: packet['clean'],
      username: packet['username'],
      sessionPresent: packet['sessionPresent'],
      id: packet['packetId'] ?? packet['messageId'],
      codes: packet['reasonCodes'] ?? packet['granted'],
      filters: packet['filters'] ?? packet['unsubscriptions'],
      properties: withoutEmpty(packet['properties']),
    }),
  ) as unknown
}

function withoutEmpty(properties: unknown): unknown {
  const entries = Object.entries(properties ?? {})
  const kept = entries.filter(([, value]) => !isEmptyRecord(value))
  return kept.length === 0 ? undefined : Object.fromEntries(kept)
}

function isEmptyRecord(value: unknown): boolean {
  const isPlain = typeof value === 'object' && value !== null && !(value instanceof Uint8Array)
  return isPlain && Object.keys(value).length === 0
}

function readByReference(version: 4 | 5, bytes: Uint8Array): Record<string, unknown> | undefined {
  const packets: unknown[] = []
  const reader = parser({ protocolVersion: version })
  reader.on('packet', (packet) => packets.push(packet))
  reader.on('error', () => undefined)
  reader.parse(Buffer.from(bytes))
  return packets[0] as Record<string, unknown> | undefined
}

function readerOf({ type }: ControlPacket): Role {
  return ['subscribe', 'unsubscribe', 'connect'].includes(type) ? 'server' : 'client'
}

const BAD_AUTHENTICATION_METHOD = 0x8c

describe('the rare packets', () => {
  it('are read back as they were written', () => {
    fc.assert(
      fc.property(fc.oneof(controls, connects), (packet) => {
        const version = packet.type === 'connect' ? packet.protocolVersion : 5
        fc.pre(packetProblem(packet, version) === undefined)
        const read = decode(readerOf(packet), version, encodePacket(packet, version))
        const meant = version === 5 ? packet : { ...packet, properties: undefined }
        expect(essence(read as never)).toEqual(essence(meant as never))
      }),
    )
  })

  it('mean to mqtt-packet what they mean to us', () => {
    fc.assert(
      fc.property(fc.oneof(controls, connects), (packet) => {
        const version = packet.type === 'connect' ? packet.protocolVersion : 5
        fc.pre(packetProblem(packet, version) === undefined)
        const bytes = encodePacket(packet, version)
        const own = decode(readerOf(packet), version, bytes)
        expect(essence(readByReference(version, bytes))).toEqual(essence(own as never))
      }),
    )
  })

  it('are CONNECTs byte for byte like those of mqtt-packet, where it can write them', () => {
    fc.assert(
      fc.property(connects, (packet) => {
        const { protocolVersion, will, properties, ...plain } = packet
        fc.pre(packetProblem(packet, protocolVersion) === undefined)
        fc.pre(packet.password === undefined || packet.username !== undefined)
        // It writes properties in the order in which they were given, and so their bytes differ.
        fc.pre(Object.keys({ ...properties, ...will?.properties }).length === 0)
        const form = { ...plain, cmd: 'connect', protocolVersion, protocolId: 'MQTT' }
        const complete = will === undefined ? form : { ...form, will }
        const reference = generate(complete as unknown as Packet, { protocolVersion })
        expect(encodePacket(packet, protocolVersion).toString('hex')).toBe(
          reference.toString('hex'),
        )
      }),
    )
  })

  it('are never accepted with a meaning that mqtt-packet does not see', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 3,
    })
    fc.assert(
      fc.property(controls, changes, (packet, all) => {
        fc.pre(packetProblem(packet, 5) === undefined)
        const bytes = Buffer.from(encodePacket(packet, 5))
        for (const [at, value] of all) bytes[at % bytes.length] = value
        const own = decode(readerOf(packet), 5, bytes)
        if (own === undefined || own.type !== packet.type) return
        // mqtt-packet does not know that DISCONNECT may say so [MQTT5 2.4].
        fc.pre(own.type !== 'disconnect' || own.reasonCode !== BAD_AUTHENTICATION_METHOD)
        expect(essence(readByReference(5, bytes))).toEqual(essence(own as never))
      }),
      { numRuns: 3_000 },
    )
  })
})
