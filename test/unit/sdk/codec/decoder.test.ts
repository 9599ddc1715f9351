// The decoder's strictness beyond single packets of a server (those are conformance cases): what
// clients may not send, first bytes, tables, sizes, and being stopped in the middle.

import { parser } from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import { PacketDecoder } from '@motewire/sdk/codec'
import type { PacketHandler, ProtocolError, Role } from '@motewire/sdk/codec'
import { ILLEGAL_5 as FROM_SERVER_5 } from '../../../conformance/cases/illegal.ts'
import { ILLEGAL_5, ILLEGAL_CONNECTS } from './illegal-client.cases.ts'
import { bytesOf, noticesOf, threeWays } from './notices.ts'

const ignore = (): undefined => undefined
const DEAF: PacketHandler = {
  handlePublish: ignore,
  handleAck: ignore,
  handlePing: ignore,
  handlePacket: ignore,
}

/** Faults that need the connection's state, not only the packet. */
const STATEFUL = /a second CONNACK|although none was allowed|that nobody asked for/

function faultOf(role: Role, version: 3 | 4 | 5, hex: string): number | undefined {
  const faults = threeWays(bytesOf(hex), role).map((chunks) => {
    const last = noticesOf(role, version, chunks).at(-1) as Partial<ProtocolError>
    return 'message' in last ? last.reasonCode : undefined
  })
  expect(new Set(faults).size).toBe(1)
  return faults[0]
}

describe('a client', () => {
  it.each(ILLEGAL_CONNECTS)('may not send CONNECT with %s', (_name, hex, reasonCode) => {
    expect(faultOf('server', 4, hex)).toBe(reasonCode)
  })

  it.each(ILLEGAL_5)('may not send %s', (_name, hex, reasonCode) => {
    expect(faultOf('server', 5, hex)).toBe(reasonCode)
  })
})

describe('a server', () => {
  const stateless = FROM_SERVER_5.filter(([name]) => !STATEFUL.test(name))
  it.each(stateless)('may not send %s', (_name, hex, reasonCode) => {
    expect(faultOf('client', 5, hex)).toBe(reasonCode)
  })

  it('is refused more often than mqtt-packet would', () => {
    const accepted = stateless.filter(([, hex]) => {
      let count = 0
      const reference = parser({ protocolVersion: 5 })
      reference.on('packet', () => count++)
      reference.on('error', () => (count = -1))
      reference.parse(bytesOf(hex))
      return count > 0
    })
    console.log(`mqtt-packet takes ${accepted.length} of ${stateless.length} illegal packets`)
    expect(accepted.length).toBeGreaterThan(stateless.length / 3)
  })
})

/** First bytes by the standard, each version of the standard by itself. */
const LEGAL_FIRST: Readonly<Record<Role, readonly number[]>> = {
  client: [0x20, 0x40, 0x50, 0x62, 0x70, 0x90, 0xb0, 0xd0, 0xe0, 0xf0],
  server: [0x10, 0x40, 0x50, 0x62, 0x70, 0x82, 0xa2, 0xc0, 0xe0, 0xf0],
}

describe('the first byte', () => {
  it.each([
    ['client', 5],
    ['client', 4],
    ['client', 3],
    ['server', 5],
    ['server', 4],
    ['server', 3],
  ] as const)('is one of few for a %s of version %i, and refused alone', (role, version) => {
    const again = version < 4 ? [0x6a, ...(role === 'server' ? [0x8a, 0xaa] : [])] : []
    for (let first = 0; first < 256; first++) {
      const isPublish = first >>> 4 === 3
      const isLegal = isPublish || [...LEGAL_FIRST[role], ...again].includes(first)
      const notices = noticesOf(role, version, [Uint8Array.of(first)])
      expect({ first, isLegal: notices.length === 0 }).toEqual({ first, isLegal })
    }
  })
})

