// SUBSCRIBE, UNSUBSCRIBE, their answers, and what subscriptions of each kind bring.

import { describe, expect, it } from 'vitest'
import { BOTH, DURABLE, Stage } from '../../support/broker-stage.ts'

describe('SUBSCRIBE', () => {
  it(
    'MQTT5-3.8.4-1 MQTT5-3.8.4-2 MQTT5-2.2.1-6 MQTT311-3.8.4-1 MQTT311-3.8.4-2 ' +
      'MQTT311-2.3.1-7: is answered with its identifier',
    () => {
      for (const protocolVersion of BOTH) {
        const sub = new Stage().client('sub', { protocolVersion })
        for (const packetId of [1, 65_535]) {
          sub.send({ type: 'subscribe', packetId, subscriptions: [{ filter: 't', qos: 0 }] })
          expect(sub.all()).toMatchObject([{ type: 'suback', packetId }])
        }
      }
    },
  )

  it(
    'MQTT5-3.8.4-5 MQTT5-3.8.4-6 MQTT5-3.8.4-7 MQTT5-3.9.3-1 MQTT5-3.9.3-2: has one answer ' +
      'for many filters, in their order',
    () => {
      const access = { mayPublish: () => true, mayReceive: () => true }
      const maySubscribe = (filter: string): boolean => filter !== 'no'
      const identity = { username: undefined, groups: [] }
      const gatekeeper = { signIn: () => identity, accessOf: () => ({ ...access, maySubscribe }) }
      const stage = new Stage({ gatekeeper, qosMax: 1, subscriptionsPerClientMax: 3 })
      const sub = stage.client('sub')
      const filters = ['a', 'no', 'b', 'c', 'd'] as const
      const subscriptions = filters.map((filter, i) => ({ filter, qos: (i % 3) as 0 | 1 | 2 }))
      sub.send({ type: 'subscribe', packetId: 1, subscriptions })
      expect(sub.all()).toMatchObject([{ type: 'suback', reasonCodes: [0, 0x87, 1, 0, 0x97] }])
      for (const filter of filters) stage.client('pub').publish(filter, filter)
      expect(sub.texts()).toEqual(['a', 'b', 'c'])
    },
  )

  it(
    'MQTT311-3.8.4-4 MQTT311-3.8.4-5 MQTT311-3.9.3-1 MQTT311-3.9.3-2: has one answer for ' +
      'many filters, in their order',
    () => {
      const stage = new Stage({ subscriptionsPerClientMax: 2 })
      const sub = stage.client('sub', { protocolVersion: 4 })
      const subscriptions = [
        { filter: 'a', qos: 2 },
        { filter: 'b', qos: 0 },
        { filter: 'c', qos: 1 },
        { filter: 'a', qos: 1 },
      ] as const
      sub.send({ type: 'subscribe', packetId: 1, subscriptions })
      expect(sub.all()).toMatchObject([{ type: 'suback', reasonCodes: [2, 0, 0x80, 1] }])
    },
  )

  it('MQTT5-3.8.4-3 MQTT311-3.8.4-3: of the same filter replaces the subscription', () => {
    for (const protocolVersion of BOTH) {
      const stage = new Stage()
      const sub = stage.client('sub', { protocolVersion })
      sub.subscribe('t', 2, {}, { subscriptionIdentifier: 1 })
      sub.subscribe('t', 0, {}, { subscriptionIdentifier: 2 })
      stage.client('pub').publish('t', 'x', { qos: 2 })
      const expected = protocolVersion === 5 ? { subscriptionIdentifier: 2 } : undefined
      expect(sub.all()).toMatchObject([{ text: 'x', qos: 0, properties: expected }])
      expect(stage.core.defaultHost.subscriptionCount).toBe(1)
    }
  })

  it('MQTT5-3.8.4-4: of the same filter loses no message that waits', () => {
    const stage = new Stage()
    const sub = stage.client('sub', { properties: { receiveMaximum: 1 } })
    sub.subscribe('t', 1)
    const pub = stage.client('pub')
    for (const text of ['1', '2']) pub.publish('t', text, { qos: 1 })
    sub.subscribe('t', 1, { retainHandling: 1 })
    pub.publish('t', '3', { qos: 1 })
    const texts: (string | undefined)[] = []
    for (let batch = sub.all(); batch.length > 0; batch = sub.all()) {
      for (const { text, packetId = 0 } of batch) {
        texts.push(text)
        sub.ack(4, packetId)
      }
    }
    expect(texts).toEqual(['1', '2', '3'])
  })

  it('MQTT5-3.8.4-8 MQTT311-3.8.4-6: brings messages at the lower of both QoS', () => {
    for (const protocolVersion of BOTH) {
      const stage = new Stage()
      const pub = stage.client('pub', { protocolVersion })
      for (const granted of [0, 1, 2] as const) {
        const sub = stage.client(`sub ${granted}`, { protocolVersion })
        expect(sub.subscribe('t', granted)).toEqual([granted])
        for (const qos of [0, 1, 2] as const) {
          pub.publish('t', 'x', { qos, packetId: qos + 1 })
          pub.ack(6, 3)
          expect(sub.take('publish')).toMatchObject({ qos: Math.min(qos, granted) })
        }
      }
    }
  })

  it(
    'MQTT5-3.3.4-2 MQTT5-3.3.4-3 MQTT5-3.3.4-4 MQTT311-3.3.5-1: of overlapping filters ' +
      'brings one copy at the highest QoS',
    () => {
      for (const protocolVersion of BOTH) {
        const stage = new Stage()
        const sub = stage.client('sub', { protocolVersion })
        sub.subscribe('a/+', 0, {}, { subscriptionIdentifier: 1 })
        sub.subscribe('a/#', 2, {}, { subscriptionIdentifier: 2 })
        sub.subscribe('#', 1)
        sub.subscribe('b', 2, {}, { subscriptionIdentifier: 3 })
        stage.client('pub').publish('a/b', 'x', { qos: 2 })
        const [only, ...rest] = sub.all()
        expect(rest).toEqual([])
        expect(only).toMatchObject({ qos: 2 })
        const identifiers = [only!.properties?.subscriptionIdentifier ?? []].flat()
        expect(new Set(identifiers)).toEqual(new Set(protocolVersion === 5 ? [1, 2] : []))
      }
    },
  )

  it('MQTT5-3.3.4-5: of a shared and a plain filter brings two copies', () => {
    const stage = new Stage()
    const sub = stage.client('sub')
    sub.subscribe('t', 0, {}, { subscriptionIdentifier: 1 })
    sub.subscribe('$share/g/t', 0, {}, { subscriptionIdentifier: 2 })
    stage.client('pub').publish('t', 'x')
    const identifiers = sub.all().map(({ properties }) => properties?.subscriptionIdentifier)
    expect(identifiers).toEqual([1, 2])
  })

  it('MQTT5-3.8.3-3: with No Local brings nothing of its own, whatever else is subscribed', () => {
    const stage = new Stage()
    const both = stage.client('both')
    both.subscribe('a/+', 2, { noLocal: true }, { subscriptionIdentifier: 1 })
    both.publish('a/b', 'own')
    stage.client('other').publish('a/b', 'theirs')
    expect(both.texts()).toEqual(['theirs'])
    both.subscribe('a/#', 0, {}, { subscriptionIdentifier: 2 })
    both.publish('a/b', 'own', { qos: 1 })
    both.take('puback')
    // As if the filter with No Local were not there.
    const properties = { subscriptionIdentifier: 2 }
    expect(both.all()).toMatchObject([{ text: 'own', qos: 0, properties }])
  })

  it('MQTT5-3.1.2-24: whose answer is larger than the client takes ends the connection', () => {
    const stage = new Stage()
    const sub = stage.client('sub', { properties: { maximumPacketSize: 30 } })
    const subscriptions = Array.from(
      { length: 30 },
      (_, i) => ({ filter: `${i}`, qos: 0 }) as const,
    )
    sub.send({ type: 'subscribe', packetId: 1, subscriptions })
    expect(sub.all()).toMatchObject([{ type: 'disconnect', reasonCode: 0x95 }])
  })
})

