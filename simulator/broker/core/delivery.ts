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

import type { AckType, QoS } from '@motewire/sdk/codec'
import { LARGE_CHUNK_BYTES } from '@motewire/sdk/core'
import type { DeliveryLedger } from './delivery-ledger.ts'
import { Awaited, Inflight } from './inflight.ts'
import type { Message } from './message.ts'
import { bytesOf, MessageRing } from './message-ring.ts'
import type { Identifiers } from './message-ring.ts'
import { writeDeliveryAck, writeMessage } from './publish-writer.ts'
import type { Receiver } from './publish-writer.ts'
import { NO_DROPS } from './queue-limits.ts'
import type { Drops, QueueLimits } from './queue-limits.ts'

/** Bytes that may wait in the transmit buffer before messages wait in the queue. */
const TRANSMIT_BYTES_MAX = LARGE_CHUNK_BYTES
const DUP = 8

// What an idle session holds: all of them the same, until the first message takes their place.
const NO_RING = new MessageRing()
const NO_INFLIGHT = new Inflight()
const NO_IDS: number[] = []

export class Delivery {
  readonly #limits: QueueLimits
  /** QoS 0 that found the transmit buffer full. */
  #fleeting = NO_RING
  /** QoS 1 and 2 not yet sent. */
  #waiting = NO_RING
  #inflight = NO_INFLIGHT
  #drops: Drops | undefined
  ledger: DeliveryLedger | undefined
  #receiver: Receiver | undefined
  /** Identifiers to be sent again on this connection, oldest first. */
  #resend = NO_IDS
  /** Messages in flight on this connection: the window's use. */
  #inWindow = 0
  #isPumping = false

  constructor(limits: QueueLimits) {
    this.#limits = limits
  }

  get drops(): Readonly<Drops> {
    return this.#drops ?? NO_DROPS
  }

  /** What is sent and not confirmed; to look at, or to replay into. */
  get inflightTable(): Inflight {
    return this.#inflight
  }

  /** Messages owed and not confirmed. */
  get queued(): number {
    return this.#fleeting.size + this.#waiting.size + this.#inflight.size
  }

