// CONNECT and CONNACK as the broker must handle them: versions, sessions, identifiers, refusals.

import { describe, expect, it } from 'vitest'
import { BOTH, DURABLE, Stage } from '../../support/broker-stage.ts'

describe('the first packet', () => {
  it('MQTT5-3.1.2-2 MQTT311-3.1.2-2: of an unknown version is answered with 0x01', () => {
    const peer = new Stage().peer()
    peer.sendHex('10 0c 0004 4d515454 06 02 0000 0000')
    expect([peer.takeHex(), peer.hangup]).toEqual(['20020001', 'flush'])
  })

  it('MQTT5-3.1.2-1 MQTT311-3.1.2-1: of another protocol is not processed', () => {
    const stage = new Stage()
    const peer = stage.peer()
    peer.sendHex('10 0c 0004 4d515453 04 02 0000 0000')
    expect([peer.takeHex(), peer.hangup]).toEqual(['20020001', 'flush'])
    expect(stage.core.defaultHost.sessions.size).toBe(0)
  })

  it('MQTT5-3.1.4-5 MQTT311-3.1.4-4 MQTT311-3.2.0-1: is answered with CONNACK 0x00', () => {
    for (const protocolVersion of BOTH) {
      const peer = new Stage().peer()
      peer.connect({ protocolVersion })
      expect(peer.all()).toMatchObject([{ type: 'connack', reasonCode: 0 }])
    }
  })

  it('MQTT5-3.2.2-1: is answered without reserved flags', () => {
    const peer = new Stage().peer()
    peer.connect({ protocolVersion: 4 })
    expect(peer.takeHex()).toBe('20020000')
    const again = new Stage()
    again.client('c', DURABLE)
    const resumed = again.peer()
    resumed.connect({ clientId: 'c', ...DURABLE })
    // Type, remaining length, flags.
    expect(resumed.takeHex()).toMatch(/^20..01/)
  })

  it('MQTT5-3.1.0-2: may not be followed by a second CONNECT while it is being answered', () => {
    const gatekeeper = {
      signIn: () => undefined,
      beginExchange: () => ({
        step: () => ({ kind: 'continue', answer: Buffer.from('?') }) as const,
      }),
    }
    const stage = new Stage({ gatekeeper })
    const peer = stage.peer()
    const properties = { authenticationMethod: 'm' }
    peer.connect({ properties })
    expect(peer.take('auth')).toMatchObject({ reasonCode: 0x18 })
    peer.connect({ properties })
    expect(peer.all()).toEqual([])
    expect(peer.hangup).toBeDefined()
  })

  it('MQTT5-3.2.0-2: is answered with one CONNACK only', () => {
    const peer = new Stage().client('c')
    peer.connect({ clientId: 'c' })
    expect(peer.all()).toMatchObject([{ type: 'disconnect', reasonCode: 0x82 }])
  })
})

