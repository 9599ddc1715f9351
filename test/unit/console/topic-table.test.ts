// Topics in order: the order itself, one copy for many askers, and its bound.

import { describe, expect, it } from 'vitest'
import { ManualClock } from '@motewire/sdk/testing'
import type { TopicQuery } from '../../../console/api/topic-table.ts'
import { TopicTable } from '../../../console/api/topic-table.ts'
import { LivelyBroker } from '../../support/console-fixture.ts'

const BY_NAME: TopicQuery = { search: '', offset: 0, limit: 2, order: 'name', direction: 'asc' }

function tableOf(topics: number): { broker: LivelyBroker; clock: ManualClock; table: TopicTable } {
  const broker = new LivelyBroker({ clients: 0, topics }, () => 60_000)
  const clock = new ManualClock()
  return { broker, clock, table: new TopicTable(broker, clock, () => undefined) }
}

describe('a table of topics', () => {
  it('orders by each column, equal ones by name', async () => {
    const { table } = tableOf(40)
    const byRate = await table.page({ ...BY_NAME, order: 'rate', direction: 'desc', limit: 5 })
    expect(byRate.rows.map(({ topic, ratePerSecond }) => `${ratePerSecond} ${topic}`)).toEqual([
      '1 site/harbour/battery/mote-20',
      '1 site/harbour/humidity/mote-10',
      '1 site/harbour/pressure/mote-40',
      '1 site/harbour/temperature/mote-30',
      '0.9 site/west/battery/mote-19',
    ])
  })

  it('searches and pages within the order', async () => {
    const { table } = tableOf(40)
    const query: TopicQuery = { ...BY_NAME, search: 'NORTH', offset: 2, order: 'lastAt' }
    const { total, rows } = await table.page(query)
    expect(total).toBe(8)
    expect(rows.every(({ topic }) => topic.includes('north'))).toBe(true)
    expect(rows).toHaveLength(2)
  })

  it('looks into the broker once a second, however many ask', async () => {
    const { broker, clock, table } = tableOf(1200)
    const slices = 3
    await Promise.all([table.page(BY_NAME), table.page({ ...BY_NAME, order: 'rate' })])
    expect(broker.topicsCalls).toBe(slices)
    clock.advance(999)
    await table.page(BY_NAME)
    expect(broker.topicsCalls).toBe(slices)
    clock.advance(1)
    await table.page(BY_NAME)
    expect(broker.topicsCalls).toBe(2 * slices)
  })

  it('asks the broker itself for its own order', async () => {
    const { broker, table } = tableOf(1200)
    const page = await table.page({ ...BY_NAME, order: 'first' })
    expect(page.rows.map(({ topic }) => topic)).toEqual([
      'site/north/temperature/mote-1',
      'site/south/temperature/mote-2',
    ])
    expect(broker.topicsCalls).toBe(1)
  })

  it('orders 20,000 topics at most, and tells when there are more', async () => {
    const all = await tableOf(20_000).table.page(BY_NAME)
    expect([all.total, all.isPartial]).toEqual([20_000, undefined])
    const more = await tableOf(20_001).table.page(BY_NAME)
    expect([more.total, more.isPartial]).toEqual([20_000, true])
  })
})