  get inflight(): number {
    return this.#inflight.size
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
    for (const id of this.#inflight.inOrder()) yield this.#inflight.messageOf(id)
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
      if (this.#fleeting.size === 0 && this.#takesData(receiver)) {
        return this.#write(message, 0, retain, 0, 0, identifiers, receiver, now)
      }
      if (!this.#hasRoom(this.#fleeting, message, now)) return this.#drop('queueFull')
      if (this.#fleeting === NO_RING) this.#fleeting = new MessageRing()
      this.#fleeting.push(message.keep(), 0, retain, identifiers)
      return true
    }
    const isNext = receiver !== undefined && this.#waiting.size === 0 && this.#resend.length === 0
    if (isNext && this.#hasWindow(receiver)) {
      const sent = this.#sendFirst(message.keep(), qos, retain, identifiers, receiver, now)
      if (sent !== undefined) return sent
    }
    if (!this.#hasRoom(this.#waiting, message, now)) return this.#drop('queueFull')
    this.#pushWaiting(message.keep(), qos, retain, identifiers)
    this.ledger?.handleQueued(message, qos, retain, identifiers)
    return true
  }

  #pushWaiting(message: Message, qos: QoS, retain: boolean, identifiers: Identifiers): void {
    if (this.#waiting === NO_RING) this.#waiting = new MessageRing()
    this.#waiting.push(message, qos, retain, identifiers)
  }

  /** The table that takes messages in. */
  #openInflight(): Inflight {
    if (this.#inflight === NO_INFLIGHT) this.#inflight = new Inflight()
    return this.#inflight
  }

  /** Sends what window and transmit buffer allow. */
  pump(now: number): void {
    const receiver = this.#receiver
    // Writing while we pump comes back here: the loops below go on by themselves.
    if (receiver === undefined || this.#isPumping) return
    this.#isPumping = true
    while (this.#fleeting.size > 0 && this.#takesData(receiver)) this.#sendFleeting(receiver, now)
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
    const awaited = this.#inflight.awaitedOf(id)
    if (type === 5) this.#handlePubrec(id, awaited, reasonCode, receiver)
    else if (type === 4 && awaited === Awaited.puback) this.#end(id)
    else if (type === 7 && awaited === Awaited.pubcomp) this.#end(id)
    if (this.#waiting.size > 0 || this.#resend.length > 0) this.pump(now)
  }

  /** A receiver is there: everything owed to it goes out, what was sent once before first. */
  handleOnline(receiver: Receiver, now: number): void {
    this.#receiver = receiver
    this.#inWindow = 0
    this.#resend = this.#inflight.size === 0 ? NO_IDS : this.#inflight.inOrder()
    this.pump(now)
  }

  handleOffline(): void {
    this.#receiver = undefined
    this.#inWindow = 0
    this.#resend = NO_IDS
    // QoS 0 is not kept for those who are away.
    this.#countDrops('purged', this.#fleeting.size)
    this.#fleeting.clear()
  }

  /** Drops what waits; what is in flight is the receiver's already. Answers how many. */
  purge(): number {
    const count = this.#fleeting.size + this.#waiting.size
    this.#countDrops('purged', count)
    this.#fleeting.clear()
    this.#waiting.clear()
    this.ledger?.handlePurged()
    return count
  }

  /** A message out of the store. */
  restoreWaiting(message: Message, qos: QoS, retain: boolean, identifiers: Identifiers): void {
    this.#pushWaiting(message, qos, retain, identifiers)
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
    this.#openInflight().restore(id, message, ring.qosOf(), ring.retainOf(), ring.identifiersOf())
    ring.shift()
  }

  replayDropped(): void {
    if (this.#waiting.size > 0) this.#waiting.shift()
  }

  replayPurged(): void {
    this.#waiting.clear()
  }

  #countDrops(reason: keyof Drops, count: number): void {
    if (count > 0) (this.#drops ??= { ...NO_DROPS })[reason] += count
  }

  #drop(reason: keyof Drops): false {
    this.#countDrops(reason, 1)
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
    this.#countDrops(reason, 1)
    ring.shift()
    if (ring === this.#waiting) this.ledger?.handleDropped()
  }

  #takesData(receiver: Receiver): boolean {
    const { transmit } = receiver
    if (transmit.pendingBytes < TRANSMIT_BYTES_MAX) return true
    receiver.notifyFull()
    return transmit.pendingBytes < TRANSMIT_BYTES_MAX
  }

  #hasWindow(receiver: Receiver): boolean {
    return this.#inWindow < receiver.inflightMax && this.#takesData(receiver)
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
    const id = this.#openInflight().add(message, qos, retain, identifiers)
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
    const id = this.#openInflight().add(message, qos, retain, identifiers)
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
      this.#inflight.remove(id)
      this.ledger?.handleDropped()
      return false
    }
    this.#inWindow++
    this.ledger?.handleSent(id)
    return true
  }

  #sendAgain(receiver: Receiver, now: number): void {
    const id = this.#resend.shift()!
    const table = this.#inflight
    const awaited = table.awaitedOf(id)
    if (awaited === Awaited.nothing) return
    this.#inWindow++
    if (awaited === Awaited.pubcomp) return writeDeliveryAck(receiver, 6, id, 0)
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
    const isWritten = writeMessage(message, qos, retain, dup, id, identifiers, receiver, now)
    if (!isWritten) return this.#drop('tooLarge')
    receiver.countMessage()
    return true
  }

  #handlePubrec(id: number, awaited: Awaited, reasonCode: number, receiver: Receiver): void {
    if (awaited === Awaited.pubrec) {
      if (reasonCode >= 0x80) return this.#end(id)
      this.#inflight.markReceived(id)
      this.ledger?.handleReceived(id)
      writeDeliveryAck(receiver, 6, id, 0)
    } else if (awaited === Awaited.pubcomp) writeDeliveryAck(receiver, 6, id, 0)
    else if (reasonCode < 0x80) {
      writeDeliveryAck(receiver, 6, id, receiver.protocolVersion === 5 ? 0x92 : 0)
    }
  }

  #end(id: number): void {
    this.#inflight.remove(id)
    // A late answer to what has not gone out on this connection frees no place in its window.
    const isUnsent = this.#resend.length > 0 && this.#resend.includes(id)
    if (!isUnsent) this.#inWindow--
    this.ledger?.handleEnded(id)
  }
}
