// Messages from server to client: which packet answers which, in which order, and when a PUBLISH
// is new.

import { describe, expect, it } from 'vitest'
import { online } from '../support/conformance/scripted-server.ts'

const KEPT = { clean: false, properties: { sessionExpiryInterval: 3600 } } as const
const RESUMED = { sessionPresent: true }
const QOS2 = { qos: 2, messageId: 5 }

/** The error of a handler is the application's; what counts is what the client does. */
function swallow(work: () => unknown): void {
  try {
    work()
  } catch {
    // Nothing more to see.
  }
}

describe('the answer to a PUBLISH', () => {
  it('MQTT5-3.3.4-1 MQTT5-4.3.2-4 MQTT5-4.3.3-8: follows from its QoS', () => {
    const server = online()
    server.publish('a', 'x')
    expect(server.take()).toEqual([])
    server.publish('b', 'x', { qos: 1, messageId: 3 })
    expect(server.take()).toMatchObject([{ cmd: 'puback', messageId: 3 }])
    server.publish('c', 'x', { qos: 2, messageId: 4 })
    expect(server.take()).toMatchObject([{ cmd: 'pubrec', messageId: 4 }])
  })

  it('MQTT311-3.3.4-1 MQTT311-4.3.2-2: follows from its QoS', () => {
    const server = online({ protocolVersion: 4 })
    server.publish('a', 'x')
    expect(server.take()).toEqual([])
    server.publish('b', 'x', { qos: 1, messageId: 3 })
    server.publish('c', 'x', { qos: 2, messageId: 4 })
    expect(server.take()).toMatchObject([{ cmd: 'puback' }, { cmd: 'pubrec' }])
    expect(server.sentHex.endsWith('4002000350020004')).toBe(true)
  })

  it('MQTT5-4.5.0-2 MQTT311-4.5.0-2: is given also when the handler throws', () => {
    const server = online()
    server.client.on('message', () => {
      throw new Error('the application is broken')
    })
    for (const [qos, messageId] of [
      [1, 3],
      [2, 4],
    ]) {
      swallow(() => server.publish('t', 'x', { qos, messageId }))
    }
    expect(server.take()).toMatchObject([
      { cmd: 'puback', messageId: 3 },
      { cmd: 'pubrec', messageId: 4 },
    ])
    expect(server.isOpen).toBe(true)
  })

  it('MQTT5-4.6.0-2 MQTT311-4.6.0-2: PUBACK comes in the order of the PUBLISHes', () => {
    const server = online()
    const ids = [9, 3, 7, 1]
    server.send(
      ...ids.map((messageId) => ({ cmd: 'publish', topic: 't', payload: '', qos: 1, messageId })),
    )
    expect(server.takeOnly('puback').map((packet) => packet['messageId'])).toEqual(ids)
  })

  it('MQTT5-4.6.0-3 MQTT311-4.6.0-3: PUBREC comes in the order of the PUBLISHes', () => {
    const server = online()
    const ids = [9, 3, 7, 1]
    server.send(
      ...ids.map((messageId) => ({ cmd: 'publish', topic: 't', payload: '', qos: 2, messageId })),
    )
    expect(server.takeOnly('pubrec').map((packet) => packet['messageId'])).toEqual(ids)
  })

  it('MQTT5-4.6.0-2: keeps the order when the application acknowledges backwards', () => {
    const server = online({ manualAcks: true })
    const ids = [9, 3, 7]
    server.send(
      ...ids.map((messageId) => ({ cmd: 'publish', topic: 't', payload: '', qos: 1, messageId })),
    )
    expect(server.take()).toEqual([])
    for (const { packet } of server.messages.toReversed()) packet.ack()
    expect(server.take().map((packet) => packet['messageId'])).toEqual(ids)
  })

  it('MQTT5-4.6.0-3: keeps the order of QoS 1 and 2 when acknowledged in any order', () => {
    const server = online({ manualAcks: true })
    const ids = [2, 4, 6, 8]
    server.send(
      ...ids.map((messageId, i) => ({
        cmd: 'publish',
        topic: 't',
        payload: '',
        qos: (i % 2) + 1,
        messageId,
      })),
    )
    for (const i of [2, 0, 3, 1]) server.messages[i]?.packet.ack()
    const answers = server.take()
    expect(answers.filter(({ cmd }) => cmd === 'puback').map((one) => one['messageId'])).toEqual([
      2, 6,
    ])
    expect(answers.filter(({ cmd }) => cmd === 'pubrec').map((one) => one['messageId'])).toEqual([
      4, 8,
    ])
  })

  it('MQTT5-4.6.0-2: an acknowledgement given twice or after a reconnect says nothing', () => {
    const server = online({ ...KEPT, manualAcks: true })
    server.publish('t', 'x', { qos: 1, messageId: 3 })
    const first = server.messages[0]?.packet
    first?.ack()
    first?.ack()
    expect(server.take()).toMatchObject([{ cmd: 'puback', messageId: 3 }])
    server.publish('t', 'y', { qos: 1, messageId: 4 })
    const second = server.messages[1]?.packet
    server.reconnect(RESUMED)
    second?.ack()
    expect(server.take()).toEqual([])
  })
})

