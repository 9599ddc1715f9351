// Topics in an order that the broker itself does not keep: by name, rate or count. One copy of the
// broker's topics serves all visitors, is at most a second old, and is taken in slices so that
// looking never holds up delivery for long. O(n log n) a copy and order; n at most 20,000, beyond
// which the answer tells that it is partial.

import type { Clock } from '@motewire/sdk'
import type { BrokerInspection, Page, PageQuery, TopicView } from '@motewire/simulator/broker'
import { SORTED_TOPICS_MAX } from '../limits.ts'
import { walkRows } from '../live/walk.ts'
import type { PageView, RecentRatesView, TopicOrder, TopicRow } from '../views.ts'
import { topicRow } from './broker-views.ts'
import type { RowQuery } from './query.ts'

export interface TopicQuery extends RowQuery {
  readonly order: TopicOrder
  readonly direction: 'asc' | 'desc'
}

/** The last minutes of a topic; undefined where they are not kept. */
export type RecentOf = (topic: string) => RecentRatesView | undefined

const FRESH_MS = 1000

interface Copy {
  readonly topics: readonly TopicView[]
  readonly isPartial: boolean
}

export class TopicTable {
  readonly #broker: BrokerInspection
  readonly #clock: Clock
  readonly #recentOf: RecentOf
  #copy: Promise<Copy> | undefined
  #takenAt = -Infinity
  /** The last answer's order: a table that is watched asks for the same one again and again. */
  #ordered: { readonly key: string; readonly copy: Copy; readonly rows: readonly TopicView[] }

  constructor(broker: BrokerInspection, clock: Clock, recentOf: RecentOf) {
    this.#broker = broker
    this.#recentOf = recentOf
    this.#clock = clock
    this.#ordered = { key: '', copy: { topics: [], isPartial: false }, rows: [] }
  }

  async page(query: TopicQuery): Promise<PageView<TopicRow>> {
    const { search, offset, limit, order, direction } = query
    if (order === 'first' && direction === 'asc') {
      const { total, rows } = this.#broker.topics(query)
      return { total, rows: this.#views(rows) }
    }
    const copy = await this.#freshCopy()
    const key = `${order} ${direction} ${search}`
    if (this.#ordered.key !== key || this.#ordered.copy !== copy) {
      this.#ordered = { key, copy, rows: inOrder(copy.topics, search, order, direction) }
    }
    const { rows } = this.#ordered
    const page = { total: rows.length, rows: this.#views(rows.slice(offset, offset + limit)) }
    return copy.isPartial ? { ...page, isPartial: true } : page
  }

  #views(rows: readonly TopicView[]): TopicRow[] {
    return rows.map((row) => topicRow(row, this.#recentOf(row.topic)))
  }

  #freshCopy(): Promise<Copy> {
    const now = this.#clock.now()
    if (this.#copy === undefined || now - this.#takenAt >= FRESH_MS) {
      this.#takenAt = now
      this.#copy = this.#takeCopy()
      this.#copy.catch(() => (this.#copy = undefined))
    }
    return this.#copy
  }

  async #takeCopy(): Promise<Copy> {
    const topics: TopicView[] = []
    const look = (page: PageQuery): Page<TopicView> => this.#broker.topics(page)
    const isPartial = await walkRows(look, SORTED_TOPICS_MAX, (row) => topics.push(row))
    return { topics, isPartial }
  }
}

function inOrder(
  topics: readonly TopicView[],
  search: string,
  order: TopicOrder,
  direction: 'asc' | 'desc',
): readonly TopicView[] {
  const part = search.toLowerCase()
  const found = part === '' ? topics : topics.filter((t) => t.topic.toLowerCase().includes(part))
  const sign = direction === 'asc' ? 1 : -1
  if (order === 'first') return sign === 1 ? found : found.toReversed()
  const valueOf = VALUES[order]
  return found.toSorted((one, other) => {
    const difference = compare(valueOf(one), valueOf(other))
    // Topics with the same value keep the order of their names, whichever way the values run.
    return difference === 0 ? compare(one.topic, other.topic) : sign * difference
  })
}

const VALUES: Record<Exclude<TopicOrder, 'first'>, (topic: TopicView) => string | number> = {
  name: ({ topic }) => topic,
  rate: ({ ratePerSecond }) => ratePerSecond,
  messagesIn: ({ messagesIn }) => messagesIn,
  messagesOut: ({ messagesOut }) => messagesOut,
  subscribers: ({ subscribers }) => subscribers,
  lastAt: ({ lastAt }) => lastAt,
}

/** By code unit: comparing by language would take ten times as long. */
function compare(one: string | number, other: string | number): number {
  if (one < other) return -1
  return one > other ? 1 : 0
}
