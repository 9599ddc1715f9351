// The broker that the routes look into, by virtual host: `?host=NAME`, the default one without it.
// Says clearly when there is no broker here, no such host, or when the broker is another one than
// ours and does not tell what is asked.

import type { Clock } from '@motewire/sdk'
import type { BrokerControl, BrokerInspection, HostControl } from '@motewire/simulator/broker'
import { ConsoleError } from '../errors.ts'
import type { HostRates, RecentTraffic } from '../live/recent-traffic.ts'
import { ownBroker } from '../own-broker.ts'
import { TopicTable } from './topic-table.ts'
import type { RecentOf } from './topic-table.ts'

/** What every route about a broker takes besides its own keys. */
export const HOST_KEY = 'host'

export class BrokerSource {
  readonly #broker: BrokerInspection | undefined
  readonly #clock: Clock
  readonly #recent: RecentTraffic
  /** One a virtual host, and only administrators make those. */
  readonly #tables = new Map<string, TopicTable>()

  constructor(broker: BrokerInspection | undefined, clock: Clock, recent: RecentTraffic) {
    this.#broker = broker
    this.#clock = clock
    this.#recent = recent
  }

  /** Undefined: a broker that is only observed. */
  get own(): BrokerControl | undefined {
    return ownBroker(this.#broker)
  }

  /** @throws ConsoleError `ERR_CONSOLE_PART_ABSENT` or `ERR_CONSOLE_NOT_FOUND` */
  look(query: URLSearchParams): BrokerInspection {
    if (this.#broker === undefined) {
      throw new ConsoleError('ERR_CONSOLE_PART_ABSENT', 'no broker runs here')
    }
    const name = query.get(HOST_KEY) ?? ''
    if (name === '') return this.#broker
    return found(this.whole('virtual hosts').host(name), `virtual host '${name}'`)
  }

  /** As `look`; @throws ConsoleError `ERR_CONSOLE_NOT_EXPOSED` for a broker that is not ours. */
  control(query: URLSearchParams, what: string): HostControl {
    this.whole(what)
    return this.look(query) as HostControl
  }

  /** All of our broker. */
  whole(what: string): BrokerControl {
    if (this.own !== undefined) return this.own
    this.look(new URLSearchParams())
    throw new ConsoleError('ERR_CONSOLE_NOT_EXPOSED', `this broker does not expose ${what}`)
  }

  table(query: URLSearchParams): TopicTable {
    const host = this.look(query)
    const name = query.get(HOST_KEY) ?? ''
    const known = this.#tables.get(name)
    if (known !== undefined) return known
    const recentOf: RecentOf = (topic) => this.recent(query)?.topics.of(topic)
    const table = new TopicTable(host, this.#clock, recentOf)
    this.#tables.set(name, table)
    return table
  }

  /** The last minutes of the topics and clients of the virtual host; undefined at the start. */
  recent(query: URLSearchParams): HostRates | undefined {
    return this.#recent.of(query.get(HOST_KEY) ?? '')
  }
}

/** @throws ConsoleError `ERR_CONSOLE_NOT_FOUND` */
export function found<Thing>(thing: Thing | undefined, name: string): Thing {
  if (thing === undefined) throw new ConsoleError('ERR_CONSOLE_NOT_FOUND', `${name} is not here`)
  return thing
}
