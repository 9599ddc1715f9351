// Credits: how many bytes may be under way to a device, what gives them back, and what becomes of
// messages that it could never hold.

import { beforeEach, describe, expect, it } from 'vitest'
import { DownlinkPacer } from '../../../../hardware/framing/index.ts'
import type { PacerOptions } from '../../../../hardware/framing/index.ts'

describe('credits of a device with 64 bytes', () => {
  let down: Buffer[]
  let up: string[]
  let pacer: DownlinkPacer
  let now: number

  beforeEach(() => build())

  function build(options: PacerOptions = {}): void {
    now = 0
    down = []
    up = []
    pacer = new DownlinkPacer(
      {
        handleDownlink: (packet) => down.push(Buffer.from(packet)),
        handleUplink: (packet) => up.push(Buffer.from(packet).toString('hex')),
      },
      options,
    )
  }

  /** A PUBLISH to topic `t`, as brokers send it. */
  function message(payload: string, id = 0): Uint8Array {
    const body = [0, 1, 0x74, ...(id === 0 ? [] : [id >> 8, id & 0xff]), ...Buffer.from(payload)]
    return Uint8Array.from([id === 0 ? 0x30 : 0x32, body.length, ...body])
  }
  const arrive = (packet: Uint8Array): void => pacer.handlePacket(packet, now)
  /** The device confirms what it was sent as number `index`. */
  function confirm(index: number): boolean {
    const packet = down[index]!
    return pacer.handleUplink(Uint8Array.of(0x40, 2, packet[5]!, packet[6]!), now)
  }

  it('sends one message of 40 bytes at a time, and keeps the order', () => {
    for (const name of ['a', 'b', 'c']) arrive(message(name.repeat(40)))
    expect(down).toHaveLength(1)
    expect(confirm(0)).toBe(true)
    expect(confirm(1)).toBe(true)
    expect(down.map((packet) => packet.subarray(7).toString())).toEqual(
      ['a', 'b', 'c'].map((name) => name.repeat(40)),
    )
  })

  it('sends small messages together, as far as they fit', () => {
    for (let index = 0; index < 10; index++) arrive(message(`${index}`))
    expect(down).toHaveLength(8)
    expect(Buffer.concat(down).length).toBeLessThanOrEqual(64)
  })

  it('makes a message of QoS 1 of one of QoS 0, whose confirmation goes no further', () => {
    arrive(message('x'))
    expect(down[0]?.toString('hex')).toBe('3206000174ff0078')
    expect(confirm(0)).toBe(true)
  })

  it('grows the length to two bytes where it must', () => {
    arrive(message('y'.repeat(123)))
    expect(down[0]?.subarray(0, 8).toString('hex')).toBe('328001000174ff00')
    expect(down[0]).toHaveLength(131)
  })

  it('leaves a message of QoS 1 as it is, and its confirmation to the broker', () => {
    arrive(message('x', 7))
    expect(down[0]).toEqual(Buffer.from(message('x', 7)))
    expect(confirm(0)).toBe(false)
  })

  it('lets a message that is longer than the buffer go alone', () => {
    arrive(message('x'))
    arrive(message('z'.repeat(100)))
    expect(down).toHaveLength(1)
    confirm(0)
    expect(down).toHaveLength(2)
    arrive(message('x'))
    expect(down).toHaveLength(2)
  })

  it('takes a confirmation for the sign that everything before it was read', () => {
    arrive(Uint8Array.of(0x90, 3, 0, 1, 0))
    for (let index = 0; index < 4; index++) arrive(message('x'.repeat(10)))
    expect(down).toHaveLength(4)
    confirm(3)
    expect(down).toHaveLength(5)
    expect(pacer.pollTimeout()).toBe(3_000)
  })

  it('does not wait for ever: for an answer a while, for a confirmation longer', () => {
    arrive(Uint8Array.of(0x20, 2, 0, 0))
    arrive(message('x'.repeat(58)))
    arrive(message('y'))
    expect(down).toHaveLength(1)
    now = pacer.pollTimeout()
    expect(now).toBe(250)
    pacer.handleTimeout(now)
    expect(down).toHaveLength(2)
    now = pacer.pollTimeout()
    expect(now).toBe(3_250)
    pacer.handleTimeout(now)
    expect(down).toHaveLength(3)
    expect(pacer.snapshot()).toMatchObject({ messages: 2, unconfirmed: 1, waiting: 0 })
  })

  it('never has two messages with one identifier under way', () => {
    build({ windowBytes: 1_000 })
    arrive(message('x', 5))
    arrive(message('y', 5))
    expect(down).toHaveLength(1)
    confirm(0)
    expect(down).toHaveLength(2)
  })

  it('refuses what the device could never hold, and confirms it in its place', () => {
    build({ devicePacketBytesMax: 50 })
    arrive(message('x'.repeat(60)))
    arrive(message('x'.repeat(60), 0x1234))
    expect(down).toEqual([])
    expect(up).toEqual(['40021234'])
    expect(pacer.snapshot()).toMatchObject({ messages: 0, refused: 2 })
  })

  it('asks for the broker to be held back, and forgets everything with the session', () => {
    for (let index = 0; index < 200; index++) arrive(message('x'.repeat(100)))
    expect(pacer.isFull).toBe(true)
    pacer.clear()
    expect(pacer.isFull).toBe(false)
    expect(pacer.pollTimeout()).toBe(Infinity)
    arrive(message('x'))
    expect(down).toHaveLength(2)
  })
})