describe('a session', () => {
  it('MQTT5-3.1.2-4 MQTT5-3.1.4-4 MQTT5-3.2.2-2: is thrown away by a clean start', () => {
    const stage = new Stage()
    const first = stage.client('c', DURABLE)
    first.subscribe('t', 1)
    first.cut()
    const second = stage.peer()
    second.connect({ ...DURABLE, clientId: 'c', clean: true })
    expect(second.take('connack')).toMatchObject({ sessionPresent: false })
    stage.client('pub').publish('t', 'x', { qos: 1 })
    expect(second.all()).toEqual([])
  })

  it('MQTT311-3.1.2-6 MQTT311-3.1.4-3 MQTT311-3.2.2-1: is thrown away by a clean session', () => {
    const stage = new Stage()
    const first = stage.client('c', { protocolVersion: 4, clean: false })
    first.subscribe('t', 1)
    first.cut()
    const second = stage.peer()
    second.connect({ protocolVersion: 4, clientId: 'c', clean: true })
    expect(second.takeHex()).toBe('20020000')
    second.cut()
    const third = stage.peer()
    third.connect({ protocolVersion: 4, clientId: 'c', clean: false })
    // The clean one has left nothing behind either.
    expect(third.takeHex()).toBe('20020000')
  })

  it('MQTT5-3.1.2-5 MQTT5-3.2.2-3 MQTT5-3.1.2-23: is resumed with what came meanwhile', () => {
    const stage = new Stage()
    const first = stage.client('c', DURABLE)
    first.subscribe('t', 1)
    first.cut()
    stage.advance(999)
    stage.client('pub').publish('t', 'x', { qos: 1 })
    const second = stage.peer()
    second.connect({ clientId: 'c', ...DURABLE })
    expect(second.all()).toMatchObject([
      { type: 'connack', sessionPresent: true },
      { type: 'publish', text: 'x', qos: 1 },
    ])
  })

  it('MQTT311-3.1.2-4 MQTT311-3.1.2-5 MQTT311-3.2.2-2: is resumed with what came meanwhile', () => {
    const stage = new Stage()
    const packet = { protocolVersion: 4, clean: false } as const
    const first = stage.client('c', packet)
    first.subscribe('t', 2)
    first.cut()
    stage.advance(100_000)
    for (const qos of [1, 2] as const) stage.client('pub').publish('t', `${qos}`, { qos })
    const second = stage.peer()
    second.connect({ clientId: 'c', ...packet })
    expect(second.all()).toMatchObject([
      { type: 'connack', sessionPresent: true },
      { text: '1', qos: 1 },
      { text: '2', qos: 2 },
    ])
  })

  it('MQTT5-3.1.2-6 MQTT5-3.2.2-3 MQTT311-3.2.2-3: is made where none is', () => {
    for (const protocolVersion of BOTH) {
      const peer = new Stage().peer()
      peer.connect({ protocolVersion, clean: false })
      expect(peer.take('connack')).toMatchObject({ sessionPresent: false, reasonCode: 0 })
    }
  })

  it('MQTT5-4.1.0-1 MQTT311-4.1.0-1 MQTT311-4.1.0-2: outlasts its expiry while connected', () => {
    const stage = new Stage()
    const properties = { sessionExpiryInterval: 1 }
    const peers = [
      stage.client('a', { properties }),
      stage.client('b', { protocolVersion: 4, clean: true }),
    ]
    for (const peer of peers) peer.subscribe('t', 1)
    stage.advance(100)
    stage.client('pub').publish('t', 'x', { qos: 1 })
    expect(peers.map((peer) => peer.texts())).toEqual([['x'], ['x']])
  })

  it('MQTT5-4.1.0-2: is thrown away when its expiry has passed', () => {
    const stage = new Stage()
    stage.client('c', { properties: { sessionExpiryInterval: 5 } }).cut()
    stage.advance(6)
    const again = stage.peer()
    again.connect({ clientId: 'c', ...DURABLE })
    expect(again.take('connack')).toMatchObject({ sessionPresent: false })
  })

  it('MQTT5-3.1.3-2 MQTT311-3.1.3-2: is that of its client identifier, to the letter', () => {
    for (const protocolVersion of BOTH) {
      const stage = new Stage()
      const packet = { ...DURABLE, protocolVersion }
      stage.client('Pump', packet).cut()
      for (const [clientId, sessionPresent] of [
        ['pump', false],
        ['Pump', true],
      ] as const) {
        const peer = stage.peer()
        peer.connect({ clientId, ...packet })
        expect(peer.take('connack')).toMatchObject({ sessionPresent })
      }
    }
  })

  it('MQTT5-3.1.4-3: that is taken over tells the old connection 0x8E', () => {
    const stage = new Stage()
    const first = stage.client('c')
    stage.client('c')
    expect(first.all()).toMatchObject([{ type: 'disconnect', reasonCode: 0x8e }])
    expect(first.hangup).toBeDefined()
  })

  it('MQTT311-3.1.4-2: that is taken over closes the old connection', () => {
    const stage = new Stage()
    const first = stage.client('c', { protocolVersion: 4 })
    stage.client('c', { protocolVersion: 4 })
    expect(first.all()).toEqual([])
    expect(first.hangup).toBeDefined()
  })
})

describe('a client identifier', () => {
  it('MQTT5-3.1.3-5 MQTT311-3.1.3-5: may have 1 to 23 letters and digits, and more', () => {
    const ids = ['0', 'abcdefghijklmnopqrstuvw', 'XYZ0123456789', 'x'.repeat(60_000), 'a/b #+ü']
    for (const protocolVersion of BOTH) {
      for (const clientId of ids) {
        const peer = new Stage().peer()
        peer.connect({ protocolVersion, clientId })
        expect(peer.take('connack')).toMatchObject({ reasonCode: 0 })
      }
    }
  })

  it('MQTT5-3.1.3-6 MQTT5-3.1.3-7 MQTT5-3.2.2-16: is made up for who has none, for each', () => {
    const stage = new Stage()
    stage.client('auto-2', DURABLE)
    const ids = [1, 2, 3].map(() => {
      const peer = stage.peer()
      peer.connect({ clientId: '' })
      return peer.take('connack').properties?.assignedClientIdentifier
    })
    expect(new Set([...ids, 'auto-2', undefined]).size).toBe(5)
    expect(ids.every((id) => stage.core.defaultHost.sessions.has(id!))).toBe(true)
  })

  it('MQTT311-3.1.3-6: is made up for who has none and a clean session', () => {
    const stage = new Stage()
    for (const _ of [1, 2]) {
      const peer = stage.peer()
      peer.connect({ protocolVersion: 4, clientId: '' })
      expect(peer.takeHex()).toBe('20020000')
    }
    expect(stage.core.defaultHost.sessions.size).toBe(2)
  })

  it('MQTT311-3.1.3-8 MQTT311-3.1.3-9: is refused when empty without a clean session', () => {
    const peer = new Stage().peer()
    peer.sendHex('10 0c 0004 4d515454 04 00 0000 0000')
    expect([peer.takeHex(), peer.hangup]).toEqual(['20020002', 'flush'])
  })
})

