// The last minutes of topics and clients, and the longer spans of the whole broker: what they show,
// that they are bounded, and that they are looked at without anybody asking.

import { afterEach, describe, expect, it } from 'vitest'
import { ConsoleServer } from '@motewire/console'
import type { PageView, RatesView, TopicRow } from '@motewire/console'
import { connectAsync } from '@motewire/sdk'
import { ManualClock } from '@motewire/sdk/testing'
import { Broker } from '@motewire/simulator/broker'
import { RecentRates } from '../../../console/live/recent-rates.ts'
import { RateSpans } from '../../../console/live/rate-spans.ts'
import { RecentTraffic } from '../../../console/live/recent-traffic.ts'
import { askJson } from '../../support/console-client.ts'
import { LivelyBroker } from '../../support/console-fixture.ts'

type Counts = Readonly<Record<string, readonly [messagesIn: number, messagesOut: number]>>

/** Looks once at these counts. */
function look(rates: RecentRates, atS: number, counts: Counts): void {
  rates.begin(atS * 1000)
  for (const [name, [messagesIn, messagesOut]] of Object.entries(counts)) {
    rates.add(name, { messagesIn, messagesOut })
  }
  rates.end()
}

describe('the last minutes of things that are counted', () => {
  it('has a rate for each ten seconds, both ways, once it has looked twice', () => {
    const rates = new RecentRates()
    look(rates, 10, { a: [100, 0] })
    expect(rates.of('a')?.inPerSecond).toEqual([])
    look(rates, 20, { a: [150, 20] })
    look(rates, 30, { a: [150, 40] })
    expect(rates.of('a')).toEqual({ everyMs: 10_000, inPerSecond: [5, 0], outPerSecond: [2, 2] })
  })

  it('keeps five minutes, the newest last', () => {
    const rates = new RecentRates()
    for (let turn = 0; turn <= 50; turn++) look(rates, turn * 10, { a: [turn * turn * 10, 0] })
    const { inPerSecond } = rates.of('a')!
    expect(inPerSecond).toHaveLength(30)
    expect([inPerSecond[0], inPerSecond.at(-1)]).toEqual([41, 99])
  })

  it('does not know what was before a thing was there, and counts all of it since', () => {
    const rates = new RecentRates()
    look(rates, 0, { old: [7, 0] })
    look(rates, 10, { old: [7, 0] })
    look(rates, 20, { old: [7, 0], fresh: [30, 0] })
    expect(rates.of('fresh')?.inPerSecond).toEqual([null, 3])
    expect(rates.of('old')?.inPerSecond).toEqual([0, 0])
  })

  it('spreads what came while it could not look over the time that passed', () => {
    const rates = new RecentRates()
    look(rates, 0, { a: [0, 0] })
    look(rates, 10, { a: [10, 0] })
    look(rates, 40, { a: [100, 0] })
    expect(rates.of('a')?.inPerSecond).toEqual([1, 3, 3, 3])
  })

  it('begins anew with a client that came back with counts of nothing', () => {
    const rates = new RecentRates()
    look(rates, 0, { a: [500, 0] })
    look(rates, 10, { a: [20, 0] })
    expect(rates.of('a')?.inPerSecond).toEqual([2])
  })

  it('forgives a row that one look passed over, and forgets what is gone', () => {
    const rates = new RecentRates()
    look(rates, 0, { a: [0, 0], b: [0, 0] })
    look(rates, 10, { b: [0, 0] })
    expect(rates.of('a')?.inPerSecond).toEqual([null])
    look(rates, 20, { a: [40, 0], b: [0, 0] })
    expect(rates.of('a')?.inPerSecond).toEqual([2, 2])
    look(rates, 30, { b: [0, 0] })
    look(rates, 40, { b: [0, 0] })
    look(rates, 50, { a: [50, 0], b: [0, 0] })
    expect(rates.of('a')?.inPerSecond).toEqual([null, null, null, null, 5])
  })

  it('keeps 10,000 things, and gives the place of one that is gone to another', () => {
    const rates = new RecentRates()
    const counts = Object.fromEntries(
      Array.from({ length: 10_001 }, (_, index) => [`t${index}`, [0, 0] as const]),
    )
    look(rates, 0, counts)
    expect([rates.of('t9999') === undefined, rates.of('t10000')]).toEqual([false, undefined])
    const { t0: gone, ...rest } = counts
    expect(gone).toBeDefined()
    for (const atS of [10, 20, 30]) look(rates, atS, rest)
    expect(rates.of('t10000')?.inPerSecond.at(-1)).toBe(null)
    look(rates, 40, { ...rest, t10000: [10, 0] })
    expect(rates.of('t10000')?.inPerSecond.at(-1)).toBe(1)
  })
})

