// A process that ends and comes back with its store: the session goes on as if only the link had
// been lost.

import { describe, expect, it } from 'vitest'
import { RememberedStore } from '../support/conformance/remembered-store.ts'
import { ScriptedServer } from '../support/conformance/scripted-server.ts'

const KEPT = { clean: false, properties: { sessionExpiryInterval: 3600 } } as const

/** A life of the process: a new client on what the last one left. */
function life(store: RememberedStore): ScriptedServer {
  return new ScriptedServer({ ...KEPT, store })
}

describe('a restart', () => {
  it('MQTT5-4.4.0-1 MQTT5-4.6.0-1: sends again what was in flight, in order, then the rest', () => {
    const store = new RememberedStore()
    const first = life(store).accept()
    for (const topic of ['a', 'b', 'c']) first.client.publish(topic, 'x', { qos: 1 })
    first.take()
    first.sendHex('40 02 0002')
    first.cut()
    first.client.publish('d', 'x', { qos: 1 })
    first.settle()
    const second = life(store)
    expect(second.start()).toMatchObject({ clean: false })
    second.connack({ sessionPresent: true })
    expect(second.take()).toMatchObject([
      { topic: 'a', messageId: 1, dup: true },
      { topic: 'c', messageId: 3, dup: true },
      { topic: 'd', dup: false },
    ])
  })

  it('MQTT5-4.3.3-6: goes on with PUBREL where PUBREC had come', () => {
    const store = new RememberedStore()
    const first = life(store).accept()
    first.client.publish('t', 'x', { qos: 2 })
    first.sendHex('50 02 0001')
    const second = life(store)
    second.start()
    second.connack({ sessionPresent: true })
    expect(second.take()).toMatchObject([{ cmd: 'pubrel', messageId: 1 }])
    second.sendHex('70 02 0001')
    expect(second.outcomes).toEqual(['delivered t'])
  })

  it('MQTT5-4.3.3-10: delivers a QoS 2 message once', () => {
    const store = new RememberedStore()
    const first = life(store).accept()
    first.publish('t', 'x', { qos: 2, messageId: 5 })
    expect(first.next('pubrec')).toMatchObject({ messageId: 5 })
    const second = life(store)
    second.start()
    second.connack({ sessionPresent: true })
    second.publish('t', 'x', { qos: 2, messageId: 5, dup: true })
    expect(second.messages).toEqual([])
    expect(second.take()).toMatchObject([{ cmd: 'pubrec', messageId: 5 }])
    second.sendHex('62 02 0005')
    second.publish('t', 'y', { qos: 2, messageId: 5 })
    expect(second.messages.map(({ payload }) => payload)).toEqual(['y'])
  })

  it('MQTT5-2.2.1-3: gives no new message an identifier that is still in flight', () => {
    const store = new RememberedStore()
    const first = life(store).accept()
    for (const topic of ['a', 'b', 'c']) first.client.publish(topic, 'x', { qos: 1 })
    first.settle()
    const second = life(store)
    second.start()
    second.connack({ sessionPresent: true })
    for (const topic of ['d', 'e', 'f']) second.client.publish(topic, 'x', { qos: 1 })
    const ids = second.take().map((packet) => packet['messageId'])
    expect(new Set(ids).size).toBe(6)
  })

  it('MQTT5-3.2.2-4: knows its session, so Session Present 1 is welcome', () => {
    const store = new RememberedStore()
    life(store).accept()
    const second = life(store)
    second.start()
    second.connack({ sessionPresent: true })
    expect(second.client.connected).toBe(true)
  })
})
