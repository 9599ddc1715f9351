// What a server allows is kept: for queued messages too, for one connection only, and with the
// standard's defaults for what the CONNACK leaves out.

import { describe, expect, it } from 'vitest'
import { online, ScriptedServer } from '../support/conformance/scripted-server.ts'
import type { SentPacket } from '../support/conformance/scripted-server.ts'

const KEPT = { clean: false, properties: { sessionExpiryInterval: 3600 } } as const

function allowing(properties: object, options: object = {}): ScriptedServer {
  return online(options, { properties })
}

function aliasOf(packet: SentPacket): number | undefined {
  return (packet['properties'] as { topicAlias?: number } | undefined)?.topicAlias
}

describe('Maximum QoS and Retain Available', () => {
  it('MQTT5-3.2.2-11 MQTT5-3.2.2-9: nothing above Maximum QoS is sent, queued or not', () => {
    const server = new ScriptedServer(KEPT)
    server.client.publish('queued', 'x', { qos: 2 })
    server.start()
    server.connack({ properties: { maximumQoS: 1 } })
    server.client.publish('now', 'x', { qos: 2 })
    server.client.publish('fine', 'x', { qos: 1 })
    for (const packet of server.take()) expect(packet['qos']).toBeLessThan(2)
    expect(server.isOpen).toBe(true)
  })

  it('MQTT5-3.2.2-11: Maximum QoS 0 leaves QoS 0 only', () => {
    const server = allowing({ maximumQoS: 0 })
    server.client.publish('a', 'x', { qos: 1 })
    server.client.publish('b', 'x', { qos: 0 })
    for (const packet of server.take()) expect(packet['qos']).toBe(0)
    expect(server.outcomes.every((outcome) => !outcome.startsWith('delivered a'))).toBe(true)
  })

  it('MQTT5-3.2.2-10: Maximum QoS does not limit what is subscribed', () => {
    const server = allowing({ maximumQoS: 0 })
    server.client.subscribe('s', { qos: 2 }).catch(() => undefined)
    expect(server.next('subscribe')).toMatchObject({ subscriptions: [{ topic: 's', qos: 2 }] })
  })

  it('MQTT5-3.2.2-14: no RETAIN flag is sent when retaining is not available', () => {
    const server = new ScriptedServer(KEPT)
    server.client.publish('queued', 'x', { qos: 1, retain: true })
    server.start()
    server.connack({ properties: { retainAvailable: false } })
    server.client.publish('now', 'x', { retain: true })
    server.client.publish('fine', 'x')
    for (const packet of server.take()) expect(packet['retain']).toBe(false)
    expect(server.isOpen).toBe(true)
  })

  it('MQTT5-3.2.2-18: absent limits are the defaults of the standard again', () => {
    const server = allowing(
      { maximumQoS: 1, retainAvailable: false, maximumPacketSize: 60, receiveMaximum: 1 },
      KEPT,
    )
    server.take()
    server.reconnect({ sessionPresent: true })
    server.client.publish('a', 'x'.repeat(500), { qos: 2, retain: true })
    server.client.publish('b', 'x'.repeat(500), { qos: 2, retain: true })
    expect(server.take()).toMatchObject([
      { topic: 'a', qos: 2, retain: true },
      { topic: 'b', qos: 2, retain: true },
    ])
    expect(server.outcomes).toEqual([])
  })

  it('MQTT5-3.2.2-11 MQTT5-3.2.2-14: what resumes is checked against the new CONNACK', () => {
    const server = online({ ...KEPT, inflightMax: 1 })
    server.client.publish('a', 'x', { qos: 1 })
    server.client.publish('b', 'x', { qos: 2, retain: true })
    server.take()
    server.reconnect({
      sessionPresent: true,
      properties: { maximumQoS: 1, retainAvailable: false },
    })
    server.send({ cmd: 'puback', messageId: server.next('publish')['messageId'] })
    for (const packet of server.take()) expect(packet).toMatchObject({ qos: 1, retain: false })
  })
})

