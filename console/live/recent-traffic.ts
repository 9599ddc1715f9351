// Looks at all topics and clients of the broker every ten seconds, whether somebody watches or not,
// so that a page shows their last five minutes when it opens. Looks in slices between which the
// broker works. It knows no HTTP. O(topics + clients) a look, within RATED_MAX a virtual host.

import type { Clock } from '@motewire/sdk'
import { Task } from '@motewire/sdk/kit'
import type { BrokerInspection } from '@motewire/simulator/broker'
import { RATED_MAX } from '../limits.ts'
import { ownBroker } from '../own-broker.ts'
import { LOOK_MS, RecentRates } from './recent-rates.ts'
import { walkRows } from './walk.ts'

/** Of one virtual host. */
export interface HostRates {
  readonly topics: RecentRates
  readonly clients: RecentRates
}

export class RecentTraffic {
  readonly #broker: BrokerInspection | undefined
  readonly #clock: Clock
  /** By virtual host; a broker that is seen from outside has one, without a name. */
  readonly #rates = new Map<string, HostRates>()
  #defaultHost = ''
  readonly #task = new Task(() => void this.look())
  #isStopped = false

  constructor(broker: BrokerInspection | undefined, clock: Clock) {
    this.#broker = broker
    this.#clock = clock
  }

  /** Looks at once, and from then on. */
  start(): void {
    void this.look()
  }

  stop(): void {
    this.#isStopped = true
    this.#clock.cancel(this.#task)
  }

  /** Of a virtual host, '' is the default one; undefined before it was first looked at. */
  of(hostName: string): HostRates | undefined {
    return this.#rates.get(hostName === '' ? this.#defaultHost : hostName)
  }

  /** One look, after which the next one is planned. */
  async look(): Promise<void> {
    const now = this.#clock.now()
    for (const [index, [name, host]] of this.#hosts().entries()) {
      if (index === 0) this.#defaultHost = name
      await this.#lookAt(name, host, now)
    }
    if (!this.#isStopped) this.#clock.schedule(now + LOOK_MS, this.#task)
  }

  #hosts(): (readonly [name: string, host: BrokerInspection])[] {
    const own = ownBroker(this.#broker)
    if (own === undefined) return this.#broker === undefined ? [] : [['', this.#broker]]
    return own.hosts().flatMap(({ name }) => {
      const host = own.host(name)
      return host === undefined ? [] : [[name, host] as const]
    })
  }

  async #lookAt(name: string, host: BrokerInspection, now: number): Promise<void> {
    let rates = this.#rates.get(name)
    if (rates === undefined) {
      rates = { topics: new RecentRates(), clients: new RecentRates() }
      this.#rates.set(name, rates)
    }
    const { topics, clients } = rates
    topics.begin(now)
    await walkRows(
      (page) => host.topics(page),
      RATED_MAX,
      (row) => topics.add(row.topic, row),
    )
    topics.end()
    clients.begin(now)
    await walkRows(
      (page) => host.clients(page),
      RATED_MAX,
      (row) => clients.add(row.clientId, row),
    )
    clients.end()
  }
}
