// The outbox: every message the session still owes somebody, in one packed table that grows to its
// bounds and no further. Seven lists run through it: what is in flight, in the order of sending,
// and what is queued, by reliability and priority, in the order of publishing. It stores what it is
// told and knows no packets, no window, no policy and no link.
// A slot costs 80 bytes besides the message; an outbox that was never used costs nothing. Payloads
// are held by reference. Everything is O(1).

import { assert } from '../kit/index.ts'
import type { Properties, QoS } from '../codec/index.ts'

export interface OutboxLimits {
  /** Messages at most, queued and in flight together. Default 10,000. */
  readonly messagesMax: number
  /** Bytes of topics and payloads at most. Default 4 MiB. */
  readonly bytesMax: number
}

/** Where a message is on its way. */
export const Phase = {
  free: 0,
  queued: 1,
  awaitPuback: 2,
  awaitPubrec: 3,
  awaitPubcomp: 4,
} as const
export type Phase = (typeof Phase)[keyof typeof Phase]

/** 0 goes first. */
export type Priority = 0 | 1 | 2

export const PRIORITIES: readonly Priority[] = [0, 1, 2]

/** Stands for "no slot" wherever a slot is answered. */
export const NONE = -1

/** The list of messages in flight; the queued ones follow it in the table of lists. */
export const INFLIGHT = 0

/** The list in which a message waits. */
export function queueOf(qos: QoS, priority: Priority): number {
  return (qos === 0 ? 4 : 1) + priority
}

/** One for those in flight, one for each kind of queue. */
export const LISTS = 7
const CAPACITY_MIN = 8

// Columns of a slot, in whole numbers ...
const NEXT = 0
const PREVIOUS = 1
const BYTES = 2
/** Phase in bits 0-2, QoS in 3-4, retain in 5, priority in 6-7, list in 8-10, on the link in 11. */
const WORD = 3
const PACKET_ID = 4
const INTS = 5
const ON_LINK = 1 << 11
// ... in times ...
const SERIAL = 0
const QUEUED_AT = 1
const EXPIRES_AT = 2
const TIMES = 3
// ... and in values.
const TOPIC = 0
const PAYLOAD = 1
const PROPERTIES = 2
const TOKEN = 3
const VALUES = 4

// Columns of a list.
const HEAD = 0
const TAIL = 1
const SIZE = 2

const NO_INTS = new Int32Array(0)
const NO_TIMES = new Float64Array(0)
const NO_VALUES: unknown[] = []
/** Shared by all outboxes that hold nothing yet; never written. */
const EMPTY_LISTS = emptyLists()

function emptyLists(): Int32Array {
  return new Int32Array(LISTS * 3).map((_, i) => (i % 3 === SIZE ? 0 : NONE))
}

export class Outbox {
  readonly limits: OutboxLimits
  #ints: Int32Array = NO_INTS
  #times: Float64Array = NO_TIMES
  #lists: Int32Array = EMPTY_LISTS
  #values: unknown[] = NO_VALUES
  #freeHead = NONE
  #size = 0
  #bytes = 0

  constructor(limits: OutboxLimits) {
    this.limits = limits
  }

  /** Messages queued and in flight. */
  get size(): number {
    return this.#size
  }

  get bytes(): number {
    return this.#bytes
  }

  headOf(list: number): number {
    return this.#lists[list * 3 + HEAD]!
  }

  tailOf(list: number): number {
    return this.#lists[list * 3 + TAIL]!
  }

  sizeOf(list: number): number {
    return this.#lists[list * 3 + SIZE]!
  }

  /** The message behind `slot` in its list, NONE at the end. */
  nextOf(slot: number): number {
    return this.#ints[slot * INTS + NEXT]!
  }

  topicOf(slot: number): string {
    return this.#values[slot * VALUES + TOPIC] as string
  }

  payloadOf(slot: number): Uint8Array | string {
    return this.#values[slot * VALUES + PAYLOAD] as Uint8Array | string
  }

  propertiesOf(slot: number): Properties | undefined {
    return this.#values[slot * VALUES + PROPERTIES] as Properties | undefined
  }

  /** What the publisher wants back with the outcome. */
  tokenOf(slot: number): unknown {
    return this.#values[slot * VALUES + TOKEN]
  }

