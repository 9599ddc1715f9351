// The outbox: every message the session still owes somebody, queued or in flight, in one table of
// columns that grows to the bounds and no further. Two lists run through it, each in the order of
// publishing: reliable (QoS 1 and 2; in-flight ones first) and fleeting (QoS 0). It stores what it
// is told and knows no packets, no window and no link.
// A slot costs about 60 bytes plus the message; payloads are held by reference, not copied.

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

const NONE = -1
const CAPACITY_MIN = 8

interface List {
  head: number
  tail: number
  size: number
}

export class Outbox {
  readonly limits: OutboxLimits
  readonly topics: string[] = []
  readonly payloads: (Uint8Array | string)[] = []
  readonly properties: (Properties | undefined)[] = []
  /** What the publisher wants back with the outcome. */
  readonly tokens: unknown[] = []
  phases: Uint8Array = new Uint8Array(0)
  /** QoS in bits 0-1, retain in bit 2. */
  #flags = new Uint8Array(0)
  packetIds: Uint16Array = new Uint16Array(0)
  /** Session time of `publish`, milliseconds. */
  queuedAtMs: Float64Array = new Float64Array(0)
  #bytes = new Uint32Array(0)
  #next = new Int32Array(0)
  #previous = new Int32Array(0)
  #freeHead = NONE
  readonly #reliable: List = { head: NONE, tail: NONE, size: 0 }
  readonly #fleeting: List = { head: NONE, tail: NONE, size: 0 }
  #bytesTotal = 0

  constructor(limits: OutboxLimits) {
    this.limits = limits
  }

  get size(): number {
    return this.#reliable.size + this.#fleeting.size
  }

  get bytes(): number {
    return this.#bytesTotal
  }

  /** First message of QoS 1 or 2, -1 when there is none. */
  get reliableHead(): number {
    return this.#reliable.head
  }

  /** First queued message of QoS 0, -1 when there is none. */
  get fleetingHead(): number {
    return this.#fleeting.head
  }

  /** The message behind `slot` in its list, -1 at the end. */
  nextOf(slot: number): number {
    return this.#next[slot]!
  }

  /** Free also for a slot that never was. */
  phaseOf(slot: number): Phase {
    return (this.phases[slot] ?? Phase.free) as Phase
  }

  qosOf(slot: number): QoS {
    return (this.#flags[slot]! & 3) as QoS
  }

  isRetained(slot: number): boolean {
    return (this.#flags[slot]! & 4) !== 0
  }

  /** Whether one more message of this many bytes fits. */
  fits(bytes: number): boolean {
    return this.size < this.limits.messagesMax && this.#bytesTotal + bytes <= this.limits.bytesMax
  }

  /** Appends a message to its list; the caller has asked `fits`. Returns its slot. */
  add(
    topic: string,
    payload: Uint8Array | string,
    qos: QoS,
    retain: boolean,
    properties: Properties | undefined,
    token: unknown,
    bytes: number,
    nowMs: number,
  ): number {
    assert(this.fits(bytes), 'outbox is full')
    if (this.#freeHead === NONE) this.#grow()
    const slot = this.#freeHead
    this.#freeHead = this.#next[slot]!
    this.topics[slot] = topic
    this.payloads[slot] = payload
    this.properties[slot] = properties
    this.tokens[slot] = token
    this.phases[slot] = Phase.queued
    this.#flags[slot] = qos | (retain ? 4 : 0)
    this.packetIds[slot] = 0
    this.queuedAtMs[slot] = nowMs
    this.#bytes[slot] = bytes
    this.#bytesTotal += bytes
    this.#append(qos === 0 ? this.#fleeting : this.#reliable, slot)
    return slot
  }

  /** Takes a message out for good and forgets what it held. */
  remove(slot: number): void {
    assert(this.phases[slot] !== Phase.free, 'slot is free already')
    this.#detach(this.qosOf(slot) === 0 ? this.#fleeting : this.#reliable, slot)
    this.phases[slot] = Phase.free
    this.topics[slot] = ''
    this.payloads[slot] = ''
    this.properties[slot] = undefined
    this.tokens[slot] = undefined
    this.#bytesTotal -= this.#bytes[slot]!
    this.#next[slot] = this.#freeHead
    this.#freeHead = slot
  }

  #append(list: List, slot: number): void {
    this.#next[slot] = NONE
    this.#previous[slot] = list.tail
    if (list.tail === NONE) list.head = slot
    else this.#next[list.tail] = slot
    list.tail = slot
    list.size++
  }

  #detach(list: List, slot: number): void {
    const next = this.#next[slot]!
    const previous = this.#previous[slot]!
    if (previous === NONE) list.head = next
    else this.#next[previous] = next
    if (next === NONE) list.tail = previous
    else this.#previous[next] = previous
    list.size--
  }

  #grow(): void {
    const from = this.phases.length
    const to = Math.min(Math.max(CAPACITY_MIN, from * 2), this.limits.messagesMax)
    assert(to > from, 'outbox grows beyond its bound')
    this.phases = widen(this.phases, new Uint8Array(to))
    this.#flags = widen(this.#flags, new Uint8Array(to))
    this.packetIds = widen(this.packetIds, new Uint16Array(to))
    this.queuedAtMs = widen(this.queuedAtMs, new Float64Array(to))
    this.#bytes = widen(this.#bytes, new Uint32Array(to))
    this.#next = widen(this.#next, new Int32Array(to))
    this.#previous = widen(this.#previous, new Int32Array(to))
    for (let slot = to - 1; slot >= from; slot--) {
      this.#next[slot] = this.#freeHead
      this.#freeHead = slot
    }
  }
}

function widen<T extends Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array>(
  from: T,
  to: T,
): T {
  to.set(from)
  return to
}
