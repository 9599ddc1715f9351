// What a device has subscribed to: its filters with their QoS, mapped to those of the broker. The
// topic $bridge/broker is answered here and never asked of the broker: `up` or `down`, told when it
// is subscribed to and at each change, so that a device knows what becomes of its messages.
// O(filters) a message. Bound: FILTERS_MAX.

import type { QoS } from '@motewire/sdk'
import { filterProblem, matchesFilter } from '@motewire/sdk/codec'
import type { DeviceHost } from './device.ts'
import { TopicMap } from './topic-map.ts'
import type { TopicRule } from './topic-map.ts'

export const BROKER_TOPIC = '$bridge/broker'
/** More than any microcontroller has. */
const FILTERS_MAX = 64
export const REFUSED = 0x80

export class Subscriptions {
  readonly #host: DeviceHost
  readonly #filters = new Map<string, QoS>()
  readonly topics: TopicMap

  constructor(host: DeviceHost, rules: readonly TopicRule[] = []) {
    this.#host = host
    this.topics = new TopicMap(rules)
  }

  get size(): number {
    return this.#filters.size
  }

  /**
   * @param handleGrant called once: with the granted QoS, or REFUSED. While the broker is away the
   * device is granted what it asked for; the client subscribes as soon as it can.
   */
  add(filter: string, qos: QoS, handleGrant: (qos: number) => void): void {
    const isFull = this.#filters.size >= FILTERS_MAX && !this.#filters.has(filter)
    if (isFull || filterProblem(filter) !== undefined) {
      handleGrant(REFUSED)
      return
    }
    // A device confirms QoS 1; what comes at QoS 2 reaches it like that.
    const granted = Math.min(qos, 1) as QoS
    this.#filters.set(filter, granted)
    if (filter === BROKER_TOPIC) handleGrant(granted)
    else if (this.#host.isBrokerUp) {
      this.#host.subscribe(this.topics.toBroker(filter), granted, handleGrant)
    } else {
      this.#host.subscribe(this.topics.toBroker(filter), granted)
      handleGrant(granted)
    }
  }

  remove(filter: string): void {
    const wasThere = this.#filters.delete(filter)
    if (wasThere && filter !== BROKER_TOPIC) this.#host.unsubscribe(this.topics.toBroker(filter))
  }

  clear(): void {
    for (const filter of this.#filters.keys()) this.remove(filter)
  }

  has(filter: string): boolean {
    return this.#filters.has(filter)
  }

  /** The device's name for a topic of the broker that it has subscribed to; else undefined. */
  topicFor(topic: string): string | undefined {
    const own = this.topics.toDevice(topic)
    for (const filter of this.#filters.keys()) if (matchesFilter(filter, own)) return own
    return undefined
  }
}
