// QoS 1 and 2 in both directions: identifiers, windows, what is sent again and what is not.

import { describe, expect, it } from 'vitest'
import { BOTH, DURABLE, Stage } from '../../support/broker-stage.ts'
import type { Peer } from '../../support/broker-stage.ts'

function pair(
  protocolVersion: 4 | 5,
  qos: 1 | 2,
  properties: object = {},
): { stage: Stage; sub: Peer; pub: Peer; again: () => Peer } {
  const stage = new Stage()
  const all = { ...DURABLE.properties, ...properties }
  const packet = { protocolVersion, clean: false, properties: all }
  const sub = stage.client('sub', packet)
  sub.subscribe('t', qos)
  return { stage, sub, pub: stage.client('pub'), again: () => stage.client('sub', packet) }
}

describe('what the broker receives', () => {
  it(
    'MQTT5-3.3.4-1 MQTT311-3.3.4-1 MQTT5-4.3.2-4 MQTT5-4.3.3-8: is answered as its QoS ' +
      'demands',
    () => {
      for (const protocolVersion of BOTH) {
        const pub = new Stage().client('pub', { protocolVersion })
        for (const qos of [0, 1, 2] as const) pub.publish('t', 'x', { qos, packetId: 10 + qos })
        expect(pub.all()).toMatchObject([
          { type: 'puback', packetId: 11 },
          { type: 'pubrec', packetId: 12 },
        ])
      }
    },
  )

  it('MQTT5-2.2.1-5 MQTT5-4.3.3-11 MQTT311-2.3.1-6: is answered with its own identifier', () => {
    for (const protocolVersion of BOTH) {
      const pub = new Stage().client('pub', { protocolVersion })
      for (const packetId of [65_535, 1, 256]) {
        pub.publish('t', 'x', { qos: 2, packetId })
        pub.ack(6, packetId)
        const answers = pub.all().map((one) => [one.type, one.packetId])
        expect(answers).toEqual([
          ['pubrec', packetId],
          ['pubcomp', packetId],
        ])
      }
    }
  })

  it('MQTT5-4.3.2-5 MQTT311-4.3.2-2: is a new message at QoS 1 each time, with DUP too', () => {
    for (const protocolVersion of BOTH) {
      const { sub, stage } = pair(5, 1)
      const pub = stage.client('other', { protocolVersion })
      for (const dup of [false, true]) pub.publish('t', 'x', { qos: 1, packetId: 5, dup })
      expect(sub.texts()).toEqual(['x', 'x'])
      expect(pub.all()).toMatchObject([{ type: 'puback' }, { type: 'puback' }])
    }
  })

  it('MQTT5-4.3.3-10 MQTT5-4.3.3-12 MQTT311-4.3.3-2: is one message at QoS 2 until PUBREL', () => {
    for (const protocolVersion of BOTH) {
      const stage = new Stage()
      const sub = stage.client('sub')
      sub.subscribe('t')
      const packet = { ...DURABLE, protocolVersion }
      const first = stage.client('pub', packet)
      for (const dup of [false, true]) first.publish('t', 'one', { qos: 2, packetId: 7, dup })
      first.cut()
      const second = stage.client('pub', packet)
      second.publish('t', 'one', { qos: 2, packetId: 7, dup: true })
      expect(sub.texts()).toEqual(['one'])
      second.ack(6, 7)
      second.publish('t', 'two', { qos: 2, packetId: 7 })
      expect(sub.texts()).toEqual(['two'])
      const answers = second.all().map(({ type }) => type)
      expect(answers).toEqual(['pubrec', 'pubcomp', 'pubrec'])
    }
  })

  it('MQTT5-4.3.3-9: leaves the identifier free when PUBREC refused it', () => {
    const access = { mayPublish: (topic: string) => topic !== 'no', maySubscribe: () => true }
    const stage = new Stage({
      gatekeeper: {
        signIn: () => ({ username: undefined, groups: [] }),
        accessOf: () => ({ ...access, mayReceive: () => true }),
      },
    })
    const sub = stage.client('sub')
    sub.subscribe('#')
    const pub = stage.client('pub')
    pub.publish('no', 'x', { qos: 2, packetId: 1 })
    expect(pub.all()).toMatchObject([{ type: 'pubrec', reasonCode: 0x87 }])
    pub.publish('yes', 'y', { qos: 2, packetId: 1 })
    expect(sub.texts()).toEqual(['y'])
  })

  it('MQTT5-4.3.3-10: stays taken when its client may no longer publish it', () => {
    let mayPublish = true
    const access = {
      mayPublish: () => mayPublish,
      maySubscribe: () => true,
      mayReceive: () => true,
    }
    const identity = { username: undefined, groups: [] }
    const stage = new Stage({ gatekeeper: { signIn: () => identity, accessOf: () => access } })
    const pub = stage.client('pub')
    pub.publish('t', 'x', { qos: 2, packetId: 1 })
    mayPublish = false
    pub.publish('t', 'x', { qos: 2, packetId: 1, dup: true })
    expect(pub.all().map(({ reasonCode }) => reasonCode)).toEqual([0x10, 0])
  })

  it('MQTT311-3.3.5-2: is confirmed and goes nowhere when 3.1.1 may not publish it', () => {
    const access = { mayPublish: () => false, maySubscribe: () => true, mayReceive: () => true }
    const identity = { username: undefined, groups: [] }
    const stage = new Stage({ gatekeeper: { signIn: () => identity, accessOf: () => access } })
    const peer = stage.client('c', { protocolVersion: 4 })
    peer.subscribe('t')
    for (const qos of [0, 1, 2] as const) peer.publish('t', 'x', { qos, packetId: qos + 1 })
    peer.ack(6, 3)
    expect(peer.all()).toMatchObject([
      { type: 'puback', packetId: 2 },
      { type: 'pubrec', packetId: 3 },
      { type: 'pubcomp', packetId: 3 },
    ])
  })
})