describe('a received message', () => {
  it('MQTT5-4.3.2-5 MQTT5-3.3.1-1: of QoS 1 is new after PUBACK, even with DUP', () => {
    const server = online()
    server.publish('t', 'x', { qos: 1, messageId: 3 })
    server.publish('t', 'y', { qos: 1, messageId: 3, dup: true })
    expect(server.messages.map(({ payload }) => payload)).toEqual(['x', 'y'])
  })

  it('MQTT5-4.3.3-10: of QoS 2 is acknowledged again and delivered once until PUBREL', () => {
    const server = online()
    server.publish('t', 'x', QOS2)
    server.publish('t', 'x', { ...QOS2, dup: true })
    expect(server.take()).toMatchObject([{ cmd: 'pubrec' }, { cmd: 'pubrec' }])
    expect(server.messages).toHaveLength(1)
  })

  it('MQTT5-4.3.3-10: of QoS 2 is delivered once across a reconnect', () => {
    const server = online(KEPT)
    server.publish('t', 'x', QOS2)
    server.reconnect(RESUMED)
    server.publish('t', 'x', { ...QOS2, dup: true })
    expect(server.take()).toMatchObject([{ cmd: 'pubrec', messageId: 5 }])
    expect(server.messages).toHaveLength(1)
    server.sendHex('62 02 0005')
    expect(server.take()).toMatchObject([{ cmd: 'pubcomp', messageId: 5 }])
  })

  it('MQTT311-4.3.3-2: of QoS 2 is delivered once across a reconnect, then new', () => {
    const server = online({ clean: false, protocolVersion: 4 })
    server.publish('t', 'x', QOS2)
    server.reconnect(RESUMED)
    server.publish('t', 'x', { ...QOS2, dup: true })
    server.sendHex('62 02 0005')
    server.publish('t', 'y', QOS2)
    expect(server.messages.map(({ payload }) => payload)).toEqual(['x', 'y'])
    expect(server.take().map(({ cmd }) => cmd)).toEqual(['pubrec', 'pubcomp', 'pubrec'])
  })

  it('MQTT5-4.3.3-12: of QoS 2 is new after PUBCOMP', () => {
    const server = online()
    server.publish('t', 'x', QOS2).sendHex('62 02 0005').publish('t', 'y', QOS2)
    expect(server.messages.map(({ payload }) => payload)).toEqual(['x', 'y'])
  })

  it('MQTT5-4.3.3-11: PUBREL of an unknown identifier is answered with PUBCOMP 0x92', () => {
    const server = online()
    server.sendHex('62 02 0007')
    expect(server.take()).toMatchObject([{ cmd: 'pubcomp', messageId: 7, reasonCode: 0x92 }])
  })

  it('MQTT311-4.3.3-2: PUBREL of an unknown identifier is answered with PUBCOMP', () => {
    const server = online({ protocolVersion: 4 })
    server.sendHex('62 02 0007')
    expect(server.take()).toMatchObject([{ cmd: 'pubcomp', messageId: 7 }])
  })

  it('MQTT5-4.3.3-9: of QoS 2 is never refused, not even by a handler that throws', () => {
    const server = online()
    server.client.on('message', () => {
      throw new Error('the application is broken')
    })
    swallow(() => server.publish('t', 'x', QOS2))
    expect(server.take()).toMatchObject([{ cmd: 'pubrec', messageId: 5 }])
    expect(server.sentHex).toMatch(/50(02|03|04)0005(00(00)?)?$/)
  })

  it('MQTT5-3.3.4-9: above our Receive Maximum ends the connection with 0x93', () => {
    const server = online({ manualAcks: true, properties: { receiveMaximum: 2 } })
    for (const messageId of [1, 2, 3]) server.publish('t', 'x', { qos: 1, messageId })
    expect(server.take()).toMatchObject([{ cmd: 'disconnect', reasonCode: 0x93 }])
    expect(server.isOpen).toBe(false)
    expect(server.messages).toHaveLength(2)
  })

  it('MQTT5-3.3.4-9: of QoS 2 counts until its PUBCOMP was sent', () => {
    const server = online({ properties: { receiveMaximum: 2 } })
    for (const messageId of [1, 2, 3]) server.publish('t', 'x', { qos: 2, messageId })
    expect(server.take().at(-1)).toMatchObject({ cmd: 'disconnect', reasonCode: 0x93 })
    expect(server.isOpen).toBe(false)
  })

  it('MQTT5-3.3.4-9: within our Receive Maximum comes as often as it is acknowledged', () => {
    const server = online({ properties: { receiveMaximum: 1 } })
    for (let i = 0; i < 5; i++) {
      server.publish('t', 'x', { qos: 2, messageId: 1 }).sendHex('62 02 0001')
    }
    expect(server.messages).toHaveLength(5)
    expect(server.isOpen).toBe(true)
  })

  it('MQTT5-3.1.2-24: larger than our Maximum Packet Size ends the connection with 0x95', () => {
    const server = online({ properties: { maximumPacketSize: 100 } })
    server.publish('t', 'x'.repeat(200))
    expect(server.take()).toMatchObject([{ cmd: 'disconnect', reasonCode: 0x95 }])
    expect(server.messages).toEqual([])
    expect(server.isOpen).toBe(false)
  })

  it('MQTT5-3.1.2-24: announced too large is refused at its header, before it is sent', () => {
    const server = online({ packetBytesMax: 65_536 })
    server.sendHex('30 ffffff7f')
    expect(server.take()).toMatchObject([{ cmd: 'disconnect', reasonCode: 0x95 }])
    expect(server.isOpen).toBe(false)
  })

  it('MQTT5-3.1.2-24: of exactly our Maximum Packet Size is taken', () => {
    const server = online({ properties: { maximumPacketSize: 100 } })
    server.publish('t', 'x'.repeat(94))
    expect(server.messages).toHaveLength(1)
    expect(server.isOpen).toBe(true)
  })

  const silent = { properties: { requestProblemInformation: false } }

  it.each([
    ['MQTT5-3.1.2-29: PUBACK may not explain itself unasked', '40 08 0001 00 04 1f0001 61'],
    ['MQTT5-3.1.2-29: PUBREC may not explain itself unasked', '50 08 0001 87 04 1f0001 61'],
    ['MQTT5-3.1.2-29: PUBREL may not explain itself unasked', '62 0b 0001 00 07 26000161000162'],
    ['MQTT5-3.1.2-29: PUBCOMP may not explain itself unasked', '70 08 0001 92 04 1f0001 61'],
    ['MQTT5-3.1.2-29: SUBACK may not explain itself unasked', '90 08 0001 04 1f0001 61 00'],
    ['MQTT5-3.1.2-29: UNSUBACK may not explain itself unasked', 'b0 0b 0001 07 26000161000162 00'],
  ])('%s', (_name, hex) => {
    const server = online(silent)
    server.client.publish('t', 'x', { qos: 1 })
    server.take()
    server.sendHex(hex)
    expect(server.take()).toMatchObject([{ cmd: 'disconnect', reasonCode: 0x82 }])
    expect(server.isOpen).toBe(false)
    expect(server.outcomes).toEqual([])
  })

  it('MQTT5-3.1.2-29: PUBLISH and DISCONNECT explain themselves always', () => {
    const other = online(silent)
    other.sendHex('30 0b 0001 74 07 26000161000162')
    expect(other.messages).toHaveLength(1)
    other.sendHex('e0 06 8b 04 1f0001 61')
    expect(other.errors.at(-1)).toMatchObject({ reasonCode: 0x8b, reasonString: 'a' })
  })
})
