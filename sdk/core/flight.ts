// Messages on the link: sends what may go, sends again what was sent before, and takes PUBACK,
// PUBREC and PUBCOMP. It moves messages through the outbox and tells when one has ended; what that
// means for the publisher is the delivery's. It knows one connection at a time.
//
//   QoS 1: queued ─PUBLISH─► awaitPuback ─PUBACK─► ended
//   QoS 2: queued ─PUBLISH─► awaitPubrec ─PUBREC/PUBREL─► awaitPubcomp ─PUBCOMP─► ended
//
// On a new connection those in flight go again in the order in which they first went
// [MQTT5-4.6.0-1], DUP set, as the window allows; `#resend` is the next of them. Only then follow
// the queued ones, by priority.

import { ACK_BYTES_MAX, writeAck } from '../codec/index.ts'
import type { AckType, Properties } from '../codec/index.ts'
import type { ByteBudget } from './byte-budget.ts'
import type { Capabilities } from './capabilities.ts'
import type { MessageLog } from './message-log.ts'
import { INFLIGHT, NONE, Phase, PRIORITIES, queueOf } from './outbox.ts'
import type { Outbox } from './outbox.ts'
import type { Outcome } from './outcome.ts'
import type { PacketIds } from './packet-ids.ts'
import { PublishWriter } from './publish-writer.ts'
import type { RoundTrip } from './round-trip.ts'
import type { SessionSettings } from './session-options.ts'
import type { SessionCounters } from './statistics.ts'
import { LARGE_CHUNK_BYTES } from './transmit-buffer.ts'
import type { TransmitBuffer } from './transmit-buffer.ts'
import { Window } from './window.ts'

/** What a flight works with; all of it belongs to one session. */
export interface FlightParts {
  readonly transmit: TransmitBuffer
  readonly ids: PacketIds
  readonly counters: SessionCounters
  readonly roundTrip: RoundTrip
  readonly outbox: Outbox
  readonly log: MessageLog
  readonly budget: ByteBudget | undefined
}

/** Whom a flight tells. */
export interface FlightOwner {
  /** A message has ended: forget it, and tell the publisher. */
  settle(slot: number, outcome: Outcome, reasonCode: number): void
  /** The transmit buffer has a chunk's worth. */
  handleFull(): void
}

export type FlightSettings = Pick<SessionSettings, 'outbox' | 'aliasesMax'>

/** Bytes that may wait in the transmit buffer before data (not acks) waits in the outbox. */
const TRANSMIT_BYTES_MAX = LARGE_CHUNK_BYTES
/** What is said of a message that makes the server close again and again. */
const IMPLEMENTATION_ERROR = 0x83

export class Flight {
  readonly #settings: FlightSettings
  readonly #budget: ByteBudget | undefined
  readonly #transmit: TransmitBuffer
  readonly #ids: PacketIds
  readonly #counters: SessionCounters
  readonly #roundTrip: RoundTrip
  readonly #outbox: Outbox
  readonly #log: MessageLog
  readonly #owner: FlightOwner
  readonly #window = new Window()
  /** What the server allows; undefined while there is no link. */
  #capabilities: Capabilities | undefined
  /** Made by the first message of a connection. */
  #writer: PublishWriter | undefined
  /** The next message in flight that has not gone on this connection; NONE when all have. */
  #resend = NONE
  #isPumping = false
  /** When the budget allows the next message; undefined when it is not what holds us. */
  #budgetDueMs: number | undefined
  /** Message whose acknowledgement measures the round trip, and when it went. */
  #timedSlot = NONE
  #timedAtMs = 0

  constructor(settings: FlightSettings, owner: FlightOwner, parts: FlightParts) {
    this.#settings = settings
    this.#budget = parts.budget
    this.#owner = owner
    this.#transmit = parts.transmit
    this.#ids = parts.ids
    this.#counters = parts.counters
    this.#roundTrip = parts.roundTrip
    this.#outbox = parts.outbox
    this.#log = parts.log
  }

  get isOnline(): boolean {
    return this.#capabilities !== undefined
  }

  /** QoS 1 and 2 messages on the link. */
  get inflight(): number {
    return this.#window.inflight
  }