describe('UNSUBSCRIBE', () => {
  it(
    'MQTT5-3.10.4-4 MQTT5-3.10.4-5 MQTT5-3.10.4-6 MQTT5-3.11.3-1 MQTT5-3.11.3-2: has one ' +
      'answer, also when nothing was deleted',
    () => {
      const sub = new Stage().client('sub')
      for (const filter of ['a', 'b/+']) sub.subscribe(filter)
      sub.send({ type: 'unsubscribe', packetId: 700, filters: ['b/+', 'never', 'a', 'a'] })
      const reasonCodes = [0, 0x11, 0, 0x11]
      expect(sub.all()).toMatchObject([{ type: 'unsuback', packetId: 700, reasonCodes }])
    },
  )

  it(
    'MQTT311-3.10.4-4 MQTT311-3.10.4-5 MQTT311-3.10.4-6: has one answer, also when nothing ' +
      'was deleted',
    () => {
      const sub = new Stage().client('sub', { protocolVersion: 4 })
      sub.subscribe('a')
      sub.takeHex()
      sub.send({ type: 'unsubscribe', packetId: 700, filters: ['a', 'never'] })
      expect(sub.takeHex()).toBe('b00202bc')
    },
  )

  it(
    'MQTT5-3.10.4-1 MQTT5-3.10.4-2 MQTT311-3.10.4-1 MQTT311-3.10.4-2: deletes the very ' +
      'filter, and no more',
    () => {
      for (const protocolVersion of BOTH) {
        const stage = new Stage()
        const sub = stage.client('sub', { protocolVersion })
        for (const filter of ['a/+', 'a/#', 'A/+']) sub.subscribe(filter)
        const pub = stage.client('pub')
        const leave = (...filters: string[]): void => {
          sub.send({ type: 'unsubscribe', packetId: 1, filters })
          sub.take('unsuback')
        }
        leave('a/b', 'A/#', '#', 'a/+')
        pub.publish('a/b', 'still')
        expect(sub.texts()).toEqual(['still'])
        leave('a/#')
        pub.publish('a/b', 'not any more')
        expect(sub.texts()).toEqual([])
      }
    },
  )

  it('MQTT5-3.10.4-3 MQTT311-3.10.4-3: lets deliveries that have begun come to their end', () => {
    for (const protocolVersion of BOTH) {
      const stage = new Stage()
      const packet = { ...DURABLE, protocolVersion }
      const sub = stage.client('sub', packet)
      sub.subscribe('t', 2)
      const pub = stage.client('pub')
      for (const qos of [1, 2] as const) pub.publish('t', `${qos}`, { qos })
      const [one, two] = sub.all()
      sub.send({ type: 'unsubscribe', packetId: 1, filters: ['t'] })
      sub.take('unsuback')
      sub.ack(5, two!.packetId!)
      expect(sub.all()).toMatchObject([{ type: 'pubrel' }])
      sub.cut()
      expect(stage.client('sub', packet).all()).toMatchObject([
        { type: 'publish', text: '1', packetId: one!.packetId },
        { type: 'pubrel', packetId: two!.packetId },
      ])
    }
  })
})

