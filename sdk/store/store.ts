// The store contract: what a session must still know after the process has ended. The session tells
// every change in order, synchronously; the store makes the changes durable in groups. What the
// session puts on the wire may depend on a change, so the driver asks `commit` before it writes.
// Implementations: none at all (memory only), JournalStore. A store belongs to one client.
//
//   change, change, ... ─► commit() ─► true: write to the link
//                                  └─► false: wait for onCommitted

import type { Properties, QoS } from '../codec/index.ts'
import type { MotewireError } from '../errors.ts'

/** A message of QoS 1 or 2 that somebody is still owed. QoS 0 is never stored. */
export interface StoredMessage {
  /** Counts accepted messages from 1, over the whole life of the store; never used twice. */
  readonly serial: number
  readonly topic: string
  readonly payload: Uint8Array | string
  readonly qos: Exclude<QoS, 0>
  readonly retain: boolean
  readonly properties: Properties | undefined
  /** 0 is the most urgent. */
  readonly priority: 0 | 1 | 2
  /** Wall time of `publish`, milliseconds since 1970. */
  readonly queuedAtWallMs: number
  /** Wall time at which it is worth nothing any more; Infinity: never. */
  readonly expiresAtWallMs: number
  /** 0: never sent. */
  readonly packetId: number
  /** PUBREC came: PUBREL is owed, the payload is gone. */
  readonly isReleased: boolean
}

/** What a store gives back at the start. */
export interface StoredSession {
  /** Serial of the last message ever accepted; 0 for a new store. */
  readonly lastSerial: number
  /** Those that were sent first, in the order of sending; then the queued ones by serial. */
  readonly messages: readonly StoredMessage[]
  /** Packet Identifiers of received QoS 2 messages whose PUBREL has not come. */
  readonly receipts: readonly number[]
  /** The session on the server's side, as far as known; undefined when there never was one. */
  readonly identity: SessionIdentity | undefined
}

export interface SessionIdentity {
  /** The client identifier, also when the server assigned it. */
  readonly clientId: string
  /** How long the server keeps the session, seconds; Infinity: for ever, 0: not at all. */
  readonly expiryS: number
  /** Wall time at which the link was last known to be up, milliseconds since 1970. */
  readonly seenAtWallMs: number
}

export interface StoreHandler {
  /** Everything told before the `commit` that answered false is durable. */
  onCommitted(): void
  /**
   * The disk failed or is full. The store goes on in memory (`commit` answers true) and tries to
   * become durable again by itself.
   */
  onStoreFailed(error: MotewireError): void
}

export interface Store {
  /**
   * What was kept. Called once, before anything else.
   * @throws MotewireError ERR_STORE_OPEN (not readable, used by another process, not a journal).
   */
  open(handler: StoreHandler): StoredSession
  addMessage(message: StoredMessage): void
  /** A PUBLISH of this message is about to leave for the first time, with this identifier. */
  markSent(serial: number, packetId: number): void
  /** PUBREC came. */
  markReleased(serial: number): void
  /** The server has no session: a sent message is queued again, without an identifier. */
  markQueued(serial: number): void
  removeMessage(serial: number): void
  addReceipt(packetId: number): void
  removeReceipt(packetId: number): void
  clearReceipts(): void
  saveIdentity(identity: SessionIdentity): void
  /** True: all changes are as durable as this store promises. False: `onCommitted` follows. */
  commit(): boolean
  /** Makes everything durable and lets go of the file. */
  close(): Promise<void>
}