  /** Free also for a slot that never was. */
  phaseOf(slot: number): Phase {
    const word = slot < 0 ? undefined : this.#ints[slot * INTS + WORD]
    return ((word ?? 0) & 7) as Phase
  }

  qosOf(slot: number): QoS {
    return ((this.#ints[slot * INTS + WORD]! >> 3) & 3) as QoS
  }

  isRetained(slot: number): boolean {
    return (this.#ints[slot * INTS + WORD]! & 32) !== 0
  }

  priorityOf(slot: number): Priority {
    return ((this.#ints[slot * INTS + WORD]! >> 6) & 3) as Priority
  }

  #listOf(slot: number): number {
    return (this.#ints[slot * INTS + WORD]! >> 8) & 7
  }

  /** 0 until it is sent. */
  packetIdOf(slot: number): number {
    return this.#ints[slot * INTS + PACKET_ID]!
  }

  /** Bytes of topic and payload. */
  bytesOf(slot: number): number {
    return this.#ints[slot * INTS + BYTES]!
  }

  /** The store's number of the message; 0 without a store. */
  serialOf(slot: number): number {
    return this.#times[slot * TIMES + SERIAL]!
  }

  /** Session time of `publish`, milliseconds. */
  queuedAtMs(slot: number): number {
    return this.#times[slot * TIMES + QUEUED_AT]!
  }

  /** Session time at which it is worth nothing any more; Infinity: never. */
  expiresAtMs(slot: number): number {
    return this.#times[slot * TIMES + EXPIRES_AT]!
  }

  /** Whether one more message of this many bytes fits. */
  fits(bytes: number): boolean {
    return this.#size < this.limits.messagesMax && this.#bytes + bytes <= this.limits.bytesMax
  }

  /** Appends a message to its queue; the caller has asked `fits`. Returns its slot. */
  add(
    topic: string,
    payload: Uint8Array | string,
    qos: QoS,
    retain: boolean,
    properties: Properties | undefined,
    token: unknown,
    priority: Priority,
    bytes: number,
    queuedAtMs: number,
    expiresAtMs: number,
  ): number {
    if (this.#freeHead === NONE) this.#grow()
    const slot = this.#freeHead
    const at = slot * INTS
    this.#freeHead = this.#ints[at + NEXT]!
    const value = slot * VALUES
    this.#values[value + TOPIC] = topic
    this.#values[value + PAYLOAD] = payload
    this.#values[value + PROPERTIES] = properties
    this.#values[value + TOKEN] = token
    this.#times[slot * TIMES + SERIAL] = 0
    this.#times[slot * TIMES + QUEUED_AT] = queuedAtMs
    this.#times[slot * TIMES + EXPIRES_AT] = expiresAtMs
    this.#ints[at + BYTES] = bytes
    this.#ints[at + PACKET_ID] = 0
    this.#ints[at + WORD] = Phase.queued | (qos << 3) | (retain ? 32 : 0) | (priority << 6)
    this.#size++
    this.#bytes += bytes
    this.#append(queueOf(qos, priority), slot)
    return slot
  }

  setSerial(slot: number, serial: number): void {
    this.#times[slot * TIMES + SERIAL] = serial
  }

  /** It leaves for the first time: from its queue to the end of those in flight. */
  markSent(slot: number, packetId: number): void {
    this.#detach(slot)
    this.#append(INFLIGHT, slot)
    this.#ints[slot * INTS + PACKET_ID] = packetId
    this.#setPhase(slot, this.qosOf(slot) === 1 ? Phase.awaitPuback : Phase.awaitPubrec)
    this.setOnLink(slot, true)
  }

  /** PUBREC came: the payload is the server's now. */
  markReleased(slot: number): void {
    this.#setPhase(slot, Phase.awaitPubcomp)
    this.#values[slot * VALUES + PAYLOAD] = ''
  }

  /** It was never sent after all: back to the front of its queue. Call it from the last one on. */
  markQueued(slot: number): void {
    this.#detach(slot)
    this.#ints[slot * INTS + PACKET_ID] = 0
    this.#setPhase(slot, Phase.queued)
    this.setOnLink(slot, false)
    this.#prepend(queueOf(this.qosOf(slot), this.priorityOf(slot)), slot)
  }

  /** Takes a message out for good and forgets what it held. */
  remove(slot: number): void {
    assert(this.phaseOf(slot) !== Phase.free, 'slot is free already')
    this.#detach(slot)
    const at = slot * INTS
    this.#size--
    this.#bytes -= this.#ints[at + BYTES]!
    this.#ints[at + WORD] = Phase.free
    this.#ints[at + NEXT] = this.#freeHead
    this.#freeHead = slot
    const value = slot * VALUES
    this.#values[value + TOPIC] = ''
    this.#values[value + PAYLOAD] = ''
    this.#values[value + PROPERTIES] = undefined
    this.#values[value + TOKEN] = undefined
  }

  /** Time went on by `ms` without anybody counting it: the machine slept. */
  age(ms: number): void {
    for (let at = 0; at < this.#times.length; at += TIMES) {
      this.#times[at + QUEUED_AT]! -= ms
      this.#times[at + EXPIRES_AT]! -= ms
    }
  }

  /** Whether an in-flight message went on the connection that is up. */
  isOnLink(slot: number): boolean {
    return (this.#ints[slot * INTS + WORD]! & ON_LINK) !== 0
  }

  setOnLink(slot: number, isOnLink: boolean): void {
    const at = slot * INTS + WORD
    this.#ints[at] = (this.#ints[at]! & ~ON_LINK) | (isOnLink ? ON_LINK : 0)
  }

  #setPhase(slot: number, phase: Phase): void {
    const at = slot * INTS + WORD
    this.#ints[at] = (this.#ints[at]! & ~7) | phase
  }

  #setList(slot: number, list: number): void {
    const at = slot * INTS + WORD
    this.#ints[at] = (this.#ints[at]! & ~(7 << 8)) | (list << 8)
  }

  #append(list: number, slot: number): void {
    this.#setList(slot, list)
    const row = list * 3
    const tail = this.#lists[row + TAIL]!
    this.#ints[slot * INTS + NEXT] = NONE
    this.#ints[slot * INTS + PREVIOUS] = tail
    if (tail === NONE) this.#lists[row + HEAD] = slot
    else this.#ints[tail * INTS + NEXT] = slot
    this.#lists[row + TAIL] = slot
    this.#lists[row + SIZE]!++
  }

  #prepend(list: number, slot: number): void {
    this.#setList(slot, list)
    const row = list * 3
    const head = this.#lists[row + HEAD]!
    this.#ints[slot * INTS + PREVIOUS] = NONE
    this.#ints[slot * INTS + NEXT] = head
    if (head === NONE) this.#lists[row + TAIL] = slot
    else this.#ints[head * INTS + PREVIOUS] = slot
    this.#lists[row + HEAD] = slot
    this.#lists[row + SIZE]!++
  }

  #detach(slot: number): void {
    const row = this.#listOf(slot) * 3
    const next = this.#ints[slot * INTS + NEXT]!
    const previous = this.#ints[slot * INTS + PREVIOUS]!
    if (previous === NONE) this.#lists[row + HEAD] = next
    else this.#ints[previous * INTS + NEXT] = next
    if (next === NONE) this.#lists[row + TAIL] = previous
    else this.#ints[next * INTS + PREVIOUS] = previous
    this.#lists[row + SIZE]!--
  }

  #grow(): void {
    const from = this.#ints.length / INTS
    const to = Math.min(Math.max(CAPACITY_MIN, from * 2), this.limits.messagesMax)
    assert(to > from, 'outbox grows beyond its bound')
    if (from === 0) {
      this.#lists = emptyLists()
      this.#values = []
    }
    const ints = new Int32Array(to * INTS)
    ints.set(this.#ints)
    this.#ints = ints
    const times = new Float64Array(to * TIMES)
    times.set(this.#times)
    this.#times = times
    for (let i = from * VALUES; i < to * VALUES; i++) this.#values.push(undefined)
    for (let slot = to - 1; slot >= from; slot--) {
      this.#ints[slot * INTS + NEXT] = this.#freeHead
      this.#freeHead = slot
    }
  }
}