describe('what the broker sends', () => {
  it(
    'MQTT5-4.3.1-1 MQTT311-4.3.1-1 MQTT5-3.3.1-2 MQTT5-3.3.1-3 MQTT311-3.3.1-3: has no DUP, ' +
      'whatever came in with it',
    () => {
      for (const protocolVersion of BOTH) {
        const { sub, stage } = pair(protocolVersion, 2)
        const pub = stage.client('other', { protocolVersion })
        pub.publish('t', '0')
        for (const qos of [1, 2] as const)
          pub.publish('t', `${qos}`, { qos, dup: true, packetId: qos })
        expect(sub.all().map(({ text, qos, dup }) => [text, qos, dup])).toEqual([
          ['0', 0, false],
          ['1', 1, false],
          ['2', 2, false],
        ])
      }
    },
  )

  it(
    'MQTT5-2.2.1-4 MQTT5-4.3.2-1 MQTT5-4.3.2-2 MQTT5-4.3.3-1 MQTT5-4.3.3-2 MQTT311-2.3.1-4 ' +
      'MQTT311-4.3.2-1: has an identifier that is not 0 and not in use',
    () => {
      for (const protocolVersion of BOTH) {
        for (const qos of [1, 2] as const) {
          const { sub, pub } = pair(protocolVersion, qos, { receiveMaximum: 100 })
          const send = (): void => pub.publish('t', 'x', { qos: 1 })
          send()
          const { packetId: held = 0 } = sub.take('publish')
          // All others come and go until identifiers come round again.
          for (let i = 0; i < 65_600; i++) {
            send()
            const [message] = sub.all()
            const { packetId = 0 } = message!
            if (packetId < 1 || packetId === held || message?.dup) throw new Error(`${packetId}`)
            if (message?.qos === 2) throw new Error('QoS of the publisher is 1')
            sub.ack(4, packetId)
            pub.all()
          }
          expect(held).toBeGreaterThan(0)
        }
      }
    },
  )

  it(
    'MQTT5-4.3.2-3 MQTT5-3.3.1-1 MQTT5-4.4.0-1 MQTT311-3.3.1-1 MQTT311-4.4.0-1: is sent ' +
      'again with DUP and its identifier on the next connection, and only there',
    () => {
      for (const protocolVersion of BOTH) {
        const { stage, sub, pub, again } = pair(protocolVersion, 2)
        pub.publish('t', 'one', { qos: 1 })
        pub.publish('t', 'two', { qos: 2 })
        const sent = sub.all().map(({ packetId }) => packetId)
        stage.advance(600)
        expect(sub.all()).toEqual([])
        sub.cut()
        const next = again()
        expect(next.all()).toMatchObject([
          { text: 'one', qos: 1, dup: true, packetId: sent[0] },
          { text: 'two', qos: 2, dup: true, packetId: sent[1] },
        ])
        next.ack(4, sent[0]!)
        next.ack(5, sent[1]!)
        next.ack(7, sent[1]!)
        next.cut()
        expect(again().all()).toEqual([])
      }
    },
  )

  it(
    'MQTT5-4.3.3-3 MQTT5-4.3.3-4 MQTT5-4.3.3-5 MQTT5-4.3.3-6 MQTT311-4.3.3-1: is not sent ' +
      'again at QoS 2 once PUBREL was',
    () => {
      for (const protocolVersion of BOTH) {
        const { sub, pub, again } = pair(protocolVersion, 2)
        pub.publish('t', 'x', { qos: 2 })
        const { packetId = 0 } = sub.take('publish')
        sub.takeHex()
        sub.ack(5, packetId)
        // Flags 0010, and nothing of 5.0 that would not be needed.
        expect(sub.takeHex()).toBe(`6202${packetId.toString(16).padStart(4, '0')}`)
        sub.cut()
        const second = again()
        expect(second.all()).toMatchObject([{ type: 'pubrel', packetId }])
        second.cut()
        const third = again()
        expect(third.all()).toMatchObject([{ type: 'pubrel', packetId }])
        third.ack(7, packetId)
        third.cut()
        expect(again().all()).toEqual([])
      }
    },
  )

  it('MQTT5-4.4.0-2: is done with when it was refused', () => {
    for (const qos of [1, 2] as const) {
      const { sub, pub, again } = pair(5, qos, { receiveMaximum: 1 })
      pub.publish('t', 'refused', { qos, packetId: 1 })
      pub.publish('t', 'next', { qos, packetId: 2 })
      sub.ack(qos === 1 ? 4 : 5, sub.take('publish').packetId!, 0x83)
      // No PUBREL, and its place in the window is free.
      expect(sub.all()).toMatchObject([{ type: 'publish', text: 'next' }])
      sub.cut()
      expect(again().texts()).toEqual(['next'])
    }
  })

  it('MQTT5-4.3.3-7 MQTT5-4.3.3-13: does not expire once it was sent', () => {
    const { stage, sub, pub, again } = pair(5, 2)
    pub.publish('t', 'x', { qos: 2, properties: { messageExpiryInterval: 2 } })
    const { packetId = 0 } = sub.take('publish')
    stage.advance(10)
    sub.cut()
    const next = again()
    expect(next.all()).toMatchObject([{ text: 'x', dup: true, packetId }])
    stage.advance(10)
    next.ack(5, packetId)
    expect(next.all()).toMatchObject([{ type: 'pubrel', packetId }])
  })

  it(
    'MQTT5-4.6.0-5 MQTT5-4.6.0-6 MQTT311-4.6.0-5 MQTT311-4.6.0-6: keeps the order of its ' +
      'topic, past a full window and a lost link',
    () => {
      for (const protocolVersion of BOTH) {
        for (const qos of [1, 2] as const) {
          const { sub, pub, again } = pair(protocolVersion, qos, { receiveMaximum: 10 })
          const texts = Array.from({ length: 150 }, (_, i) => `${i}`)
          texts.forEach((text, i) => pub.publish('t', text, { qos, packetId: i + 1 }))
          const first = sub.all().map(({ text }) => text)
          sub.cut()
          const next = again()
          const rest: (string | undefined)[] = []
          for (let batch = next.all(); batch.length > 0; batch = next.all()) {
            for (const { type, text, packetId = 0 } of batch) {
              if (type === 'publish') rest.push(text)
              next.ack(qos === 1 ? 4 : type === 'publish' ? 5 : 7, packetId)
            }
          }
          expect(first).toEqual(texts.slice(0, first.length))
          expect(rest).toEqual(texts)
        }
      }
    },
  )
})

