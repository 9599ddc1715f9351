// Puts MQTT packets of a line into TCP over IPv4, as if device and broker had a network between
// them: programs that show captures then decode MQTT without being told how. Each CONNECT begins a
// connection of its own. Addresses are those kept for documentation (RFC 5737). Nothing is sent.

import type { Direction } from './tap.ts'

const DEVICE = { address: [192, 0, 2, 1] } as const
const BROKER = { address: [192, 0, 2, 2], port: 1883 } as const
/** Ports that nobody has registered (RFC 6335). */
const FIRST_PORT = 49_152
const PORTS = 16_384
const IP_BYTES = 20
const TCP_BYTES = 20
const TCP = 6
const PSH_ACK = 0x18
/** What an IPv4 packet can carry. */
const SEGMENT_BYTES_MAX = 65_535 - IP_BYTES - TCP_BYTES
const WINDOW = 65_535

export class TcpWrapping {
  #connections = 0
  /** Bytes said so far, by who said them. */
  #said: Record<Direction, number> = { rx: 0, tx: 0 }

  /** What follows belongs to a connection of its own. */
  begin(): void {
    this.#connections++
    this.#said = { rx: 0, tx: 0 }
  }

  /** One IPv4 packet, or as many as it takes. */
  wrap(direction: Direction, bytes: Uint8Array): Uint8Array[] {
    const packets: Uint8Array[] = []
    for (let start = 0; start < bytes.length; start += SEGMENT_BYTES_MAX) {
      packets.push(this.#segment(direction, bytes.subarray(start, start + SEGMENT_BYTES_MAX)))
    }
    return packets
  }

  #segment(direction: Direction, payload: Uint8Array): Uint8Array {
    const isUp = direction === 'rx'
    const port = FIRST_PORT + (this.#connections % PORTS)
    const packet = Buffer.alloc(IP_BYTES + TCP_BYTES + payload.length)
    packet.writeUInt8(0x45, 0)
    packet.writeUInt16BE(packet.length, 2)
    packet.writeUInt8(64, 8)
    packet.writeUInt8(TCP, 9)
    packet.set(isUp ? DEVICE.address : BROKER.address, 12)
    packet.set(isUp ? BROKER.address : DEVICE.address, 16)
    packet.writeUInt16BE(checksum(packet.subarray(0, IP_BYTES)), 10)

    const tcp = packet.subarray(IP_BYTES)
    tcp.writeUInt16BE(isUp ? port : BROKER.port, 0)
    tcp.writeUInt16BE(isUp ? BROKER.port : port, 2)
    tcp.writeUInt32BE((this.#said[direction] + 1) % 2 ** 32, 4)
    tcp.writeUInt32BE((this.#said[isUp ? 'tx' : 'rx'] + 1) % 2 ** 32, 8)
    tcp.writeUInt8(TCP_BYTES << 2, 12)
    tcp.writeUInt8(PSH_ACK, 13)
    tcp.writeUInt16BE(WINDOW, 14)
    tcp.set(payload, TCP_BYTES)
    const pseudo = Buffer.from([...packet.subarray(12, 20), 0, TCP, tcp.length >> 8, tcp.length])
    tcp.writeUInt16BE(checksum(pseudo, tcp), 16)
    this.#said[direction] += payload.length
    return packet
  }
}

/** The Internet checksum (RFC 1071) over all parts; all but the last are of even length. */
function checksum(...parts: readonly Uint8Array[]): number {
  let sum = 0
  for (const part of parts) {
    for (let at = 0; at < part.length; at += 2) sum += (part[at]! << 8) | (part[at + 1] ?? 0)
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x1_0000)
  return ~sum & 0xffff
}