describe('Maximum Packet Size', () => {
  it('MQTT5-3.2.2-15: a larger PUBLISH fails alone, the connection stays', () => {
    const server = allowing({ maximumPacketSize: 100 })
    server.client.publish('t', 'x'.repeat(200), { qos: 1 })
    server.client.publish('zero', 'x'.repeat(200))
    server.client.publish('u', 'x', { qos: 1 })
    expect(server.take()).toMatchObject([{ topic: 'u' }])
    expect(server.outcomes).toContain('rejected t 149')
    expect(server.isOpen).toBe(true)
  })

  it('MQTT5-3.2.2-15: the largest PUBLISH that fits is sent', () => {
    const server = allowing({ maximumPacketSize: 100 })
    // 2 bytes of header, 3 of topic, 2 of identifier, 1 of property length.
    server.client.publish('t', 'x'.repeat(92), { qos: 1 })
    expect(server.take()).toHaveLength(1)
    expect(server.sentHex.slice(-200, -196)).toBe('3262')
  })

  it('MQTT5-3.2.2-15: a larger SUBSCRIBE or UNSUBSCRIBE is not sent', async () => {
    const server = allowing({ maximumPacketSize: 50 })
    const refused = server.client.subscribe('x'.repeat(100)).then(
      () => 'granted',
      () => 'refused',
    )
    const unsubscribed = server.client.unsubscribe('x'.repeat(100)).then(
      () => 'granted',
      () => 'refused',
    )
    expect(server.take()).toEqual([])
    expect(await refused).toBe('refused')
    expect(await unsubscribed).toBe('refused')
    expect(server.isOpen).toBe(true)
  })

  it('MQTT5-3.14.2-3 MQTT5-3.14.2-4: a DISCONNECT that is too large loses its explanation', () => {
    const server = allowing({ maximumPacketSize: 30 })
    const reasonString = 'x'.repeat(100)
    void server.client.end({ reasonCode: 4, properties: { reasonString } })
    server.settle()
    expect(server.take()).toMatchObject([{ cmd: 'disconnect', reasonCode: 4 }])
    expect(server.sentHex.length / 2).toBeLessThan(16 + 30)
  })
})

describe('subscription features', () => {
  it('MQTT5-3.8.3-1: are not asked for where the server has none', async () => {
    const server = allowing({
      wildcardSubscriptionAvailable: false,
      sharedSubscriptionAvailable: false,
      subscriptionIdentifiersAvailable: false,
    })
    const ask = (filter: string, options = {}): Promise<string> =>
      server.client.subscribe(filter, options).then(
        (grants) => `granted ${grants[0]?.qos}`,
        () => 'refused',
      )
    const answers = [
      ask('a/+'),
      ask('$share/g/a'),
      ask('a', { properties: { subscriptionIdentifier: 5 } }),
    ]
    expect(server.take()).toEqual([])
    for (const answer of await Promise.all(answers)) {
      expect(answer).toMatch(/refused|granted 1(58|61|62)/)
    }
  })
})

