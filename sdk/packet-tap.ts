// Shows packets to whoever listens to 'packetsend' and 'packetreceive': decodes the bytes of both
// directions a second time, apart from the session, and costs nothing when nobody listens.

import { PacketDecoder } from './codec/index.ts'
import type { ControlPacket, PacketHandler, ProtocolVersion } from './codec/index.ts'

/** A packet as it went over the link. */
export type SeenPacket =
  | ControlPacket
  | {
      readonly type: 'publish'
      readonly topic: string
      readonly payloadBytes: number
      readonly qos: number
      readonly retain: boolean
      readonly dup: boolean
      readonly packetId: number
    }
  | {
      readonly type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp'
      readonly packetId: number
      readonly reasonCode: number
    }
  | { readonly type: 'pingreq' | 'pingresp' }

/** Sees the bytes of each connection. */
export interface LinkTap {
  handleOpen(): void
  handleSent(bytes: Uint8Array): void
  handleReceived(bytes: Uint8Array): void
}

const ACK_NAMES = { 4: 'puback', 5: 'pubrec', 6: 'pubrel', 7: 'pubcomp' } as const

export class PacketTap implements LinkTap {
  readonly #version: () => ProtocolVersion
  readonly #sent: PacketDecoder
  readonly #received: PacketDecoder

  /**
   * @param version the protocol version of the attempt under way.
   * @param handleSent gets each packet with its whole length in bytes, as `handleReceived` does.
   */
  constructor(
    version: () => ProtocolVersion,
    handleSent: (packet: SeenPacket, packetBytes: number) => void,
    handleReceived: (packet: SeenPacket, packetBytes: number) => void,
  ) {
    this.#version = version
    this.#sent = new PacketDecoder(
      'server',
      packetReporter((packet) => handleSent(packet, this.#sent.packetBytes)),
    )
    this.#received = new PacketDecoder(
      'client',
      packetReporter((packet) => handleReceived(packet, this.#received.packetBytes)),
    )
  }

  handleOpen(): void {
    this.#sent.reset(this.#version())
    this.#received.reset(this.#version())
  }

  handleSent(bytes: Uint8Array): void {
    this.#sent.feed(bytes)
  }

  handleReceived(bytes: Uint8Array): void {
    this.#received.feed(bytes)
  }
}

/** Makes values of what a decoder finds. */
export function packetReporter(report: (packet: SeenPacket) => void): PacketHandler {
  return {
    handlePublish: ({ topic, payloadStart, payloadEnd, qos, retain, dup, packetId }) =>
      report({
        type: 'publish',
        topic,
        payloadBytes: payloadEnd - payloadStart,
        qos,
        retain,
        dup,
        packetId,
      }),
    handleAck: (type, packetId, reasonCode) =>
      report({ type: ACK_NAMES[type], packetId, reasonCode }),
    handlePing: (type) => report({ type: type === 12 ? 'pingreq' : 'pingresp' }),
    handlePacket: report,
  }
}
