// What an attacker or a bad network does to a broker: it costs what the limits say, ends nobody
// else's connection, and leaves nothing behind.

import { describe, expect, it } from 'vitest'
import { encodePacket } from '@motewire/sdk/codec'
import { BOTH, DURABLE, Stage } from '../../../support/broker-stage.ts'

const CONNECT = encodePacket(
  { type: 'connect', protocolVersion: 4, clientId: 'slow', clean: true, keepalive: 0 },
  4,
)

describe('a connection that does not come in', () => {
  it('ends by its timeout, though a byte of CONNECT comes each second', () => {
    const stage = new Stage()
    const peer = stage.peer()
    for (const byte of CONNECT.subarray(0, 11)) {
      peer.sendBytes(Buffer.of(byte))
      stage.advance(1)
    }
    expect(peer.hangup).toBeDefined()
    expect(stage.core.connections.size).toBe(0)
  })

  it('may take nine seconds, and is then held to its keep alive', () => {
    const stage = new Stage()
    const peer = stage.peer()
    peer.sendBytes(CONNECT.subarray(0, 5))
    stage.advance(9)
    peer.sendBytes(CONNECT.subarray(5))
    stage.advance(3600)
    expect(peer.hangup).toBeUndefined()
    expect(peer.all()).toMatchObject([{ type: 'connack', reasonCode: 0 }])
  })

  it('ends by its timeout in the middle of an exchange, however often it speaks', () => {
    const gatekeeper = {
      signIn: () => undefined,
      beginExchange: () => ({ step: () => ({ kind: 'continue', answer: Buffer.of(1) }) as const }),
    }
    const stage = new Stage({ gatekeeper })
    const peer = stage.peer()
    const properties = { authenticationMethod: 'm', authenticationData: Buffer.of(1) }
    peer.connect({ properties })
    for (let i = 0; i < 11; i++) {
      peer.send({ type: 'auth', reasonCode: 0x18, properties })
      stage.advance(1)
    }
    expect(peer.hangup).toBeDefined()
  })

  it('leaves nothing behind when it breaks off anywhere in a packet', () => {
    const stage = new Stage()
    for (let length = 0; length < CONNECT.length; length++) {
      const peer = stage.peer()
      peer.sendBytes(CONNECT.subarray(0, length))
      peer.cut()
    }
    expect(stage.core.connections.size).toBe(0)
    expect(stage.core.defaultHost.sessions.size).toBe(0)
    const half = stage.client('half')
    half.sendHex('32 20 0001 74')
    half.cut()
    expect(stage.core.defaultHost.messagesIn).toBe(0)
  })
})

describe('many and strange filters', () => {
  it('are granted up to 10,000 a client, bring one copy, and go without a trace', () => {
    const stage = new Stage()
    const sub = stage.client('sub')
    const filters = Array.from({ length: 10_001 }, (_, i) => `+/${i}/#`)
    const subscriptions = filters.map((filter) => ({ filter, qos: 0 }) as const)
    sub.send({ type: 'subscribe', packetId: 1, subscriptions })
    const codes = sub.take('suback').reasonCodes!
    expect([codes.filter((code) => code === 0).length, codes.at(-1)]).toEqual([10_000, 0x97])
    const pub = stage.client('pub')
    for (const i of [0, 9_999, 10_000]) pub.publish(`a/${i}/b`, `${i}`)
    expect(sub.texts()).toEqual(['0', '9999'])
    sub.send({ type: 'unsubscribe', packetId: 1, filters })
    expect(sub.take('unsuback').reasonCodes!.filter((code) => code === 0)).toHaveLength(10_000)
    const { subscriptionCount, router } = stage.core.defaultHost
    expect([subscriptionCount, router.entriesOf('a/1/b')]).toEqual([0, []])
  })

  it('have 200 levels at most; topics have as many as fit', () => {
    for (const protocolVersion of BOTH) {
      const stage = new Stage()
      const deep = stage.client('deep', { protocolVersion })
      const any = Array.from({ length: 200 }, () => '+').join('/')
      const refusal = protocolVersion === 5 ? 0x8f : 0x80
      expect(deep.subscribe(any)).toEqual([0])
      expect(deep.subscribe(`${any}/+`)).toEqual([refusal])
      expect(deep.subscribe(`$share/g/${any}/#`)).toEqual([refusal])
      expect(deep.subscribe('/'.repeat(65_000))).toEqual([refusal])
      const all = stage.client('all', { protocolVersion })
      all.subscribe('#')
      const topics = [199, 999, 60_000].map((slashes) => '/'.repeat(slashes))
      const pub = stage.client('pub', { protocolVersion })
      for (const topic of topics) pub.publish(topic, '', { retain: true })
      expect(all.all().map(({ topic }) => topic)).toEqual(topics)
      expect(deep.all().map(({ topic }) => topic)).toEqual(topics.slice(0, 1))
    }
  })

  it('may share under any name that the standard allows', () => {
    const names = ['__proto__', 'constructor', '$share', '$queue', ' ', '\u202e', 'a\u0301', '%u']
    const stage = new Stage()
    const members = names.map((name, i) => {
      const member = stage.client(`m${i}`)
      expect(member.subscribe(`$share/${name}/t`)).toEqual([0])
      return member
    })
    stage.client('pub').publish('t', 'x')
    expect(members.map((member) => member.texts())).toEqual(names.map(() => ['x']))
    expect([...stage.core.defaultHost.router.groups.keys()]).toHaveLength(names.length)
    for (const member of members) member.cut()
    expect(stage.core.defaultHost.router.groups.size).toBe(0)
  })

  it('that share nothing or under a wildcard end the connection', () => {
    for (const filter of [
      '$share',
      '$share/g',
      '$share/g/',
      '$share//t',
      '$share/+/t',
      '$share/#/t',
    ]) {
      const peer = new Stage().client('c')
      const text = Buffer.from(filter)
      const head = [0x82, text.length + 6, 0, 1, 0, 0, text.length]
      peer.sendBytes(Buffer.concat([Buffer.from(head), text, Buffer.of(0)]))
      expect(peer.take('disconnect')).toMatchObject({ reasonCode: 0x81 })
    }
  })

  it('that share a shared one or a queue are what they say, and no more', () => {
    const stage = new Stage()
    const peer = stage.client('c')
    peer.subscribe('$share/g/$share/h/t')
    peer.subscribe('$share/g/$queue/q', 1)
    const pub = stage.client('pub')
    pub.publish('t', 'plain')
    pub.publish('$queue/q', 'queued', { qos: 1 })
    expect(peer.texts()).toEqual(['queued'])
  })
})

