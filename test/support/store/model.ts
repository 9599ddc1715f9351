// What a store must know, as plainly as it can be said: lists and no cleverness, written without a
// look at the product's own state. A change of something it does not know does nothing. Also makes
// random changes that are allowed in a state.

import * as fc from 'fast-check'
import type { SessionIdentity, Store, StoredMessage, StoredSession } from '@motewire/sdk'

type Told = Pick<
  Store,
  | 'addMessage'
  | 'markSent'
  | 'markReleased'
  | 'markQueued'
  | 'removeMessage'
  | 'addReceipt'
  | 'removeReceipt'
  | 'clearReceipts'
  | 'saveIdentity'
>

export class StoreModel implements Told {
  lastSerial = 0
  sent: StoredMessage[] = []
  queued: StoredMessage[] = []
  receipts: number[] = []
  identity: SessionIdentity | undefined

  addMessage(message: StoredMessage): void {
    this.lastSerial = message.serial
    this.queued.push({ ...message, payload: Buffer.from(message.payload) })
  }

  markSent(serial: number, packetId: number): void {
    const taken = this.#take(serial)
    this.sent.push(...taken.map((message) => ({ ...message, packetId })))
  }

  markReleased(serial: number): void {
    this.sent = this.sent.map((one) =>
      one.serial === serial
        ? { ...one, isReleased: true, payload: new Uint8Array(0), properties: undefined }
        : one,
    )
  }

  markQueued(serial: number): void {
    const taken = this.#take(serial)
    this.queued.push(...taken.map((message) => ({ ...message, packetId: 0 })))
    this.queued.sort((one, other) => one.serial - other.serial)
  }

  removeMessage(serial: number): void {
    this.#take(serial)
  }

  addReceipt(packetId: number): void {
    if (!this.receipts.includes(packetId)) this.receipts.push(packetId)
  }

  removeReceipt(packetId: number): void {
    this.receipts = this.receipts.filter((one) => one !== packetId)
  }

  clearReceipts(): void {
    this.receipts = []
  }

  saveIdentity(identity: SessionIdentity): void {
    this.identity = identity
  }

  session(): StoredSession {
    const { lastSerial, identity } = this
    const messages = [...this.sent, ...this.queued]
    return comparable({ lastSerial, messages, receipts: this.receipts, identity })
  }

  #take(serial: number): StoredMessage[] {
    const taken = [...this.sent, ...this.queued].filter((one) => one.serial === serial)
    this.sent = this.sent.filter((one) => one.serial !== serial)
    this.queued = this.queued.filter((one) => one.serial !== serial)
    return taken
  }
}

/** Bytes of one kind, receipts and keys in one order: equal sessions are equal as text too. */
export function comparable(session: StoredSession): StoredSession {
  return sorted({
    ...session,
    receipts: session.receipts.toSorted((one, other) => one - other),
    messages: session.messages.map((message) => ({
      ...message,
      payload: Buffer.from(message.payload).toString('hex'),
    })),
  }) as StoredSession
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  // Infinity has no place in JSON.
  if (typeof value === 'number') return Number.isFinite(value) ? value : 'never'
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)]))
}

/** A change that was made, to be told to any store. */
export type Change = (store: Told) => void

/** What a change is drawn from: which kind, and which of the things it could concern. */
export interface Draw {
  readonly kind: number
  readonly pick: number
  readonly payload: Uint8Array | string
  readonly topic: string
}

export const drawArbitrary: fc.Arbitrary<Draw> = fc.record({
  kind: fc.nat(12),
  pick: fc.nat(0xffff),
  payload: fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.string({ unit: 'grapheme', maxLength: 20 }),
  ),
  topic: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
})

/** The change that the draw means in this state; more messages are added than removed. */
export function changeOf(draw: Draw, model: StoreModel): Change {
  const { kind, pick } = draw
  const at = <T>(list: readonly T[]): T | undefined => list[pick % Math.max(list.length, 1)]
  const packetId = 1 + (pick % 0xffff)
  const queued = at(model.queued)?.serial
  const sent = at(model.sent.filter(({ isReleased }) => !isReleased))?.serial
  const any = at([...model.sent, ...model.queued])?.serial
  const receipt = at(model.receipts)
  if (kind <= 1 && queued !== undefined) return (store) => store.markSent(queued, packetId)
  if (kind === 2 && sent !== undefined) return (store) => store.markReleased(sent)
  if (kind === 3 && sent !== undefined) return (store) => store.markQueued(sent)
  if (kind <= 5 && any !== undefined) return (store) => store.removeMessage(any)
  if (kind === 6) return (store) => store.addReceipt(packetId)
  if (kind === 7 && receipt !== undefined) return (store) => store.removeReceipt(receipt)
  if (kind === 8 && pick % 4 === 0) return (store) => store.clearReceipts()
  if (kind === 9) {
    const expiryS = pick % 3 === 0 ? Infinity : pick
    return (store) => store.saveIdentity({ clientId: draw.topic, expiryS, seenAtWallMs: pick })
  }
  const message = messageOf(draw, model.lastSerial + 1)
  return (store) => store.addMessage(message)
}

function messageOf({ pick, payload, topic }: Draw, serial: number): StoredMessage {
  return {
    serial,
    topic,
    payload,
    qos: pick % 2 === 0 ? 1 : 2,
    retain: pick % 3 === 0,
    properties:
      pick % 5 === 0
        ? { correlationData: Buffer.from([0, pick & 0xff, 255]), contentType: topic }
        : undefined,
    priority: (pick % 3) as 0 | 1 | 2,
    queuedAtWallMs: 1_700_000_000_000 + pick,
    expiresAtWallMs: pick % 7 === 0 ? 1_700_000_000_000.5 + pick : Infinity,
    packetId: 0,
    isReleased: false,
  }
}

/** A message for tests that do not care about its details. */
export function plainMessage(serial: number, payload: Uint8Array | string = 'on'): StoredMessage {
  return {
    ...messageOf({ kind: 12, pick: 1, payload, topic: 'pump/7' }, serial),
    properties: undefined,
  }
}
