// The rare packets, from hex to values and back.

import { describe, expect, it } from 'vitest'
import { encodePacket } from '@motewire/sdk/codec'
import type { ControlPacket } from '@motewire/sdk/codec'
import { bytesOf, noticesOf, threeWays } from './notices.ts'
import { PACKETS } from './packets.cases.ts'

describe('a control packet', () => {
  it.each(PACKETS)('$name is read whole, byte by byte and with a tail', (one) => {
    const { reader, version, hex, packet } = one
    const [whole, single, tailed] = threeWays(bytesOf(hex), reader).map((chunks) =>
      noticesOf(reader, version, chunks),
    )
    const ping = reader === 'client' ? 13 : 12
    expect(whole).toEqual([packet])
    expect(single).toEqual([packet])
    expect(tailed).toEqual([packet, ping, ping])
  })

  it.each(PACKETS.filter(({ readOnly }) => readOnly === undefined))(
    '$name is written as it stands',
    ({ version, hex, packet }) => {
      expect(encodePacket(packet, version).toString('hex')).toBe(hex.replaceAll(' ', ''))
    },
  )
})

describe('user properties without a value', () => {
  it.each([{}, { a: [] }])('%j are left out', (userProperties) => {
    const packet = { type: 'disconnect', reasonCode: 0, properties: { userProperties } } as const
    expect(encodePacket(packet, 5).toString('hex')).toBe('e0020000')
    const suback = { type: 'suback', packetId: 1, reasonCodes: [0], properties: { userProperties } }
    expect(encodePacket(suback as ControlPacket, 5).toString('hex')).toBe('900400010000')
  })
})

describe('a connection of 5.0', () => {
  it('takes its version from CONNECT', () => {
    const chunks = [bytesOf('10 0e 0004 4d515454 05 02 0000 00 0001 63 30 04 0001 74 00')]
    expect(noticesOf('server', 4, chunks)).toMatchObject([
      { type: 'connect', protocolVersion: 5 },
      { topic: 't', payload: '' },
    ])
  })
})
