// One client's session on the broker: its subscriptions, the messages it is owed and those it is in
// the middle of exchanging. It outlives connections as long as its expiry says. It knows nothing of
// bytes on the wire; its connection does.

import type { QoS, Subscription, Will } from '@motewire/sdk/codec'
import { Receipts } from '@motewire/sdk/core'
import { NO_GROUPS } from './access.ts'
import type { Access } from './access.ts'
import { Delivery } from './delivery.ts'
import type { Message } from './message.ts'
import type { Identifiers } from './message-ring.ts'
import type { QueueLimits } from './queue-limits.ts'

/** The connection of a session, as far as the session asks it. */
export interface SessionLink {
  readonly address: string
  readonly connectedAtMs: number
  readonly bytesIn: number
  readonly bytesOut: number
  /** There are bytes to write. */
  notifyReady(): void
  close(reasonCode: number, isWillDue: boolean, now: number, reason?: string): void
}

/** What a session fetches from when it has room: a named queue. */
export interface Supply {
  dispatch(now: number): void
}

/** A subscription as the topic tree holds it. */
export interface SubscriptionEntry {
  readonly session: Session
  readonly subscription: Subscription
  /** The filter without `$share/NAME/`. */
  readonly filter: string
  readonly identifier: number | undefined
  /** Messages handed over because of it. */
  delivered: number
}

/** What a session that has no connection waits for. */
export interface Absence {
  /** When its last connection ended. */
  readonly sinceMs: number
  /** When it ends; Infinity: never. */
  readonly expiresAtMs: number
  /** When a delayed will is published; Infinity when none waits. */
  willDueMs: number
}

const NO_RECEIPTS: Omit<Receipts, 'add'> = new Receipts()
const NO_SUBSCRIPTIONS: ReadonlyMap<string, SubscriptionEntry> = new Map()

export class Session {
  readonly clientId: string
  username: string | undefined
  groups: readonly string[] = NO_GROUPS
  /** What it may do; undefined: everything. */
  access: Access | undefined
  protocolVersion: 3 | 4 | 5 = 4
  isClean = true
  keepaliveS = 0
  /** How long it lives without a connection; Infinity: for ever. */
  expiryMs = 0
  connection: SessionLink | undefined
  /** Undefined while it has a connection. */
  absence: Absence | undefined
  #subscriptions: Map<string, SubscriptionEntry> | undefined
  readonly delivery: Delivery
  #receipts: Receipts | undefined
  /** Queues it consumes from. */
  consumes: Set<Supply> | undefined
  will: Will | undefined
  messagesIn = 0
  messagesOut = 0
  /** PUBLISH packets that its access forbids. */
  denied = 0
  /** Its queue was full at the last delivery. */
  isOverloaded = false

  constructor(clientId: string, limits: QueueLimits) {
    this.clientId = clientId
    this.delivery = new Delivery(limits)
  }

  get isConnected(): boolean {
    return this.connection !== undefined
  }

  /** By the filter as it was subscribed. */
  get subscriptions(): ReadonlyMap<string, SubscriptionEntry> {
    return this.#subscriptions ?? NO_SUBSCRIPTIONS
  }

  /** QoS 2 messages of the client that are not released yet. */
  get receipts(): Omit<Receipts, 'add'> {
    return this.#receipts ?? NO_RECEIPTS
  }

  openReceipt(packetId: number): void {
    ;(this.#receipts ??= new Receipts()).add(packetId)
  }

  addSubscription(entry: SubscriptionEntry): void {
    ;(this.#subscriptions ??= new Map()).set(entry.subscription.filter, entry)
  }

  removeSubscription(filter: string): void {
    this.#subscriptions?.delete(filter)
  }

  /** Messages that never reached it. */
  get dropped(): number {
    const { queueFull, expired, tooLarge, purged } = this.delivery.drops
    return queueFull + expired + tooLarge + purged
  }

  /** Hands a message over; false when it was dropped. */
  deliver(
    message: Message,
    qos: QoS,
    retain: boolean,
    identifiers: Identifiers,
    now: number,
  ): boolean {
    if (!this.delivery.deliver(message, qos, retain, identifiers, now)) return false
    this.messagesOut++
    this.connection?.notifyReady()
    return true
  }

  /** Fetches from the queues it consumes, as far as its window goes. */
  pull(now: number): void {
    if (this.consumes === undefined) return
    for (const queue of this.consumes) queue.dispatch(now)
  }
}
