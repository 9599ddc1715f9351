// What a server of MQTT 5.0 must do, packet by packet, on the broker's core without any channel.

import { describe, expect, it } from 'vitest'
import { Stage } from '../../../support/broker-stage.ts'

describe('topic aliases', () => {
  it('stand for the topic they came with', () => {
    const stage = new Stage()
    const sub = stage.client('sub')
    sub.subscribe('a/#')
    const pub = stage.client('pub')
    pub.publish('a/b', 'one', { properties: { topicAlias: 3 } })
    pub.publish('', 'two', { properties: { topicAlias: 3 } })
    expect(sub.all()).toMatchObject([
      { topic: 'a/b', text: 'one', properties: undefined },
      { topic: 'a/b', text: 'two', properties: undefined },
    ])
  })

  it.each([
    ['beyond the maximum', { topicAlias: 65 }, 'a'],
    ['that stands for nothing', { topicAlias: 1 }, ''],
  ])('end the connection with 0x94 when one is %s', (_what, properties, topic) => {
    const pub = new Stage().client('pub')
    pub.publish(topic, 'x', { properties })
    expect(pub.take('disconnect')).toMatchObject({ reasonCode: 0x94 })
    expect(pub.hangup).toBe('flush')
  })

  it('shorten what goes to a receiver that takes them', () => {
    const stage = new Stage()
    const sub = stage.client('sub', { properties: { topicAliasMaximum: 1 } })
    sub.subscribe('#')
    const pub = stage.client('pub')
    for (const topic of ['x/long/topic', 'x/long/topic', 'other']) pub.publish(topic, 'v')
    expect(sub.all().map(({ topic, properties }) => [topic, properties?.topicAlias])).toEqual([
      ['x/long/topic', 1],
      ['', 1],
      ['other', undefined],
    ])
  })
})

describe('flow control', () => {
  it('sends no more than the Receive Maximum unconfirmed, QoS 0 besides', () => {
    const stage = new Stage()
    const sub = stage.client('sub', { properties: { receiveMaximum: 2 } })
    sub.subscribe('q/#', 2)
    const pub = stage.client('pub')
    for (const text of ['1', '2', '3', '4']) pub.publish('q/1', text, { qos: 1 })
    pub.publish('q/0', 'now')
    const [first, second, third] = sub.all()
    expect([first, second, third].map((one) => one?.text)).toEqual(['1', '2', 'now'])
    sub.ack(4, second!.packetId!)
    expect(sub.texts()).toEqual(['3'])
    sub.ack(4, first!.packetId!)
    expect(sub.texts()).toEqual(['4'])
  })

  it('gives a place in the window back at PUBCOMP, not at PUBREC', () => {
    const stage = new Stage()
    const sub = stage.client('sub', { properties: { receiveMaximum: 1 } })
    sub.subscribe('q', 2)
    const pub = stage.client('pub')
    pub.publish('q', '1', { qos: 2, packetId: 1 })
    pub.publish('q', '2', { qos: 2, packetId: 2 })
    const { packetId = 0 } = sub.take('publish')
    sub.ack(5, packetId)
    expect(sub.all()).toMatchObject([{ type: 'pubrel', packetId }])
    sub.ack(7, packetId)
    expect(sub.texts()).toEqual(['2'])
  })

  it('ends a client that opens more QoS 2 messages than our Receive Maximum with 0x93', () => {
    const pub = new Stage({ receiveMaximum: 2 }).client('pub')
    for (const packetId of [1, 2, 3]) pub.publish('t', 'x', { qos: 2, packetId })
    expect(pub.take('disconnect')).toMatchObject({ reasonCode: 0x93 })
  })

  it('takes the same QoS 2 message again while its identifier is open, and once only', () => {
    const stage = new Stage({ receiveMaximum: 1 })
    const sub = stage.client('sub')
    sub.subscribe('t')
    const pub = stage.client('pub')
    pub.publish('t', 'x', { qos: 2, packetId: 7 })
    pub.publish('t', 'x', { qos: 2, packetId: 7, dup: true })
    expect(sub.texts()).toEqual(['x'])
    expect(pub.all()).toMatchObject([{ type: 'pubrec' }, { type: 'pubrec' }])
    pub.ack(6, 7)
    expect(pub.take('pubcomp')).toMatchObject({ reasonCode: 0 })
    pub.ack(6, 7)
    expect(pub.take('pubcomp')).toMatchObject({ reasonCode: 0x92 })
  })
})

