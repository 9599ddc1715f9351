// Outbound deliveries: from `publish` to the outcome. It takes messages into the outbox by the
// policies, lets them expire, takes them back, and tells the publisher how each one ended; sending
// is the flight's. It knows no bytes and no link.

import { textBytes, topicBytes } from '../codec/index.ts'
import type { AckType, Properties, QoS } from '../codec/index.ts'
import type { StoredSession } from '../store/store.ts'
import { admissionOf, earliestExpiry, expiredOf } from './admission.ts'
import type { Capabilities } from './capabilities.ts'
import { Flight } from './flight.ts'
import type { FlightOwner, FlightParts, FlightSettings } from './flight.ts'
import { MessageLog } from './message-log.ts'
import { INFLIGHT, LISTS, NONE, Outbox, Phase } from './outbox.ts'
import type { Priority } from './outbox.ts'
import type { DeliveryHandler, Outcome, PublishResult } from './outcome.ts'
import type { PacketIds } from './packet-ids.ts'
import type { SessionSettings } from './session-options.ts'

export type DeliverySettings = FlightSettings & Pick<SessionSettings, 'store'>

/** What a delivery works with; all of it belongs to one session. */
export interface DeliveryParts extends Pick<
  FlightParts,
  'transmit' | 'ids' | 'counters' | 'roundTrip' | 'budget'
> {
  readonly handler: DeliveryHandler
}

export class Delivery implements FlightOwner {
  readonly outbox: Outbox
  readonly log: MessageLog
  readonly #settings: DeliverySettings
  readonly #ids: PacketIds
  readonly #handler: DeliveryHandler
  readonly #flight: Flight
  /** No message expires before; a lower bound. */
  #expiryMs = Infinity
  /** Where the last accepted message stands; NONE when it was not queued at all. */
  lastSlot: number = NONE

  constructor(settings: DeliverySettings, { handler, ...parts }: DeliveryParts) {
    this.#settings = settings
    this.#ids = parts.ids
    this.#handler = handler
    this.outbox = new Outbox(settings.outbox)
    this.log = new MessageLog(this.outbox, settings.store)
    this.#flight = new Flight(settings, this, { ...parts, outbox: this.outbox, log: this.log })
  }

  /** The transmit buffer has a chunk's worth. */
  handleFull(): void {
    this.#handler.onTransmitFull()
  }

  /** QoS 1 and 2 messages on the link. */
  get inflight(): number {
    return this.#flight.inflight
  }

  /** Messages of this QoS that were sent and are not confirmed. O(messages in flight). */
  inflightOf(qos: QoS): number {
    const { outbox } = this
    let messages = 0
    for (let slot = outbox.headOf(INFLIGHT); slot !== NONE; slot = outbox.nextOf(slot)) {
      if (outbox.qosOf(slot) === qos) messages++
    }
    return messages
  }

