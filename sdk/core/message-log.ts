// The outbox's side of the store: tells it each change of a QoS 1 or 2 message, and puts back what
// an earlier life left. Without a store it only counts. It knows no link and no packets.

import { textBytes } from '../codec/index.ts'
import type { Store, StoredMessage } from '../store/store.ts'
import { Phase } from './outbox.ts'
import type { Outbox } from './outbox.ts'
import type { PacketIds } from './packet-ids.ts'

export class MessageLog {
  readonly #outbox: Outbox
  readonly #store: Store | undefined
  /** Wall time minus session time: dates what is stored. */
  wallOffsetMs = 0
  /** Number of the last reliable message accepted, over all lives of the store. */
  lastSerial = 0

  constructor(outbox: Outbox, store: Store | undefined) {
    this.#outbox = outbox
    this.#store = store
  }

  /** A message was accepted. */
  record(slot: number): void {
    const outbox = this.#outbox
    const serial = ++this.lastSerial
    outbox.setSerial(slot, serial)
    this.#store?.addMessage({
      serial,
      topic: outbox.topicOf(slot),
      payload: outbox.payloadOf(slot),
      qos: outbox.qosOf(slot) as 1 | 2,
      retain: outbox.isRetained(slot),
      properties: outbox.propertiesOf(slot),
      priority: outbox.priorityOf(slot),
      queuedAtWallMs: outbox.queuedAtMs(slot) + this.wallOffsetMs,
      expiresAtWallMs: outbox.expiresAtMs(slot) + this.wallOffsetMs,
      packetId: 0,
      isReleased: false,
    })
  }

  sent(slot: number, packetId: number): void {
    this.#store?.markSent(this.#outbox.serialOf(slot), packetId)
  }

  released(slot: number): void {
    this.#store?.markReleased(this.#outbox.serialOf(slot))
  }

  queuedAgain(slot: number): void {
    this.#store?.markQueued(this.#outbox.serialOf(slot))
  }

  ended(slot: number): void {
    this.#store?.removeMessage(this.#outbox.serialOf(slot))
  }

  /** Puts back the messages of an earlier life, in their order. */
  restore(messages: readonly StoredMessage[], lastSerial: number, ids: PacketIds): void {
    this.lastSerial = lastSerial
    for (const message of messages) this.#restoreOne(message, ids)
  }

  #restoreOne(message: StoredMessage, ids: PacketIds): void {
    const outbox = this.#outbox
    const { topic, payload, packetId } = message
    const bytes =
      textBytes(topic) + (typeof payload === 'string' ? textBytes(payload) : payload.length)
    const slot = outbox.add(
      topic,
      payload,
      message.qos,
      message.retain,
      message.properties,
      undefined,
      message.priority,
      bytes,
      message.queuedAtWallMs - this.wallOffsetMs,
      message.expiresAtWallMs - this.wallOffsetMs,
    )
    outbox.setSerial(slot, message.serial)
    if (packetId === 0 || !ids.restore(packetId, slot)) return
    outbox.markSent(slot, packetId)
    outbox.setOnLink(slot, false)
    if (message.isReleased && outbox.phaseOf(slot) === Phase.awaitPubrec) outbox.markReleased(slot)
  }
}
