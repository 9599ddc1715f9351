// Deliveries of QoS 2 from client to server: four packets, each at its time, none twice when it
// must not be.

import { describe, expect, it } from 'vitest'
import { online } from '../support/conformance/scripted-server.ts'
import type { ScriptedServer } from '../support/conformance/scripted-server.ts'

const KEPT = { clean: false, properties: { sessionExpiryInterval: 3600 } } as const
const RESUMED = { sessionPresent: true }

/** A client whose QoS 2 message to `t` waits for PUBREC. */
function published(options: object = KEPT): ScriptedServer {
  const server = online(options)
  server.client.publish('t', 'x', { qos: 2 })
  expect(server.next('publish')).toMatchObject({ qos: 2, messageId: 1, dup: false })
  return server
}

describe('a QoS 2 delivery', () => {
  it('MQTT5-4.3.3-2 MQTT5-4.3.3-4: answers PUBREC with PUBREL and ends with PUBCOMP', () => {
    const server = published()
    server.sendHex('50 02 0001')
    expect(server.next('pubrel')).toMatchObject({ messageId: 1 })
    expect(server.outcomes).toEqual([])
    server.sendHex('70 02 0001')
    expect(server.outcomes).toEqual(['delivered t'])
  })

  it('MQTT311-4.3.3-1: answers PUBREC with PUBREL and ends with PUBCOMP', () => {
    const server = published({ protocolVersion: 4 })
    server.sendHex('50 02 0001')
    expect(server.next('pubrel')).toMatchObject({ messageId: 1 })
    expect(server.outcomes).toEqual([])
    server.sendHex('70 02 0001')
    expect(server.outcomes).toEqual(['delivered t'])
  })

  it('MQTT5-4.3.3-3: repeats PUBLISH until PUBREC came', () => {
    const server = published()
    server.reconnect(RESUMED)
    expect(server.take()).toMatchObject([{ cmd: 'publish', messageId: 1, dup: true }])
    server.reconnect(RESUMED)
    expect(server.take()).toMatchObject([{ cmd: 'publish', messageId: 1, dup: true }])
  })

  it('MQTT5-4.3.3-5 MQTT5-4.3.3-6: repeats PUBREL, never PUBLISH, once PUBREC came', () => {
    const server = published()
    server.sendHex('50 02 0001')
    server.take()
    server.reconnect(RESUMED)
    expect(server.take()).toMatchObject([{ cmd: 'pubrel', messageId: 1 }])
    server.reconnect(RESUMED)
    expect(server.take()).toMatchObject([{ cmd: 'pubrel', messageId: 1 }])
    server.sendHex('70 02 0001')
    expect(server.outcomes).toEqual(['delivered t'])
  })

  it('MQTT5-3.6.1-1: sends PUBREL as 0x62, also again', () => {
    const server = published()
    server.sendHex('50 02 0001')
    expect(server.sentHex.endsWith('62020001')).toBe(true)
    server.reconnect(RESUMED)
    server.settle()
    expect(server.sentHex.endsWith('62020001')).toBe(true)
    expect(server.sentHex).not.toContain('6a02')
  })

  it('MQTT311-3.6.1-1: sends PUBREL as 0x62, also again', () => {
    const server = published({ protocolVersion: 4, clean: false })
    server.sendHex('50 02 0001')
    server.reconnect(RESUMED)
    server.settle()
    expect(server.sentHex.endsWith('62020001')).toBe(true)
  })

  it('MQTT5-4.3.3-4: ends with PUBREC of 0x80 or more, its place and identifier free', () => {
    const server = online({ inflightMax: 1 })
    server.client.publish('t', 'x', { qos: 2 })
    server.client.publish('u', 'x', { qos: 2 })
    expect(server.take()).toMatchObject([{ topic: 't' }])
    server.sendHex('50 03 0001 97')
    expect(server.outcomes).toEqual(['rejected t 151'])
    expect(server.take()).toMatchObject([{ cmd: 'publish', topic: 'u' }])
  })

  it('MQTT5-4.4.0-2: is not repeated after PUBREC of 0x80 or more', () => {
    const server = published()
    server.sendHex('50 03 0001 80')
    expect(server.outcomes).toEqual(['rejected t 128'])
    server.reconnect(RESUMED)
    expect(server.take()).toEqual([])
  })

  it('MQTT5-3.5.2-1: goes on after PUBREC with reason code 0x10', () => {
    const server = published()
    server.sendHex('50 03 0001 10')
    expect(server.take()).toMatchObject([{ cmd: 'pubrel', messageId: 1 }])
  })

  it('MQTT5-4.3.3-4: answers a second PUBREC with PUBREL and keeps the identifier', () => {
    const server = published()
    server.sendHex('50 02 0001').sendHex('50 02 0001')
    expect(server.take()).toMatchObject([{ cmd: 'pubrel' }, { cmd: 'pubrel' }])
    server.sendHex('70 02 0001')
    expect(server.outcomes).toEqual(['delivered t'])
  })

  it('MQTT5-2.2.1-5: does not end with PUBCOMP before PUBREC', () => {
    const server = published()
    server.sendHex('70 02 0001')
    expect(server.outcomes).toEqual([])
    server.reconnect(RESUMED)
    expect(server.take()).toMatchObject([{ cmd: 'publish', messageId: 1, dup: true }])
    expect(server.outcomes).toEqual([])
  })

  it('MQTT5-4.3.3-1 MQTT5-3.3.4-1: that a PUBACK names is settled once', () => {
    const server = published()
    // RabbitMQ answers so: it has taken the message.
    server.sendHex('40 02 0001 40 02 0001 50 02 0001 70 02 0001')
    expect(server.outcomes).toEqual(['delivered t'])
  })

  it('MQTT5-4.6.0-4: sends PUBREL in the order of PUBREC', () => {
    const server = online()
    for (const topic of ['a', 'b', 'c', 'd']) server.client.publish(topic, 'x', { qos: 2 })
    server.take()
    server.sendHex('50 02 0003 50 02 0001 50 02 0004 50 02 0002')
    expect(server.takeOnly('pubrel').map((packet) => packet['messageId'])).toEqual([3, 1, 4, 2])
  })

  it('MQTT311-4.6.0-4: sends PUBREL in the order of PUBREC', () => {
    const server = online({ protocolVersion: 4 })
    for (const topic of ['a', 'b', 'c']) server.client.publish(topic, 'x', { qos: 2 })
    server.take()
    server.sendHex('50 02 0003 50 02 0001 50 02 0002')
    expect(server.takeOnly('pubrel').map((packet) => packet['messageId'])).toEqual([3, 1, 2])
  })
})

