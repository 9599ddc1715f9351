// Outbound deliveries: from `publish` to the outcome. It moves messages of the outbox over the link
// in order, within the window, and answers PUBACK, PUBREC and PUBCOMP. It knows the packets of a
// delivery, not how a link is made.
//
//   QoS 1: queued ─PUBLISH─► awaitPuback ─PUBACK─► delivered
//   QoS 2: queued ─PUBLISH─► awaitPubrec ─PUBREC/PUBREL─► awaitPubcomp ─PUBCOMP─► delivered
//
// `#cursor` is the first reliable message not sent on this connection; those before it hold the
// window. On a new connection it goes back to the head: resumed messages are sent again in their
// original order [MQTT5-4.6.0-1], DUP set, as the window allows, and only then the queued ones.

import {
  ACK_BYTES_MAX,
  propertiesBytes,
  publishBytes,
  textBytes,
  writeAck,
  writePublishParts,
} from '../codec/index.ts'
import type { AckType, Properties, ProtocolVersion, QoS } from '../codec/index.ts'
import type { Capabilities } from './capabilities.ts'
import { Outbox, Phase } from './outbox.ts'
import type { OutboxLimits } from './outbox.ts'
import type { PacketIds } from './packet-ids.ts'
import type { TransmitBuffer } from './transmit-buffer.ts'
import { LARGE_CHUNK_BYTES } from './transmit-buffer.ts'

/** What became of `publish` at once. */
export type PublishResult = 'sent' | 'queued' | 'dropped'

/** How a message ended. */
export type Outcome =
  | 'delivered'
  | 'rejected'
  | 'expired'
  | 'dropped'
  | 'superseded'
  | 'indeterminate'

export type WhenFull = 'drop-oldest' | 'drop-newest'

export interface DeliveryHandler {
  /** A message has ended. `reasonCode` is the server's, 0 when it said nothing. */
  onOutcome(token: unknown, outcome: Outcome, reasonCode: number, topic: string, qos: QoS): void
  /** The transmit buffer has a chunk's worth: write now if the channel takes it. */
  onTransmitFull(): void
}

/** Bytes that may wait in the transmit buffer before data (not acks) waits in the outbox. */
const TRANSMIT_BYTES_MAX = 2 * LARGE_CHUNK_BYTES

const NONE = -1

export class Delivery {
  readonly outbox: Outbox
  readonly #transmit: TransmitBuffer
  readonly #ids: PacketIds
  readonly #handler: DeliveryHandler
  readonly #whenFull: WhenFull
  #capabilities: Capabilities | undefined
  #cursor = NONE
  /** Reliable messages sent on this connection and not ended: the window's use. */
  #inflight = 0
  /** Those of QoS 2 among them. */
  #inflightQos2 = 0
  #isPumping = false

  constructor(
    limits: OutboxLimits & { readonly whenFull: WhenFull },
    transmit: TransmitBuffer,
    ids: PacketIds,
    handler: DeliveryHandler,
  ) {
    this.outbox = new Outbox(limits)
    this.#transmit = transmit
    this.#ids = ids
    this.#handler = handler
    this.#whenFull = limits.whenFull
  }

  get inflight(): number {
    return this.#inflight
  }

