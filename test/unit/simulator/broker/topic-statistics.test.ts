// What is remembered of topics: the same for messages that somebody hears and for those that nobody
// does, of whose bytes nothing else is kept.

import { describe, expect, it } from 'vitest'
import { Stage } from '../../../support/broker-stage.ts'
import { lastPayloadOf } from '../../../../simulator/broker/core/topic-statistics.ts'

describe('the statistics of a topic', () => {
  it.each([
    ['somebody hears', true],
    ['nobody hears', false],
  ])('count messages that %s, and keep the last payload', (_who, isHeard) => {
    const stage = new Stage()
    if (isHeard) stage.client('sub').subscribe('t')
    const pub = stage.client('pub')
    const other = stage.client('other', { protocolVersion: 4 })
    pub.publish('t', 'a long first payload', { properties: { topicAlias: 1 } })
    stage.now = 500
    pub.publish('', 'mid', { qos: 1, properties: { topicAlias: 1 } })
    other.publish('t', 'last', { qos: 2 })
    other.publish('t', 'last', { qos: 2, dup: true })
    const host = stage.core.defaultHost
    const record = host.topics.get('t')!
    expect(record).toMatchObject({ messagesIn: 3, bytesIn: 27, lastQos: 2, lastAtMs: 500 })
    expect(record.messagesOut).toBe(isHeard ? 3 : 0)
    expect(Buffer.from(lastPayloadOf(record)).toString()).toBe('last')
    expect(record.producers).toMatchObject([
      { clientId: 'pub', messages: 2 },
      { clientId: 'other', messages: 1 },
    ])
    const { messagesIn, messagesOut, payloadBytesIn, payloadBytesOut } = host
    expect({ messagesIn, payloadBytesIn }).toEqual({ messagesIn: 3, payloadBytesIn: 27 })
    expect([messagesOut, payloadBytesOut]).toEqual(isHeard ? [3, 27] : [0, 0])
  })

  it('are not made where there is room for none, and the host counts all the same', () => {
    const stage = new Stage({ topicsMax: 0 })
    stage.client('sub').subscribe('t')
    const pub = stage.client('pub')
    pub.publish('t', 'heard')
    pub.publish('u', 'not heard')
    const host = stage.core.defaultHost
    expect(host.topics.size).toBe(0)
    expect([host.messagesIn, host.messagesOut]).toEqual([2, 1])
  })

  it('keep at most 4 KiB of a payload, whatever comes after it in the same read', () => {
    const stage = new Stage()
    const pub = stage.client('pub')
    pub.publish('t', 'x'.repeat(10_000))
    pub.publish('u', 'y'.repeat(10_000))
    const { topics } = stage.core.defaultHost
    expect(topics.get('t')!.preview.length).toBe(4096)
    expect(Buffer.from(lastPayloadOf(topics.get('t')!)).toString()).toBe('x'.repeat(4096))
  })

  it('notice the first subscriber of a topic, and the last to leave', () => {
    const stage = new Stage()
    const pub = stage.client('pub')
    pub.publish('t', 'unheard', { qos: 1 })
    const sub = stage.client('sub')
    sub.subscribe('+')
    pub.publish('t', 'heard', { qos: 1 })
    sub.send({ type: 'unsubscribe', packetId: 1, filters: ['+'] })
    pub.publish('t', 'unheard again', { qos: 1 })
    expect(pub.all().map(({ reasonCode }) => reasonCode)).toEqual([0x10, 0, 0x10])
    expect(sub.take('publish')).toMatchObject({ text: 'heard' })
    const { messagesIn, messagesOut } = stage.core.defaultHost.topics.get('t')!
    expect([messagesIn, messagesOut]).toEqual([3, 1])
  })
})
