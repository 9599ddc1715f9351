// The parts of a session that are about time: backoff, keepalive, the learning of idle limits,
// round trips, byte budgets. All in numbers, none with a clock.

import { describe, expect, it } from 'vitest'
import { Prng } from '@motewire/sdk'
import { Backoff } from '../../../../sdk/core/backoff.ts'
import { ByteBudget } from '../../../../sdk/core/byte-budget.ts'
import { IdleProbe } from '../../../../sdk/core/idle-probe.ts'
import { Keepalive } from '../../../../sdk/core/keepalive.ts'
import { RoundTrip } from '../../../../sdk/core/round-trip.ts'

describe('backoff', () => {
  const make = (seed: number): Backoff =>
    new Backoff(
      { baseMs: 1_000, maxMs: 60_000, stableMs: 30_000, isJittered: true },
      new Prng(seed),
    )

  it('begins below the base and stays between the base and its ceiling', () => {
    for (let seed = 0; seed < 200; seed++) {
      const backoff = make(seed)
      const [first = 0, ...later] = Array.from({ length: 20 }, () => backoff.nextDelayMs())
      expect(first).toBeGreaterThanOrEqual(100)
      expect(first).toBeLessThan(1_000)
      for (const delay of later) {
        expect(delay).toBeGreaterThanOrEqual(1_000)
        expect(delay).toBeLessThanOrEqual(60_000)
      }
    }
  })

  it('spreads clients that lost the same broker', () => {
    const fifth = Array.from({ length: 1_000 }, (_, seed) => {
      const backoff = make(seed)
      for (let i = 0; i < 4; i++) backoff.nextDelayMs()
      return backoff.nextDelayMs()
    })
    const bySecond = new Map<number, number>()
    for (const delay of fifth) {
      const second = Math.floor(delay / 1_000)
      bySecond.set(second, (bySecond.get(second) ?? 0) + 1)
    }
    expect(bySecond.size).toBeGreaterThan(20)
  })

  it('doubles without jitter, for all clients the same', () => {
    const options = { baseMs: 1_000, maxMs: 6_000, stableMs: 30_000, isJittered: false }
    for (const seed of [1, 2]) {
      const backoff = new Backoff(options, new Prng(seed))
      const delays = Array.from({ length: 5 }, () => backoff.nextDelayMs())
      expect(delays).toEqual([1_000, 2_000, 4_000, 6_000, 6_000])
    }
  })

  it('falls back only after a connection that lasted', () => {
    const backoff = make(1)
    for (let i = 0; i < 10; i++) backoff.nextDelayMs()
    backoff.handleConnectionEnd(29_999)
    expect(backoff.attempt).toBe(10)
    backoff.handleConnectionEnd(30_000)
    expect(backoff.nextDelayMs()).toBeLessThan(1_000)
  })

  it('waits ten times as long when the server asks for less', () => {
    const delay = make(1).nextDelayMs(true)
    expect(delay).toBeGreaterThanOrEqual(10_000)
    expect(delay).toBeLessThanOrEqual(60_000)
  })
})

describe('keepalive', () => {
  const make = (): { keepalive: Keepalive; roundTrip: RoundTrip } => {
    const roundTrip = new RoundTrip()
    const keepalive = new Keepalive(roundTrip, undefined)
    keepalive.start(60_000, 20_000, 0)
    return { keepalive, roundTrip }
  }

  it('pings when nothing was sent, however much comes in', () => {
    const { keepalive } = make()
    keepalive.handleReceived(58_000)
    expect(keepalive.deadlineMs()).toBe(59_000)
    expect(keepalive.isPingDue(59_000)).toBe(true)
  })

  it('pings when nothing came, however much is sent', () => {
    const { keepalive } = make()
    keepalive.handleSent(58_000)
    expect(keepalive.isPingDue(59_000)).toBe(true)
  })

  it('counts the wait from the moment the ping has left', () => {
    const { keepalive } = make()
    keepalive.handlePingQueued()
    keepalive.handleSent(75_000)
    expect(keepalive.isExpired(94_999)).toBe(false)
    expect(keepalive.isExpired(95_000)).toBe(true)
  })

  it('takes any byte for life', () => {
    const { keepalive } = make()
    keepalive.handlePingQueued()
    keepalive.handleSent(59_000)
    keepalive.handleReceived(78_000)
    expect(keepalive.deadlineMs()).toBe(98_000)
  })

  it('waits no longer than the round trips so far suggest', () => {
    const { keepalive, roundTrip } = make()
    for (let i = 0; i < 20; i++) roundTrip.sample(600)
    keepalive.handlePingQueued()
    keepalive.handleSent(60_000)
    expect(keepalive.deadlineMs()).toBeGreaterThan(62_000)
    expect(keepalive.deadlineMs()).toBeLessThan(64_000)
  })

  it('does not blame the peer for what is not read', () => {
    const { keepalive } = make()
    keepalive.handlePingQueued()
    keepalive.handleSent(59_000)
    keepalive.setReading(false, 60_000)
    expect(keepalive.isExpired(1e9)).toBe(false)
    keepalive.setReading(true, 100_000)
    expect(keepalive.isExpired(100_001)).toBe(false)
  })
})

