// The window of one connection: how many QoS 1 and 2 messages may be on the link unconfirmed. The
// server's limits, ours, and the caution towards a message that makes the server close. It knows no
// messages. Pure; O(1).

import type { QoS } from '../codec/index.ts'
import type { Capabilities } from './capabilities.ts'
import { Suspicion } from './suspicion.ts'

export class Window {
  readonly suspicion: Suspicion = new Suspicion()
  #inflight = 0
  #inflightQos2 = 0

  /** Messages on the link now. */
  get inflight(): number {
    return this.#inflight
  }

  clear(): void {
    this.#inflight = 0
    this.#inflightQos2 = 0
  }

  isOpen(qos: QoS, { inflightMax, inflightQos2Max }: Capabilities): boolean {
    if (this.#inflight >= inflightMax || this.#inflight >= this.suspicion.windowMax) return false
    return qos !== 2 || this.#inflightQos2 < inflightQos2Max
  }

  enter(qos: QoS): void {
    this.#inflight++
    if (qos === 2) this.#inflightQos2++
  }

  leave(qos: QoS): void {
    this.#inflight--
    if (qos === 2) this.#inflightQos2--
  }
}
