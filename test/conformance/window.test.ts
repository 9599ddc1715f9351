// The send quota: how many QoS 1 and 2 messages are open at once, and that nothing else waits for
// it.

import { describe, expect, it } from 'vitest'
import { online } from '../support/conformance/scripted-server.ts'
import type { ScriptedServer } from '../support/conformance/scripted-server.ts'

const KEPT = { clean: false, properties: { sessionExpiryInterval: 3600 } } as const

function limited(receiveMaximum: number, options: object = {}): ScriptedServer {
  return online(options, { properties: { receiveMaximum } })
}

function publishMany(server: ScriptedServer, count: number, qos: 1 | 2 = 1): void {
  for (let i = 0; i < count; i++) server.client.publish(`t${i}`, 'x', { qos })
}

describe('the send quota', () => {
  it('MQTT5-3.3.4-7 MQTT5-4.9.0-1: is the Receive Maximum of the server', () => {
    const server = limited(3)
    publishMany(server, 10)
    expect(server.take()).toHaveLength(3)
    server.sendHex('40 02 0002')
    expect(server.take()).toHaveLength(1)
  })

  it('MQTT5-4.9.0-2: stays used by QoS 2 until PUBCOMP', () => {
    const server = limited(1)
    publishMany(server, 2, 2)
    expect(server.takeOnly('publish')).toHaveLength(1)
    server.sendHex('50 02 0001')
    expect(server.take()).toMatchObject([{ cmd: 'pubrel' }])
    server.sendHex('70 02 0001')
    expect(server.take()).toMatchObject([{ cmd: 'publish', topic: 't1' }])
  })

  it('MQTT5-3.3.4-8 MQTT5-4.9.0-3: holds back nothing but PUBLISH of QoS 1 and 2', () => {
    const server = limited(1, { keepalive: 10 })
    publishMany(server, 3)
    server.take()
    server.client.publish('zero', 'x')
    server.client.subscribe('s').catch(() => undefined)
    server.client.unsubscribe('s').catch(() => undefined)
    server.publish('in', 'x', { qos: 1, messageId: 3 })
    expect(
      server
        .take()
        .map(({ cmd }) => cmd)
        .toSorted(),
    ).toEqual(['puback', 'publish', 'subscribe', 'unsubscribe'])
    server.advance(10_000)
    expect(server.take()).toMatchObject([{ cmd: 'pingreq' }])
    void server.client.end()
    expect(server.take()).toMatchObject([{ cmd: 'disconnect' }])
  })

  it('MQTT5-4.9.0-1: is not raised by PUBACKs of strangers or twice', () => {
    const server = limited(2)
    publishMany(server, 6)
    server.take()
    server.sendHex('40 02 0001')
    expect(server.takeOnly('publish')).toHaveLength(1)
    server.sendHex('40 02 0001 40 02 0900 40 02 0901')
    expect(server.takeOnly('publish')).toEqual([])
  })

  it('MQTT5-4.9.0-2: is not raised by PUBCOMPs of strangers or twice', () => {
    const server = limited(1)
    publishMany(server, 4, 2)
    server.take()
    server.sendHex('70 02 0900')
    expect(server.takeOnly('publish')).toEqual([])
    server.sendHex('50 02 0001 70 02 0001')
    expect(server.takeOnly('publish')).toHaveLength(1)
    server.sendHex('70 02 0001')
    expect(server.takeOnly('publish')).toEqual([])
  })

  it('MQTT5-4.9.0-3: is given back by PUBREC of 0x80 or more', () => {
    const server = limited(1)
    publishMany(server, 3, 2)
    server.take()
    server.sendHex('50 03 0001 80')
    expect(server.takeOnly('publish')).toHaveLength(1)
  })

  it('MQTT5-3.3.4-7: cuts what is sent again into slices of the new Receive Maximum', () => {
    const server = limited(10, KEPT)
    publishMany(server, 10)
    expect(server.take()).toHaveLength(10)
    server.reconnect({ sessionPresent: true, properties: { receiveMaximum: 3 } })
    const seen: unknown[] = []
    for (let round = 0; round < 10; round++) {
      const packets = server.takeOnly('publish')
      expect(packets.length).toBeLessThanOrEqual(3)
      for (const packet of packets) expect(packet).toMatchObject({ dup: true })
      seen.push(...packets.map((packet) => packet['topic']))
      server.send(...packets.map(({ messageId }) => ({ cmd: 'puback', messageId })))
    }
    expect(seen).toEqual(Array.from({ length: 10 }, (_, i) => `t${i}`))
    expect(server.outcomes).toHaveLength(10)
  })

  it('MQTT5-3.3.4-7: counts PUBRELs that are sent again', () => {
    const server = limited(2, KEPT)
    publishMany(server, 4, 2)
    server.sendHex('50 02 0001 50 02 0002')
    server.take()
    server.reconnect({ sessionPresent: true, properties: { receiveMaximum: 2 } })
    expect(server.take().map(({ cmd }) => cmd)).toEqual(['pubrel', 'pubrel'])
    server.sendHex('70 02 0001')
    expect(server.take()).toMatchObject([{ cmd: 'publish', topic: 't2' }])
  })

  it('MQTT5-4.9.0-1: grows back to 65,535 when the next CONNACK names none', () => {
    const server = limited(1, { ...KEPT, inflightMax: 100 })
    publishMany(server, 50)
    expect(server.take()).toHaveLength(1)
    server.reconnect({ sessionPresent: true })
    expect(server.take()).toHaveLength(50)
  })
})
