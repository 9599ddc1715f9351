// How connections end: our DISCONNECT, the server's, errors, dead links, and bytes cut anywhere.

import { describe, expect, it } from 'vitest'
import { online, ScriptedServer } from '../support/conformance/scripted-server.ts'

const KEPT = { clean: false, properties: { sessionExpiryInterval: 3600 } } as const

describe('our DISCONNECT', () => {
  it.each([
    ['MQTT5-3.14.4-1: is the last packet, also when an ack is due that instant', 5 as const],
    ['MQTT311-3.14.4-2: is the last packet, also when an ack is due that instant', 4 as const],
  ])('%s', (_name, protocolVersion) => {
    const server = online({ protocolVersion })
    server.client.on('message', () => void server.client.end())
    server.publish('t', 'x', { qos: 1, messageId: 1 })
    server.client.publish('late', 'x', { qos: 1 })
    const sent = server.take().map(({ cmd }) => cmd)
    expect(sent.indexOf('disconnect')).toBe(sent.length - 1)
    expect(sent).toContain('disconnect')
  })

  it.each([
    ['MQTT5-3.14.4-2: is followed by the end of the connection', 5 as const],
    ['MQTT311-3.14.4-1: is followed by the end of the connection', 4 as const],
  ])('%s', (_name, protocolVersion) => {
    const server = online({ protocolVersion })
    void server.client.end()
    expect(server.take()).toMatchObject([{ cmd: 'disconnect' }])
    server.advance(60_000)
    expect(server.isOpen).toBe(false)
    expect(server.connections).toBe(1)
  })

  it('MQTT5-3.14.1-1 MQTT311-3.14.1-1: has no flags', () => {
    for (const protocolVersion of [4, 5] as const) {
      const server = online({ protocolVersion })
      void server.client.end()
      server.settle()
      expect(server.sentHex).toMatch(/e00(0|20000|100)$/)
    }
  })

  it('MQTT5-3.14.2-1: carries a reason code that clients may say', () => {
    const server = online()
    void server.client.end({ reasonCode: 0x04 })
    expect(server.take()).toMatchObject([{ cmd: 'disconnect', reasonCode: 4 }])
    const other = online()
    try {
      void other.client.end({ reasonCode: 0x8e }).catch(() => undefined)
    } catch {
      // A refusal is as good: what counts is the wire.
    }
    for (const packet of other.take()) expect(packet['reasonCode']).not.toBe(0x8e)
  })

  it('MQTT5-3.14.2-2: does not raise a session expiry of 0', () => {
    const server = online()
    try {
      void server.client.end({ properties: { sessionExpiryInterval: 60 } }).catch(() => undefined)
    } catch {
      // A refusal is as good: what counts is the wire.
    }
    for (const packet of server.take()) {
      expect((packet['properties'] as object | undefined) ?? {}).not.toHaveProperty(
        'sessionExpiryInterval',
      )
    }
  })

  it('MQTT5-3.14.2-2: may change a session expiry that was not 0', () => {
    const server = online(KEPT)
    void server.client.end({ properties: { sessionExpiryInterval: 0 } })
    expect(server.take()).toMatchObject([
      { cmd: 'disconnect', properties: { sessionExpiryInterval: 0 } },
    ])
  })

  it('MQTT5-4.13.2-1: of an error is followed by the end without waiting for the server', () => {
    const server = online()
    server.sendHex('30 04 0001 00 00')
    expect(server.take()).toMatchObject([{ cmd: 'disconnect', reasonCode: 0x81 }])
    expect(server.isOpen).toBe(false)
  })

  it('MQTT5-4.13.1-1: tells malformed, Protocol Error and alias apart', () => {
    const codes = ['30 04 0001 00 00', '30 03 0000 00', '30 07 0001 74 03 230000'].map((hex) => {
      const server = online()
      server.sendHex(hex)
      return server.take()[0]?.['reasonCode']
    })
    expect(codes).toEqual([0x81, 0x82, 0x94])
  })
})

describe("the server's DISCONNECT", () => {
  it('MQTT5-3.14.4-1: is the last that is listened to', () => {
    const server = online()
    server.sendHex('e0 01 8b 30 04 0001 74 00')
    expect(server.messages).toEqual([])
    expect(server.isOpen).toBe(false)
    expect(server.errors.at(-1)).toMatchObject({ code: 'ERR_SERVER_DISCONNECT', reasonCode: 0x8b })
  })

  it('MQTT5-3.1.4-3: Session taken over ends the attempts', () => {
    const server = online()
    server.sendHex('e0 01 8e')
    server.advance(600_000)
    expect(server.connections).toBe(1)
    expect(server.errors.at(-1)).toMatchObject({ reasonCode: 0x8e, retryable: false })
  })

  it.each(['e0 00', 'e0 01 00', 'e0 02 00 00', 'e0 01 98'])(
    'MQTT5-3.14.2-1: is understood in the form %s',
    (hex) => {
      const server = online()
      server.sendHex(hex)
      expect(server.take()).toEqual([])
      expect(server.isOpen).toBe(false)
      expect(server.errors.at(-1)).toMatchObject({ code: 'ERR_SERVER_DISCONNECT' })
      server.awaitConnect()
    },
  )
})

