// What the core tells a store, so that durable sessions, their messages and retained messages
// outlive the process. Calls only note what happened; the shell makes them permanent before any
// byte that depends on them leaves (see broker.ts). The core does not know how or where.

import type { SubscriptionEntry, Session } from './session.ts'
import type { DeliveryLedger } from './delivery-ledger.ts'
import type { Message } from './message.ts'

export interface CoreStore {
  /**
   * What is noted while this is set belongs together: a QoS 2 message and that it was taken.
   * Nothing is written until it is over.
   */
  isHeld: boolean
  /** A durable session began, or its properties changed. */
  noteSession(host: string, session: Session): void
  noteSessionEnd(host: string, clientId: string): void
  noteSubscription(host: string, entry: SubscriptionEntry): void
  noteUnsubscription(host: string, clientId: string, filter: string): void
  /** An inbound QoS 2 identifier was taken, or released. */
  noteReceipt(host: string, clientId: string, packetId: number, isOpen: boolean): void
  /** Where the steps of a session's deliveries are noted. */
  ledgerOf(host: string, clientId: string): DeliveryLedger
  noteRetained(host: string, message: Message): void
  noteQueued(host: string, queue: string, message: Message): void
  /** The oldest message of a named queue left it. */
  noteUnqueued(host: string, queue: string): void
}
