// Publishes $SYS in all virtual hosts, as often as it is told to. It knows what a broker tells of
// itself, not when.

import type { BrokerCore } from './core/broker-core.ts'
import { Message } from './core/message.ts'
import { HostInspection } from './host-inspection.ts'
import { LoadAverages } from './load-averages.ts'
import { systemTopics } from './system-topics.ts'
import type { HeapBytes } from './system-topics.ts'
import type { WallClock } from './views.ts'

export class SystemPublisher {
  readonly #core: BrokerCore
  readonly #wall: WallClock
  readonly #isHeapTold: boolean
  readonly #loads = new LoadAverages()
  #heapMaximum = 0

  /** @param isHeapTold false where a run is to be the same each time. */
  constructor(core: BrokerCore, wall: WallClock, isHeapTold: boolean) {
    this.#core = core
    this.#wall = wall
    this.#isHeapTold = isHeapTold
  }

  publish(now: number): void {
    this.#loads.add(this.#core, now)
    const heap = this.#isHeapTold ? this.#measureHeap() : undefined
    for (const host of this.#core.hosts.values()) {
      const stats = new HostInspection(this.#core, host, this.#wall).stats()
      for (const [topic, value] of systemTopics(stats, this.#core, host, this.#loads, heap)) {
        const payload = Buffer.from(value)
        const message = Message.of({ topic, payload, qos: 0, retain: true }, now)
        host.retained.put(message)
        host.router.route(message, now, host.router.routesOf(topic))
      }
    }
  }

  #measureHeap(): HeapBytes {
    const { heapUsed, external } = process.memoryUsage()
    const current = heapUsed + external
    this.#heapMaximum = Math.max(this.#heapMaximum, current)
    return { current, maximum: this.#heapMaximum }
  }
}
