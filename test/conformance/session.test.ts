// Who still has the session: Session Present against what the client knows, in all combinations,
// and how long the client's own part lives.

import { describe, expect, it } from 'vitest'
import { online, ScriptedServer } from '../support/conformance/scripted-server.ts'

const KEPT = { clean: false, properties: { sessionExpiryInterval: 3600 } } as const

describe('Session Present', () => {
  it('MQTT5-3.2.2-4: 1 without a session of ours closes, and the next CONNECT starts clean', () => {
    const server = new ScriptedServer(KEPT)
    expect(server.start()).toMatchObject({ clean: false })
    server.connack({ sessionPresent: true })
    expect(server.isOpen).toBe(false)
    expect(server.client.connected).toBe(false)
    expect(server.awaitConnect()).toMatchObject({ clean: true })
    server.connack()
    expect(server.client.connected).toBe(true)
    expect(server.reconnect({ sessionPresent: true })).toMatchObject({ clean: false })
    expect(server.client.connected).toBe(true)
  })

  it('MQTT5-4.1.0-1: 1 after a restart without memory does not swallow a new QoS 2 message', () => {
    // The server still holds identifier 1 of the process that died.
    const server = new ScriptedServer(KEPT)
    server.client.publish('new', 'x', { qos: 2 })
    server.start()
    server.connack({ sessionPresent: true })
    expect(server.takeOnly('publish')).toEqual([])
    server.awaitConnect()
    server.connack({ sessionPresent: false })
    expect(server.next('publish')).toMatchObject({ topic: 'new', dup: false })
  })

  it('MQTT5-3.2.2-4: 1 is adopted by a client that says so', () => {
    const server = new ScriptedServer({ ...KEPT, resume: 'adopt' })
    server.start()
    server.connack({ sessionPresent: true })
    expect(server.client.connected).toBe(true)
    server.publish('t', 'x', { qos: 1, messageId: 1 })
    expect(server.messages).toHaveLength(1)
  })

  it('MQTT5-3.2.2-2: 1 after a clean start closes with a Protocol Error', () => {
    const server = new ScriptedServer()
    server.start()
    server.connack({ sessionPresent: true })
    expect(server.isOpen).toBe(false)
    expect(server.errors.at(-1)).toMatchObject({ reasonCode: 0x82 })
  })

  it('MQTT311-3.2.2-1: 1 after a clean session closes', () => {
    const server = new ScriptedServer({ protocolVersion: 4 })
    server.start()
    server.connack({ sessionPresent: true })
    expect(server.isOpen).toBe(false)
  })

  it('MQTT5-3.2.2-5: 0 publishes anew what was in flight, without DUP and in order', () => {
    const server = online(KEPT)
    for (const topic of ['a', 'b']) server.client.publish(topic, 'x', { qos: 1 })
    server.take()
    server.cut()
    server.client.publish('c', 'x', { qos: 1 })
    server.awaitConnect()
    server.connack({ sessionPresent: false })
    expect(server.take()).toMatchObject([
      { topic: 'a', dup: false },
      { topic: 'b', dup: false },
      { topic: 'c', dup: false },
    ])
  })

  it('MQTT5-3.2.2-5: 0 forgets PUBRELs: the message is neither repeated nor lost unsaid', () => {
    const server = online(KEPT)
    server.client.publish('t', 'x', { qos: 2 })
    server.sendHex('50 02 0001')
    server.take()
    server.reconnect({ sessionPresent: false })
    expect(server.take()).toEqual([])
    expect(server.outcomes).toEqual(['indeterminate t'])
  })

  it('MQTT5-3.2.2-5: 0 forgets received QoS 2 identifiers', () => {
    const server = online(KEPT)
    server.publish('t', 'x', { qos: 2, messageId: 5 })
    server.reconnect({ sessionPresent: false })
    server.publish('t', 'y', { qos: 2, messageId: 5 })
    expect(server.messages.map(({ payload }) => payload)).toEqual(['x', 'y'])
  })

  it('MQTT5-3.2.2-5: 0 drops acks that had not left yet', () => {
    const server = online({ ...KEPT, manualAcks: true })
    server.publish('t', 'x', { qos: 1, messageId: 5 })
    server.cut()
    server.messages[0]?.packet.ack()
    server.awaitConnect()
    server.connack({ sessionPresent: false })
    expect(server.take()).toEqual([])
  })

  it('MQTT5-3.2.2-3: 0 subscribes again to what was subscribed', () => {
    const server = online(KEPT)
    void server.client.subscribe('a/#', { qos: 1 })
    server.send({ cmd: 'suback', messageId: server.next('subscribe')['messageId'], granted: [1] })
    server.reconnect({ sessionPresent: true })
    expect(server.take()).toEqual([])
    server.reconnect({ sessionPresent: false })
    expect(server.next('subscribe')).toMatchObject({ subscriptions: [{ topic: 'a/#', qos: 1 }] })
  })

  it('MQTT311-3.2.2-2: 1 resumes what was in flight', () => {
    const server = online({ protocolVersion: 4, clean: false })
    server.client.publish('t', 'x', { qos: 2 })
    server.take()
    server.reconnect({ sessionPresent: true })
    expect(server.take()).toMatchObject([{ cmd: 'publish', dup: true, messageId: 1 }])
  })

  it('MQTT311-3.2.2-3: 0 publishes anew what was in flight', () => {
    const server = online({ protocolVersion: 4, clean: false })
    server.client.publish('t', 'x', { qos: 1 })
    server.take()
    server.reconnect({ sessionPresent: false })
    expect(server.take()).toMatchObject([{ cmd: 'publish', dup: false, topic: 't' }])
  })
})

