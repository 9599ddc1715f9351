// Our broker killed in the middle of QoS 1 and 2 traffic, again and again: what it confirmed is
// there after it comes back, and QoS 2 once.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectAsync } from '@motewire/sdk'
import type { Client } from '@motewire/sdk'
import { KillableBroker } from '../support/killable-broker.ts'

const KILLS = 3
const DURABLE = { protocolVersion: 5, clean: false, reconnectPeriod: 50 } as const
const PROPERTIES = { properties: { sessionExpiryInterval: 3600 } }

let broker: KillableBroker

beforeEach(async () => {
  broker = new KillableBroker()
  await broker.start()
})

afterEach(() => broker.remove())

/** Publishes one after the other, a few at a time, until told to stop; keeps what was confirmed. */
class Source {
  readonly confirmed = new Set<number>()
  readonly #client: Client
  readonly #qos: 1 | 2
  #next = 0
  #isOver = false
  readonly #workers: Promise<void>[]

  constructor(client: Client, qos: 1 | 2) {
    this.#client = client
    this.#qos = qos
    this.#workers = Array.from({ length: 20 }, () => this.#work())
  }

  async #work(): Promise<void> {
    while (!this.#isOver) {
      const number = this.#next++
      await this.#client.publishAsync(`crash/${this.#qos}`, String(number), { qos: this.#qos })
      this.confirmed.add(number)
    }
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#workers)
  }
}

describe('our broker, killed under load', () => {
  it('keeps all it confirmed at QoS 1 and delivers QoS 2 once', async () => {
    const subscriber = await connectAsync(broker.url, {
      ...DURABLE,
      ...PROPERTIES,
      clientId: 'sub',
    })
    const received = { 1: new Map<number, number>(), 2: new Map<number, number>() }
    subscriber.on('message', (topic, payload) => {
      const counts = received[topic === 'crash/1' ? 1 : 2]
      const number = Number(payload.toString())
      counts.set(number, (counts.get(number) ?? 0) + 1)
    })
    await subscriber.subscribe('crash/#', { qos: 2 })
    const publisher = await connectAsync(broker.url, {
      ...DURABLE,
      ...PROPERTIES,
      clientId: 'pub',
    })
    const sources = [new Source(publisher, 1), new Source(publisher, 2)]
    for (let kill = 1; kill <= KILLS; kill++) {
      const goal = sources[1]!.confirmed.size + 500
      await expect
        .poll(() => sources[1]!.confirmed.size, { timeout: 20_000, interval: 5 })
        .toBeGreaterThan(goal)
      await broker.kill()
      await broker.start()
    }
    await Promise.all(sources.map((source) => source.stop()))
    for (const [i, qos] of ([1, 2] as const).entries()) {
      const { confirmed } = sources[i]!
      const missing = (): number => [...confirmed].filter((one) => !received[qos].has(one)).length
      await expect.poll(missing, { timeout: 20_000, interval: 50 }).toBe(0)
    }
    const twice = [...received[2]].filter(([, count]) => count > 1)
    expect(twice).toEqual([])
    await publisher.end()
    await subscriber.end()
  })
})
