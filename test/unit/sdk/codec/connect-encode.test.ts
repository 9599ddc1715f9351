// CONNECT byte for byte beside mqtt-packet, and the one form that mqtt-packet refuses.

import { generate } from 'mqtt-packet'
import type { Packet } from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import { encodePacket } from '@motewire/sdk/codec'
import type { ConnectPacket } from '@motewire/sdk/codec'

const bare = { type: 'connect', clientId: 'pump', clean: true, keepalive: 300 } as const
const will = { topic: 'w', payload: Buffer.from('gone'), qos: 2, retain: true } as const

const CASES: readonly [string, ConnectPacket][] = [
  ['3.1', { ...bare, protocolVersion: 3 }],
  ['3.1.1 with a kept session', { ...bare, protocolVersion: 4, clean: false }],
  [
    '3.1.1 with everything',
    { ...bare, protocolVersion: 4, will, username: 'ü', password: Buffer.from([0, 255]) },
  ],
  ['5.0 without an identifier', { ...bare, protocolVersion: 5, clientId: '' }],
  [
    '5.0 with everything',
    {
      ...bare,
      protocolVersion: 5,
      username: 'u',
      password: Buffer.from('p'),
      properties: { sessionExpiryInterval: 60, receiveMaximum: 9, userProperties: { a: 'b' } },
      will: { ...will, properties: { contentType: 'text', willDelayInterval: 5 } },
    },
  ],
]

describe('CONNECT', () => {
  it.each(CASES)('is written like mqtt-packet does: %s', (_name, packet) => {
    const { type, protocolVersion, ...fields } = packet
    const reference = generate(
      {
        cmd: type,
        protocolId: protocolVersion === 3 ? 'MQIsdp' : 'MQTT',
        protocolVersion,
        ...fields,
      } as unknown as Packet,
      { protocolVersion },
    )
    expect(encodePacket(packet, protocolVersion).toString('hex')).toBe(reference.toString('hex'))
  })

  it('has a password without a user name in 5.0', () => {
    const packet = { ...bare, protocolVersion: 5, password: 'p' } as const
    const hex = '101400044d5154540542012c00000470756d70000170'
    expect(encodePacket(packet, 5).toString('hex')).toBe(hex)
  })
})
