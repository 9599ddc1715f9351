// A store without a file, for tests: it outlives the clients it is given to one after the other, as
// a file would, and can forget what a crash would lose. The reference for what a store does.

import type { SessionIdentity, Store, StoredMessage, StoredSession, StoreHandler } from './store.ts'
import { StoreState } from './store-state.ts'
import { MotewireError } from '../errors.ts'
import { assert } from '../kit/index.ts'

export interface MemoryStoreOptions {
  /** `commit` answers false, and `settle` calls `onCommitted`. Default false. */
  readonly isDeferred?: boolean
}

type Change = (state: StoreState) => boolean

export class MemoryStore implements Store {
  readonly #isDeferred: boolean
  /** What a crash leaves. */
  #durable = new StoreState()
  #current = new StoreState()
  #changes: Change[] = []
  /** How many of the changes the last commit covers. */
  #wanted = 0
  #handler: StoreHandler | undefined

  constructor(options: MemoryStoreOptions = {}) {
    this.#isDeferred = options.isDeferred ?? false
  }

  open(handler: StoreHandler): StoredSession {
    assert(this.#handler === undefined, 'close or crash the store before it is opened again')
    this.#handler = handler
    return this.#current.snapshot()
  }

  addMessage(message: StoredMessage): void {
    this.#tell((state) => state.addMessage(message))
  }

  markSent(serial: number, packetId: number): void {
    this.#tell((state) => state.markSent(serial, packetId))
  }

  markReleased(serial: number): void {
    this.#tell((state) => state.markReleased(serial))
  }

  markQueued(serial: number): void {
    this.#tell((state) => state.markQueued(serial))
  }

  removeMessage(serial: number): void {
    this.#tell((state) => state.removeMessage(serial))
  }

  addReceipt(packetId: number): void {
    this.#tell((state) => state.addReceipt(packetId))
  }

  removeReceipt(packetId: number): void {
    this.#tell((state) => state.removeReceipt(packetId))
  }

  clearReceipts(): void {
    this.#tell((state) => state.clearReceipts())
  }

  saveIdentity(identity: SessionIdentity): void {
    this.#tell((state) => state.saveIdentity(identity))
  }

  commit(): boolean {
    if (this.#changes.length === 0) return true
    this.#wanted = this.#changes.length
    if (this.#isDeferred) return false
    this.#harden(this.#wanted)
    return true
  }

  close(): Promise<void> {
    this.settle()
    this.#harden(this.#changes.length)
    this.#handler = undefined
    return Promise.resolve()
  }

  /** The disk is done: answers the commit that waits, if one does. */
  settle(): void {
    if (this.#wanted === 0) return
    this.#harden(this.#wanted)
    this.#handler?.onCommitted()
  }

  /** The process dies: what was told after the last settled commit is gone. May be opened again. */
  crash(): void {
    this.#changes = []
    this.#wanted = 0
    this.#handler = undefined
    this.#current = copy(this.#durable)
  }

  /** The disk fails; a commit that waits is let go. */
  fail(): void {
    const isAwaited = this.#wanted > 0
    this.#harden(this.#changes.length)
    const message = 'the store was told to fail'
    this.#handler?.onStoreFailed(new MotewireError('ERR_STORE_WRITE', message, { retryable: true }))
    if (isAwaited) this.#handler?.onCommitted()
  }

  #tell(change: Change): void {
    assert(this.#handler !== undefined, 'the store is not open')
    assert(change(this.#current), 'the store was told a change of something it does not know')
    this.#changes.push(change)
  }

  #harden(count: number): void {
    for (const change of this.#changes.splice(0, count)) change(this.#durable)
    this.#wanted = 0
  }
}

/** The same state, independent of the original. */
function copy(state: StoreState): StoreState {
  const { lastSerial, messages, receipts, identity } = state.snapshot()
  const fresh = new StoreState()
  for (const message of messages) fresh.addMessage(message)
  for (const packetId of receipts) fresh.addReceipt(packetId)
  if (identity !== undefined) fresh.saveIdentity(identity)
  fresh.raiseSerial(lastSerial)
  return fresh
}
