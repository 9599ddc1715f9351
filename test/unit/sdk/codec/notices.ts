// What a decoder says about a stream of bytes, as plain values to compare.

import { PacketDecoder } from '@motewire/sdk/codec'
import type { DecoderOptions, PacketHandler, Role } from '@motewire/sdk/codec'

export function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex')
}

/** All notices of a decoder fed with these chunks; a fault ends the list. */
export function noticesOf(
  role: Role,
  version: 3 | 4 | 5,
  chunks: readonly Uint8Array[],
  options: DecoderOptions = {},
): unknown[] {
  const notices: unknown[] = []
  const handler: PacketHandler = {
    handlePublish: (frame) => {
      const { topic, qos, retain, dup, packetId, properties, bytes, packetBytes } = frame
      const payload = Buffer.from(bytes.subarray(frame.payloadStart, frame.payloadEnd))
      const flags = `${qos}${retain ? ' retain' : ''}${dup ? ' dup' : ''}`
      notices.push({ topic, flags, packetId, properties, payload: payload.toString(), packetBytes })
    },
    handleAck: (...ack) => notices.push(ack),
    handlePing: (type) => notices.push(type),
    handlePacket: (packet) => notices.push(packet),
  }
  const decoder = new PacketDecoder(role, handler, options)
  decoder.reset(version)
  for (const chunk of chunks) {
    // A copy that is wiped behind the call: nothing may be kept of borrowed bytes.
    const borrowed = Buffer.from(chunk)
    const fault = decoder.feed(borrowed)
    borrowed.fill(0xee)
    if (fault === undefined) continue
    notices.push(fault)
    break
  }
  return notices
}

/** The same bytes whole, byte by byte, and with a PINGREQ or PINGRESP behind them. */
export function threeWays(bytes: Uint8Array, role: Role): (readonly Uint8Array[])[] {
  const ping = Buffer.of(role === 'client' ? 0xd0 : 0xc0, 0)
  return [
    [bytes],
    Array.from(bytes, (byte) => Uint8Array.of(byte)),
    [Buffer.concat([bytes, ping]), ping],
  ]
}
