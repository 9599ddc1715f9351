// Deliveries of QoS 0 and 1 from client to server: flags, identifiers, order, and what is sent
// again when.

import { describe, expect, it } from 'vitest'
import { online, ScriptedServer } from '../support/conformance/scripted-server.ts'

const KEPT = { clean: false, properties: { sessionExpiryInterval: 3600 } } as const
const RESUMED = { sessionPresent: true }

/** All identifiers are used once: seconds of work, more on a busy machine. */
const LONG = { timeout: 60_000 }

/** So many messages published and acknowledged; their identifiers. */
function roundOf(server: ScriptedServer, count: number): unknown[] {
  for (let i = 0; i < count; i++) server.client.publish('t', 'x', { qos: 1 })
  const ids = server.takeOnly('publish').map((packet) => packet['messageId'])
  server.send(...ids.map((messageId) => ({ cmd: 'puback', messageId })))
  return ids
}

describe('a PUBLISH of QoS 0 or 1', () => {
  it('MQTT5-3.3.1-1: is sent again with DUP after a reconnect', () => {
    const server = online(KEPT)
    server.client.publish('t', 'x', { qos: 1 })
    expect(server.next('publish')).toMatchObject({ dup: false, messageId: 1 })
    server.reconnect(RESUMED)
    expect(server.next('publish')).toMatchObject({ dup: true, messageId: 1, topic: 't' })
  })

  it('MQTT311-3.3.1-1: is sent again with DUP after a reconnect', () => {
    const server = online({ clean: false, protocolVersion: 4 })
    server.client.publish('t', 'x', { qos: 1 })
    expect(server.next('publish')).toMatchObject({ dup: false, messageId: 1 })
    server.reconnect(RESUMED)
    expect(server.next('publish')).toMatchObject({ dup: true, messageId: 1, topic: 't' })
  })

  it('MQTT5-3.3.1-1 MQTT5-4.3.2-2: has no DUP when it only waited in the queue', () => {
    const server = new ScriptedServer(KEPT)
    server.client.publish('early', 'x', { qos: 1 })
    server.accept()
    expect(server.next('publish')).toMatchObject({ topic: 'early', dup: false })
    server.cut()
    server.client.publish('offline', 'x', { qos: 1 })
    server.awaitConnect()
    server.connack(RESUMED)
    expect(server.take()).toMatchObject([
      { topic: 'early', dup: true },
      { topic: 'offline', dup: false },
    ])
  })

  it('MQTT5-3.3.1-3 MQTT311-3.3.1-3: has a DUP of its own, whatever came in', () => {
    const server = online()
    server.publish('t', 'x', { qos: 1, messageId: 9, dup: true })
    expect(server.messages[0]?.packet.dup).toBe(true)
    server.client.publish('t', 'x', { qos: 1 })
    expect(server.takeOnly('publish')).toMatchObject([{ dup: false }])
  })

  it('MQTT5-3.3.1-2 MQTT5-4.3.1-1: never has DUP at QoS 0', () => {
    const server = online(KEPT)
    server.client.publish('a', 'x')
    expect(server.next('publish')).toMatchObject({ qos: 0, dup: false })
    server.cut()
    server.client.publish('b', 'x')
    server.awaitConnect()
    server.connack(RESUMED)
    expect(server.take()).toMatchObject([{ topic: 'b', qos: 0, dup: false }])
    expect(server.sentHex).toContain('30')
  })

  it('MQTT311-3.3.1-2 MQTT311-4.3.1-1: never has DUP at QoS 0', () => {
    const server = online({ protocolVersion: 4 })
    server.client.publish('a', 'x')
    server.settle()
    expect(server.sentHex.endsWith('300400016178')).toBe(true)
  })

  it('MQTT5-2.2.1-2 MQTT311-2.3.1-5: has no packet identifier at QoS 0', () => {
    const server = online()
    server.client.publish('a', 'x')
    server.settle()
    expect(server.sentHex.endsWith('30050001610078')).toBe(true)
  })

  it('MQTT5-4.3.2-3 MQTT5-2.2.1-5: is delivered by the PUBACK of its identifier only', () => {
    const server = online()
    server.client.publish('t', 'x', { qos: 1 })
    const { messageId } = server.next('publish')
    server.send({ cmd: 'puback', messageId: 77 })
    expect(server.outcomes).toEqual([])
    server.send({ cmd: 'puback', messageId })
    expect(server.outcomes).toEqual(['delivered t'])
  })

  it.each(['40 02 0001', '40 03 0001 00', '40 04 0001 00 00', '40 03 0001 10'])(
    'MQTT5-3.4.2-1: is delivered by a PUBACK in the form %s',
    (hex) => {
      const server = online()
      server.client.publish('t', 'x', { qos: 1 })
      server.settle()
      server.sendHex(hex)
      expect(server.outcomes).toHaveLength(1)
      expect(server.outcomes[0]).toMatch(/^delivered t/)
    },
  )

  it('MQTT5-4.4.0-1: is not sent again as long as the connection stands', () => {
    const server = online(KEPT)
    server.client.publish('t', 'x', { qos: 1 })
    server.client.publish('u', 'x', { qos: 2 })
    server.take()
    server.advance(3_600_000)
    expect(server.take()).toEqual([])
    expect(server.connections).toBe(1)
  })

  it('MQTT311-4.4.0-1 MQTT311-2.3.1-3: is sent again with the identifier it had', () => {
    const server = online({ clean: false, protocolVersion: 4 })
    for (const topic of ['a', 'b', 'c']) server.client.publish(topic, 'x', { qos: 1 })
    server.take()
    server.send({ cmd: 'puback', messageId: 2 })
    server.reconnect(RESUMED)
    expect(server.take()).toMatchObject([
      { topic: 'a', messageId: 1, dup: true },
      { topic: 'c', messageId: 3, dup: true },
    ])
  })

  it('MQTT5-4.4.0-2: is rejected, not repeated, when PUBACK carries 0x80 or more', () => {
    const server = online(KEPT)
    server.client.publish('t', 'x', { qos: 1 })
    server.settle()
    server.sendHex('40 03 0001 87')
    expect(server.outcomes).toEqual(['rejected t 135'])
    server.take()
    server.reconnect(RESUMED)
    expect(server.take()).toEqual([])
  })
})

