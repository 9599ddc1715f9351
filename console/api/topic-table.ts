// Topics in an order that the broker itself does not keep: by name, rate or count. One copy of the
// broker's topics serves all visitors, is at most a second old, and is taken in slices so that
// looking never holds up delivery for long. O(n log n) a copy and order; n at most 20,000, beyond
// which the answer tells that it is partial.

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '@motewire/sdk'
import type { BrokerInspection, TopicView } from '@motewire/simulator/broker'
import { SORTED_TOPICS_MAX } from '../limits.ts'
import type { PageView, TopicOrder, TopicRow } from '../views.ts'
import { topicRow } from './broker-views.ts'
import type { RowQuery } from './query.ts'

export interface TopicQuery extends RowQuery {
  readonly order: TopicOrder
  readonly direction: 'asc' | 'desc'
}

const SLICE_TOPICS = 500
const FRESH_MS = 1000

interface Copy {
  readonly topics: readonly TopicView[]
  readonly isPartial: boolean
}

export class TopicTable {
  readonly #broker: BrokerInspection
  readonly #clock: Clock
  #copy: Promise<Copy> | undefined
  #takenAt = -Infinity
  /** The last answer's order: a table that is watched asks for the same one again and again. */
  #ordered: { readonly key: string; readonly copy: Copy; readonly rows: readonly TopicView[] }

  constructor(broker: BrokerInspection, clock: Clock) {
    this.#broker = broker
    this.#clock = clock
    this.#ordered = { key: '', copy: { topics: [], isPartial: false }, rows: [] }
  }

  async page(query: TopicQuery): Promise<PageView<TopicRow>> {
    const { search, offset, limit, order, direction } = query
    if (order === 'first' && direction === 'asc') {
      const { total, rows } = this.#broker.topics(query)
      return { total, rows: rows.map(topicRow) }
    }
    const copy = await this.#freshCopy()
    const key = `${order} ${direction} ${search}`
    if (this.#ordered.key !== key || this.#ordered.copy !== copy) {
      this.#ordered = { key, copy, rows: inOrder(copy.topics, search, order, direction) }
    }
    const { rows } = this.#ordered
    const page = { total: rows.length, rows: rows.slice(offset, offset + limit).map(topicRow) }
    return copy.isPartial ? { ...page, isPartial: true } : page
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
    for (;;) {
      const limit = Math.min(SLICE_TOPICS, SORTED_TOPICS_MAX - topics.length)
      const slice = this.#broker.topics({ offset: topics.length, limit })
      topics.push(...slice.rows)
      const isPartial = topics.length === SORTED_TOPICS_MAX && slice.total > topics.length
      const isDone = slice.rows.length === 0 || topics.length >= slice.total
      if (isPartial || isDone) return { topics, isPartial }
      await nextTurn()
    }
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