const NOBODY = { gatekeeper: { signIn: () => undefined } }

describe('a refusal', () => {
  it('MQTT5-3.1.4-2 MQTT5-3.2.2-6 MQTT5-3.2.2-7 MQTT5-3.2.2-8: has its code, and ends it', () => {
    const stage = new Stage(NOBODY)
    const peer = stage.peer()
    peer.connect({ clientId: 'c', ...DURABLE })
    expect(peer.all()).toMatchObject([{ type: 'connack', reasonCode: 0x86, sessionPresent: false }])
    expect(peer.hangup).toBe('flush')
  })

  it('MQTT311-3.2.2-4 MQTT311-3.2.2-5 MQTT311-3.2.2-6: has its code, and ends it', () => {
    const peer = new Stage(NOBODY).peer()
    peer.connect({ protocolVersion: 4 })
    expect([peer.takeHex(), peer.hangup]).toEqual(['20020004', 'flush'])
  })

  it('MQTT5-3.1.4-6 MQTT311-3.1.4-5: lets nothing through that came behind CONNECT', () => {
    for (const protocolVersion of BOTH) {
      let mayEnter = true
      const identity = { username: undefined, groups: [] }
      const gatekeeper = { signIn: () => (mayEnter ? identity : undefined) }
      const stage = new Stage({ gatekeeper })
      const watcher = stage.client('watcher')
      watcher.subscribe('#')
      mayEnter = false
      const peer = stage.peer()
      peer.connect({ protocolVersion })
      peer.publish('t', 'x')
      expect(watcher.all()).toEqual([])
      expect(stage.core.defaultHost.messagesIn).toBe(0)
    }
  })

  it(
    'MQTT5-3.2.2-19 MQTT5-3.1.2-24: leaves its reason out when the client takes no such ' +
      'packet',
    () => {
      const peer = new Stage(NOBODY).peer()
      peer.connect({ properties: { maximumPacketSize: 10 } })
      expect(peer.takeHex()).toBe('2003008600')
    },
  )

  it('MQTT5-3.14.0-1 MQTT5-3.2.0-1: is no DISCONNECT, and nothing comes before CONNACK', () => {
    const stage = new Stage(NOBODY)
    const peer = stage.peer()
    stage.advance(20)
    expect(peer.all()).toEqual([])
    expect(peer.hangup).toBeDefined()
    const other = stage.peer()
    other.connect({})
    expect(other.all().map(({ type }) => type)).toEqual(['connack'])
  })

  it('MQTT5-3.2.2-12 MQTT5-3.2.2-13: meets a will that the broker cannot keep', () => {
    const stage = new Stage({ qosMax: 1, isRetainAvailable: false })
    for (const [will, reasonCode] of [
      [{ topic: 't', payload: '', qos: 2 }, 0x9b],
      [{ topic: 't', payload: '', retain: true }, 0x9a],
    ] as const) {
      const peer = stage.peer()
      peer.connect({ will })
      expect(peer.take('connack')).toMatchObject({ reasonCode })
      expect(peer.hangup).toBe('flush')
    }
  })
})

describe('what CONNACK promises', () => {
  it('MQTT5-3.2.2-9 MQTT5-3.2.2-10: includes a lower QoS, and filters of any QoS are taken', () => {
    const peer = new Stage({ qosMax: 0 }).peer()
    peer.connect({})
    expect(peer.take('connack').properties).toMatchObject({ maximumQoS: 0 })
    expect(peer.subscribe('t', 2)).toEqual([0])
  })

  it('MQTT5-3.2.2-22: without a Server Keep Alive the one of the client counts', () => {
    const stage = new Stage()
    const peer = stage.peer()
    peer.connect({ keepalive: 10 })
    expect(peer.take('connack').properties?.serverKeepAlive).toBeUndefined()
    stage.advance(15)
    expect(peer.hangup).toBeUndefined()
    stage.advance(1)
    expect(peer.hangup).toBeDefined()
  })

  it('MQTT5-3.1.2-22 MQTT311-3.1.2-24: is kept to those who speak within one and a half', () => {
    for (const protocolVersion of BOTH) {
      const stage = new Stage()
      const silent = stage.client('silent', { protocolVersion, keepalive: 2 })
      const speaks = stage.client('speaks', { protocolVersion, keepalive: 2 })
      for (let i = 0; i < 2; i++) {
        stage.advance(3)
        speaks.sendHex('c000')
      }
      stage.advance(1)
      expect(silent.hangup).toBeDefined()
      expect(speaks.hangup).toBeUndefined()
    }
  })

  it('MQTT5-3.1.2-28: never includes Response Information that nobody asked for', () => {
    for (const requestResponseInformation of [false, true]) {
      const peer = new Stage().peer()
      peer.connect({ properties: { requestResponseInformation } })
      expect(peer.take('connack').properties?.responseInformation).toBeUndefined()
    }
  })
})