describe('a link that breaks', () => {
  it('MQTT5-4.4.0-1: in the middle of a packet leaves no trace of it', () => {
    const server = online(KEPT)
    const whole = server.encode({
      cmd: 'publish',
      topic: 't',
      payload: 'x'.repeat(50),
      qos: 1,
      messageId: 2,
    })
    for (let at = 1; at < whole.length; at += 7) {
      server.sendBytes(whole.subarray(0, at))
      server.reconnect({ sessionPresent: true })
      server.take()
    }
    expect(server.messages).toEqual([])
    server.sendBytes(whole)
    expect(server.messages).toHaveLength(1)
  })

  it('MQTT5-1.5.5-1: a remaining length may be cut anywhere', () => {
    const server = online()
    const whole = server.encode({ cmd: 'publish', topic: 't', payload: 'x'.repeat(20_000) })
    for (const at of [1, 2, 3, 4]) server.sendBytes(whole.subarray(0, at), whole.subarray(at))
    expect(server.messages.map(({ payload }) => payload.length)).toEqual(Array(4).fill(20_000))
  })

  it('MQTT5-4.4.0-1: during CONNECT is tried again', () => {
    const server = new ScriptedServer(KEPT)
    server.client.publish('t', 'x', { qos: 1 })
    server.start()
    server.close()
    server.awaitConnect()
    server.cut()
    server.awaitConnect()
    server.connack()
    expect(server.next('publish')).toMatchObject({ topic: 't', dup: false })
  })

  it('MQTT5-4.4.0-1: hundreds of times loses and repeats nothing unasked', () => {
    const server = online({ ...KEPT, inflightMax: 3 })
    for (let i = 0; i < 100; i++) server.client.publish('t', `${i}`, { qos: 1, token: i })
    const seen = new Set<string>()
    for (let round = 0; seen.size < 100 && round < 300; round++) {
      const [first] = server.takeOnly('publish')
      if (first !== undefined) {
        seen.add(String(first['payload']))
        server.send({ cmd: 'puback', messageId: first['messageId'] })
      }
      server.reconnect({ sessionPresent: true })
    }
    expect(seen.size).toBe(100)
    expect(server.outcomes).toHaveLength(100)
  })
})

describe('the client itself', () => {
  it('MQTT5-3.14.4-2: ends once however often it is told', async () => {
    const server = online()
    let ends = 0
    server.client.on('end', () => ends++)
    const all = [server.client.end(), server.client.end()]
    server.advance(5_000)
    all.push(server.client.end())
    server.advance(5_000)
    await Promise.all(all)
    expect(ends).toBe(1)
    expect(server.connections).toBe(1)
  })

  it('MQTT5-3.14.4-1: does nothing more after its end', async () => {
    const server = online({ keepalive: 1 })
    const ended = server.client.end()
    server.advance(5_000)
    await ended
    expect(server.client.publish('t', 'x', { qos: 1 })).toBe('dropped')
    server.client.start()
    server.advance(3_600_000)
    expect(server.connections).toBe(1)
    expect(server.takeOnly('publish')).toEqual([])
  })

  it('MQTT5-4.1.0-1: settles every message when it ends', () => {
    const server = online(KEPT)
    for (const qos of [0, 1, 2] as const) server.client.publish(`t${qos}`, 'x', { qos, token: qos })
    server.take()
    server.cut()
    for (const qos of [0, 1, 2] as const) server.client.publish(`u${qos}`, 'x', { qos, token: qos })
    void server.client.end()
    server.advance(60_000)
    const topics = server.outcomes.map((outcome) => outcome.split(' ')[1])
    expect(topics).toHaveLength(6)
    expect(new Set(topics)).toEqual(new Set(['t0', 't1', 't2', 'u0', 'u1', 'u2']))
  })
})

describe('versions', () => {
  it('MQTT5-3.1.2-2 MQTT311-3.1.2-2: go down from 5.0 to 3.1.1 to 3.1 at refusals', () => {
    const server = new ScriptedServer({ protocolVersion: 'auto', clientId: 'c' })
    expect(server.start()).toMatchObject({ protocolVersion: 5 })
    server.connack({ reasonCode: 0x84 })
    expect(server.awaitConnect()).toMatchObject({ protocolVersion: 4 })
    server.version = 4
    server.sendHex('20 02 00 01')
    expect(server.awaitConnect()).toMatchObject({ protocolVersion: 3, protocolId: 'MQIsdp' })
    server.version = 3
    server.sendHex('20 02 00 00')
    expect(server.client.connected).toBe(true)
    server.client.publish('t', 'x')
    expect(server.next('publish')).toMatchObject({ topic: 't' })
  })

  it('MQTT5-3.1.4-1: go down when the server closes before CONNACK', () => {
    const server = new ScriptedServer({ protocolVersion: 'auto' })
    expect(server.start()).toMatchObject({ protocolVersion: 5 })
    server.close()
    expect(server.awaitConnect()).toMatchObject({ protocolVersion: 4 })
  })
})