  publish(
    topic: string,
    payload: Uint8Array | string,
    qos: QoS,
    retain: boolean,
    properties: Properties | undefined,
    token: unknown,
    now: number,
  ): PublishResult {
    const capabilities = this.#capabilities
    if (qos === 0 && capabilities !== undefined && this.#takesData()) {
      return this.#sendFleeting(topic, payload, retain, properties, token, capabilities)
    }
    const bytes =
      textBytes(topic) + (typeof payload === 'string' ? textBytes(payload) : payload.length)
    if (!this.outbox.fits(bytes) && !this.#makeRoom(bytes)) {
      this.#handler.onOutcome(token, 'dropped', 0, topic, qos)
      return 'dropped'
    }
    const slot = this.outbox.add(topic, payload, qos, retain, properties, token, bytes, now)
    if (qos === 0) return 'queued'
    if (this.#cursor === NONE) this.#cursor = slot
    if (this.#cursor === slot) this.pump(now)
    const phase = this.outbox.phaseOf(slot)
    return phase === Phase.queued ? 'queued' : phase === Phase.free ? 'dropped' : 'sent'
  }

  #sendFleeting(
    topic: string,
    payload: Uint8Array | string,
    retain: boolean,
    properties: Properties | undefined,
    token: unknown,
    capabilities: Capabilities,
  ): PublishResult {
    const refusal = this.#write(topic, payload, 0, retain, false, 0, properties, capabilities)
    if (refusal === 0) {
      if (token !== undefined) this.#handler.onOutcome(token, 'delivered', 0, topic, 0)
      return 'sent'
    }
    this.#handler.onOutcome(token, 'rejected', refusal, topic, 0)
    return 'dropped'
  }

  /** Sends what the window and the transmit buffer allow. */
  pump(now: number): void {
    const capabilities = this.#capabilities
    // Writing while we pump comes back here: the loop below goes on by itself.
    if (capabilities === undefined || this.#isPumping) return
    this.#isPumping = true
    const { outbox } = this
    while (outbox.fleetingHead !== NONE && this.#takesData()) {
      this.#sendQueued(outbox.fleetingHead, now, capabilities)
    }
    while (this.#cursor !== NONE && this.#hasWindow(capabilities) && this.#takesData()) {
      const slot = this.#cursor
      this.#cursor = outbox.nextOf(slot)
      this.#sendQueued(slot, now, capabilities)
    }
    this.#isPumping = false
  }

  #hasWindow({ inflightMax, inflightQos2Max }: Capabilities): boolean {
    if (this.#inflight >= inflightMax) return false
    return this.outbox.qosOf(this.#cursor) !== 2 || this.#inflightQos2 < inflightQos2Max
  }

  /** A message takes (1) or gives back (-1) its place in the window. */
  #countInflight(qos: QoS, step: 1 | -1): void {
    this.#inflight += step
    if (qos === 2) this.#inflightQos2 += step
  }

  #takesData(): boolean {
    if (this.#transmit.pendingBytes < LARGE_CHUNK_BYTES) return true
    this.#handler.onTransmitFull()
    return this.#transmit.pendingBytes < TRANSMIT_BYTES_MAX
  }

  #sendQueued(slot: number, now: number, capabilities: Capabilities): void {
    const { outbox } = this
    const phase = outbox.phases[slot]!
    if (phase === Phase.awaitPubcomp) {
      this.#countInflight(2, 1)
      return this.#writeAck(6, outbox.packetIds[slot]!, 0, capabilities.protocolVersion)
    }
    const qos = outbox.qosOf(slot)
    const isFirst = phase === Phase.queued
    let properties = outbox.properties[slot]
    // A message that was sent once must not expire any more [MQTT5-4.3.3-7].
    if (properties?.messageExpiryInterval !== undefined) {
      const waitedS = Math.floor((now - outbox.queuedAtMs[slot]!) / 1000)
      const leftS = properties.messageExpiryInterval - waitedS
      if (leftS <= 0 && isFirst) return this.#settle(slot, 'expired', 0)
      properties = { ...properties, messageExpiryInterval: Math.max(leftS, 1) }
    }
    let id = outbox.packetIds[slot]!
    if (qos !== 0 && isFirst) {
      id = this.#ids.allocate(slot)
      if (id === 0) {
        this.#cursor = slot
        return
      }
      outbox.packetIds[slot] = id
      outbox.phases[slot] = qos === 1 ? Phase.awaitPuback : Phase.awaitPubrec
    }
    const topic = outbox.topics[slot]!
    const payload = outbox.payloads[slot]!
    const retain = outbox.isRetained(slot)
    if (qos !== 0) this.#countInflight(qos, 1)
    const refusal = this.#write(
      topic,
      payload,
      qos,
      retain,
      qos !== 0 && !isFirst,
      id,
      properties,
      capabilities,
    )
    if (refusal !== 0) this.#settle(slot, 'rejected', refusal)
    else if (qos === 0) this.#settle(slot, 'delivered', 0)
  }