describe('expiry of a message', () => {
  const expiring = { qos: 2 as const, properties: { messageExpiryInterval: 10 } }

  it('MQTT5-4.3.3-7: is not applied once PUBLISH was sent', () => {
    const server = online(KEPT)
    server.client.publish('t', 'x', expiring)
    server.next('publish')
    server.cut()
    server.advance(60_000)
    expect(server.outcomes).toEqual([])
    const connect = server.takeOnly('connect')
    if (connect.length === 0) server.awaitConnect()
    server.connack(RESUMED)
    expect(server.take()).toMatchObject([{ cmd: 'publish', topic: 't', dup: true }])
  })

  it('MQTT5-4.3.3-13: does not stop the exchange once PUBREC was sent', () => {
    const server = online(KEPT)
    server.publish('t', 'x', { qos: 2, messageId: 5, properties: { messageExpiryInterval: 1 } })
    expect(server.next('pubrec')).toMatchObject({ messageId: 5 })
    server.advance(60_000)
    server.sendHex('62 02 0005')
    expect(server.next('pubcomp')).toMatchObject({ messageId: 5 })
  })

  it('MQTT5-3.3.2-6: sends on what remains after waiting offline', () => {
    const server = online(KEPT)
    server.cut()
    server.client.publish('t', 'x', { qos: 1, properties: { messageExpiryInterval: 100 } })
    server.advance(30_000)
    if (server.takeOnly('connect').length === 0) server.awaitConnect()
    server.connack(RESUMED)
    const [publish] = server.take() as unknown as {
      properties: { messageExpiryInterval: number }
    }[]
    expect(publish?.properties.messageExpiryInterval).toBeGreaterThanOrEqual(69)
    expect(publish?.properties.messageExpiryInterval).toBeLessThanOrEqual(70)
  })

  it('MQTT5-3.3.2-5: drops and reports what expired before it was sent', () => {
    const server = online(KEPT)
    server.cut()
    server.client.publish('t', 'x', expiring)
    server.client.publish('u', 'x', { qos: 1 })
    server.advance(30_000)
    if (server.takeOnly('connect').length === 0) server.awaitConnect()
    server.connack(RESUMED)
    expect(server.takeOnly('publish')).toMatchObject([{ topic: 'u' }])
    expect(server.outcomes).toEqual(['expired t'])
  })
})
