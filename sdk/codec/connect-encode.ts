// CONNECT from values to bytes [MQTT5 3.1, MQTT311 3.1]. mqtt-packet refuses a password without a
// user name, which 5.0 allows, so this rare packet is written here. Allocates a buffer a packet.
//
//   header, 'MQTT' or 'MQIsdp', level, flags, keep alive, [properties], client id,
//   [will properties], [will topic, will payload], [user name], [password]

import type { ConnectPacket, Properties } from './packets.ts'
import { propertiesBytes, varintBytes, writeProperties, writeVarint } from './properties.ts'

const CONNECT = 0x10

/** The caller has asked `packetProblem`. */
export function encodeConnect(packet: ConnectPacket): Buffer {
  const { protocolVersion, keepalive, will, username, password } = packet
  const isFive = protocolVersion === 5
  const parts = [
    prefixed(protocolVersion === 3 ? 'MQIsdp' : 'MQTT'),
    Buffer.from([protocolVersion, flagsOf(packet), keepalive >>> 8, keepalive & 0xff]),
    ...(isFive ? [propertyList(packet.properties)] : []),
    prefixed(packet.clientId),
    ...(will === undefined
      ? []
      : [
          ...(isFive ? [propertyList(will.properties)] : []),
          prefixed(will.topic),
          prefixed(will.payload),
        ]),
    ...(username === undefined ? [] : [prefixed(username)]),
    ...(password === undefined ? [] : [prefixed(password)]),
  ]
  const body = Buffer.concat(parts)
  const header = Buffer.alloc(1 + varintBytes(body.length))
  header[0] = CONNECT
  writeVarint(header, 1, body.length)
  return Buffer.concat([header, body])
}

function flagsOf({ clean, will, username, password }: ConnectPacket): number {
  const ofWill = will === undefined ? 0 : 4 | ((will.qos ?? 0) << 3) | (will.retain ? 32 : 0)
  return (
    (clean ? 2 : 0) |
    ofWill |
    (password === undefined ? 0 : 64) |
    (username === undefined ? 0 : 128)
  )
}

/** Two bytes of length, then the bytes. */
function prefixed(value: Uint8Array | string): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value
  return Buffer.concat([Buffer.from([bytes.length >>> 8, bytes.length & 0xff]), bytes])
}

function propertyList(properties: Properties = {}): Buffer {
  const length = propertiesBytes(properties)
  const list = Buffer.alloc(varintBytes(length) + length)
  writeProperties(list, writeVarint(list, 0, length), properties)
  return list
}
