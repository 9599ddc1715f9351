// CONNECT and CONNACK: what is sent first, what may come first, what a refusal means, and who has
// a session.

import { describe, expect, it } from 'vitest'
import { PeerError } from '@motewire/sdk'
import { online, ScriptedServer } from '../support/conformance/scripted-server.ts'

const KEPT = { clean: false, properties: { sessionExpiryInterval: 3600 } } as const

describe('CONNECT', () => {
  it('MQTT5-3.1.0-1 MQTT5-3.1.2-1 MQTT5-3.1.2-2: comes first and says MQTT, level 5', () => {
    const server = new ScriptedServer()
    server.client.publish('t', 'x', { qos: 1 })
    void server.client.subscribe('s')
    expect(server.start()).toMatchObject({ protocolId: 'MQTT', protocolVersion: 5 })
    expect(server.take()).toEqual([])
    expect(server.sentHex).toBe('100e00044d5154540502000000000163')
  })

  it('MQTT311-3.1.0-1 MQTT311-3.1.2-1 MQTT311-3.1.2-2: comes first and says MQTT, level 4', () => {
    const server = new ScriptedServer({ protocolVersion: 4 })
    server.client.publish('t', 'x', { qos: 1 })
    expect(server.start()).toMatchObject({ protocolId: 'MQTT', protocolVersion: 4 })
    expect(server.sentHex).toBe('100d00044d51545404020000000163')
  })

  it('MQTT311-3.1.2-2: says MQIsdp, level 3, for MQTT 3.1', () => {
    const server = new ScriptedServer({ protocolVersion: 3 })
    expect(server.start()).toMatchObject({ protocolId: 'MQIsdp', protocolVersion: 3 })
  })

  it('MQTT5-3.1.0-2 MQTT311-3.1.0-2: is sent once on a connection', () => {
    const server = online()
    server.client.start()
    server.advance(60_000)
    expect(server.takeOnly('connect')).toEqual([])
    expect(server.connections).toBe(1)
  })

  it('MQTT5-3.1.3-1 MQTT5-3.1.2-9: carries its fields in order, empty will properties too', () => {
    const server = new ScriptedServer({
      clientId: 'i',
      username: 'u',
      password: 'p',
      will: { topic: 'w', payload: 'm', qos: 2, retain: true },
    })
    server.start()
    expect(server.sentHex).toBe(
      '101b' +
        '00044d51545405' +
        'f6' +
        '0000' +
        '00' +
        '000169' +
        '00' +
        '000177' +
        '00016d' +
        '000175' +
        '000170',
    )
  })

  it('MQTT311-3.1.3-1 MQTT311-3.1.2-9: carries its fields in order', () => {
    const server = new ScriptedServer({
      protocolVersion: 4,
      clientId: 'i',
      username: 'u',
      password: 'p',
      will: { topic: 'w', payload: 'm', qos: 1 },
    })
    server.start()
    expect(server.sentHex).toBe(
      '1019' +
        '00044d51545404' +
        'ce' +
        '0000' +
        '000169' +
        '000177' +
        '00016d' +
        '000175' +
        '000170',
    )
  })

  it.each([
    ['MQTT5-3.1.2-11 MQTT5-3.1.2-13: has no will flags without a will', 5 as const],
    ['MQTT5-3.1.2-16 MQTT5-3.1.2-18: has no flags of user name and password', 5 as const],
    ['MQTT311-3.1.2-11 MQTT311-3.1.2-13 MQTT311-3.1.2-15: has no will flags', 4 as const],
    ['MQTT311-3.1.2-18 MQTT311-3.1.2-20: has no flags of user name and password', 4 as const],
  ])('%s', (_name, protocolVersion) => {
    const server = new ScriptedServer({ protocolVersion, clean: false })
    expect(server.start()).not.toHaveProperty('username')
    expect(server.sentHex.slice(4 + 14, 4 + 16)).toBe('00')
  })

  it('MQTT5-3.1.2-17 MQTT5-3.1.2-19: may have a password without a user name in 5.0', () => {
    const server = new ScriptedServer({ password: 'p' })
    const connect = server.start()
    expect(String(connect['password'])).toBe('p')
    expect(connect['username']).toBeUndefined()
    expect(server.sentHex.slice(4 + 14, 4 + 16)).toBe('42')
  })

  it('MQTT311-3.1.2-22: has no password without a user name before 5.0', () => {
    expect(() => new ScriptedServer({ protocolVersion: 4, password: 'p' })).toThrow('password')
    expect(() => new ScriptedServer({ protocolVersion: 3, password: 'p' })).toThrow('password')
  })

  it('MQTT311-3.1.2-19 MQTT311-3.1.2-21: has user name and password with their flags', () => {
    const server = new ScriptedServer({ protocolVersion: 4, username: 'u', password: 'p' })
    const connect = server.start()
    expect(connect['username']).toBe('u')
    expect(String(connect['password'])).toBe('p')
  })

  it('MQTT5-3.1.2-12 MQTT311-3.1.2-14: has no will of QoS 3', () => {
    const will = { topic: 'w', payload: '', qos: 3 as 2 }
    expect(() => new ScriptedServer({ will })).toThrow('will.qos')
    expect(() => new ScriptedServer({ protocolVersion: 4, will })).toThrow('will.qos')
  })

  it('MQTT5-3.1.3-11 MQTT311-3.1.3-10: has no will topic that nobody could publish to', () => {
    for (const topic of ['', 'a/+', '#', 'a\0b', '\uD800', 'x'.repeat(65_536)]) {
      const will = { topic, payload: '' }
      expect(() => new ScriptedServer({ will })).toThrow('will')
    }
  })

  it.each([
    ['MQTT5-3.1.3-4 MQTT5-3.1.3-12: has well-formed text only', 5 as const],
    ['MQTT311-3.1.3-4 MQTT311-3.1.3-11: has well-formed text only', 4 as const],
  ])('%s', (_name, protocolVersion) => {
    for (const text of ['a\0b', '\uD800x', 'x'.repeat(65_536)]) {
      expect(() => new ScriptedServer({ protocolVersion, clientId: text })).toThrow('client')
      expect(() => new ScriptedServer({ protocolVersion, username: text })).toThrow('user')
    }
  })

  it('MQTT5-3.1.3-3 MQTT311-3.1.3-3: has a client identifier, even an empty one', () => {
    const server = new ScriptedServer({ clientId: '' })
    expect(server.start()).toMatchObject({ clientId: '' })
    const older = new ScriptedServer({ protocolVersion: 4, clientId: '', clean: true })
    expect(older.start()).toMatchObject({ clientId: '', clean: true })
  })

  it('MQTT311-3.1.3-7 MQTT311-3.1.3-8: has an empty identifier only with a clean session', () => {
    const options = { protocolVersion: 4, clientId: '', clean: false } as const
    expect(() => new ScriptedServer(options)).toThrow('clientId')
  })

  it('MQTT311-3.1.3-5: has 1 to 23 characters of client identifier in MQTT 3.1', () => {
    expect(() => new ScriptedServer({ protocolVersion: 3, clientId: 'x'.repeat(24) })).toThrow(
      'clientId',
    )
    expect(() => new ScriptedServer({ protocolVersion: 3, clientId: '' })).toThrow('clientId')
    const longest = new ScriptedServer({ protocolVersion: 3, clientId: 'x'.repeat(23) })
    expect(longest.start()).toMatchObject({ clientId: 'x'.repeat(23) })
  })
})

