// The window of one connection: how many QoS 1 and 2 messages may be on the link unconfirmed. The
// server's limits, ours, and the caution towards a message that makes the server close. It knows no
// messages. Pure; O(1).

import type { QoS } from '../codec/index.ts'
import type { Capabilities } from './capabilities.ts'
import { Suspicion } from './suspicion.ts'

export class Window {
  #inflight = 0
  #inflightQos2 = 0
  /** The server has confirmed something since it last closed the connection. */
  #hasProgress = false
  /** Made when a connection was barren for the first time. */
  #suspicion: Suspicion | undefined

  /** Messages on the link now. */
  get inflight(): number {
    return this.#inflight
  }

  clear(): void {
    this.#inflight = 0
    this.#inflightQos2 = 0
  }

  isOpen(qos: QoS, { inflightMax, inflightQos2Max }: Capabilities): boolean {
    if (this.#inflight >= inflightMax) return false
    if (this.#suspicion !== undefined && this.#inflight >= this.#suspicion.windowMax) return false
    return qos !== 2 || this.#inflightQos2 < inflightQos2Max
  }

  /** The server has confirmed a message. */
  handleProgress(): void {
    this.#hasProgress = true
    this.#suspicion?.handleProgress()
  }

  /**
   * The server closed the connection.
   * @param first number that identifies the first message in flight.
   * @returns whether that message is to be set aside.
   */
  handleClosed(first: number): boolean {
    const wasBarren = !this.#hasProgress && this.#inflight > 0
    this.#hasProgress = false
    if (!wasBarren) return false
    this.#suspicion ??= new Suspicion()
    return this.#suspicion.handleBarren(first, this.#inflight)
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