describe('a shared subscription', () => {
  it('MQTT5-4.8.2-3: brings each member messages at the QoS that it was granted', () => {
    const stage = new Stage()
    const members = ([0, 1, 2] as const).map((qos) => {
      const member = stage.client(`m${qos}`)
      expect(member.subscribe('$share/g/t', qos)).toEqual([qos])
      return member
    })
    const pub = stage.client('pub')
    for (const packetId of [1, 2, 3]) pub.publish('t', 'x', { qos: 2, packetId })
    expect(members.map((member) => member.take('publish').qos)).toEqual([0, 1, 2])
  })

  it('MQTT5-4.8.2-4: completes QoS 2 with the member that it began with', () => {
    const stage = new Stage()
    const packet = { ...DURABLE }
    const first = stage.client('first', packet)
    first.subscribe('$share/g/t', 2)
    const pub = stage.client('pub')
    for (const packetId of [1, 2]) pub.publish('t', `${packetId}`, { qos: 2, packetId })
    const [one] = first.all()
    first.ack(5, one!.packetId!)
    first.cut()
    const second = stage.client('second')
    second.subscribe('$share/g/t', 2)
    expect(second.all()).toEqual([])
    expect(stage.client('first', packet).all()).toMatchObject([
      { type: 'pubrel', packetId: one!.packetId },
      { type: 'publish', text: '2', dup: true },
    ])
  })

  it('MQTT5-4.8.2-5: gives to no other what was in flight at the end', () => {
    const stage = new Stage()
    const first = stage.client('first')
    first.subscribe('$share/g/t', 2)
    const second = stage.client('second')
    stage.client('pub').publish('t', 'x', { qos: 2 })
    first.take('publish')
    second.subscribe('$share/g/t', 2)
    first.cut()
    stage.advance(100)
    expect(second.all()).toEqual([])
  })

  it('MQTT5-4.8.2-6: gives to no other what a member refused', () => {
    const stage = new Stage()
    const members = ['a', 'b'].map((id) => stage.client(id))
    for (const member of members) member.subscribe('$share/g/t', 2)
    const pub = stage.client('pub')
    pub.publish('t', '1', { qos: 1 })
    members[0]!.ack(4, members[0]!.take('publish').packetId!, 0x83)
    pub.publish('t', '2', { qos: 2 })
    members[1]!.ack(5, members[1]!.take('publish').packetId!, 0x83)
    stage.advance(100)
    expect(members.map((member) => member.all())).toEqual([[], []])
  })
})
