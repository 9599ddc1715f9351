// What our broker shows and does for those who run it: histories, queues, topics, sessions.

import { describe, expect, it } from 'vitest'
import { HostInspection } from '../../../../simulator/broker/host-inspection.ts'
import { Stage } from '../../../support/broker-stage.ts'

const DURABLE = { clean: false, properties: { sessionExpiryInterval: 1000 } }

function inspected(stage: Stage): HostInspection {
  const wall = { now: () => stage.now, toWall: (instantMs: number) => instantMs }
  return new HostInspection(stage.core, stage.core.defaultHost, wall)
}

describe('named queues', () => {
  it('hand each of 100 messages to one of two consumers, none twice', () => {
    const stage = new Stage()
    const control = inspected(stage)
    const pub = stage.client('pub')
    for (let i = 0; i < 50; i++) pub.publish('$queue/jobs', String(i), { qos: 1 })
    expect(control.queues().rows).toMatchObject([{ name: '$queue/jobs', depth: 50, consumers: [] }])
    const consumers = ['a', 'b'].map((id) =>
      stage.client(id, { properties: { receiveMaximum: 5 } }),
    )
    for (const consumer of consumers) consumer.subscribe('$queue/jobs', 1)
    for (let i = 50; i < 100; i++) pub.publish('$queue/jobs', String(i), { qos: 1 })
    const taken: string[][] = [[], []]
    for (let moved = true; moved;) {
      moved = false
      for (const [i, consumer] of consumers.entries()) {
        for (const { text = '', packetId = 0 } of consumer.all()) {
          taken[i]!.push(text)
          consumer.ack(4, packetId)
          moved = true
        }
      }
    }
    const sorted = taken.flat().toSorted((one, other) => Number(one) - Number(other))
    expect(sorted).toEqual(Array.from({ length: 100 }, (_, i) => String(i)))
    expect(Math.min(...taken.map(({ length }) => length))).toBeGreaterThan(30)
    expect(control.queues().rows).toMatchObject([{ depth: 0, messagesIn: 100, messagesOut: 100 }])
  })

  it('take back what a consumer did not confirm, in front', () => {
    const stage = new Stage()
    const pub = stage.client('pub')
    const first = stage.client('first', { properties: { receiveMaximum: 2 } })
    first.subscribe('$queue/q', 1)
    for (const text of ['1', '2', '3']) pub.publish('$queue/q', text, { qos: 1 })
    expect(first.texts()).toEqual(['1', '2'])
    first.cut()
    const second = stage.client('second')
    second.subscribe('$queue/q', 1)
    expect(second.texts()).toEqual(['1', '2', '3'])
  })

  it('can be made, looked into, emptied and deleted', () => {
    const stage = new Stage()
    const control = inspected(stage)
    expect(control.createQueue('q')).toBe('done')
    expect(control.createQueue('$queue/q')).toBe('in-use')
    expect(control.createQueue('a/#')).toBe('invalid')
    stage.client('pub').publish('$queue/q', 'job')
    const [message] = control.browseQueue('q')!.rows
    expect(Buffer.from(message!.payload).toString()).toBe('job')
    expect(control.browseQueue('q')!.total).toBe(1)
    expect(control.purgeQueue('q')).toBe(1)
    const consumer = stage.client('c')
    consumer.subscribe('$queue/q')
    expect(control.deleteQueue('q')).toBe('in-use')
    consumer.cut()
    expect(control.deleteQueue('q')).toBe('done')
    expect(control.deleteQueue('q')).toBe('absent')
  })

  it('drop what exceeds their bound and count it', () => {
    const stage = new Stage({ namedQueue: { messagesMax: 2, bytesMax: 1000 } })
    const pub = stage.client('pub')
    for (const text of ['1', '2', '3']) pub.publish('$queue/q', text)
    expect(inspected(stage).queues().rows).toMatchObject([{ depth: 2, dropped: 1 }])
  })
})