describe('packet identifiers', () => {
  it('MQTT5-2.2.1-3 MQTT5-4.3.2-1: skip those in use, also by SUBSCRIBE', () => {
    const server = online()
    server.client.publish('a', 'x', { qos: 1 })
    void server.client.subscribe('s')
    server.client.publish('b', 'x', { qos: 2 })
    void server.client.unsubscribe('s')
    server.client.publish('c', 'x', { qos: 1 })
    const ids = server.take().map((packet) => packet['messageId'])
    expect(ids).toHaveLength(5)
    expect(new Set(ids).size).toBe(5)
    expect(ids).not.toContain(0)
  })

  it('MQTT5-2.2.1-3: lose no message of 70,000, with 65,535 in flight', LONG, () => {
    const server = online({ inflightMax: 65_535, outbox: { messagesMax: 70_000 } })
    for (let i = 0; i < 70_000; i++) server.client.publish('t', `${i}`, { qos: 1 })
    const sent: string[] = []
    for (;;) {
      const packets = server.take()
      if (packets.length === 0) break
      const ids = new Set(packets.map((packet) => packet['messageId']))
      expect(ids.size).toBe(packets.length)
      sent.push(...packets.map((packet) => String(packet['payload'])))
      server.send(...packets.map(({ messageId }) => ({ cmd: 'puback', messageId })))
    }
    expect(sent).toEqual(Array.from({ length: 70_000 }, (_, i) => `${i}`))
    expect(server.outcomes).toHaveLength(70_000)
  })

  it('MQTT311-2.3.1-2 MQTT311-4.3.2-1: are unused and never 0 when they wrap around', LONG, () => {
    const server = online({ protocolVersion: 4, inflightMax: 101 })
    const ids = new Set<unknown>()
    server.client.publish('open', 'x', { qos: 1 })
    const open = server.next('publish')['messageId']
    for (let i = 0; i < 660; i++) {
      for (const messageId of roundOf(server, 100)) ids.add(messageId)
    }
    expect(ids.has(0)).toBe(false)
    expect(ids.has(open)).toBe(false)
    // Fewer identifiers than messages: some came again after the wrap.
    expect(ids.size).toBeLessThan(65_535)
  })
})

describe('the order of what is sent again', () => {
  it('MQTT5-4.6.0-1: is the original one, also across the wrap of identifiers', LONG, () => {
    const server = online({ ...KEPT, inflightMax: 100 })
    for (let i = 0; i < 655; i++) roundOf(server, 100)
    roundOf(server, 33)
    for (const topic of ['a', 'b', 'c', 'd']) server.client.publish(topic, 'x', { qos: 1 })
    const first = server.take().map((packet) => Number(packet['messageId']))
    expect(Math.max(...first)).toBe(65_535)
    expect(first.at(-1)).toBeLessThan(10)
    server.reconnect(RESUMED)
    const again = server.take()
    expect(again.map((packet) => packet['topic'])).toEqual(['a', 'b', 'c', 'd'])
    expect(again.map((packet) => packet['messageId'])).toEqual(first)
  })

  it('MQTT311-4.6.0-1: is the original one for QoS 1 and 2 together', () => {
    const server = online({ clean: false, protocolVersion: 4 })
    const topics = ['a', 'b', 'c', 'd', 'e', 'f']
    topics.forEach((topic, i) => server.client.publish(topic, 'x', { qos: i % 2 === 0 ? 2 : 1 }))
    server.take()
    server.reconnect(RESUMED)
    expect(server.take().map((packet) => packet['topic'])).toEqual(topics)
    server.reconnect(RESUMED)
    expect(server.take().map((packet) => packet['topic'])).toEqual(topics)
  })

  it('MQTT5-4.6.0-1: puts what was published offline behind what was in flight', () => {
    const server = online({ ...KEPT, inflightMax: 2 })
    for (const topic of ['a', 'b', 'c']) server.client.publish(topic, 'x', { qos: 1 })
    server.cut()
    server.client.publish('d', 'x', { qos: 1 })
    server.awaitConnect()
    server.connack(RESUMED)
    const topics: unknown[] = []
    for (let i = 0; i < 4; i++) {
      const packet = server.takeOnly('publish')
      topics.push(...packet.map((one) => one['topic']))
      server.send(...packet.map(({ messageId }) => ({ cmd: 'puback', messageId })))
    }
    expect(topics).toEqual(['a', 'b', 'c', 'd'])
  })
})
