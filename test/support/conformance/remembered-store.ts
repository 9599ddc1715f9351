// A store in memory that outlives its client, as a journal outlives its process: what a restart
// finds. Keeps to the contract of sdk/store and to nothing else.

import type {
  SessionIdentity,
  Store,
  StoredMessage,
  StoredSession,
} from '../../../sdk/store/store.ts'

export class RememberedStore implements Store {
  readonly #messages = new Map<number, StoredMessage>()
  readonly #receipts = new Set<number>()
  /** Serials in the order of first sending. */
  #sentOrder: number[] = []
  #lastSerial = 0
  #identity: SessionIdentity | undefined

  open(): StoredSession {
    const sent = this.#sentOrder.flatMap((serial) => this.#messages.get(serial) ?? [])
    const queued = [...this.#messages.values()]
      .filter(({ packetId }) => packetId === 0)
      .toSorted((one, other) => one.serial - other.serial)
    return {
      lastSerial: this.#lastSerial,
      messages: [...sent, ...queued],
      receipts: [...this.#receipts],
      identity: this.#identity,
    }
  }

  addMessage(message: StoredMessage): void {
    this.#messages.set(message.serial, message)
    this.#lastSerial = Math.max(this.#lastSerial, message.serial)
  }

  markSent(serial: number, packetId: number): void {
    this.#change(serial, { packetId })
    this.#sentOrder.push(serial)
  }

  markReleased(serial: number): void {
    this.#change(serial, { isReleased: true, payload: '' })
  }

  markQueued(serial: number): void {
    this.#change(serial, { packetId: 0, isReleased: false })
    this.#forget(serial)
  }

  removeMessage(serial: number): void {
    this.#messages.delete(serial)
    this.#forget(serial)
  }

  #change(serial: number, change: Partial<StoredMessage>): void {
    const message = this.#messages.get(serial)
    if (message !== undefined) this.#messages.set(serial, { ...message, ...change })
  }

  #forget(serial: number): void {
    this.#sentOrder = this.#sentOrder.filter((one) => one !== serial)
  }

  addReceipt(packetId: number): void {
    this.#receipts.add(packetId)
  }

  removeReceipt(packetId: number): void {
    this.#receipts.delete(packetId)
  }

  clearReceipts(): void {
    this.#receipts.clear()
  }

  saveIdentity(identity: SessionIdentity): void {
    this.#identity = identity
  }

  commit(): boolean {
    return true
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}