describe('a client', () => {
  it('has a history with reasons, also when it is gone', () => {
    const stage = new Stage()
    const control = inspected(stage)
    const client = stage.client('c', { will: { topic: 'w', payload: 'x' } })
    client.subscribe('t', 1)
    expect(control.clientDetail('c')?.will).toEqual({ topic: 'w', qos: 0, bytes: 1 })
    client.cut()
    const kinds = control.events('c').map(({ kind, detail }) => `${kind}: ${detail}`)
    expect(kinds).toEqual([
      'connected: from 10.0.0.1:1',
      'subscribed: t at QoS 1',
      'disconnected: socket closed',
      'willPublished: w',
    ])
    expect(control.clientDetail('c')).toBeUndefined()
  })

  it('shows what waits for it while it is away, and can be relieved of it', () => {
    const stage = new Stage()
    const control = inspected(stage)
    const client = stage.client('c', DURABLE)
    client.subscribe('t', 1)
    client.cut()
    const pub = stage.client('pub')
    for (const text of ['1', '2', '3']) pub.publish('t', text, { qos: 1 })
    expect(control.clientDetail('c')).toMatchObject({ isConnected: false, queued: 3 })
    expect(control.browseClient('c', { offset: 1, limit: 1 })).toMatchObject({
      total: 3,
      rows: [{ topic: 't', publisher: 'pub', payload: Buffer.from('2') }],
    })
    expect(control.purgeClient('c')).toBe(3)
    expect(control.clientDetail('c')).toMatchObject({ queued: 0, drops: { purged: 3 } })
    expect(control.dropSession('c')).toBe(true)
    expect(control.client('c')).toBeUndefined()
  })

  it('drops the newest when its queue is full, or the oldest if so told', () => {
    for (const [whenFull, kept] of [
      ['drop-newest', ['1', '2']],
      ['drop-oldest', ['3', '4']],
    ] as const) {
      const stage = new Stage({ queue: { messagesMax: 2, bytesMax: 1000, whenFull } })
      const client = stage.client('c', DURABLE)
      client.subscribe('t', 1)
      client.cut()
      const pub = stage.client('pub')
      for (const text of ['1', '2', '3', '4']) pub.publish('t', text, { qos: 1 })
      expect(inspected(stage).clientDetail('c')?.drops.queueFull).toBe(2)
      expect(stage.client('c', DURABLE).texts()).toEqual(kept)
    }
  })

  it('can be subscribed and unsubscribed from outside, and sent away', () => {
    const stage = new Stage()
    const control = inspected(stage)
    const client = stage.client('c')
    expect(control.subscribe('c', 't', 0)).toBe('done')
    expect(control.subscribe('c', 'a/#/b', 0)).toBe('invalid')
    expect(control.subscribe('nobody', 't', 0)).toBe('absent')
    control.publish('t', Buffer.from('hello'), { qos: 0, retain: false })
    expect(client.texts()).toEqual(['hello'])
    expect(control.unsubscribe('c', 't')).toBe('done')
    expect(control.unsubscribe('c', 't')).toBe('absent')
    expect(control.disconnect('c')).toBe(true)
    expect(client.take('disconnect')).toMatchObject({ reasonCode: 0x98 })
    expect(control.disconnect('c')).toBe(false)
  })

  it('that does not read is overloaded alone', () => {
    const stage = new Stage({ queue: { messagesMax: 10, bytesMax: 1 << 20 } })
    const deaf = stage.client('deaf')
    deaf.subscribe('t')
    deaf.isReading = false
    const healthy = stage.client('healthy')
    healthy.subscribe('t')
    const pub = stage.client('pub')
    const payload = 'x'.repeat(65_536)
    for (let i = 0; i < 300; i++) {
      const bytes = Buffer.concat([
        Buffer.from([0x30, 0x84, 0x80, 0x04, 0, 1, 0x74, 0]),
        Buffer.from(payload),
      ])
      pub.sendBytes(bytes)
    }
    expect(healthy.all()).toHaveLength(300)
    stage.advance(1)
    const detail = inspected(stage).clientDetail('deaf')!
    expect(detail.isOverloaded).toBe(true)
    expect(detail.drops.queueFull + detail.queued).toBeGreaterThan(290)
    expect(detail.queued).toBe(10)
    expect(detail.events.at(-1)?.kind).toBe('overloaded')
  })
})

describe('topics', () => {
  it('tell who publishes and who consumes, with counts', () => {
    const stage = new Stage()
    const control = inspected(stage)
    const subs = ['a', 'b'].map((id) => stage.client(id))
    for (const sub of subs) sub.subscribe('t/#', 1)
    const pub = stage.client('pub')
    for (let i = 0; i < 10; i++) pub.publish('t/1', 'v', { qos: 1 })
    expect(control.topic('t/1')).toMatchObject({
      messagesIn: 10,
      messagesOut: 20,
      producers: [{ clientId: 'pub', messages: 10 }],
      consumers: [
        { clientId: 'a', filter: 't/#', qos: 1, delivered: 10, inflight: 10 },
        { clientId: 'b', filter: 't/#', qos: 1, delivered: 10, inflight: 10 },
      ],
    })
  })

  it('are made and deleted, but not while somebody subscribes', () => {
    const stage = new Stage()
    const control = inspected(stage)
    expect(control.createTopic('t')).toBe('done')
    expect(control.createTopic('t')).toBe('in-use')
    expect(control.createTopic('a/+')).toBe('invalid')
    const pub = stage.client('pub')
    pub.publish('t', 'kept', { retain: true })
    pub.subscribe('t')
    expect(control.deleteTopic('t')).toBe('in-use')
    pub.cut()
    expect(control.retained().total).toBe(1)
    expect(control.deleteTopic('t')).toBe('done')
    expect(control.retained().total).toBe(0)
    expect(control.deleteTopic('t')).toBe('absent')
  })

  it('show by their subscriptions before anybody publishes, as long as they last', () => {
    const stage = new Stage()
    const control = inspected(stage)
    const sub = stage.client('sub')
    for (const filter of ['waits/1', 'waits/+', '$share/g/shared']) sub.subscribe(filter)
    const names = (): string[] => control.topics().rows.map(({ topic }) => topic)
    expect(names()).toEqual(['waits/1', 'shared'])
    expect(control.topic('waits/1')).toMatchObject({ isSubscribedOnly: true, subscribers: 1 })
    expect(control.stats().topics).toBe(control.topics().total)
    expect(control.topic('waits/2')).toBeUndefined()
    stage.client('pub').publish('shared', 'x')
    expect(control.topic('shared')).toMatchObject({ isSubscribedOnly: false, messagesIn: 1 })
    sub.cut()
    expect(names()).toEqual(['shared'])
  })

  it('are forgotten when they were idle for so long, unless they are still of use', () => {
    const stage = new Stage({ topicExpiryS: 60 })
    const control = inspected(stage)
    const pub = stage.client('pub')
    stage.client('sub').subscribe('heard/#')
    for (const topic of ['idle', 'used', 'heard/1']) pub.publish(topic, 'x')
    pub.publish('kept', 'x', { retain: true })
    const names = (): string[] => control.topics().rows.map(({ topic }) => topic)
    stage.advance(40)
    pub.publish('used', 'x')
    stage.advance(30)
    expect(names()).toEqual(['used', 'heard/1', 'kept'])
    stage.advance(120)
    expect(names()).toEqual(['heard/1', 'kept'])
  })
})