describe('the probe for idle limits', () => {
  /** Pings a path that forgets idle connections after `limitMs`; the pauses that were tried. */
  function learn(limitMs: number, pings: number): { probe: IdleProbe; failures: number } {
    const probe = new IdleProbe({ leastMs: 30_000, mostMs: 1_200_000 })
    let failures = 0
    for (let i = 0; i < pings; i++) {
      if (probe.pauseMs <= limitMs) probe.handleAnswered()
      else {
        failures++
        probe.handleUnanswered()
      }
    }
    return { probe, failures }
  }

  it('finds a long pause that works, at the cost of one lost connection', () => {
    const { probe, failures } = learn(300_000, 100)
    expect(probe.pauseMs).toBeGreaterThan(190_000)
    expect(probe.pauseMs).toBeLessThanOrEqual(300_000)
    expect(failures).toBe(1)
  })

  it('goes up to its most on a path that never forgets', () => {
    expect(learn(Infinity, 100).probe.pauseMs).toBeGreaterThan(1_000_000)
  })

  it('begins anew when what worked does not work any more', () => {
    const { probe } = learn(300_000, 100)
    probe.handleUnanswered()
    probe.handleUnanswered()
    expect(probe.pauseMs).toBe(30_000)
  })
})

describe('round trip', () => {
  it('is patient to the most before it has seen one', () => {
    expect(new RoundTrip().patienceMs(2_000, 20_000)).toBe(20_000)
  })

  it('follows a link that becomes slow', () => {
    const roundTrip = new RoundTrip()
    for (let i = 0; i < 10; i++) roundTrip.sample(50)
    const before = roundTrip.patienceMs(100, 60_000)
    for (let i = 0; i < 10; i++) roundTrip.sample(3_000)
    expect(before).toBeLessThan(1_000)
    expect(roundTrip.patienceMs(100, 60_000)).toBeGreaterThan(8_000)
    expect(roundTrip.leastMs).toBe(50)
  })
})

describe('byte budget', () => {
  it('allows a burst and then the rate', () => {
    const budget = new ByteBudget({ bytesPerSecond: 10, burstBytes: 100 })
    expect(budget.allows(100, 0)).toBe(true)
    budget.spend(100)
    expect(budget.allows(1, 0)).toBe(false)
    expect(budget.dueMs(50, 0)).toBe(5_000)
    expect(budget.allows(50, 4_999)).toBe(false)
    expect(budget.allows(50, 5_001)).toBe(true)
  })

  it('lets a message larger than the burst go when the bucket is full', () => {
    const budget = new ByteBudget({ bytesPerSecond: 10, burstBytes: 100 })
    expect(budget.allows(1_000, 0)).toBe(true)
    budget.spend(1_000)
    expect(budget.dueMs(1_000, 0)).toBe(100_000)
  })

  it('saves no more than the burst', () => {
    const budget = new ByteBudget({ bytesPerSecond: 10, burstBytes: 100 })
    budget.allows(1, 0)
    budget.allows(1, 1e9)
    budget.spend(100)
    expect(budget.allows(1, 1e9)).toBe(false)
  })
})
