// The packet guard, byte by byte: nothing but whole packets comes out, wherever a device is reset,
// however the bytes are cut, and what may be either is decided by time.

import { encodePacket, writePublish } from '@motewire/sdk/codec'
import { Prng } from '@motewire/sdk/kit'
import { beforeEach, describe, expect, it } from 'vitest'
import { PacketGuard } from '../../../../hardware/framing/index.ts'
import type { BreakReason } from '../../../../hardware/framing/index.ts'

const STALL_MS = 60

function publish(topic: string, payload: Uint8Array | string, packetId = 0): Buffer {
  const target = Buffer.alloc(Buffer.byteLength(topic) + payload.length + 12)
  const qos = packetId === 0 ? 0 : 1
  const fields = { topic, payload, qos, retain: false, dup: false, packetId } as const
  return target.subarray(0, writePublish(target, 0, fields, 4))
}

function connect(protocolVersion: 3 | 4 | 5 = 4, will = true): Buffer {
  return encodePacket(
    {
      type: 'connect',
      protocolVersion,
      clientId: 'pump-7',
      clean: true,
      keepalive: 30,
      username: 'plant',
      password: 'secret',
      ...(will ? { will: { topic: 'pump/7/state', payload: Buffer.from('gone') } } : {}),
      ...(protocolVersion === 5 ? { properties: { sessionExpiryInterval: 60 } } : {}),
    },
    protocolVersion,
  )
}

const CONNECT = connect()
const SUBSCRIBE = encodePacket(
  { type: 'subscribe', packetId: 1, subscriptions: [{ filter: 'pump/7/cmd', qos: 1 }] },
  4,
)
const MESSAGE = publish('pump/7/bar', '{"bar":4.25}', 9)
const PING = Buffer.from([0xc0, 0])

