// Retained messages, and the RETAIN flag of what is forwarded.

import { describe, expect, it } from 'vitest'
import { BOTH, DURABLE, Stage } from '../../support/broker-stage.ts'

describe('a retained message', () => {
  it('MQTT311-3.3.1-5 MQTT311-3.3.1-6 MQTT311-3.3.1-8: meets later filters with RETAIN 1', () => {
    for (const protocolVersion of BOTH) {
      const stage = new Stage()
      const pub = stage.client('pub', { protocolVersion })
      for (const [topic, text] of [
        ['a/b', 'old'],
        ['a/b', 'last'],
        ['a/c', 'other'],
        ['d', 'no match'],
      ] as const) {
        pub.publish(topic, text, { retain: true, qos: 1 })
      }
      const sub = stage.client('sub', { protocolVersion })
      sub.subscribe('a/+', 2)
      expect(sub.all()).toMatchObject([
        { topic: 'a/b', text: 'last', qos: 1, retain: true },
        { topic: 'a/c', text: 'other', qos: 1, retain: true },
      ])
    }
  })

  it('MQTT5-3.3.1-5 MQTT311-3.3.1-7: takes the place of the one before it, at any QoS', () => {
    for (const protocolVersion of BOTH) {
      const stage = new Stage()
      const pub = stage.client('pub', { protocolVersion })
      pub.publish('t', 'first', { retain: true, qos: 2 })
      pub.publish('t', 'second', { retain: true, qos: 0 })
      const sub = stage.client('sub', { protocolVersion })
      sub.subscribe('t', 2)
      expect(sub.all()).toMatchObject([{ text: 'second', qos: 0 }])
    }
  })

  it(
    'MQTT5-3.3.1-6 MQTT5-3.3.1-7 MQTT311-3.3.1-10 MQTT311-3.3.1-11: goes with an empty one, ' +
      'which is forwarded and not kept',
    () => {
      for (const protocolVersion of BOTH) {
        const stage = new Stage()
        const early = stage.client('early', { protocolVersion })
        early.subscribe('t')
        const pub = stage.client('pub', { protocolVersion })
        pub.publish('t', 'x', { retain: true })
        pub.publish('t', '', { retain: true })
        expect(early.texts()).toEqual(['x', ''])
        const late = stage.client('late', { protocolVersion })
        late.subscribe('t')
        expect(late.all()).toEqual([])
      }
    },
  )

  it('MQTT5-3.3.1-8 MQTT311-3.3.1-12: is not touched by messages without RETAIN', () => {
    for (const protocolVersion of BOTH) {
      const stage = new Stage()
      const pub = stage.client('pub', { protocolVersion })
      pub.publish('t', 'kept', { retain: true })
      for (const text of ['other', '']) pub.publish('t', text)
      const sub = stage.client('sub', { protocolVersion })
      sub.subscribe('t')
      expect(sub.texts()).toEqual(['kept'])
    }
  })

  it('MQTT311-3.1.2-7: outlives the session of its publisher', () => {
    const stage = new Stage()
    const pub = stage.client('pub', { protocolVersion: 4 })
    pub.publish('t', 'kept', { retain: true })
    pub.sendHex('e000')
    stage.client('pub', { protocolVersion: 4, clean: true }).cut()
    const sub = stage.client('sub', { protocolVersion: 4 })
    sub.subscribe('t')
    expect(sub.texts()).toEqual(['kept'])
  })

  it(
    'MQTT5-3.3.1-9 MQTT5-3.8.4-4 MQTT311-3.8.4-3: comes with each subscription, replaced ' +
      'ones too',
    () => {
      for (const protocolVersion of BOTH) {
        const stage = new Stage()
        stage.client('pub').publish('t', 'kept', { retain: true })
        const sub = stage.client('sub', { ...DURABLE, protocolVersion })
        for (const _ of [1, 2]) {
          sub.subscribe('t', 0, { retainHandling: 0 })
          expect(sub.texts()).toEqual(['kept'])
        }
        // The second one took the place of the first.
        stage.client('pub').publish('t', 'now')
        expect(sub.texts()).toEqual(['now'])
      }
    },
  )

  it('MQTT5-3.3.1-10: comes with a new subscription only, when Retain Handling is 1', () => {
    const stage = new Stage()
    stage.client('pub').publish('t', 'kept', { retain: true })
    const sub = stage.client('sub', DURABLE)
    sub.subscribe('t', 0, { retainHandling: 1 })
    expect(sub.texts()).toEqual(['kept'])
    sub.cut()
    const again = stage.client('sub', DURABLE)
    again.subscribe('t', 0, { retainHandling: 1 })
    expect(again.texts()).toEqual([])
    again.send({ type: 'unsubscribe', packetId: 1, filters: ['t'] })
    again.take('unsuback')
    again.subscribe('t', 0, { retainHandling: 1 })
    expect(again.texts()).toEqual(['kept'])
  })

  it('MQTT5-3.3.1-11: does not come when Retain Handling is 2', () => {
    const stage = new Stage()
    stage.client('pub').publish('t', 'kept', { retain: true })
    const sub = stage.client('sub')
    sub.subscribe('t', 0, { retainHandling: 2 })
    expect(sub.texts()).toEqual([])
  })

  it('MQTT5-3.3.2-5: that has expired is deleted', () => {
    const stage = new Stage()
    const properties = { messageExpiryInterval: 5 }
    stage.client('pub').publish('t', 'x', { retain: true, properties })
    stage.advance(6)
    const sub = stage.client('sub')
    sub.subscribe('t')
    expect(sub.all()).toEqual([])
    stage.advance(60)
    expect(stage.core.defaultHost.retained.size).toBe(0)
  })

  it('MQTT5-3.2.2-13: of 3.1.1 is forwarded and not kept where nothing is', () => {
    const stage = new Stage({ isRetainAvailable: false })
    const early = stage.client('early')
    early.subscribe('t')
    const pub = stage.client('pub', { protocolVersion: 4 })
    pub.publish('t', 'x', { retain: true })
    expect(early.texts()).toEqual(['x'])
    expect(stage.core.defaultHost.retained.size).toBe(0)
  })
})

describe('the RETAIN flag of what is forwarded', () => {
  it('MQTT5-3.3.1-12 MQTT311-3.3.1-9: is 0 for subscriptions that were there', () => {
    for (const protocolVersion of BOTH) {
      const stage = new Stage()
      const sub = stage.client('sub', { protocolVersion })
      sub.subscribe('t')
      stage.client('pub').publish('t', 'x', { retain: true })
      expect(sub.all()).toMatchObject([{ text: 'x', retain: false }])
    }
  })

  it('MQTT5-3.3.1-13: is as published with Retain As Published', () => {
    const stage = new Stage()
    const sub = stage.client('sub')
    sub.subscribe('t', 0, { retainAsPublished: true })
    const pub = stage.client('pub')
    for (const retain of [true, false]) pub.publish('t', 'x', { retain })
    expect(sub.all()).toMatchObject([{ retain: true }, { retain: false }])
  })
})