describe('floods', () => {
  it('of retained topics stop at the limits, in number and in bytes', () => {
    const retained = { messagesMax: 100, bytesMax: 2_000 }
    const stage = new Stage({ retained, queue: { messagesMax: 50, bytesMax: 1 << 20 } })
    const pub = stage.client('pub')
    for (let i = 0; i < 1_000; i++) pub.publish(`t/${i}`, 'x', { retain: true })
    pub.publish('t/0', 'y'.repeat(5_000), { retain: true })
    const { retained: store } = stage.core.defaultHost
    expect([store.size, store.refused]).toEqual([100, 901])
    expect(store.bytes).toBeLessThan(2_000)
    const sub = stage.client('sub', { properties: { receiveMaximum: 1 } })
    sub.isReading = false
    for (let i = 0; i < 100; i++) sub.sendHex('82 07 0001 00 0001 23 01')
    const { delivery } = stage.core.defaultHost.sessions.get('sub')!
    expect(delivery.queued).toBeLessThanOrEqual(51)
  })

  it('of filters that look at many retained topics are served in turns, and nobody waits', () => {
    const stage = new Stage({ queue: { messagesMax: 100_000, bytesMax: 1 << 24 } })
    const pub = stage.client('pub')
    for (let i = 0; i < 10_000; i++) pub.publish(`t/${i}`, `${i}`, { retain: true, qos: 1 })
    pub.all()
    const sub = stage.client('sub', DURABLE)
    const filters = Array.from({ length: 100 }, (_, i) => `+/${i}`)
    // Some are asked for again while they wait, and some are not wanted any more.
    for (const filter of [...filters, ...filters]) {
      sub.send({ type: 'subscribe', packetId: 1, subscriptions: [{ filter, qos: 1 }] })
    }
    sub.send({ type: 'unsubscribe', packetId: 2, filters: filters.slice(50) })
    const other = stage.client('other')
    other.subscribe('t/77')
    expect(other.texts()).toEqual(['77'])
    const texts = (): string[] => {
      const messages = sub.all().filter(({ type }) => type === 'publish')
      for (const { packetId = 0 } of messages) sub.ack(4, packetId)
      return messages.map(({ text }) => text!)
    }
    const first = texts()
    expect(first).toHaveLength(30)
    const rest: string[] = []
    let turns = 1
    for (; !stage.workOff(); turns++) rest.push(...texts())
    rest.push(...texts())
    expect(turns).toBeGreaterThan(1)
    expect(new Set([...first, ...rest])).toEqual(
      new Set(filters.slice(0, 50).map((one) => one.slice(2))),
    )
    expect(rest).toHaveLength(50)
    stage.advance(1)
    expect(sub.all()).toEqual([])
  })

  it('of wills fill the queues of those who watch, and no more', () => {
    const stage = new Stage({ queue: { messagesMax: 10, bytesMax: 1 << 20 } })
    const watcher = stage.client('watcher', { properties: { receiveMaximum: 5 } })
    watcher.subscribe('will/#', 1)
    const peers = Array.from({ length: 500 }, (_, i) => {
      return stage.client(`c${i}`, { will: { topic: `will/${i}`, payload: 'gone', qos: 1 } })
    })
    for (const peer of peers) peer.cut()
    expect(watcher.all()).toHaveLength(5)
    const { delivery } = stage.core.defaultHost.sessions.get('watcher')!
    expect([delivery.queued, delivery.drops.queueFull]).toEqual([15, 485])
    expect(stage.core.connections.size).toBe(1)
  })

  it('of CONNECTs that take one session over leave one connection and lose no message', () => {
    const stage = new Stage()
    const first = stage.client('c', DURABLE)
    first.subscribe('t', 1)
    const watcher = stage.client('watcher')
    watcher.subscribe('will')
    const pub = stage.client('pub')
    const peers = Array.from({ length: 1_000 }, (_, i) => {
      if (i % 100 === 0) pub.publish('t', `${i}`, { qos: 1 })
      return stage.client('c', { ...DURABLE, will: { topic: 'will', payload: `${i}` } })
    })
    expect(stage.core.connections.size).toBe(3)
    expect(peers.at(-2)!.take('disconnect')).toMatchObject({ reasonCode: 0x8e })
    const texts = Array.from({ length: 10 }, (_, i) => `${i * 100}`)
    expect(peers.at(-1)!.texts()).toEqual(texts)
    expect(watcher.texts()).toEqual(Array.from({ length: 999 }, (_, i) => `${i}`))
    expect(stage.core.defaultHost.timeline.of('c')).toHaveLength(32)
  })

  it('of one QoS 2 identifier are one message, and one place in the table', () => {
    for (const protocolVersion of BOTH) {
      const stage = new Stage()
      const sub = stage.client('sub')
      sub.subscribe('#')
      const pub = stage.client('pub', { protocolVersion })
      for (let i = 0; i < 1_000; i++)
        pub.publish(`t${i}`, `${i}`, { qos: 2, packetId: 7, dup: i > 0 })
      expect(sub.texts()).toEqual(['0'])
      expect(stage.core.defaultHost.sessions.get('pub')!.receipts.size).toBe(1)
      for (let i = 0; i < 3; i++) pub.ack(6, 7)
      const ends = pub.all().filter(({ type }) => type === 'pubcomp')
      const unknown = protocolVersion === 5 ? 0x92 : 0
      expect(ends.map(({ reasonCode }) => reasonCode)).toEqual([0, unknown, unknown])
    }
  })
})

