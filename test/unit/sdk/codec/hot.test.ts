// PUBLISH, the four acks and pings: hex to notices, and values to hex.

import { describe, expect, it } from 'vitest'
import { publishBytes, textBytes, writeAck, writePing, writePublish } from '@motewire/sdk/codec'
import type { AckType, Properties, QoS } from '@motewire/sdk/codec'
import { bytesOf, noticesOf, threeWays } from './notices.ts'

interface PublishRow {
  readonly version: 4 | 5
  readonly hex: string
  readonly topic: string
  readonly qos: QoS
  readonly retain?: true
  readonly dup?: true
  readonly packetId?: number
  readonly properties?: Properties
  readonly payload: string
}

const PUBLISHES: readonly PublishRow[] = [
  { version: 4, hex: '30 05 0001 74 6869', topic: 't', qos: 0, payload: 'hi' },
  { version: 4, hex: '31 03 0001 74', topic: 't', qos: 0, retain: true, payload: '' },
  { version: 4, hex: '32 06 0001 74 ffff 78', topic: 't', qos: 1, packetId: 65_535, payload: 'x' },
  {
    version: 4,
    hex: '3d 06 0001 74 0001 78',
    topic: 't',
    qos: 2,
    retain: true,
    dup: true,
    packetId: 1,
    payload: 'x',
  },
  { version: 4, hex: '30 05 0002 c3bc 78', topic: 'ü', qos: 0, payload: 'x' },
  { version: 5, hex: '30 05 0001 74 00 78', topic: 't', qos: 0, payload: 'x' },
  { version: 5, hex: '34 07 0001 74 0102 00 78', topic: 't', qos: 2, packetId: 258, payload: 'x' },
  {
    version: 5,
    hex: '30 08 0001 74 03 23 0001 78',
    topic: 't',
    qos: 0,
    properties: { topicAlias: 1 },
    payload: 'x',
  },
  {
    version: 5,
    hex: '30 07 0000 03 23 0001 78',
    topic: '',
    qos: 0,
    properties: { topicAlias: 1 },
    payload: 'x',
  },
  {
    version: 5,
    hex: '30 0a 0001 74 05 02 00000000 78',
    topic: 't',
    qos: 0,
    properties: { messageExpiryInterval: 0 },
    payload: 'x',
  },
]

describe('PUBLISH', () => {
  it.each(PUBLISHES)('$hex is read', (row) => {
    const flags = `${row.qos}${row.retain ? ' retain' : ''}${row.dup ? ' dup' : ''}`
    const { topic, payload, properties, packetId = 0 } = row
    const packetBytes = bytesOf(row.hex).length
    const expected = { topic, flags, packetId, properties, payload, packetBytes }
    for (const chunks of threeWays(bytesOf(row.hex), 'client')) {
      expect(noticesOf('client', row.version, chunks)[0]).toEqual(expected)
    }
  })

  it.each(PUBLISHES)('$hex is written', (row) => {
    const { topic, payload, qos, retain = false, dup = false, packetId = 0, properties } = row
    const target = Buffer.alloc(100, 0xaa)
    const publish = { topic, payload, qos, retain, dup, packetId, properties }
    const end = writePublish(target, 3, publish, row.version)
    expect(target.subarray(3, end).toString('hex')).toBe(row.hex.replaceAll(' ', ''))
    expect(target[end]).toBe(0xaa)
    const fromBytes = { ...publish, payload: Buffer.from(payload) }
    expect(writePublish(target, 3, fromBytes, row.version)).toBe(end)
  })

  it.each([
    [0, 127, 2],
    [0, 128, 3],
    [0, 16_383, 3],
    [0, 16_384, 4],
    [0, 2_097_151, 4],
    [0, 2_097_152, 5],
  ])('with %i bytes less has a header that fits %i bytes of body', (_less, body, header) => {
    expect(publishBytes(1, body - 3, 0, 0, 4)).toBe(body + header)
  })

  it.each(['', 'a', 'ü', '\u{1F600}', 'x'.repeat(48), 'x'.repeat(49), 'ü'.repeat(40)])(
    'counts the bytes of %j',
    (text) => {
      expect(textBytes(text)).toBe(Buffer.byteLength(text))
    },
  )
})

interface AckRow {
  readonly version: 4 | 5
  readonly hex: string
  readonly ack: readonly [type: AckType, packetId: number, reasonCode: number]
  readonly readOnly?: true
}

const ACKS: readonly AckRow[] = [
  { version: 4, hex: '40 02 0001', ack: [4, 1, 0] },
  { version: 4, hex: '50 02 ffff', ack: [5, 65_535, 0] },
  { version: 4, hex: '62 02 0100', ack: [6, 256, 0] },
  { version: 4, hex: '70 02 0001', ack: [7, 1, 0] },
  { version: 5, hex: '40 02 0001', ack: [4, 1, 0] },
  { version: 5, hex: '40 03 0001 10', ack: [4, 1, 0x10] },
  { version: 5, hex: '50 03 0001 97', ack: [5, 1, 0x97] },
  { version: 5, hex: '62 03 0001 92', ack: [6, 1, 0x92] },
  { version: 5, hex: '70 03 0001 92', ack: [7, 1, 0x92] },
  { version: 5, hex: '40 03 0001 00', ack: [4, 1, 0], readOnly: true },
  { version: 5, hex: '70 04 0001 00 00', ack: [7, 1, 0], readOnly: true },
]

describe('an ack', () => {
  it.each(ACKS)('$hex of version $version is read by both sides', ({ version, hex, ack }) => {
    for (const role of ['client', 'server'] as const) {
      for (const chunks of threeWays(bytesOf(hex), role)) {
        expect(noticesOf(role, version, chunks)[0]).toEqual([...ack, undefined])
      }
    }
  })

  it.each(ACKS.filter(({ readOnly }) => readOnly === undefined))(
    '$hex of version $version is written',
    ({ version, hex, ack }) => {
      const target = Buffer.alloc(8, 0xaa)
      const end = writeAck(target, 1, ...ack, version)
      expect(target.subarray(1, end).toString('hex')).toBe(hex.replaceAll(' ', ''))
      expect(target[end]).toBe(0xaa)
    },
  )

  it('has no reason code in 3.1.1, whatever it is told', () => {
    const target = Buffer.alloc(8)
    expect(writeAck(target, 0, 7, 1, 0x92, 4)).toBe(4)
  })

  it('carries its properties', () => {
    expect(noticesOf('client', 5, [bytesOf('40 08 0001 87 04 1f 0001 6e')])).toEqual([
      [4, 1, 0x87, { reasonString: 'n' }],
    ])
  })
})

describe('a ping', () => {
  it.each([
    ['c0 00', 'server', 12],
    ['d0 00', 'client', 13],
  ] as const)('%s is read by the %s', (hex, role, type) => {
    expect(noticesOf(role, 4, [bytesOf(hex)])).toEqual([type])
    const target = Buffer.alloc(2)
    expect(writePing(target, 0, type)).toBe(2)
    expect(target.toString('hex')).toBe(hex.replaceAll(' ', ''))
  })
})