describe('before CONNACK', () => {
  it.each([
    ['MQTT5-3.2.0-1: PUBLISH closes the connection', '30 04 0001 74 00'],
    ['MQTT5-3.2.0-1: PUBACK closes the connection', '40 02 0001'],
    ['MQTT5-3.2.0-1: PUBREL closes the connection', '62 02 0001'],
    ['MQTT5-3.2.0-1: SUBACK closes the connection', '90 04 0001 00 00'],
    ['MQTT5-3.2.0-1: PINGRESP closes the connection', 'd0 00'],
    ['MQTT5-3.2.0-1: AUTH closes the connection', 'f0 06 18 04 150001 78'],
  ])('%s', (_name, hex) => {
    const server = new ScriptedServer()
    server.client.publish('keep', 'x', { qos: 1 })
    server.start()
    server.sendHex(hex)
    expect(server.isOpen).toBe(false)
    expect(server.messages).toEqual([])
    expect(server.errors.at(-1)).toBeInstanceOf(PeerError)
    server.awaitConnect()
    server.connack()
    expect(server.next('publish')).toMatchObject({ topic: 'keep' })
  })

  it.each([
    ['MQTT311-3.2.0-1: PUBLISH closes the connection', '30 03 0001 74'],
    ['MQTT311-3.2.0-1: SUBACK closes the connection', '90 03 0001 00'],
    ['MQTT311-3.2.0-1: PINGRESP closes the connection', 'd0 00'],
  ])('%s', (_name, hex) => {
    const server = new ScriptedServer({ protocolVersion: 4 })
    server.start()
    server.sendHex(hex)
    expect(server.isOpen).toBe(false)
    expect(server.messages).toEqual([])
    expect(server.take()).toEqual([])
  })

  it('MQTT5-3.1.4-5: silence ends the attempt after connectTimeout', () => {
    const server = new ScriptedServer({ connectTimeout: 5_000 })
    server.start()
    server.advance(4_999)
    expect(server.isOpen).toBe(true)
    server.advance(2)
    expect(server.isOpen).toBe(false)
    expect(server.errors.at(-1)).toMatchObject({ code: 'ERR_LINK_TIMEOUT' })
  })

  it('MQTT5-3.1.4-5: a packet that never ends is not a CONNACK', () => {
    const server = new ScriptedServer({ connectTimeout: 5_000 })
    server.start()
    for (let i = 0; i < 10; i++) server.sendHex(i === 0 ? '20 7f 00 00 7c' : '26').advance(1_000)
    expect(server.connections).toBeGreaterThan(1)
  })

  it('MQTT5-3.14.0-1: DISCONNECT ends the attempt', () => {
    const server = new ScriptedServer()
    server.start()
    server.sendHex('e0 01 8b')
    expect(server.isOpen).toBe(false)
    expect(server.client.connected).toBe(false)
    server.awaitConnect()
  })
})