/** Reason codes by the tables of the standard, sections 3.2 to 3.15. */
const REASON_CODES: readonly (readonly [name: string, hex: string, codes: readonly number[]])[] = [
  [
    'CONNACK',
    '20 03 00 RR 00',
    [
      0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x90, 0x95,
      0x97, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9f,
    ],
  ],
  ['PUBACK', '40 03 0001 RR', [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99]],
  ['PUBREC', '50 03 0001 RR', [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99]],
  ['PUBREL', '62 03 0001 RR', [0x00, 0x92]],
  ['PUBCOMP', '70 03 0001 RR', [0x00, 0x92]],
  [
    'SUBACK',
    '90 04 0001 00 RR',
    [0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8f, 0x91, 0x97, 0x9e, 0xa1, 0xa2],
  ],
  ['UNSUBACK', 'b0 04 0001 00 RR', [0x00, 0x11, 0x80, 0x83, 0x87, 0x8f, 0x91]],
  [
    'DISCONNECT',
    'e0 01 RR',
    [
      0x00, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f, 0x90, 0x93, 0x94,
      0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f, 0xa0, 0xa1, 0xa2,
    ],
  ],
  ['AUTH', 'f0 06 RR 04 15 0001 6d', [0x00, 0x18]],
]

describe('reason codes', () => {
  it.each(REASON_CODES)('of %s from a server are those of its table', (_name, hex, codes) => {
    const taken = Array.from({ length: 256 }, (_, code) => code).filter((code) => {
      const bytes = bytesOf(hex.replace('RR', code.toString(16).padStart(2, '0')))
      const [notice] = noticesOf('client', 5, [bytes]) as Partial<ProtocolError>[]
      return notice?.message === undefined
    })
    expect(taken).toEqual(codes)
  })
})

/** Properties by table 2-4 of the standard: the packets of a server, as hex around the list. */
const CARRIERS: readonly (readonly [
  name: string,
  front: string,
  back: string,
  ids: readonly number[],
])[] = [
  ['CONNACK', '20 0000', '', [17, 18, 19, 21, 26, 28, 31, 33, 34, 36, 37, 38, 39, 40, 41, 42]],
  ['PUBLISH', '30 000174', '', [1, 2, 3, 8, 9, 11, 35, 38]],
  ['PUBACK', '40 000100', '', [31, 38]],
  ['PUBREC', '50 000100', '', [31, 38]],
  ['PUBREL', '62 000100', '', [31, 38]],
  ['PUBCOMP', '70 000100', '', [31, 38]],
  ['SUBACK', '90 0001', '00', [31, 38]],
  ['UNSUBACK', 'b0 0001', '00', [31, 38]],
  ['DISCONNECT', 'e0 00', '', [28, 31, 38]],
]

/** A value of each property's type that is legal everywhere. */
const VALUES: Readonly<Record<number, string>> = {
  ...Object.fromEntries([1, 23, 25, 36, 37, 40, 41, 42, 11].map((id) => [id, '01'])),
  ...Object.fromEntries([19, 33, 34, 35].map((id) => [id, '0001'])),
  ...Object.fromEntries([2, 17, 24, 39].map((id) => [id, '00000001'])),
  ...Object.fromEntries([3, 8, 9, 18, 21, 22, 26, 28, 31].map((id) => [id, '000161'])),
  38: '000161000162',
}

