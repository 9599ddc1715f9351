// What the broker keeps on disk, and what comes back: sessions, exchanges half done, retained
// messages, queues; after an orderly end, a torn write and a rewrite of the log.

import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BrokerStore } from '../../../../simulator/broker/store/broker-store.ts'
import { LogFile } from '../../../../simulator/broker/store/log-file.ts'
import { Stage } from '../../../support/broker-stage.ts'

const DURABLE = { clean: false, properties: { sessionExpiryInterval: 1000 } }

let folder: string
let open: BrokerStore | undefined

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'motewire-store-'))
})

afterEach(() => {
  open?.close()
  open = undefined
  rmSync(folder, { recursive: true, force: true })
})

/** A broker on the folder; the one before it is gone, its last notes written. */
function start(): Stage {
  open?.close()
  open = new BrokerStore({ folder }, 1_000_000)
  return new Stage({}, open)
}

describe('the store of a broker', () => {
  it('brings back a session with its subscriptions and what it is owed, in order', () => {
    const before = start()
    const sub = before.client('sub', { ...DURABLE, properties: { ...DURABLE.properties } })
    sub.subscribe('t/#', 1, {}, { subscriptionIdentifier: 4 })
    sub.cut()
    const pub = before.client('pub')
    const properties = { contentType: 'x', correlationData: Buffer.from([1, 2]) }
    for (const text of ['1', '2']) pub.publish('t/a', text, { qos: 1, properties })
    const after = start()
    const again = after.peer()
    again.connect({ clientId: 'sub', ...DURABLE })
    expect(again.take('connack')).toMatchObject({ sessionPresent: true })
    const expected = { ...properties, subscriptionIdentifier: 4 }
    expect(again.all()).toMatchObject([
      { text: '1', properties: expected },
      { text: '2', properties: expected },
    ])
    after.client('pub').publish('t/b', '3', { qos: 1 })
    expect(again.texts()).toEqual(['3'])
  })

  it('continues QoS 2 where it stood, in both directions', () => {
    const before = start()
    const sub = before.client('sub', DURABLE)
    sub.subscribe('t', 2)
    const pub = before.client('pub', DURABLE)
    pub.publish('t', '1', { qos: 2, packetId: 1 })
    pub.publish('t', '2', { qos: 2, packetId: 2 })
    pub.ack(6, 1)
    const [first, second] = sub.all()
    sub.ack(5, first!.packetId!)
    const after = start()
    const pubAgain = after.client('pub', DURABLE)
    const subAgain = after.client('sub', DURABLE)
    expect(subAgain.all()).toMatchObject([
      { type: 'pubrel', packetId: first!.packetId },
      { type: 'publish', packetId: second!.packetId, text: '2', dup: true },
    ])
    pubAgain.publish('t', '2', { qos: 2, packetId: 2, dup: true })
    pubAgain.publish('t', '3', { qos: 2, packetId: 1 })
    expect(subAgain.texts()).toEqual(['3'])
  })

  it('keeps retained messages and queues, and what left them stays gone', () => {
    const before = start()
    const pub = before.client('pub')
    pub.publish('kept', 'yes', { retain: true })
    pub.publish('gone', 'yes', { retain: true })
    pub.publish('gone', '', { retain: true })
    for (const text of ['1', '2', '3']) pub.publish('$queue/q', text, { qos: 1 })
    const consumer = before.client('c', { properties: { receiveMaximum: 1 } })
    consumer.subscribe('$queue/q', 1)
    consumer.ack(4, consumer.take('publish').packetId!)
    consumer.take('publish')
    const after = start()
    expect([...after.core.defaultHost.retained.all()].map(({ topic }) => topic)).toEqual(['kept'])
    const queue = after.core.defaultHost.queues.get('$queue/q')!
    expect([...queue.browse()].map(({ payload }) => Buffer.from(payload).toString())).toEqual(['3'])
  })

  it('lets sessions go that ended or expired meanwhile', () => {
    const before = start()
    for (const id of ['ended', 'kept']) before.client(id, DURABLE).cut()
    before.client('ended', { clean: true }).cut()
    const after = start()
    expect([...after.core.defaultHost.sessions.keys()]).toEqual(['kept'])
    after.advance(1001)
    expect(after.core.defaultHost.sessions.size).toBe(0)
    expect(start().core.defaultHost.sessions.size).toBe(0)
  })

  it('sends wills of durable sessions after a kill, once, and none that were taken back', () => {
    const before = start()
    const will = (topic: string, willDelayInterval: number) => ({
      ...DURABLE,
      will: { topic, payload: topic, qos: 1, properties: { willDelayInterval } } as const,
    })
    before.client('there', will('at once', 0))
    before.client('patient', will('later', 20))
    before.client('away', will('waits', 30)).cut()
    before.client('left', will('never', 0)).sendHex('e000')
    before.client('cut', will('gone already', 0)).cut()
    const watcher = before.client('watcher', DURABLE)
    watcher.subscribe('#', 1)
    before.advance(10)
    const after = start()
    const again = after.client('watcher', DURABLE)
    after.advance(1)
    expect(again.texts()).toEqual(['at once'])
    after.advance(19)
    expect(again.texts()).toEqual(['later'])
    after.advance(10)
    expect(again.texts()).toEqual(['waits'])
    const last = start()
    last.advance(100)
    expect(
      last
        .client('watcher', DURABLE)
        .all()
        .every(({ dup }) => dup === true),
    ).toBe(true)
  })

  it('cuts off a torn write and keeps all before it', () => {
    const before = start()
    before.client('pub').publish('kept', 'yes', { retain: true })
    open!.close()
    open = undefined
    const path = join(folder, 'broker.log')
    const whole = statSync(path).size
    appendFileSync(path, Buffer.from([0, 0, 0, 50, 1, 2, 3, 4, 5, 6]))
    expect(start().core.defaultHost.retained.size).toBe(1)
    expect(statSync(path).size).toBeLessThanOrEqual(whole)
  })

  it('writes the log anew without losing what is referred to later', () => {
    const before = start()
    const sub = before.client('sub', DURABLE)
    sub.subscribe('t', 1)
    const pub = before.client('pub')
    pub.publish('t', '1', { qos: 1 })
    const { packetId = 0 } = sub.take('publish')
    open!.compact()
    pub.publish('t', '2', { qos: 1 })
    sub.ack(4, packetId)
    open!.compact()
    pub.publish('t', '3', { qos: 1 })
    const again = start().client('sub', DURABLE)
    expect(again.texts()).toEqual(['2', '3'])
  })

  it('stays small under traffic that leaves nothing behind', () => {
    const stage = start()
    const sub = stage.client('sub', DURABLE)
    sub.subscribe('t', 1)
    const pub = stage.client('pub')
    const text = 'x'.repeat(10_000)
    for (let i = 0; i < 2_000; i++) {
      pub.publish('t', text, { qos: 1 })
      sub.ack(4, sub.take('publish').packetId!)
      if (i % 100 === 0) {
        open!.commit()
        pub.all()
      }
    }
    expect(statSync(join(folder, 'broker.log')).size).toBeLessThan(9 << 20)
  })

  it('belongs to one broker at a time, and to the next when that one is dead', () => {
    start()
    expect(() => new BrokerStore({ folder }, 0)).toThrow(/is in use by process \d+/)
    open!.close()
    open = undefined
    writeFileSync(join(folder, 'broker.lock'), '999999999')
    expect(start().core.defaultHost.sessions.size).toBe(0)
  })
})

describe('a log file', () => {
  it('gives back whole frames only, wherever it was cut', () => {
    const path = join(folder, 'log')
    const log = new LogFile(path, true)
    const frames = ['one', 'two', 'three'].map((text) => Buffer.from(text))
    for (const frame of frames) log.append(frame)
    log.close()
    const whole = readFileSync(path)
    for (let length = 0; length <= whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length))
      const cut = new LogFile(path, false)
      const found: string[] = []
      cut.readAll((frame) => found.push(frame.toString()))
      cut.append(Buffer.from('next'))
      cut.close()
      const again = new LogFile(path, false)
      const then: string[] = []
      again.readAll((frame) => then.push(frame.toString()))
      again.close()
      expect(['one', 'two', 'three'].slice(0, found.length)).toEqual(found)
      expect(then).toEqual([...found, 'next'])
    }
  })
})
