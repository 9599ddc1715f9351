// The codec beside mqtt-packet, over any chunks, and on garbage.

import * as fc from 'fast-check'
import { generate, parser } from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import {
  encodePacket,
  PacketDecoder,
  publishBytes,
  textBytes,
  writePublish,
} from '@motewire/sdk/codec'
import type { ControlPacket, PacketHandler, ProtocolVersion, QoS } from '@motewire/sdk/codec'

/** All notices of a decoder, as plain values. */
function decode(
  role: 'client' | 'server',
  version: ProtocolVersion,
  chunks: readonly Uint8Array[],
): unknown[] {
  const notices: unknown[] = []
  const handler: PacketHandler = {
    handlePublish: ({ topic, qos, retain, dup, packetId, bytes, payloadStart, payloadEnd }) => {
      const payload = Buffer.from(bytes.subarray(payloadStart, payloadEnd)).toString('hex')
      notices.push({ topic, qos, retain, dup, packetId, payload })
    },
    handleAck: (...ack) => notices.push(ack),
    handlePing: (type) => notices.push(type),
    handlePacket: (packet) => notices.push(packet),
  }
  const decoder = new PacketDecoder(role, handler, { packetBytesMax: 1 << 20 })
  decoder.protocolVersion = version
  for (const chunk of chunks) {
    const fault = decoder.feed(chunk)
    if (fault === undefined) continue
    notices.push(fault)
    break
  }
  expect(decoder.pendingBytes).toBeLessThanOrEqual(1 << 20)
  return notices
}

function cut(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const places = [...new Set(at.map((place) => place % (bytes.length + 1)))].toSorted(
    (a, b) => a - b,
  )
  return [...places, bytes.length].map((end, i) => bytes.subarray(i === 0 ? 0 : places[i - 1], end))
}

const topics = fc.stringMatching(/^[a-zäß中/ ]{1,60}$/)
const versions = fc.constantFrom<ProtocolVersion>(4, 5)
const publishes = fc.record({
  topic: topics,
  payload: fc.uint8Array({ maxLength: 300 }),
  qos: fc.constantFrom<QoS>(0, 1, 2),
  retain: fc.boolean(),
  packetId: fc.integer({ min: 1, max: 65_535 }),
})

describe('the codec', () => {
  it('writes a PUBLISH byte for byte like mqtt-packet', () => {
    fc.assert(
      fc.property(publishes, versions, (publish, version) => {
        const { topic, payload, qos, packetId } = publish
        const length = publishBytes(textBytes(topic), payload.length, qos, 0, version)
        const own = Buffer.alloc(length)
        const end = writePublish(own, 0, { ...publish, dup: false }, version)
        expect(end).toBe(length)
        const packet = { cmd: 'publish', dup: false, ...publish, payload: Buffer.from(payload) }
        const reference = generate(
          { ...packet, cmd: 'publish', ...(qos === 0 ? {} : { messageId: packetId }) },
          { protocolVersion: version },
        )
        expect(own.toString('hex')).toBe(reference.toString('hex'))
      }),
    )
  })

  it('reads the same whatever the chunks', () => {
    const cuts = fc.array(fc.nat(), { maxLength: 20 })
    fc.assert(
      fc.property(fc.array(publishes, { maxLength: 8 }), versions, cuts, (all, version, at) => {
        const packets = all.map((publish) => {
          const { topic, payload, qos } = publish
          const bytes = Buffer.alloc(
            publishBytes(textBytes(topic), payload.length, qos, 0, version),
          )
          writePublish(bytes, 0, { ...publish, dup: false }, version)
          return bytes
        })
        const whole = Buffer.concat(packets)
        const expected = decode('client', version, [whole])
        expect(expected).toHaveLength(all.length)
        expect(decode('client', version, cut(whole, at))).toEqual(expected)
        const single = [...whole].map((byte) => Uint8Array.of(byte))
        expect(decode('client', version, single)).toEqual(expected)
      }),
    )
  })

  it('reads back the rare packets that it writes', () => {
    const packets: ControlPacket[] = [
      { type: 'connack', sessionPresent: true, reasonCode: 0, properties: { receiveMaximum: 9 } },
      { type: 'suback', packetId: 7, reasonCodes: [0, 2, 0x80] },
      { type: 'unsuback', packetId: 8, reasonCodes: [0, 0x11] },
      { type: 'disconnect', reasonCode: 0x8e, properties: { reasonString: 'over' } },
    ]
    for (const packet of packets) {
      expect(decode('client', 5, [encodePacket(packet, 5)])).toEqual([packet])
    }
  })

  it('never throws on garbage, and takes no more after the first fault', () => {
    const bytes = fc.uint8Array({ maxLength: 200 })
    fc.assert(
      fc.property(
        bytes,
        versions,
        fc.constantFrom('client' as const, 'server' as const),
        (...[garbage, version, role]) => {
          const notices = decode(role, version, [garbage])
          const faults = notices.filter((notice) => notice instanceof Object && 'message' in notice)
          expect(faults.length).toBeLessThanOrEqual(1)
        },
      ),
      { numRuns: 5_000 },
    )
  })

  it('accepts nothing of a PUBLISH that mqtt-packet reads differently', () => {
    fc.assert(
      fc.property(
        publishes,
        versions,
        fc.nat(),
        fc.nat({ max: 255 }),
        (publish, version, at, value) => {
          const { topic, payload, qos } = publish
          const bytes = Buffer.alloc(
            publishBytes(textBytes(topic), payload.length, qos, 0, version),
          )
          writePublish(bytes, 0, { ...publish, dup: false }, version)
          bytes[at % bytes.length] = value
          const [notice, ...more] = decode('client', version, [bytes]) as {
            topic?: string
            payload?: string
          }[]
          if (notice?.payload === undefined || more.length > 0) return
          const reference: { topic: string; payload: Buffer }[] = []
          const peer = parser({ protocolVersion: version })
          peer.on('packet', (packet) => reference.push(packet as (typeof reference)[number]))
          peer.on('error', () => undefined)
          peer.parse(bytes)
          expect(notice.topic).toBe(reference[0]?.topic)
          expect(notice.payload).toBe(Buffer.from(reference[0]?.payload ?? '').toString('hex'))
        },
      ),
      { numRuns: 2_000 },
    )
  })
})