describe('sizes and limits', () => {
  it('drops what is larger than the receiver takes, and goes on', () => {
    const stage = new Stage()
    const sub = stage.client('sub', { properties: { maximumPacketSize: 60 } })
    sub.subscribe('t', 1)
    const pub = stage.client('pub')
    pub.publish('t', 'x'.repeat(100), { qos: 1, packetId: 1 })
    pub.publish('t', 'small', { qos: 1, packetId: 2 })
    expect(sub.texts()).toEqual(['small'])
    const { delivery } = stage.core.defaultHost.sessions.get('sub')!
    expect(delivery.drops).toMatchObject({ tooLarge: 1 })
    expect(delivery.inflight).toBe(1)
  })

  it('ends a client whose packet is larger than ours with 0x95', () => {
    const pub = new Stage({ packetBytesMax: 100 }).client('pub')
    pub.publish('t', 'x'.repeat(200))
    expect(pub.take('disconnect')).toMatchObject({ reasonCode: 0x95 })
  })

  it('ends a client that publishes too fast with 0x96', () => {
    const pub = new Stage({ publishesPerSecondMax: 3 }).client('pub')
    for (let i = 0; i < 4; i++) pub.publish('t', 'x')
    expect(pub.take('disconnect')).toMatchObject({ reasonCode: 0x96 })
  })

  it.each([
    [{ connectsPerSecondMax: 1 }, 0x9f],
    [{ connectionsPerAddressMax: 1 }, 0x97],
    [{ clientsMax: 1 }, 0x97],
    [{ sessionsMax: 1 }, 0x97],
  ])('refuses one client more than %o with %i', (options, reasonCode) => {
    const stage = new Stage(options)
    stage.client('first')
    const second = stage.peer()
    second.connect({ clientId: 'second' })
    expect(second.take('connack')).toMatchObject({ reasonCode })
    expect(stage.core.connections.size).toBe(1)
  })

  it('grants no more filters than the limit', () => {
    const sub = new Stage({ subscriptionsPerClientMax: 1 }).client('sub')
    expect(sub.subscribe('a')).toEqual([0])
    expect(sub.subscribe('b')).toEqual([0x97])
    expect(sub.subscribe('a', 1)).toEqual([1])
  })

  it('says what it does not support, and holds to it', () => {
    const stage = new Stage({ qosMax: 1, isRetainAvailable: false })
    const pub = stage.peer()
    pub.connect({ clientId: 'pub' })
    const { properties } = pub.take('connack')
    expect(properties).toMatchObject({ maximumQoS: 1, retainAvailable: false })
    expect(pub.subscribe('t', 2)).toEqual([1])
    pub.publish('t', 'x', { qos: 2 })
    expect(pub.take('disconnect')).toMatchObject({ reasonCode: 0x9b })
    const other = stage.client('other')
    other.publish('t', 'x', { retain: true })
    expect(other.take('disconnect')).toMatchObject({ reasonCode: 0x9a })
  })
})

describe('expiry', () => {
  it('forgets a session when its expiry is over, and not before', () => {
    const stage = new Stage()
    const properties = { sessionExpiryInterval: 5 }
    stage.client('c', { clean: false, properties }).cut()
    stage.advance(4)
    const again = stage.peer()
    again.connect({ clientId: 'c', clean: false, properties })
    expect(again.take('connack')).toMatchObject({ sessionPresent: true })
    again.cut()
    stage.advance(6)
    expect(stage.core.defaultHost.sessions.size).toBe(0)
  })

  it('cuts a longer session expiry and says so', () => {
    const peer = new Stage({ sessionExpiryMaxS: 60 }).peer()
    peer.connect({ clientId: 'c', properties: { sessionExpiryInterval: 0xffffffff } })
    expect(peer.take('connack').properties).toMatchObject({ sessionExpiryInterval: 60 })
  })

  it('lets DISCONNECT change the session expiry, but not from 0', () => {
    const stage = new Stage()
    const first = stage.client('a', { properties: { sessionExpiryInterval: 100 } })
    const properties = { sessionExpiryInterval: 1 }
    first.send({ type: 'disconnect', reasonCode: 0, properties })
    stage.advance(2)
    expect(stage.core.defaultHost.sessions.size).toBe(0)
    const second = stage.client('b')
    second.send({ type: 'disconnect', reasonCode: 0, properties })
    expect(second.take('disconnect')).toMatchObject({ reasonCode: 0x82 })
  })

  it('drops a message that waited too long and tells the others what is left', () => {
    const stage = new Stage()
    const session = { clean: false, properties: { sessionExpiryInterval: 1000 } }
    const sub = stage.client('sub', session)
    sub.subscribe('t', 1)
    sub.cut()
    const pub = stage.client('pub')
    pub.publish('t', 'short', { qos: 1, properties: { messageExpiryInterval: 2 } })
    pub.publish('t', 'long', { qos: 1, properties: { messageExpiryInterval: 100 } })
    stage.advance(10)
    const again = stage.client('sub', session)
    expect(again.all()).toMatchObject([{ text: 'long', properties: { messageExpiryInterval: 90 } }])
    const { drops } = stage.core.defaultHost.sessions.get('sub')!.delivery
    expect(drops).toMatchObject({ expired: 1 })
  })

  it('forgets retained messages that have expired', () => {
    const stage = new Stage()
    const pub = stage.client('pub')
    pub.publish('t', 'x', { retain: true, properties: { messageExpiryInterval: 5 } })
    pub.publish('u', 'y', { retain: true })
    stage.advance(6)
    const sub = stage.client('sub')
    sub.subscribe('#')
    expect(sub.texts()).toEqual(['y'])
    stage.advance(60)
    expect(stage.core.defaultHost.retained.size).toBe(1)
  })

  it('sends a will after its delay, and not when the client is back before', () => {
    const stage = new Stage()
    const watcher = stage.client('watcher')
    watcher.subscribe('will')
    const will = { topic: 'will', payload: 'gone', properties: { willDelayInterval: 5 } }
    const properties = { sessionExpiryInterval: 60 }
    stage.client('c', { will, properties }).cut()
    stage.advance(3)
    stage.client('c', { clean: false, will, properties }).cut()
    stage.advance(4)
    expect(watcher.texts()).toEqual([])
    stage.advance(2)
    expect(watcher.texts()).toEqual(['gone'])
  })

  it('sends a delayed will when the session ends before', () => {
    const stage = new Stage()
    const watcher = stage.client('watcher')
    watcher.subscribe('will')
    const will = { topic: 'will', payload: 'gone', properties: { willDelayInterval: 50 } }
    stage.client('c', { will }).cut()
    expect(watcher.texts()).toEqual(['gone'])
  })
})

