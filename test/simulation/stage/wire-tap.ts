// Listens to one side of the wire over all connections of a session, and holds what passes against
// the standard: identifiers, DUP, order, window, acknowledgements. It knows packets, not clients or
// brokers: `we` are the side whose writes are `handleSent`. What it finds it collects.

import { PacketDecoder } from '@motewire/sdk/codec'
import type { AckType, ControlPacket, PacketHandler, PublishFrame } from '@motewire/sdk/codec'

/** Whether a client or a broker is listened to. */
export type Role = 'client' | 'broker'

interface Delivery {
  readonly qos: 1 | 2
  /** PUBREC came: PUBREL is due instead of PUBLISH. */
  isReceived: boolean
  /** Sent on this connection. */
  isSent: boolean
}

export class WireTap {
  readonly breaches: string[] = []
  /** Most deliveries that were open at once on one connection. */
  inflightPeak = 0
  readonly #name: string
  readonly #role: Role
  readonly #windowMax: number
  /** Our deliveries that the peer has not ended, in order. They outlive connections. */
  readonly #open = new Map<number, Delivery>()
  /** Acknowledgements that we owe, in the order in which their cause came. */
  readonly #owed: Record<'puback' | 'pubrec' | 'pubcomp', number[]> = {
    puback: [],
    pubrec: [],
    pubcomp: [],
  }
  #connections = 0
  /** A first attempt was made on this connection. */
  #hasSentNew = false
  #sent: PacketDecoder
  #received: PacketDecoder

  constructor(name: string, role: Role, windowMax: number) {
    this.#name = name
    this.#role = role
    this.#windowMax = windowMax
    this.#sent = this.#decoder(true)
    this.#received = this.#decoder(false)
  }

  /**
   * A connection opens: answers its number. Of an older one, which may be half open for a while, no
   * notice is taken any more.
   */
  handleConnection(): number {
    this.#connections++
    this.#hasSentNew = false
    this.#sent = this.#decoder(true)
    this.#received = this.#decoder(false)
    for (const delivery of this.#open.values()) delivery.isSent = false
    for (const owed of Object.values(this.#owed)) owed.length = 0
    return this.#connections
  }

  handleSent(connection: number, bytes: Uint8Array): void {
    if (connection !== this.#connections) return
    const fault = this.#sent.feed(bytes)
    if (fault !== undefined) this.#breach(`sent malformed bytes: ${fault.message}`)
  }

  handleReceived(connection: number, bytes: Uint8Array): void {
    if (connection === this.#connections) this.#received.feed(bytes)
  }

  /** At the end of a quiet time nothing may be open. */
  expectQuiet(): void {
    if (this.#open.size > 0) {
      this.#breach(`${this.#open.size} deliveries never ended: ${[...this.#open.keys()].join(' ')}`)
    }
    for (const [ack, owed] of Object.entries(this.#owed)) {
      if (owed.length > 0) this.#breach(`owes ${ack} ${owed.join(' ')}`)
    }
  }

  #decoder(isOurs: boolean): PacketDecoder {
    const isFromClient = isOurs === (this.#role === 'client')
    return new PacketDecoder(isFromClient ? 'server' : 'client', this.#handler(isOurs))
  }

  #handler(isOurs: boolean): PacketHandler {
    return {
      handlePublish: (frame) => (isOurs ? this.#sentPublish(frame) : this.#receivedPublish(frame)),
      handleAck: (type, id, reason) =>
        isOurs ? this.#sentAck(type, id) : this.#receivedAck(type, id, reason),
      handlePing: () => undefined,
      handlePacket: (packet) => this.#handlePacket(packet),
    }
  }

  #handlePacket(packet: ControlPacket): void {
    if (packet.type === 'connect') {
      for (const one of [this.#sent, this.#received]) one.protocolVersion = packet.protocolVersion
    }
    // Without a session there are no deliveries to continue.
    if (packet.type === 'connack' && !packet.sessionPresent) this.#open.clear()
  }

  // Ours.

  #sentPublish({ qos, dup, packetId }: PublishFrame): void {
    if (qos === 0) return
    const known = this.#open.get(packetId)
    if (known === undefined) {
      // [MQTT5-3.3.1-1], [MQTT311-3.3.1-1]: DUP is 0 on the first attempt. An attempt may have come
      // no farther than a buffer of ours; it comes again before anything new.
      const isAgain = this.#connections > 1 && !this.#hasSentNew
      if (dup && !isAgain) this.#breach(`PUBLISH ${packetId} has DUP at its first attempt`)
      if (!dup) this.#hasSentNew = true
      this.#checkResent(packetId)
      this.#open.set(packetId, { qos, isReceived: false, isSent: true })
    } else {
      // [MQTT5-2.2.1-3], [MQTT5-4.3.3-2]
      if (known.isSent) this.#breach(`PUBLISH ${packetId} uses an identifier that is in use`)
      if (known.isReceived) this.#breach(`PUBLISH ${packetId} again after PUBREC`)
      if (!dup) this.#breach(`PUBLISH ${packetId} again without DUP`)
      known.isSent = true
      this.#checkOrder(packetId)
    }
    this.#countInflight()
  }

  /** New messages come behind all that are sent again [MQTT5-4.6.0-1]. */
  #checkResent(packetId: number): void {
    for (const [id, { isSent }] of this.#open) {
      if (!isSent) return this.#breach(`PUBLISH ${packetId} before ${id} was sent again`)
    }
  }

  /** Those sent again come in their first order [MQTT5-4.6.0-1]. */
  #checkOrder(packetId: number): void {
    for (const [id, { isSent }] of this.#open) {
      if (id === packetId) return
      if (!isSent) return this.#breach(`PUBLISH ${packetId} sent again before ${id}`)
    }
  }

  #countInflight(): void {
    let inflight = 0
    for (const { isSent } of this.#open.values()) if (isSent) inflight++
    this.inflightPeak = Math.max(this.inflightPeak, inflight)
    // [MQTT5-3.3.4-9]
    if (inflight > this.#windowMax) {
      this.#breach(`${inflight} deliveries in flight, ${this.#windowMax} are allowed`)
    }
  }

  #sentAck(type: AckType, id: number): void {
    if (type === 6) {
      const delivery = this.#open.get(id)
      if (delivery !== undefined) delivery.isSent = true
      return
    }
    const ack = ACKS[type]
    const owed = this.#owed[ack]
    // [MQTT5-4.6.0-2], [MQTT5-4.6.0-3]: in the order in which their packets came.
    if (owed[0] === id) owed.shift()
    else this.#breach(`sent ${ack} ${id} where ${owed[0] ?? 'none'} was due`)
  }

  // Theirs.

  #receivedPublish({ qos, packetId }: PublishFrame): void {
    if (qos === 1) this.#owed.puback.push(packetId)
    else if (qos === 2) this.#owed.pubrec.push(packetId)
  }

  #receivedAck(type: AckType, id: number, reasonCode: number): void {
    if (type === 6) return void this.#owed.pubcomp.push(id)
    if (type !== 5 || reasonCode >= 0x80) return void this.#open.delete(id)
    const delivery = this.#open.get(id)
    if (delivery !== undefined) delivery.isReceived = true
  }

  #breach(what: string): void {
    if (this.breaches.length < BREACHES_MAX) this.breaches.push(`${this.#name} ${what}`)
  }
}

const ACKS = { 4: 'puback', 5: 'pubrec', 7: 'pubcomp' } as const
/** A broken side breaks everything after; the first breaches tell. */
const BREACHES_MAX = 10