describe('the rates of five minutes, an hour and a day', () => {
  it('are means of a second, of ten and of a minute, each bounded', () => {
    const spans = new RateSpans(0, 0, 0)
    const day = 86_400
    for (let second = 1; second <= 2 * day; second++) {
      spans.add(second * 1000, second * 1000, second * 3, second)
    }
    const lengths = (['5m', '1h', '24h'] as const).map((span) => {
      const { everyMs, samples } = spans.of(span)
      const reachMs = everyMs * samples.length
      return [everyMs, reachMs / 60_000, samples.at(-1)]
    })
    const newest = { at: 2 * day * 1000, inPerSecond: 3, outPerSecond: 1 }
    expect(lengths).toEqual([
      [1000, 5, newest],
      [10_000, 60, newest],
      [60_000, 1440, newest],
    ])
  })
})

describe('the traffic that is looked at', () => {
  it('is taken in slices, so that the broker works in between', async () => {
    const broker = new LivelyBroker({ clients: 3, topics: 1200 }, () => 0)
    const clock = new ManualClock()
    const traffic = new RecentTraffic(broker, clock)
    let turns = 0
    const count = (): void => {
      turns++
      timer = setImmediate(count)
    }
    let timer = setImmediate(count)
    await traffic.look()
    clearImmediate(timer)
    expect(broker.topicsCalls).toBe(3)
    expect(turns).toBeGreaterThanOrEqual(2)
    expect(traffic.of('')?.clients.of('mote-3')).toBeDefined()
  })
})

describe('a console that nobody watched', () => {
  let broker: Broker
  let server: ConsoleServer

  afterEach(async () => {
    await server.stop()
    await broker.stop()
  })

  it('tells what its topics, its clients and its broker did before', async () => {
    broker = new Broker({ port: 0, systemIntervalMs: 0 })
    const { port } = await broker.start()
    const clock = new ManualClock()
    server = new ConsoleServer({ broker, clock })
    const { url } = await server.start()
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { clientId: 'pump' })
    const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
    // The broker works in real time, the console in that of its clock.
    for (let second = 1; second <= 20; second++) {
      for (let turn = 0; turn < 5; turn++) await client.publishAsync('pump/bar', '1', { qos: 1 })
      clock.advance(1000)
      await settle()
    }
    await client.end()
    const api = `${url}api/v1/`
    const { rows } = await askJson<PageView<TopicRow>>(`${api}topics`)
    expect(rows[0]?.recent).toMatchObject({ inPerSecond: [5, 5], outPerSecond: [0, 0] })
    const hour = await askJson<RatesView>(`${api}rates?span=1h`)
    expect(hour.samples.map(({ inPerSecond }) => inPerSecond)).toEqual([5, 5])
    const minutes = await askJson<RatesView>(`${api}rates`)
    expect(minutes.samples).toHaveLength(20)
    const named = await askJson<PageView<TopicRow>>(`${api}topics?host=default`)
    expect(named.rows[0]?.recent).toEqual(rows[0]?.recent)
  })
})