describe('properties', () => {
  it.each(CARRIERS)('of %s are those of the table', (_name, front, back, ids) => {
    const taken = Object.keys(VALUES).filter((id) => {
      const property = Number(id).toString(16).padStart(2, '0') + VALUES[Number(id)]
      const list = (property.length / 2).toString(16).padStart(2, '0') + property
      const [first = '', body = ''] = front.split(' ')
      const whole = body + list + back
      const bytes = bytesOf(first + (whole.length / 2).toString(16).padStart(2, '0') + whole)
      const [notice] = noticesOf('client', 5, [bytes]) as Partial<ProtocolError>[]
      return notice?.message === undefined
    })
    expect(taken.map(Number)).toEqual(ids)
  })

  it('may explain nothing when no problem information was asked for', () => {
    const silent = { problemInformation: false }
    for (const hex of ['40 08 0001 00 04 1f 0001 61', 'b0 0b 0001 07 26 0001 61 0001 62 00']) {
      const [notice] = noticesOf('client', 5, [bytesOf(hex)], silent)
      expect(notice).toMatchObject({ reasonCode: 0x82 })
    }
    for (const hex of ['30 0b 0001 74 07 26 0001 61 0001 62', 'e0 06 8b 04 1f 0001 61']) {
      const [notice] = noticesOf('client', 5, [bytesOf(hex)], silent)
      expect(notice).not.toHaveProperty('message')
    }
  })

  it('may repeat twenty thousand times, in order', () => {
    const list = Array.from({ length: 20_000 }, (_, i) => {
      const value = i.toString(16).padStart(4, '0')
      return `26000161000${value.length}${Buffer.from(value).toString('hex')}`
    }).join('')
    // 10 bytes each: 200,000 bytes of properties and 6 around them.
    const [notice] = noticesOf('client', 5, [bytesOf(`30 c69a0c 0001 74 c09a0c ${list}`)]) as {
      properties: { userProperties: { a: string[] } }
    }[]
    const values = notice?.properties.userProperties.a
    expect(values).toHaveLength(20_000)
    expect(values?.at(-1)).toBe('4e1f')
  })
})

describe('a decoder', () => {
  it('refuses a packet above its limit at the header, however it is cut', () => {
    expect(noticesOf('client', 4, [bytesOf('30 e807')], { packetBytesMax: 1_000 })).toMatchObject([
      { reasonCode: 0x95 },
    ])
    const bytes = threeWays(bytesOf('30 e807'), 'client')[1]!
    expect(noticesOf('client', 4, bytes, { packetBytesMax: 1_000 })).toMatchObject([
      { reasonCode: 0x95 },
    ])
  })

  it('keeps no more than what came of a packet that announces 256 MiB', () => {
    const decoder = new PacketDecoder('client', DEAF)
    decoder.reset(4)
    const before = process.memoryUsage().arrayBuffers
    for (const hex of ['30', 'ffffff', '7f', '0001']) {
      expect(decoder.feed(bytesOf(hex))).toBeUndefined()
    }
    expect(decoder.pendingBytes).toBe(7)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000)
  })

  it('takes nothing more after a fault', () => {
    const topics: string[] = []
    const handler = { ...DEAF, handlePublish: ({ topic }: { topic: string }) => topics.push(topic) }
    const decoder = new PacketDecoder('client', handler)
    decoder.reset(4)
    expect(decoder.feed(bytesOf('30 03 0001 61 d1 00 30 03 0001 62'))).toBeDefined()
    expect(decoder.feed(bytesOf('30 03 0001 63'))).toBeUndefined()
    expect(topics).toEqual(['a'])
  })

  it('leaves the bytes of the old connection when it is reset by a handler', () => {
    const topics: string[] = []
    const handler: PacketHandler = {
      ...DEAF,
      handlePublish: ({ topic }) => {
        topics.push(topic)
        decoder.reset(5)
      },
    }
    const decoder = new PacketDecoder('client', handler)
    decoder.reset(4)
    expect(decoder.feed(bytesOf('30 03 0001 61 30 03 0001 62'))).toBeUndefined()
    expect(decoder.feed(bytesOf('30 04 0001 63 00'))).toBeUndefined()
    expect(topics).toEqual(['a', 'c'])
  })

  it('stops behind the packet whose handler stops it', () => {
    let count = 0
    const handler: PacketHandler = {
      ...DEAF,
      handlePing: () => {
        count++
        decoder.stop()
      },
    }
    const decoder = new PacketDecoder('client', handler)
    decoder.reset(4)
    decoder.feed(bytesOf('d0 00 d0 00 d0 00'))
    decoder.feed(bytesOf('d0 00'))
    expect(count).toBe(1)
  })
})
