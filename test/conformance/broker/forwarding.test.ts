// What of a PUBLISH the broker passes on, to whom, and in which form.

import { describe, expect, it } from 'vitest'
import { BOTH, DURABLE, Stage } from '../../support/broker-stage.ts'

describe('a forwarded message', () => {
  it(
    'MQTT5-3.3.2-3 MQTT311-3.3.2-3: goes to those whose filter matches its topic, and to no ' +
      'others',
    () => {
      for (const protocolVersion of BOTH) {
        const stage = new Stage()
        const filters = ['a/b', 'a/+', 'a/#', '+/b', '#', 'a', 'A/b', 'a/b/', '+', 'a/b/c']
        const subs = filters.map((filter) => {
          const sub = stage.client(`sub ${filter}`, { protocolVersion })
          sub.subscribe(filter)
          return sub
        })
        stage.client('pub').publish('a/b', 'x')
        const reached = filters.filter((_, i) => subs[i]!.texts().length === 1)
        expect(reached).toEqual(['a/b', 'a/+', 'a/#', '+/b', '#'])
      }
    },
  )

  it('MQTT5-4.7.2-1 MQTT311-4.7.2-1: of a topic with $ in front meets no wildcard there', () => {
    for (const protocolVersion of BOTH) {
      const stage = new Stage()
      const sub = stage.client('sub', { protocolVersion })
      for (const filter of ['#', '+/x', '+/#']) sub.subscribe(filter)
      const exact = stage.client('exact', { protocolVersion })
      exact.subscribe('$own/+')
      stage.client('pub').publish('$own/x', 'x', { retain: true })
      expect([sub.texts(), exact.texts()]).toEqual([[], ['x']])
      sub.subscribe('#')
      expect(sub.texts()).toEqual([])
    }
  })

  it('MQTT5-4.7.3-4 MQTT311-4.7.3-4: is matched by code points: case and accents count', () => {
    for (const protocolVersion of BOTH) {
      const stage = new Stage()
      const topics = ['\u00e9', 'e\u0301', 'E', 'e', ' e', 'e/', '/e', '/', '\uFEFFe']
      const subs = topics.map((topic) => {
        const sub = stage.client(`sub ${topic}`, { protocolVersion })
        sub.subscribe(topic)
        return sub
      })
      const pub = stage.client('pub', { protocolVersion })
      for (const topic of topics) pub.publish(topic, topic)
      expect(subs.map((sub) => sub.texts())).toEqual(topics.map((topic) => [topic]))
    }
  })

  it('MQTT5-1.5.4-3 MQTT311-1.5.3-3: keeps U+FEFF where it stands', () => {
    for (const protocolVersion of BOTH) {
      const stage = new Stage()
      const sub = stage.client('sub', { protocolVersion })
      sub.subscribe('#')
      stage.client('pub', { protocolVersion }).publish('\uFEFFt\uFEFF', 'x')
      expect(sub.all()).toMatchObject([{ topic: '\uFEFFt\uFEFF' }])
    }
  })

  it('MQTT5-4.7.3-3 MQTT311-4.7.3-3: may have a topic of 65,535 bytes', () => {
    for (const protocolVersion of BOTH) {
      const stage = new Stage()
      const topic = 'x'.repeat(65_535)
      const sub = stage.client('sub', { protocolVersion })
      expect(sub.subscribe(topic)).toEqual([0])
      const head = protocolVersion === 5 ? '308280 04 ffff' : '308180 04 ffff'
      const tail = protocolVersion === 5 ? '00' : ''
      const pub = stage.client('pub', { protocolVersion })
      pub.sendHex(`${head}${'78'.repeat(65_535)}${tail}`)
      expect(sub.all()).toMatchObject([{ topic, text: '' }])
    }
  })

  it(
    'MQTT5-2.2.2-1 MQTT5-2.2.1-2 MQTT311-2.3.1-5: has no properties and no identifier where ' +
      'none are',
    () => {
      const stage = new Stage()
      const subs = BOTH.map((protocolVersion) =>
        stage.client(`${protocolVersion}`, { protocolVersion }),
      )
      for (const sub of subs) {
        sub.subscribe('t')
        sub.takeHex()
      }
      for (const protocolVersion of BOTH) stage.client('pub', { protocolVersion }).publish('t', 'x')
      const expected = ['3004000174', '300500017400'].map((head) => `${head}78`.repeat(2))
      expect(subs.map((sub) => sub.takeHex())).toEqual(expected)
    },
  )

  it(
    'MQTT5-3.3.2-4 MQTT5-3.3.2-15 MQTT5-3.3.2-16 MQTT5-3.3.2-17 MQTT5-3.3.2-20: has its ' +
      'properties unchanged',
    () => {
      const stage = new Stage()
      const properties = {
        payloadFormatIndicator: true,
        contentType: 'text/plain',
        responseTopic: 'answers',
        correlationData: Buffer.from([0, 1, 255]),
        userProperties: { name: ['a', 'b'], other: '' },
      }
      const plain = stage.client('plain')
      plain.subscribe('t', 1)
      const shaped = stage.client('shaped', { properties: { topicAliasMaximum: 5 } })
      shaped.subscribe('t', 0, {}, { subscriptionIdentifier: 7 })
      stage.client('pub').publish('t', 'x', { qos: 1, properties })
      expect(plain.take('publish').properties).toEqual(properties)
      const own = { topicAlias: 1, subscriptionIdentifier: 7 }
      expect(shaped.take('publish').properties).toEqual({ ...properties, ...own })
    },
  )

  it('MQTT5-3.3.2-18: has its user properties in their order, in whatever form it goes out', () => {
    const stage = new Stage()
    const pairs = '26000162000131 26000231300001 32 26000162000133 26000132000134'.replaceAll(
      ' ',
      '',
    )
    const plain = stage.client('plain')
    plain.subscribe('t', 1)
    const shaped = stage.client('shaped')
    shaped.subscribe('t', 0, {}, { subscriptionIdentifier: 7 })
    const length = pairs.length / 2
    const all = 3 + 2 + 1 + length + 1
    const hex = (value: number): string => value.toString(16).padStart(2, '0')
    stage.client('pub').sendHex(`32${hex(all)}000174 0001${hex(length)}${pairs}78`)
    expect(plain.takeHex()).toContain(pairs)
    expect(shaped.takeHex()).toContain(pairs)
  })

  it('MQTT5-3.3.2-6: has what is left of its expiry', () => {
    const stage = new Stage()
    const sub = stage.client('sub', DURABLE)
    sub.subscribe('t', 1)
    const pub = stage.client('pub')
    const properties = { messageExpiryInterval: 100 }
    pub.publish('t', 'now', { qos: 1, properties })
    expect(sub.take('publish').properties).toEqual(properties)
    sub.cut()
    pub.publish('t', 'later', { qos: 1, properties })
    stage.advance(30)
    const again = stage.client('sub', DURABLE)
    const [, later] = again.all()
    expect(later).toMatchObject({ text: 'later', properties: { messageExpiryInterval: 70 } })
  })

  it('MQTT5-3.3.2-6: whose expiry is 0 keeps it', () => {
    const stage = new Stage()
    const sub = stage.client('sub')
    sub.subscribe('t', 0, {}, { subscriptionIdentifier: 7 })
    stage.client('pub').publish('t', 'x', { properties: { messageExpiryInterval: 0 } })
    expect(sub.all()).toMatchObject([{ properties: { messageExpiryInterval: 0 } }])
  })

  it('MQTT5-3.3.2-5: that has expired while it waited is deleted', () => {
    const stage = new Stage()
    const sub = stage.client('sub', { properties: { receiveMaximum: 1 } })
    sub.subscribe('t', 1)
    const pub = stage.client('pub')
    pub.publish('t', 'first', { qos: 1 })
    pub.publish('t', 'short', { qos: 1, properties: { messageExpiryInterval: 5 } })
    pub.publish('t', 'last', { qos: 1 })
    stage.advance(6)
    sub.ack(4, sub.take('publish').packetId!)
    expect(sub.texts()).toEqual(['last'])
  })

  it(
    'MQTT5-4.5.0-1 MQTT311-4.5.0-1: is added to every session that subscribes, connected or ' +
      'not',
    () => {
      for (const protocolVersion of BOTH) {
        const stage = new Stage()
        const packet = { ...DURABLE, protocolVersion }
        const away = stage.client('away', packet)
        const here = stage.client('here', packet)
        for (const peer of [away, here]) peer.subscribe('t', 1)
        away.cut()
        stage.client('pub').publish('t', 'x', { qos: 1 })
        expect([here.texts(), stage.client('away', packet).texts()]).toEqual([['x'], ['x']])
      }
    },
  )
})