describe('topic aliases to the server', () => {
  const ALIASED = { properties: { topicAlias: 1 } } as const

  it('MQTT5-3.2.2-17 MQTT5-3.3.2-9: never exceed its Topic Alias Maximum', () => {
    const server = allowing({ topicAliasMaximum: 2 }, { autoAssignTopicAlias: true })
    for (let i = 0; i < 30; i++) server.client.publish(`t${i % 5}`, 'x')
    for (const packet of server.take()) {
      const alias = aliasOf(packet) ?? 1
      expect(alias).toBeLessThanOrEqual(2)
      expect(alias).toBeGreaterThan(0)
    }
  })

  it('MQTT5-3.3.2-12: always mean the topic that was published', () => {
    const server = allowing({ topicAliasMaximum: 2 }, { autoAssignTopicAlias: true })
    const wanted: string[] = []
    for (let i = 0; i < 60; i++) {
      const topic = `topic/${(i * i) % 7}`
      wanted.push(topic)
      server.client.publish(topic, 'x', { qos: i % 2 === 0 ? 0 : 1 })
    }
    const aliases = new Map<number, string>()
    const seen = server.takeOnly('publish').map((packet) => {
      const topicAlias = aliasOf(packet)
      const topic = String(packet['topic'])
      if (topicAlias === undefined) return topic
      if (topic !== '') aliases.set(topicAlias, topic)
      return aliases.get(topicAlias)
    })
    expect(seen).toEqual(wanted)
    expect(server.sentHex.length).toBeGreaterThan(0)
    expect(aliases.size).toBeGreaterThan(0)
  })

  it('MQTT5-3.2.2-18: are not sent when Topic Alias Maximum is absent or 0', () => {
    for (const properties of [{}, { topicAliasMaximum: 0 }]) {
      const server = allowing(properties, { autoAssignTopicAlias: true })
      for (let i = 0; i < 5; i++) server.client.publish('t', 'x')
      try {
        server.client.publish('t', 'x', ALIASED)
      } catch {
        // A refusal is as good: what counts is the wire.
      }
      for (const packet of server.take()) expect(aliasOf(packet)).toBeUndefined()
    }
  })

  it('MQTT5-3.3.2-8: 0 is never sent', () => {
    const server = allowing({ topicAliasMaximum: 10 })
    try {
      server.client.publish('t', 'x', { qos: 1, properties: { topicAlias: 0 } })
    } catch {
      // A refusal is as good: what counts is the wire.
    }
    for (const packet of server.take()) expect(aliasOf(packet)).not.toBe(0)
  })

  it('MQTT5-3.3.2-7: begin anew on each connection, and what is sent again has its topic', () => {
    const server = allowing({ topicAliasMaximum: 5 }, { ...KEPT, autoAssignTopicAlias: true })
    for (let i = 0; i < 4; i++) server.client.publish('topic/one', `${i}`, { qos: 1 })
    server.take()
    server.reconnect({ sessionPresent: true, properties: { topicAliasMaximum: 5 } })
    const again = server.takeOnly('publish')
    expect(again).toHaveLength(4)
    expect(again[0]).toMatchObject({ topic: 'topic/one', dup: true })
    server.reconnect({ sessionPresent: true })
    for (const packet of server.takeOnly('publish')) {
      expect(packet['topic']).toBe('topic/one')
      expect(aliasOf(packet)).toBeUndefined()
    }
  })
})

describe('topic aliases from the server', () => {
  const TAKING = { properties: { topicAliasMaximum: 2 } }

  it('MQTT5-3.3.2-10: all up to our maximum are taken', () => {
    const server = online(TAKING)
    server.publish('one', '1', { properties: { topicAlias: 1 } })
    server.publish('two', '2', { properties: { topicAlias: 2 } })
    server.publish('', '3', { properties: { topicAlias: 1 } })
    server.publish('', '4', { qos: 2, messageId: 7, properties: { topicAlias: 2 } })
    server.publish('new', '5', { properties: { topicAlias: 1 } })
    server.publish('', '6', { properties: { topicAlias: 1 } })
    expect(server.messages.map(({ topic }) => topic)).toEqual([
      'one',
      'two',
      'one',
      'two',
      'new',
      'new',
    ])
  })

  it('MQTT5-3.3.2-11 MQTT5-3.1.2-26: above our maximum end the connection with 0x94', () => {
    const server = online(TAKING)
    server.publish('three', 'x', { properties: { topicAlias: 3 } })
    expect(server.take()).toMatchObject([{ cmd: 'disconnect', reasonCode: 0x94 }])
    expect(server.messages).toEqual([])
    expect(server.isOpen).toBe(false)
  })

  it('MQTT5-3.3.2-7: that were never set, or on another connection, end it with 0x82', () => {
    const server = online({
      ...KEPT,
      properties: { sessionExpiryInterval: 60, topicAliasMaximum: 2 },
    })
    server.publish('one', 'x', { properties: { topicAlias: 1 } })
    server.reconnect({ sessionPresent: true })
    server.publish('', 'y', { properties: { topicAlias: 1 } })
    const last = server.take().at(-1)
    expect(last).toMatchObject({ cmd: 'disconnect' })
    expect([0x82, 0x94]).toContain(last?.['reasonCode'])
    expect(server.messages).toHaveLength(1)
    expect(server.isOpen).toBe(false)
  })

  it('MQTT5-4.3.3-10: of a duplicate QoS 2 message are learned all the same', () => {
    const server = online(TAKING)
    server.publish('one', 'x', { qos: 2, messageId: 1 })
    server.publish('one', 'x', { qos: 2, messageId: 1, dup: true, properties: { topicAlias: 1 } })
    server.publish('', 'y', { properties: { topicAlias: 1 } })
    expect(server.messages.map(({ topic }) => topic)).toEqual(['one', 'one'])
  })
})