describe('the window of a receiver', () => {
  it('MQTT5-3.3.4-9 MQTT5-4.9.0-1 MQTT5-4.9.0-2: is its Receive Maximum', () => {
    for (const receiveMaximum of [1, 3]) {
      const { sub, pub } = pair(5, 2, { receiveMaximum })
      for (let packetId = 1; packetId <= 9; packetId++) pub.publish('t', 'x', { qos: 2, packetId })
      expect(sub.all()).toHaveLength(receiveMaximum)
    }
  })

  it('MQTT5-4.9.0-3 MQTT5-3.3.4-10: holds back nothing but PUBLISH above QoS 0', () => {
    const { sub, pub } = pair(5, 2, { receiveMaximum: 1 })
    for (const packetId of [1, 2]) pub.publish('t', 'waits', { qos: 2, packetId })
    const { packetId: held = 0 } = sub.take('publish')
    pub.publish('t', 'fleeting')
    expect(sub.texts()).toEqual(['fleeting'])
    sub.sendHex('c000')
    sub.publish('other', 'x', { qos: 1, packetId: 3 })
    expect(sub.subscribe('u')).toEqual([0])
    sub.ack(5, held)
    expect(sub.all().map(({ type }) => type)).toEqual(['pingresp', 'puback', 'pubrel'])
  })

  it('MQTT5-4.9.0-1 MQTT5-3.3.4-9: does not grow by answers to nothing', () => {
    const { sub, pub } = pair(5, 1, { receiveMaximum: 2 })
    for (let i = 0; i < 5; i++) pub.publish('t', 'x', { qos: 1 })
    const [first] = sub.all()
    for (const strange of [999, 1000]) sub.ack(4, strange)
    // PUBACK is not the answer of these, or came before.
    sub.ack(7, first!.packetId!)
    expect(sub.all()).toEqual([])
    for (const _ of [1, 2]) sub.ack(4, first!.packetId!)
    expect(sub.all()).toHaveLength(1)
  })

  it('MQTT5-3.3.4-9: does not grow by late answers to what is still to be sent again', () => {
    const { stage, sub, pub } = pair(5, 1, { receiveMaximum: 3 })
    for (let i = 0; i < 5; i++) pub.publish('t', `${i}`, { qos: 1 })
    const [first, second] = sub.all()
    sub.cut()
    const properties = { sessionExpiryInterval: 1000, receiveMaximum: 1 }
    const narrow = stage.client('sub', { clean: false, properties })
    expect(narrow.texts()).toEqual(['0'])
    narrow.ack(4, second!.packetId!)
    expect(narrow.texts()).toEqual([])
    narrow.ack(4, first!.packetId!)
    expect(narrow.texts()).toEqual(['2'])
  })
})
