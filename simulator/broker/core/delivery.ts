// What one session is owed and how it gets there: messages of QoS 0 leave at once or wait a little,
// those of QoS 1 and 2 leave within the receiver's window and are held until they are confirmed.
// A receiver that does not read fills its own queue and nobody else's; what finds no room is
// counted and dropped. It knows the packets of a delivery, not who the receiver is.
//
//   QoS 1: waiting ─PUBLISH─► awaits PUBACK ─► gone
//   QoS 2: waiting ─PUBLISH─► awaits PUBREC ─PUBREL─► awaits PUBCOMP ─► gone
//
// On a new connection what was sent is sent again in its order, DUP set, within the window, and
// only then what waits [MQTT5-4.4.0-1].

import type { AckType, ProtocolVersion, QoS } from '@motewire/sdk/codec'
import { LARGE_CHUNK_BYTES } from '@motewire/sdk/core'
import type { TransmitBuffer } from '@motewire/sdk/core'
import { Awaited, Inflight } from './inflight.ts'
import type { Message } from './message.ts'
import { bytesOf, MessageRing } from './message-ring.ts'
import type { Identifiers } from './message-ring.ts'
import { PublishWriter } from './publish-writer.ts'
import type { Receiver } from './publish-writer.ts'

export interface QueueLimits {
  /** Messages waiting, at most. */
  readonly messagesMax: number
  /** Bytes of their topics and payloads; payloads are shared among receivers. */
  readonly bytesMax: number
  /** What gives way when the queue is full. Default `drop-newest`, as Mosquitto. */
  readonly whenFull?: 'drop-newest' | 'drop-oldest'
}

/** Why messages were not delivered, and how many. */
export interface Drops {
  queueFull: number
  expired: number
  /** Larger than the receiver takes. */
  tooLarge: number
  /** Taken away by an administrator, or with the session. */
  purged: number
}

/** Told of every step of QoS 1 and 2, for sessions that are kept on disk. */
export interface DeliveryLedger {
  handleQueued(message: Message, qos: QoS, retain: boolean, identifiers: Identifiers): void
  /** The oldest waiting message is in flight now. */
  handleSent(packetId: number): void
  handleReceived(packetId: number): void
  handleEnded(packetId: number): void
  /** The oldest waiting message was dropped. */
  handleDropped(): void
  handlePurged(): void
}

/** Bytes that may wait in the transmit buffer before messages wait in the queue. */
const TRANSMIT_BYTES_MAX = 2 * LARGE_CHUNK_BYTES
const DUP = 8

export class Delivery {
  readonly #limits: QueueLimits
  readonly #transmit: TransmitBuffer
  readonly #writer: PublishWriter
  /** The transmit buffer has a chunk's worth: write now if the channel takes it. */
  readonly #onTransmitFull: () => void
  /** QoS 0 that found the transmit buffer full. */
  readonly #fleeting = new MessageRing()
  /** QoS 1 and 2 not yet sent. */
  readonly #waiting = new MessageRing()
  readonly inflightTable: Inflight = new Inflight()
  readonly drops: Drops = { queueFull: 0, expired: 0, tooLarge: 0, purged: 0 }
  ledger: DeliveryLedger | undefined
  #receiver: Receiver | undefined
  /** Identifiers to be sent again on this connection, oldest first. */
  #resend: number[] = []
  /** Messages in flight on this connection: the window's use. */
  #inWindow = 0
  #isPumping = false

  constructor(limits: QueueLimits, transmit: TransmitBuffer, onTransmitFull: () => void) {
    this.#limits = limits
    this.#transmit = transmit
    this.#writer = new PublishWriter(transmit)
    this.#onTransmitFull = onTransmitFull
  }

  /** Messages owed and not confirmed. */
  get queued(): number {
    return this.#fleeting.size + this.#waiting.size + this.inflightTable.size
  }

  get inflight(): number {
    return this.inflightTable.size
  }

  /** Bytes of the messages that wait. */
  get waitingBytes(): number {
    return this.#fleeting.bytes + this.#waiting.bytes
  }

  get isFull(): boolean {
    const { messagesMax, bytesMax } = this.#limits
    return this.#fleeting.size + this.#waiting.size >= messagesMax || this.waitingBytes >= bytesMax
  }

  /** Whether a message would leave at once. */
  get isFree(): boolean {
    const receiver = this.#receiver
    return (
      receiver !== undefined &&
      this.#waiting.size === 0 &&
      this.#fleeting.size === 0 &&
      this.#inWindow < receiver.inflightMax
    )
  }