describe('subscription options', () => {
  it('sends nothing back to its publisher with No Local', () => {
    const stage = new Stage()
    const both = stage.client('both')
    both.subscribe('t', 0, { noLocal: true })
    both.publish('t', 'own')
    stage.client('other').publish('t', 'theirs')
    expect(both.texts()).toEqual(['theirs'])
  })

  it('keeps RETAIN as published when asked to', () => {
    const stage = new Stage()
    const plain = stage.client('plain')
    plain.subscribe('t')
    const asPublished = stage.client('as-published')
    asPublished.subscribe('t', 0, { retainAsPublished: true })
    stage.client('pub').publish('t', 'x', { retain: true })
    expect(plain.take('publish')).toMatchObject({ retain: false })
    expect(asPublished.take('publish')).toMatchObject({ retain: true })
  })

  it.each([
    [0, ['kept'], ['kept']],
    [1, ['kept'], []],
    [2, [], []],
  ] as const)('sends retained messages by Retain Handling %i', (retainHandling, first, second) => {
    const stage = new Stage()
    stage.client('pub').publish('t', 'kept', { retain: true })
    const sub = stage.client('sub')
    sub.subscribe('t', 0, { retainHandling })
    expect(sub.texts()).toEqual(first)
    sub.subscribe('t', 0, { retainHandling })
    expect(sub.texts()).toEqual(second)
  })

  it('delivers once for overlapping filters, at the highest QoS, with all identifiers', () => {
    const stage = new Stage()
    const sub = stage.client('sub')
    sub.subscribe('a/+', 0, {}, { subscriptionIdentifier: 5 })
    sub.subscribe('a/#', 1, {}, { subscriptionIdentifier: 6 })
    stage.client('pub').publish('a/b', 'x', { qos: 2 })
    const [only, ...rest] = sub.all()
    expect(rest).toEqual([])
    expect(only).toMatchObject({ qos: 1 })
    expect(only?.properties?.subscriptionIdentifier).toEqual(expect.arrayContaining([5, 6]))
  })
})

describe('shared subscriptions', () => {
  it('give each message to one member, in turn', () => {
    const stage = new Stage()
    const members = ['a', 'b'].map((id) => stage.client(id))
    for (const member of members) member.subscribe('$share/g/t', 1)
    const pub = stage.client('pub')
    for (let i = 0; i < 6; i++) pub.publish('t', String(i), { qos: 1 })
    expect(members.map((member) => member.texts())).toEqual([
      ['0', '2', '4'],
      ['1', '3', '5'],
    ])
  })

  it('pass over members that are away or cannot send at once', () => {
    const stage = new Stage()
    const durable = { clean: false, properties: { sessionExpiryInterval: 100 } }
    const away = stage.client('away', durable)
    away.subscribe('$share/g/t', 1)
    away.cut()
    const busy = stage.client('busy', { properties: { receiveMaximum: 1 } })
    busy.subscribe('$share/g/t', 1)
    const free = stage.client('free')
    free.subscribe('$share/g/t', 1)
    const pub = stage.client('pub')
    for (let i = 0; i < 5; i++) pub.publish('t', String(i), { qos: 1 })
    expect(busy.texts()).toHaveLength(1)
    expect(free.texts()).toHaveLength(4)
    expect(stage.core.defaultHost.sessions.get('away')?.delivery.queued).toBe(0)
  })

  it('get no retained messages', () => {
    const stage = new Stage()
    stage.client('pub').publish('t', 'kept', { retain: true })
    const sub = stage.client('sub')
    sub.subscribe('$share/g/t')
    expect(sub.all()).toEqual([])
  })
})