describe('the state of a session', () => {
  it('MQTT5-3.1.2-23 MQTT5-3.1.2-5: outlives the connection', () => {
    const server = online(KEPT)
    server.client.publish('t', 'x', { qos: 1 })
    server.next('publish')
    expect(server.reconnect({ sessionPresent: true })).toMatchObject({ clean: false })
    expect(server.take()).toMatchObject([{ topic: 't', dup: true, messageId: 1 }])
  })

  it('MQTT311-3.1.2-4 MQTT311-4.1.0-1 MQTT311-4.1.0-2: outlives the connection', () => {
    const server = online({ protocolVersion: 4, clean: false })
    server.client.publish('t', 'x', { qos: 1 })
    server.next('publish')
    expect(server.reconnect({ sessionPresent: true })).toMatchObject({ clean: false })
    expect(server.take()).toMatchObject([{ topic: 't', dup: true, messageId: 1 }])
  })

  it.each([
    ['MQTT5-3.1.2-23: is dropped once its expiry has passed offline', 'advance' as const],
    ['MQTT5-3.1.2-23: is dropped once its expiry has passed in sleep', 'sleep' as const],
  ])('%s', (_name, pass) => {
    const server = online({
      clean: false,
      properties: { sessionExpiryInterval: 60 },
      reconnectPeriod: 3_600_000,
      reconnectPeriodMaxMs: 3_600_000,
    })
    server.client.publish('t', 'x', { qos: 2 })
    server.next('publish')
    server.publish('in', 'x', { qos: 2, messageId: 9 })
    server.take()
    server.cut()
    server[pass](120_000)
    server.client.start()
    // Should the server have kept it longer than it promised, there is nothing to resume.
    server.connack({ sessionPresent: server.next('connect')['clean'] === false })
    const sent = server.takeOnly('publish')
    if (!server.isOpen) {
      server.client.start()
      server.next('connect')
      server.connack({ sessionPresent: false })
      sent.push(...server.takeOnly('publish'))
    }
    expect(sent).toMatchObject([{ topic: 't', dup: false }])
    server.publish('in', 'y', { qos: 2, messageId: 9 })
    expect(server.messages.map(({ payload }) => payload)).toEqual(['x', 'y'])
  })

  it('MQTT5-4.1.0-1: goes on after the machine slept for an hour', () => {
    const server = online({ ...KEPT, keepalive: 10 })
    server.client.publish('t', 'x', { qos: 1 })
    server.take()
    server.sleep(3_600_000)
    for (let i = 0; i < 100 && server.outcomes.length === 0; i++) {
      for (const { cmd, messageId } of server.take()) {
        if (cmd === 'connect') server.connack({ sessionPresent: true })
        if (cmd === 'pingreq') server.send({ cmd: 'pingresp' })
        if (cmd === 'publish') server.send({ cmd: 'puback', messageId })
      }
      if (i === 5) server.send({ cmd: 'puback', messageId: 1 })
      server.advance(100)
    }
    expect(server.outcomes).toEqual(['delivered t'])
  })

  it('MQTT5-3.1.2-4 MQTT311-3.1.2-6: is not carried over by a clean start', () => {
    for (const protocolVersion of [4, 5] as const) {
      const server = online({ protocolVersion, clean: true })
      server.client.publish('t', 'x', { qos: 1 })
      server.next('publish')
      expect(server.reconnect({ sessionPresent: false })).toMatchObject({ clean: true })
      expect(server.take()).toMatchObject([{ topic: 't', dup: false }])
    }
  })

  it('MQTT5-3.1.3-2 MQTT311-3.1.3-2: belongs to one client identifier', () => {
    for (const protocolVersion of [4, 5] as const) {
      const server = online({ protocolVersion, clientId: 'same', clean: false })
      expect(server.reconnect({ sessionPresent: true })).toMatchObject({ clientId: 'same' })
      expect(server.reconnect({ sessionPresent: true })).toMatchObject({ clientId: 'same' })
    }
  })
})
