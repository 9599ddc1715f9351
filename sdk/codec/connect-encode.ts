// CONNECT, from values to bytes, in one exact buffer. Our own because mqtt-packet refuses what 5.0
// allows: a password without a user name [MQTT5-3.1.2-19]. It trusts packetProblem: callers asked.
//
//   fixed header · name, level, flags, keepalive, [properties] · client identifier, [will], [user
//   name], [password]

import type { ConnectPacket, Properties } from './packets.ts'
import { propertiesBytes, varintBytes, writeProperties, writeVarint } from './properties.ts'

/** One run of bytes whose length is known before it is written. */
interface Part {
  readonly length: number
  write(target: Buffer, offset: number): void
}

export function encodeConnect(packet: ConnectPacket): Buffer {
  const { protocolVersion, will } = packet
  const parts: Part[] = [
    prefixed(protocolVersion === 3 ? 'MQIsdp' : 'MQTT'),
    raw(Uint8Array.of(protocolVersion, flagsOf(packet))),
    raw(Uint8Array.of(packet.keepalive >>> 8, packet.keepalive & 0xff)),
  ]
  if (protocolVersion === 5) parts.push(properties(packet.properties))
  parts.push(prefixed(packet.clientId))
  if (will !== undefined) {
    if (protocolVersion === 5) parts.push(properties(will.properties))
    parts.push(prefixed(will.topic), prefixed(will.payload))
  }
  if (packet.username !== undefined) parts.push(prefixed(packet.username))
  if (packet.password !== undefined) parts.push(prefixed(packet.password))
  return join(parts)
}

function flagsOf({ clean, will, username, password }: ConnectPacket): number {
  let flags = clean ? 0x02 : 0
  if (will !== undefined) flags |= 0x04 | ((will.qos ?? 0) << 3) | (will.retain === true ? 0x20 : 0)
  if (password !== undefined) flags |= 0x40
  if (username !== undefined) flags |= 0x80
  return flags
}

function join(parts: readonly Part[]): Buffer {
  const remaining = parts.reduce((sum, part) => sum + part.length, 0)
  const bytes = Buffer.allocUnsafe(1 + varintBytes(remaining) + remaining)
  bytes[0] = 0x10
  let offset = writeVarint(bytes, 1, remaining)
  for (const part of parts) {
    part.write(bytes, offset)
    offset += part.length
  }
  return bytes
}

function raw(bytes: Uint8Array): Part {
  return { length: bytes.length, write: (target, offset) => target.set(bytes, offset) }
}

/** A string or Binary Data with its two bytes of length. */
function prefixed(value: string | Uint8Array): Part {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value
  return {
    length: 2 + bytes.length,
    write: (target, offset) => target.set(bytes, target.writeUInt16BE(bytes.length, offset)),
  }
}

function properties(list: Properties | undefined): Part {
  const bytes = propertiesBytes(list)
  return {
    length: varintBytes(bytes) + bytes,
    write: (target, offset) => {
      const start = writeVarint(target, offset, bytes)
      if (list !== undefined) writeProperties(target, start, list)
    },
  }
}