  /** @param expiresAtMs session time after which it is worth nothing; Infinity: never. */
  publish(
    topic: string,
    payload: Uint8Array | string,
    qos: QoS,
    retain: boolean,
    properties: Properties | undefined,
    token: unknown,
    priority: Priority,
    expiresAtMs: number,
    now: number,
  ): PublishResult {
    const { outbox } = this
    this.lastSlot = NONE
    const bytes =
      topicBytes(topic) + (typeof payload === 'string' ? textBytes(payload) : payload.length)
    const refusal = this.#admit(topic, qos, bytes, priority)
    if (refusal !== undefined) {
      this.#handler.onOutcome(token, refusal, 0, topic, qos)
      return 'dropped'
    }
    const slot = outbox.add(
      topic,
      payload,
      qos,
      retain,
      properties,
      token,
      priority,
      bytes,
      now,
      expiresAtMs,
    )
    this.lastSlot = slot
    if (expiresAtMs < this.#expiryMs) this.#expiryMs = expiresAtMs
    if (qos !== 0) this.log.record(slot)
    if (!this.#flight.isOnline) return 'queued'
    this.#flight.sendNew(slot, now)
    const phase = outbox.phaseOf(slot)
    if (phase === Phase.queued) return 'queued'
    return phase === Phase.free && qos !== 0 ? 'dropped' : 'sent'
  }

  /**
   * QoS 0 on a link that takes it: no outbox, no clock. Undefined when it has to go through
   * `publish` after all.
   */
  publishAtOnce(
    topic: string,
    payload: Uint8Array | string,
    retain: boolean,
    properties: Properties | undefined,
    token: unknown,
  ): PublishResult | undefined {
    const refusal = this.#flight.sendAtOnce(topic, payload, retain, properties)
    if (refusal === undefined) return undefined
    if (refusal === 0 && token === undefined) return 'sent'
    this.lastSlot = NONE
    const outcome = refusal === 0 ? 'delivered' : 'rejected'
    this.#handler.onOutcome(token, outcome, refusal, topic, 0)
    return refusal === 0 ? 'sent' : 'dropped'
  }

  /** Takes a message back that has not been sent. False when it was, or has ended. */
  cancel(slot: number, token: unknown, outcome: 'dropped' | 'expired'): boolean {
    if (slot === NONE || this.outbox.phaseOf(slot) !== Phase.queued) return false
    if (this.outbox.tokenOf(slot) !== token) return false
    this.settle(slot, outcome, 0)
    return true
  }

  /** Makes room if there is none; answers how the new message ends when there cannot be any. */
  #admit(topic: string, qos: QoS, bytes: number, priority: Priority): Outcome | undefined {
    const { outbox } = this
    if (this.#settings.outbox.whenFull !== 'latest-per-topic' && outbox.fits(bytes))
      return undefined
    const admission = admissionOf(outbox, this.#settings.outbox, topic, qos, bytes, priority)
    for (const slot of admission.superseded) this.settle(slot, 'superseded', 0)
    for (const slot of admission.dropped) this.settle(slot, 'dropped', 0)
    return admission.refusal
  }

  /** Age of the oldest message, milliseconds; 0 when there is none. */
  ageMs(now: number): number {
    const { outbox } = this
    let oldest = now
    for (let list = 0; list < LISTS; list++) {
      const slot = outbox.headOf(list)
      if (slot !== NONE) oldest = Math.min(oldest, outbox.queuedAtMs(slot))
    }
    return now - oldest
  }

  /** Sends what may go now. */
  pump(now: number): void {
    this.#flight.pump(now)
  }

  /** PUBACK, PUBREC or PUBCOMP. Those that answer nothing of ours change nothing. */
  handleAck(type: AckType, id: number, reasonCode: number, now: number): void {
    this.#flight.handleAck(type, id, reasonCode, now)
  }

  /** Ends a message: its place is free, the store forgets it, and then the publisher is told. */
  settle(slot: number, outcome: Outcome, reasonCode: number): void {
    const { outbox } = this
    const qos = outbox.qosOf(slot)
    if (qos !== 0) this.log.ended(slot)
    this.#forget(slot, outcome, reasonCode)
  }

  /** The same without a word to the store. */
  #forget(slot: number, outcome: Outcome, reasonCode: number): void {
    const { outbox } = this
    const token = outbox.tokenOf(slot)
    const topic = outbox.topicOf(slot)
    const qos = outbox.qosOf(slot)
    this.#flight.handleEnded(slot)
    outbox.remove(slot)
    // Nobody waits for the delivery of a QoS 0 message unless it has a token.
    if (qos === 0 && outcome === 'delivered' && token === undefined) return
    this.#handler.onOutcome(token, outcome, reasonCode, topic, qos)
  }

  // The link comes and goes.

  /** The server has accepted us: everything owed is sent again. */
  handleOnline(capabilities: Capabilities, sessionPresent: boolean, now: number): void {
    if (!sessionPresent) this.forgetServer()
    this.#flight.handleOnline(capabilities, now)
  }

  /**
   * The server has no session: identifiers mean nothing to it. What it never confirmed is published
   * anew; a QoS 2 message whose PUBREL may or may not have arrived cannot be decided.
   */
  forgetServer(): void {
    const { outbox } = this
    for (let slot = outbox.headOf(INFLIGHT); slot !== NONE;) {
      const next = outbox.nextOf(slot)
      if (outbox.phaseOf(slot) === Phase.awaitPubcomp) this.settle(slot, 'indeterminate', 0)
      slot = next
    }
    // From the last one on, so that the first ends up in front.
    for (let slot = outbox.tailOf(INFLIGHT); slot !== NONE; slot = outbox.tailOf(INFLIGHT)) {
      this.#ids.release(outbox.packetIdOf(slot))
      outbox.markQueued(slot)
      this.log.queuedAgain(slot)
    }
  }

  /** @param isServersDoing the server closed the connection; nobody else's fault is known. */
  handleOffline(isServersDoing: boolean): void {
    this.#flight.handleOffline(isServersDoing)
  }

  /** Puts back what an earlier life left; before the first connection. */
  restore({ messages, lastSerial }: StoredSession): void {
    this.log.restore(messages, lastSerial, this.#ids)
    this.#expiryMs = earliestExpiry(this.outbox)
  }

  // Time.

  /** When handleTimeout has something to do. */
  deadlineMs(): number {
    return Math.min(this.#expiryMs, this.#flight.dueMs)
  }

  handleTimeout(now: number): void {
    if (now >= this.#expiryMs) {
      for (const slot of expiredOf(this.outbox, now)) this.settle(slot, 'expired', 0)
      this.#expiryMs = earliestExpiry(this.outbox)
    }
    if (now >= this.#flight.dueMs) this.pump(now)
  }

  /** The machine slept for `ms` that no clock of ours counted. */
  age(ms: number): void {
    this.outbox.age(ms)
    this.#expiryMs -= ms
  }

  /**
   * Ends everything that is still owed: sent ones as indeterminate, queued ones as dropped. What a
   * store keeps goes on in its next life, so nobody can say yet how it ends: indeterminate too.
   */
  abandon(): void {
    this.#flight.handleOffline(false)
    const isKept = this.#settings.store !== undefined
    for (let list = 0; list < LISTS; list++) {
      for (let slot = this.outbox.headOf(list); slot !== NONE; slot = this.outbox.headOf(list)) {
        const isOpen = list === INFLIGHT || (isKept && this.outbox.qosOf(slot) !== 0)
        this.#forget(slot, isOpen ? 'indeterminate' : 'dropped', 0)
      }
    }
  }
}