describe('a topic alias', () => {
  it('MQTT5-3.3.2-12: of the client is taken up to the maximum that it was told', () => {
    const stage = new Stage({ topicAliasMaximum: 3 })
    const sub = stage.client('sub')
    sub.subscribe('#')
    const pub = stage.peer()
    pub.connect({ clientId: 'pub' })
    expect(pub.take('connack').properties).toMatchObject({ topicAliasMaximum: 3 })
    for (const topicAlias of [1, 2, 3])
      pub.publish(`t${topicAlias}`, 'x', { properties: { topicAlias } })
    // One that stood for another topic before.
    pub.publish('t4', 'x', { properties: { topicAlias: 3 } })
    for (const topicAlias of [1, 3]) pub.publish('', 'y', { properties: { topicAlias } })
    expect(sub.all().map(({ topic }) => topic)).toEqual(['t1', 't2', 't3', 't4', 't1', 't4'])
  })

  it('MQTT5-3.3.2-7: does not outlive its connection, in either direction', () => {
    const stage = new Stage()
    const packet = { clean: false, properties: { sessionExpiryInterval: 9, topicAliasMaximum: 1 } }
    const first = stage.client('c', packet)
    first.subscribe('t')
    first.publish('t', 'x', { properties: { topicAlias: 1 } })
    first.publish('', 'y', { properties: { topicAlias: 1 } })
    expect(first.all().map(({ topic }) => topic)).toEqual(['t', ''])
    first.cut()
    const second = stage.client('c', packet)
    stage.client('pub').publish('t', 'z')
    expect(second.all()).toMatchObject([{ topic: 't', properties: { topicAlias: 1 } }])
    second.publish('', 'w', { properties: { topicAlias: 1 } })
    expect(second.all()).toMatchObject([{ type: 'disconnect', reasonCode: 0x94 }])
  })

  it(
    'MQTT5-3.1.2-26 MQTT5-3.1.2-27 MQTT5-3.3.2-11 MQTT5-3.3.2-8: is sent within what the ' +
      'client allows, from 1',
    () => {
      for (const topicAliasMaximum of [0, 1, 2]) {
        const stage = new Stage()
        const properties = topicAliasMaximum === 0 ? {} : { topicAliasMaximum }
        const sub = stage.client('sub', { properties })
        sub.subscribe('#')
        const pub = stage.client('pub')
        for (const topic of ['a', 'b', 'c', 'a']) pub.publish(topic, 'x')
        const aliases = sub.all().flatMap((one) => one.properties?.topicAlias ?? [])
        expect(new Set(aliases)).toEqual(new Set([1, 2].slice(0, topicAliasMaximum)))
      }
    },
  )

  it('MQTT5-3.3.2-7: is told anew when a message is sent again on another connection', () => {
    const stage = new Stage()
    const properties = { sessionExpiryInterval: 9, topicAliasMaximum: 1 }
    const first = stage.client('c', { clean: false, properties })
    first.subscribe('t', 1)
    const pub = stage.client('pub')
    for (const text of ['1', '2']) pub.publish('t', text, { qos: 1 })
    expect(first.all().map(({ topic }) => topic)).toEqual(['t', ''])
    first.cut()
    const second = stage.client('c', { clean: false, properties })
    expect(second.all().map(({ topic, text, dup }) => [topic, text, dup])).toEqual([
      ['t', '1', true],
      ['', '2', true],
    ])
  })
})