describe('topics of the broker itself', () => {
  it('are not for clients to publish, retained or not, nor for their wills', () => {
    const stage = new Stage()
    const sub = stage.client('sub')
    sub.subscribe('$SYS/#')
    const topic = '$SYS/broker/uptime'
    const pub = stage.client('pub')
    pub.publish(topic, '1', { qos: 1, retain: true })
    expect(pub.take('puback')).toMatchObject({ reasonCode: 0x87 })
    const old = stage.client('old', { protocolVersion: 4 })
    old.publish(topic, '1', { retain: true })
    stage.client('will', { will: { topic, payload: '1', retain: true } }).cut()
    expect(sub.all()).toEqual([])
    expect(stage.core.defaultHost.retained.size).toBe(0)
  })
})

describe('answers of the wrong kind', () => {
  it('free no identifier and end no exchange', () => {
    for (const protocolVersion of BOTH) {
      const stage = new Stage()
      const sub = stage.client('sub', { ...DURABLE, protocolVersion })
      sub.subscribe('t', 2)
      const pub = stage.client('pub')
      pub.publish('t', 'one', { qos: 1, packetId: 1 })
      pub.publish('t', 'two', { qos: 2, packetId: 2 })
      const [one, two] = sub.all().map(({ packetId }) => packetId!)
      sub.ack(4, two!)
      sub.ack(7, two!)
      sub.ack(7, one!)
      const { delivery } = stage.core.defaultHost.sessions.get('sub')!
      expect([sub.all(), delivery.inflight]).toEqual([[], 2])
      // PUBREC twice is answered twice, and is one exchange.
      for (const _ of [1, 2]) sub.ack(5, two!)
      expect(sub.all().map(({ type, packetId }) => [type, packetId])).toEqual([
        ['pubrel', two],
        ['pubrel', two],
      ])
      sub.ack(4, one!)
      for (const _ of [1, 2]) sub.ack(7, two!)
      expect([sub.all(), delivery.inflight]).toEqual([[], 0])
    }
  })

  it('in the same read as CONNECT belong to the session that it resumes', () => {
    const stage = new Stage()
    const packet = { clean: false, protocolVersion: 4, clientId: 'c' } as const
    const first = stage.client('c', packet)
    first.subscribe('t', 1)
    for (const text of ['1', '2']) stage.client('pub').publish('t', text, { qos: 1 })
    const [one] = first.all()
    first.cut()
    const peer = stage.peer()
    const connect = encodePacket({ type: 'connect', keepalive: 0, ...packet }, 4)
    const ack = Buffer.of(0x40, 2, one!.packetId! >> 8, one!.packetId! & 255)
    peer.sendBytes(Buffer.concat([connect, ack]))
    peer.take('connack')
    expect(stage.core.defaultHost.sessions.get('c')!.delivery.inflight).toBe(1)
  })
})
