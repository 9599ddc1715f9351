// A decoded trace of what a device and a broker say to each other over a line.

import { ManualClock } from '@motewire/sdk/testing'
import { encodePacket } from '@motewire/sdk/codec'
import { beforeEach, describe, expect, it } from 'vitest'
import { makeFraming, TraceTap } from '../../../../hardware/index.ts'
import type { FrameKind, Tap } from '../../../../hardware/index.ts'

const CONNECT = encodePacket(
  {
    type: 'connect',
    protocolVersion: 4,
    clientId: 'pump-7',
    clean: true,
    keepalive: 60,
    username: 'plant',
    password: 'secret',
  },
  4,
)
const CONNACK = Uint8Array.of(0x20, 2, 0, 0)
/** `a/b`, QoS 1, identifier 5, "21.5". */
const PUBLISH = Buffer.concat([Uint8Array.of(0x32, 11, 0, 3), Buffer.from('a/b\0\u000521.5')])
const PUBACK = Uint8Array.of(0x40, 2, 0, 5)

let clock: ManualClock
let lines: string[]
let tap: Tap

beforeEach(() => {
  clock = new ManualClock()
  lines = []
})

function trace(framing: 'raw' | FrameKind = 'raw'): void {
  tap = new TraceTap((time, text) => lines.push(`${time} ${text}`), clock, framing)
  tap.handleOpen()
}

describe('a trace of MQTT', () => {
  it('has a line for each packet of both directions, and no password', () => {
    trace()
    tap.handleBytes('rx', CONNECT)
    clock.advance(2)
    tap.handleBytes('tx', CONNACK)
    tap.handleBytes('rx', PUBLISH.subarray(0, 7))
    clock.advance(3)
    tap.handleBytes('rx', PUBLISH.subarray(7))
    tap.handleBytes('tx', PUBACK)
    tap.handleBytes('rx', Uint8Array.of(0xc0, 0))
    tap.handleBytes('tx', Uint8Array.of(0xd0, 0))
    const fields = 'protocolVersion=4 clientId=pump-7 clean=true keepalive=60'
    expect(lines).toEqual([
      `00:00:00.000 rx CONNECT ${fields} username=plant`,
      '00:00:00.002 tx CONNACK sessionPresent=false reasonCode=0',
      '00:00:00.005 rx PUBLISH 5 topic=a/b qos=1 retain=false dup=false payloadBytes=4 21.5',
      '00:00:00.005 tx PUBACK 5 reasonCode=0',
      '00:00:00.005 rx PINGREQ',
      '00:00:00.005 tx PINGRESP',
    ])
  })

  it('tells a reset in the middle of a packet, and goes on', () => {
    trace()
    tap.handleBytes('rx', CONNECT)
    tap.handleBytes('rx', Buffer.concat([PUBLISH.subarray(0, 10), CONNECT]))
    tap.handleBytes('rx', PUBLISH)
    expect(lines.map((line) => line.slice(13, 45))).toEqual([
      'rx CONNECT protocolVersion=4 cli',
      '-- 10 bytes that are no MQTT pac',
      '-- the device was reset',
      'rx CONNECT protocolVersion=4 cli',
      'rx PUBLISH 5 topic=a/b qos=1 ret',
    ])
  })

  it('tells what stops in the middle, and text of a boot loader', () => {
    trace()
    tap.handleBytes('rx', Buffer.from('ets Jan  8 2013\r\n'))
    tap.handleBytes('rx', CONNECT)
    tap.handleBytes('rx', PUBLISH.subarray(0, 6))
    clock.advance(1_000)
    expect(lines.map((line) => line.slice(0, 49))).toEqual([
      '00:00:00.000 -- 17 bytes that are no MQTT packet',
      '00:00:00.000 rx CONNECT protocolVersion=4 clientI',
      '00:00:00.060 -- the device stopped in the middle ',
      '00:00:00.060 -- 6 bytes that are no MQTT packet',
    ])
  })

  it('names what a packet breaks of the standard, and shows the next one', () => {
    trace()
    tap.handleBytes('rx', CONNECT)
    const untopical = Buffer.concat([Uint8Array.of(0x30, 5, 0, 3), Buffer.from([0xff, 0x61, 0x62])])
    tap.handleBytes('rx', untopical)
    tap.handleBytes('rx', PUBLISH)
    expect(lines[1]).toMatch(/ rx PUBLISH 7 B BREAKS THE STANDARD: \S+/)
    expect(lines[2]).toContain('rx PUBLISH 5 topic=a/b')
  })

  it.each(['slip', 'cobs', 'hdlc', 'length'] as const)('reads %s, hello and damage', (kind) => {
    trace(kind)
    const framing = makeFraming(kind, { handleFrame: () => {} })
    const framed = (packet: Uint8Array): Buffer => Buffer.from(framing.encode(packet))
    const hello = Uint8Array.of(1, 1, 1, 0, 4, 0x61)
    const damaged = framed(PUBLISH)
    damaged[damaged.length - 5]! ^= 0x01
    tap.handleBytes('rx', framed(hello))
    tap.handleBytes('rx', framed(CONNECT))
    tap.handleBytes('tx', framed(CONNACK))
    tap.handleBytes('rx', damaged)
    // Lengths alone mark no frame: behind damage, silence does.
    clock.advance(1_000)
    tap.handleBytes('rx', framed(PUBLISH))
    tap.handleClose()
    expect(lines.map((line) => line.slice(13).split(' ').slice(0, 2).join(' '))).toEqual([
      '-- hello,',
      'rx CONNECT',
      'tx CONNACK',
      '-- 1',
      'rx PUBLISH',
    ])
    expect(lines[3]).toContain('1 damaged frames')
  })
})