describe('CONNACK', () => {
  it.each([
    ['MQTT5-3.2.2-1: with reserved flags is not accepted', '20 03 02 00 00'],
    ['MQTT5-3.2.2-1: with no property length is not accepted', '20 02 00 00'],
    ['MQTT5-3.2.2-8: with an unknown property is not accepted', '20 05 00 00 02 7f00'],
    ['MQTT5-3.2.2-8: with a property of another packet is not accepted', '20 06 00 00 03 230001'],
    ['MQTT5-3.2.2-1: with bytes behind it is not accepted', '20 04 00 00 00 ff'],
    ['MQTT5-3.2.2-8: with Receive Maximum 0 is not accepted', '20 06 00 00 03 210000'],
    ['MQTT5-3.2.2-8: with Maximum Packet Size 0 is not accepted', '20 08 00 00 05 2700000000'],
    ['MQTT5-3.2.2-8: with Maximum QoS 2 is not accepted', '20 05 00 00 02 2402'],
    ['MQTT5-3.2.2-8: with Retain Available 2 is not accepted', '20 05 00 00 02 2502'],
    ['MQTT5-3.2.2-8: with Server Keep Alive twice is not accepted', '20 09 00 00 06 13000a 13000a'],
    [
      'MQTT5-3.2.2-8: with Authentication Data without a method is not accepted',
      '20 07 00 00 04 16000161',
    ],
  ])('%s', (_name, hex) => {
    const server = new ScriptedServer()
    server.start()
    server.sendHex(hex)
    expect(server.isOpen).toBe(false)
    expect(server.client.connected).toBe(false)
    expect(server.errors.at(-1)).toBeInstanceOf(PeerError)
  })

  it('MQTT5-3.2.2-8: with a reason code it does not have is not accepted', () => {
    const server = new ScriptedServer()
    server.start()
    server.sendHex('20 03 00 10 00')
    expect(server.client.connected).toBe(false)
    expect(server.isOpen).toBe(false)
  })

  it('MQTT311-3.2.2-6: with a return code it does not have is not accepted', () => {
    const server = new ScriptedServer({ protocolVersion: 4 })
    server.start()
    server.sendHex('20 02 00 06')
    expect(server.client.connected).toBe(false)
    expect(server.isOpen).toBe(false)
  })

  it('MQTT5-3.2.2-6 MQTT311-3.2.2-4: is not believed when a refusal has Session Present', () => {
    const server = new ScriptedServer(KEPT)
    server.start()
    server.sendHex('20 03 01 87 00')
    expect(server.isOpen).toBe(false)
    const older = new ScriptedServer({ protocolVersion: 4, clean: false })
    older.start()
    older.sendHex('20 02 01 05')
    expect(older.isOpen).toBe(false)
    expect(older.errors).toHaveLength(1)
  })

  it('MQTT5-3.2.2-7 MQTT5-4.13.2-1: of 0x80 or more closes from our side too', () => {
    const server = new ScriptedServer()
    server.start()
    server.connack({ reasonCode: 0x87 })
    expect(server.isOpen).toBe(false)
    expect(server.errors.at(-1)).toMatchObject({ code: 'ERR_CONNECT_REFUSED', reasonCode: 0x87 })
    expect(server.take()).toEqual([])
  })

  it('MQTT311-3.2.2-5 MQTT311-3.1.3-9: other than 0 closes from our side too', () => {
    const server = new ScriptedServer({ protocolVersion: 4 })
    server.start()
    server.connack({ returnCode: 2 })
    expect(server.isOpen).toBe(false)
    expect(server.errors.at(-1)).toMatchObject({ code: 'ERR_CONNECT_REFUSED', reasonCode: 2 })
  })

  it.each([
    ['MQTT5-3.2.2-11 MQTT5-3.2.2-12: of 0x9B for the will is not asked for again at once', 0x9b],
    ['MQTT5-3.2.2-14 MQTT5-3.2.2-13: of 0x9A for the will is not asked for again at once', 0x9a],
  ])('%s', (_name, reasonCode) => {
    const server = new ScriptedServer({ will: { topic: 'w', payload: 'x', qos: 2, retain: true } })
    server.start()
    for (let i = 0; i < 50; i++) {
      if (server.isOpen) server.connack({ reasonCode })
      server.advance(10)
    }
    // Either it stops, or it waits at least as long as after a lost link.
    expect(server.connections).toBeLessThanOrEqual(51)
    expect(server.errors.at(0)).toMatchObject({ reasonCode })
  })

  it('MQTT5-3.1.3-7 MQTT5-3.2.2-16: that assigns an identifier sets it for good', () => {
    const server = new ScriptedServer({ ...KEPT, clientId: '', clean: true })
    server.start()
    server.connack({ properties: { assignedClientIdentifier: 'given' } })
    expect(server.client.clientId).toBe('given')
    expect(server.reconnect({ sessionPresent: false })).toMatchObject({ clientId: 'given' })
  })

  it('MQTT5-3.1.4-5: may come in one chunk with what follows it', () => {
    const server = new ScriptedServer(KEPT)
    server.client.publish('t', 'x', { qos: 1 })
    server.start()
    const { version } = server
    expect(version).toBe(5)
    server.sendBytes(
      Buffer.concat([
        server.encode({ cmd: 'connack', sessionPresent: false, reasonCode: 0 }),
        server.encode({ cmd: 'publish', topic: 'in', payload: 'y', qos: 1, messageId: 1 }),
      ]),
    )
    expect(server.messages.map(({ topic }) => topic)).toEqual(['in'])
    expect(
      server
        .take()
        .map(({ cmd }) => cmd)
        .toSorted(),
    ).toEqual(['puback', 'publish'])
  })
})
