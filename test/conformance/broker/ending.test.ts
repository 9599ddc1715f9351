// How the broker explains itself, signs in by exchanges, answers pings, and ends connections.

import { describe, expect, it } from 'vitest'
import { BOTH, DURABLE, Stage } from '../../support/broker-stage.ts'
import type { Peer } from '../../support/broker-stage.ts'

const NO_ROOM = { maximumPacketSize: 20 } as const

describe('a packet of the broker', () => {
  it(
    'MQTT5-3.1.2-24 MQTT5-3.1.2-25: that is too large for its receiver is dropped as if it ' +
      'had come',
    () => {
      const stage = new Stage()
      const sub = stage.client('sub', { ...DURABLE, properties: { ...NO_ROOM } })
      sub.subscribe('t', 2)
      const pub = stage.client('pub')
      for (const qos of [0, 1, 2] as const) {
        pub.publish('t', 'x'.repeat(20), { qos, packetId: 1 })
        pub.publish('t', 'small', { qos, packetId: 2 })
      }
      expect(sub.all().map(({ text, qos }) => [text, qos])).toEqual([
        ['small', 0],
        ['small', 1],
        ['small', 2],
      ])
      expect(stage.core.defaultHost.sessions.get('sub')!.delivery.inflight).toBe(2)
    },
  )

  it(
    'MQTT5-3.14.2-3 MQTT5-3.14.2-1 MQTT5-3.14.2-2: DISCONNECT leaves its reason out when it ' +
      'would be too large',
    () => {
      for (const [properties, hasReason] of [
        [{}, true],
        [NO_ROOM, false],
      ] as const) {
        const stage = new Stage()
        const peer = stage.client('c', { properties })
        stage.client('c')
        const told = peer.take('disconnect')
        expect(told.reasonCode).toBe(0x8e)
        expect(told.properties?.reasonString !== undefined).toBe(hasReason)
        expect(told.properties?.sessionExpiryInterval).toBeUndefined()
      }
    },
  )

  it(
    'MQTT5-3.1.2-29 MQTT5-3.4.2-1 MQTT5-3.5.2-1 MQTT5-3.6.2-1 MQTT5-3.7.2-1: that answers ' +
      'has a reason code of its table and never explains itself',
    () => {
      const peer = new Stage().client('c', { properties: { requestProblemInformation: false } })
      peer.takeHex()
      peer.publish('nobody', 'x', { qos: 1, packetId: 1 })
      peer.publish('nobody', 'x', { qos: 2, packetId: 2 })
      peer.ack(6, 2)
      peer.ack(6, 3)
      peer.ack(5, 4)
      // PUBACK, PUBREC, PUBCOMP of a stranger, PUBREL of a stranger: code and no property list.
      const expected = '4003000110 5003000210 70020002 7003000392 6203000492'.replaceAll(' ', '')
      expect(peer.takeHex()).toBe(expected)
      peer.send({ type: 'unsubscribe', packetId: 5, filters: ['never'] })
      peer.send({ type: 'subscribe', packetId: 6, subscriptions: [{ filter: 't', qos: 0 }] })
      expect(peer.takeHex()).toBe('b00400050011900400060000')
    },
  )

  it('MQTT5-3.12.4-1 MQTT311-3.12.4-1: PINGRESP answers PINGREQ', () => {
    for (const protocolVersion of BOTH) {
      const peer = new Stage().client('c', { protocolVersion })
      peer.takeHex()
      peer.sendHex('c000 c000')
      expect(peer.takeHex()).toBe('d000d000')
    }
  })
})

describe('the end of a connection', () => {
  it('MQTT5-3.14.4-1 MQTT5-3.14.4-2 MQTT5-4.13.2-1: is the last thing that a client hears', () => {
    const stage = new Stage()
    const peer = stage.client('c', DURABLE)
    peer.subscribe('t', 1)
    peer.sendHex('c100')
    stage.client('pub').publish('t', 'x', { qos: 1 })
    peer.sendHex('c000')
    expect(peer.all()).toMatchObject([{ type: 'disconnect', reasonCode: 0x81 }])
    expect(peer.hangup).toBe('flush')
    expect(stage.client('c', DURABLE).texts()).toEqual(['x'])
  })

  it(
    'MQTT5-3.14.4-2 MQTT5-4.13.2-1: comes after a DISCONNECT of the client, with whatever ' +
      'reason',
    () => {
      for (const hex of ['e000', 'e00104', 'e00180']) {
        const stage = new Stage()
        const peer = stage.client('c')
        peer.sendHex(`${hex}c000`)
        expect(peer.all()).toEqual([])
        expect(peer.hangup).toBe('left')
        expect(stage.core.connections.size).toBe(0)
      }
    },
  )

  it('MQTT5-4.13.1-1: is told to a client that makes a session last which was not to', () => {
    const peer = new Stage().client('c')
    const properties = { sessionExpiryInterval: 5 }
    peer.send({ type: 'disconnect', reasonCode: 0, properties })
    expect(peer.all()).toMatchObject([{ type: 'disconnect', reasonCode: 0x82 }])
  })
})