  /**
   * Puts a PUBLISH into the transmit buffer; answers the reason code if the server forbids it,
   * else 0.
   */
  #write(
    topic: string,
    payload: Uint8Array | string,
    qos: QoS,
    retain: boolean,
    dup: boolean,
    id: number,
    properties: Properties | undefined,
    capabilities: Capabilities,
  ): number {
    const version = capabilities.protocolVersion
    const own = version === 5 ? properties : undefined
    const bytes = publishBytes(
      textBytes(topic),
      typeof payload === 'string' ? textBytes(payload) : payload.length,
      qos,
      propertiesBytes(own),
      version,
    )
    if (bytes > capabilities.packetBytesMax) return 0x95
    if (qos > capabilities.qosMax) return 0x9b
    if (retain && !capabilities.retainAvailable) return 0x9a
    const transmit = this.#transmit
    transmit.reserve(bytes)
    transmit.end = writePublishParts(
      transmit.buffer,
      transmit.end,
      topic,
      payload,
      qos,
      retain,
      dup,
      id,
      own,
      version,
    )
    return 0
  }

  #writeAck(type: AckType, id: number, reasonCode: number, version: ProtocolVersion): void {
    const transmit = this.#transmit
    transmit.reserve(ACK_BYTES_MAX)
    transmit.end = writeAck(transmit.buffer, transmit.end, type, id, reasonCode, version)
  }

  /** PUBACK, PUBREC or PUBCOMP. Those that answer nothing of ours change nothing. */
  handleAck(type: AckType, id: number, reasonCode: number, now: number): void {
    const capabilities = this.#capabilities
    if (capabilities === undefined) return
    const slot = this.#ids.valueOf(id)
    const phase = this.outbox.phaseOf(slot)
    if (type === 5) this.#handlePubrec(slot, phase, id, reasonCode, capabilities.protocolVersion)
    else if (type === 4 && phase === Phase.awaitPuback) this.#end(slot, reasonCode)
    // RabbitMQ answers a QoS 2 PUBLISH with PUBACK: it has taken the message.
    else if (type === 4 && phase === Phase.awaitPubrec) this.#end(slot, reasonCode)
    else if (type === 7 && phase === Phase.awaitPubcomp) this.#end(slot, 0)
    if (this.#cursor !== NONE) this.pump(now)
  }

  #handlePubrec(
    slot: number,
    phase: Phase,
    id: number,
    reasonCode: number,
    version: ProtocolVersion,
  ): void {
    if (phase === Phase.awaitPubrec) {
      if (reasonCode >= 0x80) return this.#end(slot, reasonCode)
      this.outbox.phases[slot] = Phase.awaitPubcomp
      this.outbox.payloads[slot] = ''
      this.#writeAck(6, id, 0, version)
    } else if (phase === Phase.awaitPubcomp) this.#writeAck(6, id, 0, version)
    else if (reasonCode < 0x80) this.#writeAck(6, id, version === 5 ? 0x92 : 0, version)
  }

  #end(slot: number, reasonCode: number): void {
    this.#settle(slot, reasonCode >= 0x80 ? 'rejected' : 'delivered', reasonCode)
  }

  /**
   * Ends a message: its slot, identifier and place in the window are free, then the caller is
   * told.
   */
  #settle(slot: number, outcome: Outcome, reasonCode: number): void {
    const { outbox } = this
    const token = outbox.tokens[slot]
    const topic = outbox.topics[slot]!
    const qos = outbox.qosOf(slot)
    const id = outbox.packetIds[slot]!
    if (id !== 0) {
      this.#ids.release(id)
      if (this.#capabilities !== undefined && this.#inflight > 0) this.#countInflight(qos, -1)
    }
    if (this.#cursor === slot) this.#cursor = outbox.nextOf(slot)
    outbox.remove(slot)
    // Nobody waits for the delivery of a QoS 0 message unless it has a token.
    if (qos === 0 && outcome === 'delivered' && token === undefined) return
    this.#handler.onOutcome(token, outcome, reasonCode, topic, qos)
  }

  /** Makes room by dropping queued messages, oldest first, if the policy says so. */
  #makeRoom(bytes: number): boolean {
    if (this.#whenFull !== 'drop-oldest' || bytes > this.outbox.limits.bytesMax) return false
    while (!this.outbox.fits(bytes)) {
      const oldest = this.#oldestQueued()
      if (oldest === NONE) return false
      this.#settle(oldest, 'dropped', 0)
    }
    return true
  }

  /** QoS 0 goes first; a message that was ever sent is not ours to drop. */
  #oldestQueued(): number {
    if (this.outbox.fleetingHead !== NONE) return this.outbox.fleetingHead
    let slot = this.#capabilities === undefined ? this.outbox.reliableHead : this.#cursor
    while (slot !== NONE && this.outbox.phases[slot] !== Phase.queued)
      slot = this.outbox.nextOf(slot)
    return slot
  }

  /** The server has accepted us: everything owed is sent again. */
  handleOnline(capabilities: Capabilities, sessionPresent: boolean, now: number): void {
    this.#capabilities = capabilities
    this.#inflight = 0
    this.#inflightQos2 = 0
    if (!sessionPresent) this.#forgetServerState()
    this.#cursor = this.outbox.reliableHead
    this.pump(now)
  }

  /**
   * The server has no session: identifiers mean nothing to it. What it never confirmed is published
   * anew; a QoS 2 message whose PUBREL may or may not have arrived cannot be decided.
   */
  #forgetServerState(): void {
    const { outbox } = this
    for (let slot = outbox.reliableHead; slot !== NONE;) {
      const next = outbox.nextOf(slot)
      if (outbox.phases[slot] === Phase.awaitPubcomp) this.#settle(slot, 'indeterminate', 0)
      else if (outbox.packetIds[slot] !== 0) {
        this.#ids.release(outbox.packetIds[slot]!)
        outbox.packetIds[slot] = 0
        outbox.phases[slot] = Phase.queued
      }
      slot = next
    }
  }

  handleOffline(): void {
    this.#capabilities = undefined
    this.#inflight = 0
    this.#inflightQos2 = 0
    this.#cursor = this.outbox.reliableHead
  }

  /** Ends everything that is still owed: sent ones as indeterminate, queued ones as dropped. */
  abandon(): void {
    this.#capabilities = undefined
    for (const headOf of ['fleetingHead', 'reliableHead'] as const) {
      while (this.outbox[headOf] !== NONE) {
        const slot = this.outbox[headOf]
        const wasSent = this.outbox.phases[slot] !== Phase.queued
        this.#settle(slot, wasSent ? 'indeterminate' : 'dropped', 0)
      }
    }
  }
}
