// Cuts the stream of a broker into whole packets. The broker is believed: its packets are not
// checked, only their lengths. One that is longer than the bound is skipped and counted, and
// answered with its identifier, so that the broker does not send it again. O(bytes), a copy each.

import { headerBytes, LENGTH_INVALID, packetId, packetLength, PUBLISH } from './packet-shape.ts'

export interface SplitterHandler {
  /** The packet is the receiver's for good. */
  handlePacket(packet: Uint8Array): void
  /** A message that is too long; `id` is 0 at QoS 0. */
  handleOversized(qos: number, id: number): void
  /** The bytes are no MQTT. */
  handleMalformed(): void
}

/** The topic with the identifier behind it, of a packet that is skipped. */
const HEAD_BYTES_MAX = 65_550

export class PacketSplitter {
  readonly #handler: SplitterHandler
  readonly #packetBytesMax: number
  #held: Uint8Array = new Uint8Array(0)
  #skipping = 0

  constructor(handler: SplitterHandler, packetBytesMax: number) {
    this.#handler = handler
    this.#packetBytesMax = packetBytesMax
  }

  handleBytes(bytes: Uint8Array): void {
    let rest = bytes
    if (this.#held.length > 0) {
      rest = new Uint8Array(this.#held.length + bytes.length)
      rest.set(this.#held)
      rest.set(bytes, this.#held.length)
    }
    let start = 0
    while (start < rest.length) {
      const skipped = Math.min(this.#skipping, rest.length - start)
      this.#skipping -= skipped
      start += skipped
      const length = packetLength(rest, start, rest.length)
      if (length === LENGTH_INVALID) {
        this.#held = new Uint8Array(0)
        this.#handler.handleMalformed()
        return
      }
      if (length <= 0) break
      if (length > this.#packetBytesMax) {
        if (!this.#skip(rest, start, length)) break
      } else if (start + length > rest.length) break
      else {
        this.#handler.handlePacket(new Uint8Array(rest.subarray(start, start + length)))
        start += length
      }
    }
    // A copy in any case: slice() of a Buffer would be a view.
    this.#held = new Uint8Array(rest.subarray(start))
  }

  clear(): void {
    this.#held = new Uint8Array(0)
    this.#skipping = 0
  }

  /** False: its identifier has not come yet. */
  #skip(bytes: Uint8Array, start: number, length: number): boolean {
    const isMessage = bytes[start]! >> 4 === PUBLISH
    const qos = isMessage ? (bytes[start]! >> 1) & 3 : 0
    const topic = start + headerBytes(bytes, start)
    const idEnd = topic + 4 + (bytes[topic] ?? 0) * 256 + (bytes[topic + 1] ?? 0)
    const isHere = bytes.length >= topic + 2 && bytes.length >= idEnd
    if (qos > 0 && !isHere && bytes.length - start < HEAD_BYTES_MAX) return false
    this.#skipping = length
    this.#handler.handleOversized(qos, qos > 0 ? packetId(bytes.subarray(start)) : 0)
    return true
  }
}