  /** When the budget lets the next message go. */
  get dueMs(): number {
    return (this.isOnline ? this.#budgetDueMs : undefined) ?? Infinity
  }

  /**
   * A QoS 0 message that needs no outbox. Undefined when it has to wait after all; else the reason
   * code with which the server would refuse it, 0 when it is on its way.
   */
  sendAtOnce(
    topic: string,
    payload: Uint8Array | string,
    retain: boolean,
    properties: Properties | undefined,
  ): number | undefined {
    const writer = this.#writer ?? this.#makeWriter()
    if (writer === undefined || this.#budget !== undefined) return undefined
    if (!this.#takesData()) return undefined
    const refusal = writer.write(topic, payload, 0, retain, false, 0, properties)
    if (refusal === 0) this.#counters.messagesSent++
    return refusal
  }

  /** Sends a message that was just queued, with all that wait before it. */
  sendNew(slot: number, now: number): void {
    const writer = this.#writer
    const isAlone = this.#outbox.size === this.#window.inflight + 1
    if (!isAlone || this.#isPumping || writer === undefined) return this.pump(now)
    this.#isPumping = true
    this.#budgetDueMs = undefined
    this.#sendQueued(slot, writer, now)
    this.#isPumping = false
  }

  /** Sends what the window, the budget and the transmit buffer allow. */
  pump(now: number): void {
    // Writing while we pump comes back here: the loop below goes on by itself.
    if (this.#isPumping) return
    this.#budgetDueMs = undefined
    if (this.#outbox.size === 0) return
    const writer = this.#writer ?? this.#makeWriter()
    if (writer === undefined) return
    this.#isPumping = true
    const isResent = this.#pumpResends(writer, now)
    for (const priority of PRIORITIES) {
      if (this.#outbox.size === this.#window.inflight) break
      this.#pumpQueue(queueOf(0, priority), writer, now)
      if (isResent) this.#pumpQueue(queueOf(1, priority), writer, now)
    }
    this.#isPumping = false
  }

  /** False while some of those in flight wait for the window or the buffer. */
  #pumpResends(writer: PublishWriter, now: number): boolean {
    while (this.#resend !== NONE) {
      const slot = this.#resend
      const isOpen = this.#window.isOpen(this.#outbox.qosOf(slot), writer.capabilities)
      if (!isOpen || !this.#takesData()) return false
      this.#resend = this.#outbox.nextOf(slot)
      this.#sendAgain(slot, writer, now)
    }
    return true
  }

  #pumpQueue(queue: number, writer: PublishWriter, now: number): void {
    const outbox = this.#outbox
    const isNewestFirst = this.#settings.outbox.order === 'newest-first'
    for (;;) {
      const slot = isNewestFirst ? outbox.tailOf(queue) : outbox.headOf(queue)
      if (slot === NONE || !this.#sendQueued(slot, writer, now)) return
    }
  }

  /** False when neither it nor any behind it may go now. */
  #sendQueued(slot: number, writer: PublishWriter, now: number): boolean {
    const outbox = this.#outbox
    const qos = outbox.qosOf(slot)
    if (qos !== 0 && !this.#window.isOpen(qos, writer.capabilities)) return false
    if (!this.#takesData()) return false
    // Writing may have told others, who may have ended this very message.
    if (outbox.phaseOf(slot) !== Phase.queued) return true
    if (outbox.expiresAtMs(slot) > now) {
      return this.#isAffordable(slot, now) && this.#sendFirst(slot, writer, now)
    }
    this.#owner.settle(slot, 'expired', 0)
    return true
  }

  /** The most urgent messages do not ask what they cost. */
  #isAffordable(slot: number, now: number): boolean {
    const budget = this.#budget
    if (budget === undefined) return true
    const bytes = this.#outbox.bytesOf(slot)
    if (this.#outbox.priorityOf(slot) !== 0 && !budget.allows(bytes, now)) {
      this.#budgetDueMs = budget.dueMs(bytes, now)
      return false
    }
    budget.spend(bytes)
    return true
  }

  #makeWriter(): PublishWriter | undefined {
    const capabilities = this.#capabilities
    if (capabilities === undefined) return undefined
    const { aliasesMax } = this.#settings
    return (this.#writer = new PublishWriter(this.#transmit, capabilities, aliasesMax))
  }

  #takesData(): boolean {
    if (this.#transmit.pendingBytes < TRANSMIT_BYTES_MAX) return true
    this.#owner.handleFull()
    return this.#transmit.pendingBytes < TRANSMIT_BYTES_MAX
  }

  /** False when there is no identifier left. */
  #sendFirst(slot: number, writer: PublishWriter, now: number): boolean {
    const outbox = this.#outbox
    const qos = outbox.qosOf(slot)
    const id = qos === 0 ? 0 : this.#ids.allocate(slot)
    if (qos !== 0 && id === 0) return false
    const refusal = writer.writeStored(outbox, slot, id, false, now)
    if (refusal !== 0) {
      if (id !== 0) this.#ids.release(id)
      this.#owner.settle(slot, 'rejected', refusal)
      return true
    }
    this.#counters.messagesSent++
    if (qos === 0) {
      this.#owner.settle(slot, 'delivered', 0)
      return true
    }
    outbox.markSent(slot, id)
    this.#log.sent(slot, id)
    this.#window.enter(qos)
    if (this.#timedSlot === NONE) {
      this.#timedSlot = slot
      this.#timedAtMs = now
    }
    return true
  }

  #sendAgain(slot: number, writer: PublishWriter, now: number): void {
    const outbox = this.#outbox
    const id = outbox.packetIdOf(slot)
    this.#window.enter(outbox.qosOf(slot))
    outbox.setOnLink(slot, true)
    this.#counters.retransmits++
    if (outbox.phaseOf(slot) === Phase.awaitPubcomp) return this.#writeAck(6, id, 0)
    const refusal = writer.writeStored(outbox, slot, id, true, now)
    if (refusal !== 0) this.#owner.settle(slot, 'rejected', refusal)
  }

  #writeAck(type: AckType, id: number, reasonCode: number): void {
    const { protocolVersion } = this.#capabilities!
    const transmit = this.#transmit
    transmit.reserve(ACK_BYTES_MAX)
    transmit.end = writeAck(transmit.buffer, transmit.end, type, id, reasonCode, protocolVersion)
  }

  /** PUBACK, PUBREC or PUBCOMP. Those that answer nothing of ours change nothing. */
  handleAck(type: AckType, id: number, reasonCode: number, now: number): void {
    if (!this.isOnline) return
    const slot = this.#ids.valueOf(id)
    const phase = this.#outbox.phaseOf(slot)
    if (slot === this.#timedSlot && slot !== NONE) {
      this.#timedSlot = NONE
      this.#roundTrip.sample(now - this.#timedAtMs)
    }
    if (type === 5) this.#handlePubrec(slot, phase, id, reasonCode)
    else if (type === 4 && phase === Phase.awaitPuback) this.#end(slot, reasonCode)
    // RabbitMQ answers a QoS 2 PUBLISH with PUBACK: it has taken the message.
    else if (type === 4 && phase === Phase.awaitPubrec) this.#end(slot, reasonCode)
    else if (type === 7 && phase === Phase.awaitPubcomp) this.#end(slot, 0)
    if (this.#outbox.size > this.#window.inflight) this.pump(now)
  }

  #handlePubrec(slot: number, phase: Phase, id: number, reasonCode: number): void {
    if (phase === Phase.awaitPubrec) {
      if (reasonCode >= 0x80) return this.#end(slot, reasonCode)
      this.#window.handleProgress()
      this.#outbox.markReleased(slot)
      this.#log.released(slot)
      this.#writeAck(6, id, 0)
    } else if (phase === Phase.awaitPubcomp) this.#writeAck(6, id, 0)
    else if (reasonCode < 0x80) {
      this.#writeAck(6, id, this.#capabilities!.protocolVersion === 5 ? 0x92 : 0)
    }
  }

  #end(slot: number, reasonCode: number): void {
    this.#window.handleProgress()
    this.#counters.messagesConfirmed++
    this.#owner.settle(slot, reasonCode >= 0x80 ? 'rejected' : 'delivered', reasonCode)
  }

  // The link comes and goes.

  /** The server has accepted us: everything owed is sent again. */
  handleOnline(capabilities: Capabilities, now: number): void {
    this.#capabilities = capabilities
    this.#resend = this.#outbox.headOf(INFLIGHT)
    this.pump(now)
  }

  /** @param isServersDoing the server closed the connection; nobody else's fault is known. */
  handleOffline(isServersDoing: boolean): void {
    const outbox = this.#outbox
    const first = outbox.headOf(INFLIGHT)
    const isPoison =
      isServersDoing && first !== NONE && this.#window.handleClosed(outbox.serialOf(first))
    for (let slot = first; slot !== NONE; slot = outbox.nextOf(slot)) outbox.setOnLink(slot, false)
    this.#capabilities = undefined
    this.#writer = undefined
    this.#window.clear()
    this.#resend = NONE
    this.#timedSlot = NONE
    if (isPoison) this.#owner.settle(first, 'rejected', IMPLEMENTATION_ERROR)
  }

  /** A message is about to leave the outbox. */
  handleEnded(slot: number): void {
    const outbox = this.#outbox
    const id = outbox.packetIdOf(slot)
    if (id !== 0) this.#ids.release(id)
    if (outbox.isOnLink(slot)) this.#window.leave(outbox.qosOf(slot))
    if (this.#resend === slot) this.#resend = outbox.nextOf(slot)
    if (this.#timedSlot === slot) this.#timedSlot = NONE
  }
}
