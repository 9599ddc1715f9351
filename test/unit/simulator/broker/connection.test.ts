// How connections to the broker begin, end and come back, on its core without any channel.

import { describe, expect, it } from 'vitest'
import { Stage } from '../../../support/broker-stage.ts'

describe('the connection itself', () => {
  it('tells a client that another took its session over', () => {
    const stage = new Stage()
    const first = stage.client('c')
    stage.client('c')
    expect(first.take('disconnect')).toMatchObject({ reasonCode: 0x8e })
    expect(stage.core.connections.size).toBe(1)
  })

  it('assigns an identifier and a keep alive', () => {
    const peer = new Stage({ keepaliveMaxS: 30 }).peer()
    peer.connect({ clientId: '', keepalive: 600 })
    const { properties } = peer.take('connack')
    expect(properties?.assignedClientIdentifier).toMatch(/^auto-/)
    expect(properties?.serverKeepAlive).toBe(30)
  })

  it('gives up a client that is silent for one and a half keep alives', () => {
    const stage = new Stage()
    const peer = stage.client('c', { keepalive: 10 })
    stage.advance(15)
    expect(peer.hangup).toBeUndefined()
    stage.advance(1)
    expect(peer.take('disconnect')).toMatchObject({ reasonCode: 0x8d })
    expect(stage.core.defaultHost.timeline.of('c').at(-1)).toMatchObject({
      kind: 'disconnected',
      detail: 'keepalive timeout',
    })
  })

  it('gives up each client in its own time, and none that speaks', () => {
    const stage = new Stage()
    const slow = stage.client('slow', { keepalive: 20 })
    const talker = stage.client('talker', { keepalive: 10 })
    const quick = stage.client('quick', { keepalive: 4 })
    const unknown = stage.peer()
    stage.advance(6)
    talker.publish('t', 'here')
    stage.advance(1)
    expect(quick.hangup).toBeDefined()
    stage.advance(14)
    expect([talker.hangup, slow.hangup]).toEqual([undefined, undefined])
    stage.advance(1)
    expect(talker.hangup).toBeDefined()
    stage.advance(9)
    expect([slow.hangup, unknown.hangup].includes(undefined)).toBe(false)
    expect(stage.core.connections.size).toBe(0)
  })

  it('sends a client elsewhere', () => {
    const gatekeeper = {
      signIn: () => ({ username: undefined, groups: [] }),
      redirect: () => ({ serverReference: 'other:1883', isPermanent: true }),
    }
    const peer = new Stage({ gatekeeper }).peer()
    peer.connect({ clientId: 'c' })
    expect(peer.take('connack')).toMatchObject({
      reasonCode: 0x9d,
      properties: { serverReference: 'other:1883' },
    })
  })

  it('says 0x10 to a publisher that nobody hears, and 0x11 to an idle UNSUBSCRIBE', () => {
    const peer = new Stage().client('c')
    peer.publish('nobody', 'x', { qos: 1 })
    expect(peer.take('puback')).toMatchObject({ reasonCode: 0x10 })
    peer.send({ type: 'unsubscribe', packetId: 4, filters: ['never'] })
    expect(peer.take('unsuback')).toMatchObject({ reasonCodes: [0x11] })
  })

  it('leaves the reason string out when the client takes no such packet', () => {
    const stage = new Stage()
    const peer = stage.client('c', { properties: { maximumPacketSize: 20 } })
    stage.client('c')
    const { reasonCode, properties } = peer.take('disconnect')
    expect(reasonCode).toBe(0x8e)
    expect(properties?.reasonString).toBeUndefined()
  })

  it('closes when not even CONNACK is small enough for the client', () => {
    const stage = new Stage()
    const peer = stage.peer()
    peer.connect({ clientId: 'c', properties: { maximumPacketSize: 8 } })
    expect(peer.all()).toEqual([])
    expect(peer.hangup).toBe('abort')
    expect(stage.core.defaultHost.sessions.size).toBe(0)
  })

  it('resumes a session: DUP on what was sent, PUBREL where PUBREC came, then what waited', () => {
    const stage = new Stage()
    const properties = { sessionExpiryInterval: 100, receiveMaximum: 2 }
    const sub = stage.client('sub', { clean: false, properties })
    sub.subscribe('t', 2)
    const pub = stage.client('pub')
    for (const packetId of [1, 2, 3]) pub.publish('t', String(packetId), { qos: 2, packetId })
    const [first, second] = sub.all()
    sub.ack(5, first!.packetId!)
    sub.cut()
    const again = stage.client('sub', { clean: false, properties })
    expect(again.all()).toMatchObject([
      { type: 'pubrel', packetId: first!.packetId },
      { type: 'publish', packetId: second!.packetId, dup: true, text: '2' },
    ])
    again.ack(7, first!.packetId!)
    expect(again.all()).toMatchObject([{ type: 'publish', dup: false, text: '3' }])
  })
})
