// The real client against the real broker over links that break at random moments, in virtual time.
// A failure prints the seed; MOTEWIRE_SEED=... repeats it.

import { describe, expect, it } from 'vitest'
import { Client, LinkError, memoryPipe, Prng, Task } from '@motewire/sdk'
import type { MemoryChannel, QoS } from '@motewire/sdk'
import { ManualClock } from '@motewire/sdk/testing'
import { Broker } from '@motewire/simulator/broker'

const MESSAGES = 300

interface Run {
  readonly received: string[]
  readonly outcomes: Map<string, number>
  readonly cuts: number
}

/** Publishes MESSAGES at one QoS while the publisher's and the subscriber's links are cut. */
function runFaulty(seed: number | string, qos: QoS): Run {
  const prng = new Prng(seed)
  const clock = new ManualClock()
  const broker = new Broker({ port: 0, clock, wallNow: () => 0 })
  const links = new Set<MemoryChannel>()
  const join = (clientId: string): Client => {
    const openChannel = (): MemoryChannel => {
      const [near, far] = memoryPipe(clock)
      links.add(near)
      broker.accept(far, clientId)
      return near
    }
    const client = new Client('mqtt://broker', {
      clientId,
      clean: false,
      clock,
      openChannel,
      seed: clientId,
      reconnectPeriod: 50,
      reconnectPeriodMaxMs: 500,
      inflightMax: 7,
    })
    client.start()
    return client
  }
  const received: string[] = []
  const outcomes = new Map<string, number>()
  const subscriber = join('subscriber')
  subscriber.on('message', (_topic, payload) => received.push(payload.toString()))
  void subscriber.subscribe('t', { qos })
  const publisher = join('publisher')
  publisher.on('outcome', (outcome) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1))
  clock.advance(100)
  let cuts = 0
  for (let i = 0; i < MESSAGES; i++) {
    publisher.publish('t', `${i}`, { qos, token: i })
    clock.advance(prng.below(20))
    if (!prng.chance(0.1)) continue
    cuts++
    // In the middle of whatever is under way: deferred deliveries have not run yet.
    publisher.publish('u', 'noise', { qos: 0 })
    for (const link of links) if (prng.chance(0.5)) link.cut(cutError())
    links.clear()
  }
  clock.advance(60_000)
  stop(clock, broker, [publisher, subscriber])
  return { received, outcomes, cuts }
}

function cutError(): LinkError {
  return new LinkError('ERR_LINK_LOST', 'the link was cut')
}

function stop(clock: ManualClock, broker: Broker, clients: readonly Client[]): void {
  for (const client of clients) void client.end()
  void broker.stop()
  clock.schedule(clock.now(), new Task(() => undefined))
  clock.advance(5_000)
}

const fresh = process.env['MOTEWIRE_SEED'] ?? String(process.pid)

describe('client and broker over links that break', () => {
  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8, fresh]) {
    it(`lose nothing at QoS 1 and keep the order (repeat: MOTEWIRE_SEED=${seed})`, () => {
      const { received, outcomes, cuts } = runFaulty(seed, 1)
      expect(cuts).toBeGreaterThan(5)
      const first = received.filter((text, i) => received.indexOf(text) === i)
      expect(first).toEqual(Array.from({ length: MESSAGES }, (_, i) => `${i}`))
      expect(outcomes.get('delivered')).toBe(MESSAGES)
    })

    it(`deliver exactly once at QoS 2 and in order (repeat: MOTEWIRE_SEED=${seed})`, () => {
      const { received, outcomes } = runFaulty(seed, 2)
      expect(received).toEqual(Array.from({ length: MESSAGES }, (_, i) => `${i}`))
      expect(outcomes.get('delivered')).toBe(MESSAGES)
    })
  }

  it('does the same again for the same seed', () => {
    expect(runFaulty(42, 1)).toEqual(runFaulty(42, 1))
  })
})
