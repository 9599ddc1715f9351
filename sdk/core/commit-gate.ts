// Lets bytes go only once the store has made durable what they depend on: chunks filled before a
// commit leave after it, later ones wait for the next. A session without a store has none.

import type { Store } from '../store/store.ts'
import type { TransmitBuffer } from './transmit-buffer.ts'

export class CommitGate {
  readonly #store: Store
  readonly #transmit: TransmitBuffer
  /** Chunks that the last commit covers. */
  #chunks = 0
  #isPending = false

  constructor(store: Store, transmit: TransmitBuffer) {
    this.#store = store
    this.#transmit = transmit
  }

  /** A new connection has nothing to send yet. */
  reset(): void {
    this.#chunks = 0
    this.#isPending = false
  }

  /** The store has made durable what it was told before it answered false. */
  handleCommitted(): void {
    this.#isPending = false
  }

  /** Whether the next chunk may leave; the caller sends it then. */
  pass(): boolean {
    if (this.#chunks === 0 && !this.#isPending) {
      this.#chunks = this.#transmit.seal()
      this.#isPending = !this.#store.commit()
    }
    if (this.#isPending) return false
    this.#chunks--
    return true
  }
}