describe('a packet guard', () => {
  let out: string[]
  let guard: PacketGuard
  let now: number

  beforeEach(() => {
    now = 1_000
    out = []
    guard = new PacketGuard(
      {
        handleConnect: (packet, isReset) => {
          out.push(`${isReset ? 'reset' : 'connect'} ${hex(packet)}`)
        },
        handlePacket: (packet) => out.push(hex(packet)),
        handleBreak: (reason: BreakReason) => out.push(reason),
      },
      { stallMs: STALL_MS, packetBytesMax: 1_000 },
    )
  })

  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
  const feed = (...parts: Uint8Array[]): void => guard.handleBytes(Buffer.concat(parts), now)
  /** Nothing comes for so long. */
  function silence(ms: number = STALL_MS): void {
    now += ms
    if (guard.pollTimeout() <= now) guard.handleTimeout(now)
  }

  const START = `connect ${hex(CONNECT)}`
  const RESET = `reset ${hex(CONNECT)}`

  it('passes whole packets on at once', () => {
    feed(CONNECT, SUBSCRIBE, MESSAGE, PING)
    expect(out).toEqual([START, hex(SUBSCRIBE), hex(MESSAGE), hex(PING)])
    expect(guard.pollTimeout()).toBe(Infinity)
  })

  it('gives the same packets for any chunking', () => {
    const stream = Buffer.concat([CONNECT, SUBSCRIBE, MESSAGE, CONNECT, MESSAGE, PING])
    const prng = new Prng(7)
    feed(stream)
    const whole = out
    for (let round = 0; round < 200; round++) {
      out = []
      guard.endSession()
      for (let at = 0; at < stream.length;) {
        const end = at + 1 + Math.floor(prng.unit() * 9)
        feed(stream.subarray(at, end))
        at = end
      }
      expect(out).toEqual(whole)
    }
  })

  it.each([
    ['a message', MESSAGE],
    ['a message that ends in zeros', publish('t', new Uint8Array(30))],
    ['a long message', publish('pump/7/log', 'x'.repeat(300))],
    ['a SUBSCRIBE', SUBSCRIBE],
    ['a CONNECT', CONNECT],
  ])('drops %s that a reset cuts at any byte, and takes the CONNECT behind it', (_what, packet) => {
    for (let cut = 1; cut < packet.length; cut++) {
      out = []
      guard.endSession()
      feed(CONNECT, PING, packet.subarray(0, cut), CONNECT, MESSAGE)
      // Where the CONNECT makes nonsense of what it follows, the session is over before.
      const middle = out.includes('malformed') ? ['malformed', START] : [RESET]
      expect(out, `cut at ${cut}`).toEqual([START, hex(PING), ...middle, hex(MESSAGE)])
    }
  })

  it.each([3, 4, 5] as const)('knows the CONNECT of protocol version %d', (version) => {
    for (const packet of [connect(version), connect(version, false)]) {
      out = []
      guard.endSession()
      feed(CONNECT, MESSAGE.subarray(0, 15), packet)
      expect(out).toEqual([START, `reset ${hex(packet)}`])
    }
  })

  it('sees the reset in the middle of a CONNECT, before and in a session', () => {
    for (let cut = 1; cut < CONNECT.length; cut++) {
      out = []
      guard.endSession()
      feed(CONNECT.subarray(0, cut), CONNECT)
      expect(out, `cut at ${cut}`).toEqual([START])
    }
  })

  it('takes a CONNECT at the end of a packet for a reset', () => {
    feed(CONNECT, MESSAGE, CONNECT)
    expect(out).toEqual([START, hex(MESSAGE), RESET])
    expect(guard.snapshot()).toMatchObject({ resets: 1, breaks: 0, droppedBytes: 0 })
  })

  it('skips what the boot ROM prints, and everything else before a CONNECT', () => {
    feed(Buffer.from('ets Jan  8 2013,rst cause:2\r\n\x10\x10'), MESSAGE, CONNECT, PING)
    expect(out).toEqual([START, hex(PING)])
  })

  it('breaks the session when a packet stops coming, and believes only a CONNECT then', () => {
    feed(CONNECT, MESSAGE.subarray(0, 12))
    silence(STALL_MS - 1)
    expect(out).toEqual([START])
    silence(1)
    expect(out).toEqual([START, 'stalled'])
    // The rest of it looks like packets.
    feed(MESSAGE.subarray(12), MESSAGE, PING)
    expect(out).toEqual([START, 'stalled'])
    feed(CONNECT, PING)
    expect(out).toEqual([START, 'stalled', START, hex(PING)])
  })

  it.each([
    ['a byte that is no type', Buffer.from([0x00, 0x02, 1, 2])],
    ['a type that only brokers send', Buffer.from([0x20, 0x02, 0, 0])],
    ['wrong flags', Buffer.from([0x80, 0x06, 0, 1, 0, 1, 0x61, 0])],
    ['QoS 3', Buffer.from([0x36, 0x05, 0, 1, 0x61, 0, 1])],
    ['a topic longer than its packet', Buffer.from([0x30, 0x04, 0, 9, 0x61, 0x62])],
    ['a topic with a wildcard', publish('a/#', 'x')],
    ['a length of five bytes', Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01])],
  ])('breaks the session at %s', (_what, bytes) => {
    feed(CONNECT, bytes, PING)
    expect(out).toEqual([START, 'malformed'])
    feed(CONNECT)
    expect(out.at(-1)).toBe(START)
  })

  it('breaks the session at a packet that is too long, without waiting for it', () => {
    feed(CONNECT, Buffer.from([0x30, 0xff, 0x7f]))
    expect(out).toEqual([START, 'oversized'])
  })

  describe('with a payload that ends like a CONNECT begins', () => {
    const SUSPECT = publish('t', Buffer.from([1, 2, 3, 0x10]))

    it('waits for the next byte, and lets it go when that is another packet', () => {
      feed(CONNECT, SUSPECT)
      expect(out).toEqual([START])
      feed(PING)
      expect(out).toEqual([START, hex(SUSPECT), hex(PING)])
    })

    it('lets it go after the stall time when nothing comes', () => {
      feed(CONNECT, SUSPECT)
      silence()
      expect(out).toEqual([START, hex(SUSPECT)])
      feed(PING)
      expect(out.at(-1)).toBe(hex(PING))
    })

    it('drops it when the protocol name is there and nothing follows', () => {
      feed(CONNECT, publish('t', CONNECT.subarray(0, 12)))
      silence()
      expect(out).toEqual([START, 'stalled'])
    })

    it('passes a payload on that has all but one byte of a CONNECT in its middle', () => {
      const almost = Buffer.concat([CONNECT.subarray(0, 8), Buffer.from('?'), CONNECT])
      almost[almost.length - CONNECT.length] = 0x11
      const message = publish('t', almost)
      feed(CONNECT, message, PING)
      expect(out).toEqual([START, hex(message), hex(PING)])
    })
  })

  it('does not take the time for silence in which the line was held up by the bridge', () => {
    feed(CONNECT, MESSAGE.subarray(0, 12))
    now += 10_000
    guard.handleResume(now)
    feed(MESSAGE.subarray(12))
    expect(out).toEqual([START, hex(MESSAGE)])
  })

  it('ends with the DISCONNECT of the device', () => {
    feed(CONNECT, Buffer.from([0xe0, 0]), MESSAGE)
    expect(out).toEqual([START, 'e000'])
    expect(guard.isInSession).toBe(false)
  })

  it('survives two million random bytes with packets among them', () => {
    const prng = new Prng(11)
    for (let round = 0; round < 2_000; round++) {
      const noise = Uint8Array.from({ length: 1_000 }, () => Math.floor(prng.unit() * 256))
      feed(noise)
      now += 5
    }
    silence()
    out = []
    feed(CONNECT, MESSAGE)
    expect(out.slice(-2)).toEqual([expect.stringContaining(hex(CONNECT)), hex(MESSAGE)])
  })
})