/** Asks once, and lets in who then says `yes`. */
const ASKING = {
  signIn: () => ({ username: undefined, groups: [] }),
  beginExchange: (method: string) => {
    if (method !== 'ask') return undefined
    return {
      step: (input: Uint8Array) => {
        const said = Buffer.from(input).toString()
        const answer = Buffer.from('well?')
        const identity = { username: 'ann', groups: [] }
        if (said === 'yes') return { kind: 'success', answer, identity } as const
        return said === 'no'
          ? ({ kind: 'failure' } as const)
          : ({ kind: 'continue', answer } as const)
      },
    }
  },
}

function asked(stage: Stage, properties: object = {}): Peer {
  const peer = stage.peer()
  peer.connect({ properties: { authenticationMethod: 'ask', ...properties } })
  return peer
}

function say(peer: Peer, text: string, reasonCode = 0x18, method = 'ask'): void {
  const properties = { authenticationMethod: method, authenticationData: Buffer.from(text) }
  peer.send({ type: 'auth', reasonCode, properties })
}

describe('enhanced authentication', () => {
  it(
    'MQTT5-4.12.0-2 MQTT5-4.12.0-5 MQTT5-3.15.2-1: asks with AUTH 0x18 and names the method ' +
      'to the end',
    () => {
      const peer = asked(new Stage({ gatekeeper: ASKING }))
      const properties = { authenticationMethod: 'ask', authenticationData: Buffer.from('well?') }
      expect(peer.all()).toMatchObject([{ type: 'auth', reasonCode: 0x18, properties }])
      say(peer, 'yes')
      expect(peer.all()).toMatchObject([{ type: 'connack', reasonCode: 0, properties }])
    },
  )

  it('MQTT5-4.12.0-1: of a method that is not known closes', () => {
    const peer = new Stage({ gatekeeper: ASKING }).peer()
    peer.connect({ properties: { authenticationMethod: 'other' } })
    expect(peer.all()).toMatchObject([{ type: 'connack', reasonCode: 0x8c }])
    expect(peer.hangup).toBe('flush')
  })

  it('MQTT5-4.12.0-4: that fails closes', () => {
    const peer = asked(new Stage({ gatekeeper: ASKING }))
    peer.take('auth')
    say(peer, 'no')
    expect(peer.all()).toMatchObject([{ type: 'connack', reasonCode: 0x87 }])
    expect(peer.hangup).toBe('flush')
  })

  it('MQTT5-4.12.0-5: that goes on with another method closes', () => {
    const peer = asked(new Stage({ gatekeeper: ASKING }))
    peer.take('auth')
    say(peer, 'yes', 0x18, 'other')
    expect(peer.all()).toMatchObject([{ type: 'connack', reasonCode: 0x8c }])
  })

  it('MQTT5-4.12.0-6: is not mentioned to a client that named no method', () => {
    const peer = new Stage({ gatekeeper: ASKING }).peer()
    peer.connect({})
    expect(peer.take('connack').properties?.authenticationMethod).toBeUndefined()
  })

  it('MQTT5-4.12.1-2: anew closes when it fails, and goes on when it does not', () => {
    const stage = new Stage({ gatekeeper: ASKING })
    const peer = asked(stage)
    say(peer, 'yes')
    peer.all()
    say(peer, 'again', 0x19)
    say(peer, 'yes')
    expect(peer.all()).toMatchObject([
      { type: 'auth', reasonCode: 0x18 },
      { type: 'auth', reasonCode: 0 },
    ])
    say(peer, 'again', 0x19)
    say(peer, 'no')
    peer.take('auth')
    expect(peer.all()).toMatchObject([{ type: 'disconnect', reasonCode: 0x87 }])
    expect(peer.hangup).toBe('flush')
  })

  it('MQTT5-3.1.2-24: asks nothing that is larger than the client takes', () => {
    const peer = asked(new Stage({ gatekeeper: ASKING }), { maximumPacketSize: 10 })
    expect(peer.all()).toEqual([])
    expect(peer.hangup).toBeDefined()
  })
})