  /** What waits, oldest first, QoS 1 and 2 before QoS 0; looking takes nothing away. */
  *browse(): Iterable<Message> {
    for (const id of this.inflightTable.inOrder()) yield this.inflightTable.messageOf(id)
    for (const ring of [this.#waiting, this.#fleeting]) {
      for (let place = 0; place < ring.size; place++) yield ring.peek(place)!
    }
  }

  /** Takes a message over; false when it was dropped. */
  deliver(
    message: Message,
    qos: QoS,
    retain: boolean,
    identifiers: Identifiers,
    now: number,
  ): boolean {
    const receiver = this.#receiver
    if (qos === 0) {
      if (receiver === undefined) return false
      if (this.#fleeting.size === 0 && this.#takesData()) {
        return this.#write(message, 0, retain, 0, 0, identifiers, receiver, now)
      }
      if (!this.#hasRoom(this.#fleeting, message, now)) return this.#drop('queueFull')
      this.#fleeting.push(message.keep(), 0, retain, identifiers)
      return true
    }
    const isNext = receiver !== undefined && this.#waiting.size === 0 && this.#resend.length === 0
    if (isNext && this.#hasWindow(receiver)) {
      const sent = this.#sendFirst(message.keep(), qos, retain, identifiers, receiver, now)
      if (sent !== undefined) return sent
    }
    if (!this.#hasRoom(this.#waiting, message, now)) return this.#drop('queueFull')
    this.#waiting.push(message.keep(), qos, retain, identifiers)
    this.ledger?.handleQueued(message, qos, retain, identifiers)
    return true
  }

  /** Sends what window and transmit buffer allow. */
  pump(now: number): void {
    const receiver = this.#receiver
    // Writing while we pump comes back here: the loops below go on by themselves.
    if (receiver === undefined || this.#isPumping) return
    this.#isPumping = true
    while (this.#fleeting.size > 0 && this.#takesData()) this.#sendFleeting(receiver, now)
    while (this.#resend.length > 0 && this.#hasWindow(receiver)) this.#sendAgain(receiver, now)
    if (this.#resend.length === 0) {
      while (this.#waiting.size > 0 && this.#hasWindow(receiver)) {
        if (!this.#sendWaiting(receiver, now)) break
      }
    }
    this.#isPumping = false
  }

  /** PUBACK, PUBREC or PUBCOMP; those that answer nothing of ours change nothing. */
  handleAck(type: AckType, id: number, reasonCode: number, now: number): void {
    const receiver = this.#receiver
    if (receiver === undefined) return
    const awaited = this.inflightTable.awaitedOf(id)
    if (type === 5) this.#handlePubrec(id, awaited, reasonCode, receiver.protocolVersion)
    else if (type === 4 && awaited === Awaited.puback) this.#end(id)
    else if (type === 7 && awaited === Awaited.pubcomp) this.#end(id)
    if (this.#waiting.size > 0 || this.#resend.length > 0) this.pump(now)
  }

  /** A receiver is there: everything owed to it goes out, what was sent once before first. */
  handleOnline(receiver: Receiver, now: number): void {
    this.#receiver = receiver
    this.#inWindow = 0
    this.#resend = this.inflightTable.inOrder()
    this.pump(now)
  }

  handleOffline(): void {
    this.#receiver = undefined
    this.#inWindow = 0
    this.#resend = []
    // QoS 0 is not kept for those who are away.
    this.drops.purged += this.#fleeting.size
    this.#fleeting.clear()
  }

  /** Drops what waits; what is in flight is the receiver's already. Answers how many. */
  purge(): number {
    const count = this.#fleeting.size + this.#waiting.size
    this.drops.purged += count
    this.#fleeting.clear()
    this.#waiting.clear()
    this.ledger?.handlePurged()
    return count
  }

  /** A message out of the store. */
  restoreWaiting(message: Message, qos: QoS, retain: boolean, identifiers: Identifiers): void {
    this.#waiting.push(message, qos, retain, identifiers)
  }

  /** For a snapshot: each waiting message of QoS 1 and 2 with what belongs to it. */
  eachWaiting(
    visit: (message: Message, qos: QoS, retain: boolean, identifiers: Identifiers) => void,
  ): void {
    const ring = this.#waiting
    for (let place = 0; place < ring.size; place++) {
      visit(ring.peek(place)!, ring.qosOf(place), ring.retainOf(place), ring.identifiersOf(place))
    }
  }

  /** The oldest waiting message goes in flight without a receiver: replay of the store. */
  replaySent(id: number): void {
    const ring = this.#waiting
    const message = ring.peek()
    if (message === undefined) return
    this.inflightTable.restore(id, message, ring.qosOf(), ring.retainOf(), ring.identifiersOf())
    ring.shift()
  }

  replayDropped(): void {
    if (this.#waiting.size > 0) this.#waiting.shift()
  }

  replayPurged(): void {
    this.#waiting.clear()
  }

  #drop(reason: keyof Drops): false {
    this.drops[reason]++
    return false
  }

  #fits(bytes: number): boolean {
    const { messagesMax, bytesMax } = this.#limits
    const waiting = this.#fleeting.size + this.#waiting.size
    return waiting < messagesMax && this.waitingBytes + bytes <= bytesMax
  }

  /** Room for a message, made by what gives way: the expired first, then as the limits say. */
  #hasRoom(ring: MessageRing, message: Message, now: number): boolean {
    const bytes = bytesOf(message)
    while (!this.#fits(bytes)) {
      const oldest = ring.peek()
      const isExpired = oldest !== undefined && oldest.secondsLeft(now) <= 0
      const mayGo = isExpired || this.#limits.whenFull === 'drop-oldest'
      if (oldest === undefined || !mayGo) return false
      this.#dropOldest(ring, isExpired ? 'expired' : 'queueFull')
    }
    return true
  }

  #dropOldest(ring: MessageRing, reason: keyof Drops): void {
    this.drops[reason]++
    ring.shift()
    if (ring === this.#waiting) this.ledger?.handleDropped()
  }

  #takesData(): boolean {
    if (this.#transmit.pendingBytes < LARGE_CHUNK_BYTES) return true
    this.#onTransmitFull()
    return this.#transmit.pendingBytes < TRANSMIT_BYTES_MAX
  }

  #hasWindow({ inflightMax }: Receiver): boolean {
    return this.#inWindow < inflightMax && this.#takesData()
  }

  #sendFleeting(receiver: Receiver, now: number): void {
    const ring = this.#fleeting
    const message = ring.peek()!
    if (message.secondsLeft(now) <= 0) return this.#dropOldest(ring, 'expired')
    this.#write(message, 0, ring.retainOf(), 0, 0, ring.identifiersOf(), receiver, now)
    ring.shift()
  }

  /** False when no packet identifier is free. */
  #sendWaiting(receiver: Receiver, now: number): boolean {
    const ring = this.#waiting
    const message = ring.peek()!
    if (message.secondsLeft(now) <= 0) {
      this.#dropOldest(ring, 'expired')
      return true
    }
    const qos = ring.qosOf()
    const retain = ring.retainOf()
    const identifiers = ring.identifiersOf()
    const id = this.inflightTable.add(message, qos, retain, identifiers)
    if (id === 0) return false
    ring.shift()
    this.#sendAs(id, message, qos, retain, identifiers, receiver, now)
    return true
  }

  /** A message that need not wait; undefined when no packet identifier is free. */
  #sendFirst(
    message: Message,
    qos: QoS,
    retain: boolean,
    identifiers: Identifiers,
    receiver: Receiver,
    now: number,
  ): boolean | undefined {
    const id = this.inflightTable.add(message, qos, retain, identifiers)
    if (id === 0) return undefined
    this.ledger?.handleQueued(message, qos, retain, identifiers)
    return this.#sendAs(id, message, qos, retain, identifiers, receiver, now)
  }

  #sendAs(
    id: number,
    message: Message,
    qos: QoS,
    retain: boolean,
    identifiers: Identifiers,
    receiver: Receiver,
    now: number,
  ): boolean {
    if (!this.#write(message, qos, retain, 0, id, identifiers, receiver, now)) {
      this.inflightTable.remove(id)
      this.ledger?.handleDropped()
      return false
    }
    this.#inWindow++
    this.ledger?.handleSent(id)
    return true
  }

  #sendAgain(receiver: Receiver, now: number): void {
    const id = this.#resend.shift()!
    const table = this.inflightTable
    const awaited = table.awaitedOf(id)
    if (awaited === Awaited.nothing) return
    this.#inWindow++
    if (awaited === Awaited.pubcomp)
      return this.#writer.writeAck(6, id, 0, receiver.protocolVersion)
    const qos = awaited === Awaited.puback ? 1 : 2
    const identifiers = table.identifiersOf(id)
    const message = table.messageOf(id)
    const isSent = this.#write(
      message,
      qos,
      table.retainOf(id),
      DUP,
      id,
      identifiers,
      receiver,
      now,
    )
    if (!isSent) this.#end(id)
  }

  /** False when the receiver does not take its size. */
  #write(
    message: Message,
    qos: QoS,
    retain: boolean,
    dup: 0 | 8,
    id: number,
    identifiers: Identifiers,
    receiver: Receiver,
    now: number,
  ): boolean {
    const isWritten = this.#writer.write(message, qos, retain, dup, id, identifiers, receiver, now)
    return isWritten || this.#drop('tooLarge')
  }

  #handlePubrec(id: number, awaited: Awaited, reasonCode: number, version: ProtocolVersion): void {
    if (awaited === Awaited.pubrec) {
      if (reasonCode >= 0x80) return this.#end(id)
      this.inflightTable.markReceived(id)
      this.ledger?.handleReceived(id)
      this.#writer.writeAck(6, id, 0, version)
    } else if (awaited === Awaited.pubcomp) this.#writer.writeAck(6, id, 0, version)
    else if (reasonCode < 0x80) this.#writer.writeAck(6, id, version === 5 ? 0x92 : 0, version)
  }

  #end(id: number): void {
    this.inflightTable.remove(id)
    if (this.#inWindow > 0) this.#inWindow--
    this.ledger?.handleEnded(id)
  }
}
