// What a store knows right now: the one meaning of every change, shared by all stores and by the
// replay of a journal. Changes that concern nothing known are answered with false: a mistake when
// the session tells them, expected when a damaged journal is replayed. It knows no file and no
// bytes. A change is O(1), `snapshot` sorts: O(n log n). About 200 bytes a message besides topic
// and payload, which are held by reference.

import type { SessionIdentity, StoredMessage, StoredSession } from './store.ts'

/** A stored message whose place on its way changes. */
export interface KeptMessage extends StoredMessage {
  payload: Uint8Array | string
  properties: StoredMessage['properties']
  packetId: number
  isReleased: boolean
  /** Order of the first sending; 0 while queued. */
  sentOrder: number
  /** What this message takes in a journal, bytes. */
  recordBytes: number
}

/** Bytes of a released message in a journal, besides its topic. */
const RELEASED_BYTES = 40
const NO_BYTES = new Uint8Array(0)

export class StoreState {
  lastSerial = 0
  identity: SessionIdentity | undefined = undefined
  readonly messages: Map<number, KeptMessage> = new Map()
  readonly receipts: Set<number> = new Set()
  #sentCount = 0
  #liveBytes = 0

  /** What all messages take in a journal, bytes. */
  get liveBytes(): number {
    return this.#liveBytes
  }

  addMessage(message: StoredMessage, recordBytes = 0): boolean {
    if (this.messages.has(message.serial)) return false
    this.messages.set(message.serial, keep(message, recordBytes, this.#orderOf(message)))
    this.#liveBytes += recordBytes
    this.lastSerial = Math.max(this.lastSerial, message.serial)
    return true
  }

  markSent(serial: number, packetId: number): boolean {
    const message = this.messages.get(serial)
    if (message === undefined) return false
    message.packetId = packetId
    // Also of a released one: a rewritten journal holds messages as they are at the end and tells
    // the changes once more, and only if each of them takes its place again is the order right.
    message.sentOrder = ++this.#sentCount
    return !message.isReleased
  }

  markReleased(serial: number): boolean {
    const message = this.messages.get(serial)
    if (message === undefined || message.packetId === 0) return false
    const recordBytes = Math.min(message.recordBytes, RELEASED_BYTES + message.topic.length)
    this.#liveBytes += recordBytes - message.recordBytes
    message.recordBytes = recordBytes
    message.isReleased = true
    message.payload = NO_BYTES
    message.properties = undefined
    return true
  }

  markQueued(serial: number): boolean {
    const message = this.messages.get(serial)
    // Without its payload a message cannot be published once more.
    if (message === undefined || message.isReleased) return false
    message.packetId = 0
    message.sentOrder = 0
    return true
  }

  removeMessage(serial: number): boolean {
    const message = this.messages.get(serial)
    if (message === undefined) return false
    this.#liveBytes -= message.recordBytes
    return this.messages.delete(serial)
  }

  addReceipt(packetId: number): boolean {
    this.receipts.add(packetId)
    return true
  }

  /** Also one that was never acknowledged: servers may release what they like. */
  removeReceipt(packetId: number): boolean {
    this.receipts.delete(packetId)
    return true
  }

  clearReceipts(): boolean {
    this.receipts.clear()
    return true
  }

  saveIdentity(identity: SessionIdentity): boolean {
    this.identity = identity
    return true
  }

  /** Serials that are used up although their messages are gone. */
  raiseSerial(serial: number): boolean {
    this.lastSerial = Math.max(this.lastSerial, serial)
    return true
  }

  /** All messages: those sent first, in the order of sending; then the queued ones by serial. */
  inOrder(): KeptMessage[] {
    return [...this.messages.values()].toSorted((one, other) => {
      const isSent = one.sentOrder > 0
      if (isSent !== other.sentOrder > 0) return isSent ? -1 : 1
      return isSent ? one.sentOrder - other.sentOrder : one.serial - other.serial
    })
  }

  /** What `open` gives back; text payloads as their UTF-8 bytes. */
  snapshot(): StoredSession {
    return {
      lastSerial: this.lastSerial,
      messages: this.inOrder().map(publish),
      receipts: [...this.receipts],
      identity: this.identity,
    }
  }

  #orderOf({ packetId }: StoredMessage): number {
    return packetId === 0 ? 0 : ++this.#sentCount
  }
}

function keep(message: StoredMessage, recordBytes: number, sentOrder: number): KeptMessage {
  return {
    serial: message.serial,
    topic: message.topic,
    payload: message.payload,
    qos: message.qos,
    retain: message.retain,
    properties: message.properties,
    priority: message.priority,
    queuedAtWallMs: message.queuedAtWallMs,
    expiresAtWallMs: message.expiresAtWallMs,
    packetId: message.packetId,
    isReleased: message.isReleased,
    sentOrder,
    recordBytes,
  }
}

function publish(kept: KeptMessage): StoredMessage {
  const { sentOrder: _order, recordBytes: _bytes, ...message } = kept
  const { payload } = message
  return { ...message, payload: typeof payload === 'string' ? Buffer.from(payload) : payload }
}
