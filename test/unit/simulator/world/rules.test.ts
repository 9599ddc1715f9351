// The rules of a link, each by itself and put together.

import { describe, expect, it } from 'vitest'
import { Prng } from '@motewire/sdk/kit'
import { CUT, DROP, judgeAll, PASS } from '../../../../simulator/world/rule.ts'
import { BandwidthRule } from '../../../../simulator/world/rules/bandwidth.ts'
import { CutRule, HandshakeRule, NatRule } from '../../../../simulator/world/rules/connection.ts'
import { LatencyRule, SlowRule } from '../../../../simulator/world/rules/latency.ts'
import { BurstState, LossRule } from '../../../../simulator/world/rules/loss.ts'
import { OutageRule } from '../../../../simulator/world/rules/outage.ts'

const DRAWS = 20_000

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function draw(count: number, make: (at: number) => number): number[] {
  return Array.from({ length: count }, (_, at) => make(at))
}

describe('latency', () => {
  it('is never below its minimum and has its mean', () => {
    const prng = new Prng(1)
    const rule = new LatencyRule(50, 800, 20)
    const delays = draw(DRAWS, () => rule.judge(100, 0, prng))
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(50)
    expect(mean(delays)).toBeGreaterThan(860 * 0.97)
    expect(mean(delays)).toBeLessThan(860 * 1.03)
  })

  it('of a slow broker lasts for its time only', () => {
    const rule = new SlowRule(100, 50, 7)
    expect([99, 100, 149, 150].map((at) => rule.judge(1, at))).toEqual([0, 7, 7, 0])
  })
})

describe('bandwidth', () => {
  it('takes its length over the rate, headers included, and queues what follows', () => {
    const rule = new BandwidthRule(8_000, 1)
    expect(rule.judge(60, 0)).toBe(100)
    expect(rule.judge(60, 0)).toBe(200)
    expect(rule.judge(60, 1_000)).toBe(100)
  })

  it('keeps silent for its duty share', () => {
    const rule = new BandwidthRule(8_000, 0.01)
    expect(rule.judge(60, 0)).toBe(100)
    // 100 ms on the air at 1 %: free again after 10 s.
    expect(rule.judge(60, 0)).toBe(10_100)
  })
})

describe('loss', () => {
  const OPTIONS = { lossShare: 0.1, retransmitMs: 1_000, giveUpMs: 900_000 }

  it('is a stall of one wait, or of three after a second loss, as often as its share says', () => {
    const prng = new Prng(2)
    const rule = new LossRule(OPTIONS, undefined)
    const stalls = draw(DRAWS, () => rule.judge(1, 0, prng))
    const share = (stall: number): number => stalls.filter((one) => one === stall).length / DRAWS
    expect(share(0)).toBeCloseTo(0.9, 1)
    expect(share(1_000)).toBeCloseTo(0.09, 1)
    expect(share(3_000)).toBeCloseTo(0.009, 2)
    expect(new Set(stalls.filter((one) => one > 0 && one < 8_000))).toEqual(
      new Set([1_000, 3_000, 7_000]),
    )
  })

  it('gives a connection up on which nothing ever passes', () => {
    const rule = new LossRule({ ...OPTIONS, lossShare: 1 }, undefined)
    expect(rule.judge(1, 0, new Prng(3))).toBe(DROP)
  })

  it('comes in bursts: bad times have their share and their length', () => {
    const prng = new Prng(4)
    const burst = new BurstState({ goodMs: 9_000, badMs: 1_000, lossShare: 1 })
    const states = draw(200_000, (at) => (burst.isBad(at * 100, prng) ? 1 : 0))
    expect(mean(states)).toBeCloseTo(0.1, 1)
    const begins = states.filter((one, at) => one === 1 && states[at - 1] === 0).length
    const badMs = (states.filter((one) => one === 1).length * 100) / begins
    expect(badMs).toBeGreaterThan(900)
    expect(badMs).toBeLessThan(1_200)
  })
})

describe('an outage', () => {
  const NIGHTLY = { startMs: 1_000, durationMs: 300, everyMs: 10_000 }

  it('holds back until it is over, each night anew', () => {
    const rule = new OutageRule(NIGHTLY, Infinity, 0, new Prng(1))
    const at = [999, 1_000, 1_250, 1_300, 11_100, 21_299]
    expect(at.map((one) => rule.judge(1, one))).toEqual([0, 300, 50, 0, 200, 1])
    expect(rule.begin(0)).toBe(Infinity)
  })

  it('counts from the begin of the run', () => {
    const rule = new OutageRule(NIGHTLY, Infinity, 500, new Prng(1))
    expect([rule.judge(1, 1_499), rule.judge(1, 1_500)]).toEqual([0, 300])
  })

  it('lets nothing arrive that would wait longer than TCP does', () => {
    const rule = new OutageRule(NIGHTLY, 100, 0, new Prng(1))
    expect([rule.judge(1, 1_100), rule.judge(1, 1_201)]).toEqual([DROP, 99])
  })

  it('that cuts breaks connections at its begin and refuses new ones', () => {
    const rule = new OutageRule({ ...NIGHTLY, how: 'cut' }, Infinity, 0, new Prng(1))
    expect([rule.begin(5), rule.begin(1_400)]).toEqual([1_000, 11_000])
    expect([rule.judge(1, 1_100), rule.judge(1, 1_300)]).toEqual([CUT, PASS])
  })

  it('concerns its share of the devices, shifted within its spread', () => {
    const settings = { ...NIGHTLY, everyMs: undefined, share: 0.3, spreadMs: 200 }
    const concerned = draw(2_000, (seed) => {
      const rule = new OutageRule({ ...settings, how: 'cut' }, Infinity, 0, new Prng(seed))
      return rule.begin(0)
    }).filter((begin) => begin !== Infinity)
    expect(concerned.length / 2_000).toBeCloseTo(0.3, 1)
    expect(Math.min(...concerned)).toBeGreaterThanOrEqual(800)
    expect(Math.max(...concerned)).toBeLessThanOrEqual(1_200)
  })
})

describe('a connection', () => {
  it('is forgotten by a NAT after silence, for good, and remembered anew', () => {
    const rule = new NatRule(100)
    rule.begin(0)
    expect([rule.judge(1, 90), rule.judge(1, 190), rule.judge(1, 291)]).toEqual([0, 0, DROP])
    expect(rule.judge(1, 292)).toBe(DROP)
    rule.begin(300)
    expect(rule.judge(1, 350)).toBe(PASS)
  })

  it('is cut after an exponential time', () => {
    const prng = new Prng(5)
    const rule = new CutRule(1_000)
    const times = draw(DRAWS, () => rule.begin(50, prng) - 50)
    expect(mean(times)).toBeGreaterThan(970)
    expect(mean(times)).toBeLessThan(1_030)
  })

  it('takes longer to make, and is refused as often as its share says', () => {
    const prng = new Prng(6)
    const rule = new HandshakeRule(400, 0.25)
    const verdicts = draw(DRAWS, () => rule.judge(0, 0, prng))
    expect(verdicts.filter((one) => one === CUT).length / DRAWS).toBeCloseTo(0.25, 1)
    expect(new Set(verdicts)).toEqual(new Set([CUT, 400]))
  })
})

describe('rules together', () => {
  it('each see the time with the delays before them', () => {
    const rules = [
      new LatencyRule(400, 0, 0),
      new OutageRule({ startMs: 300, durationMs: 200 }, Infinity, 0, new Prng(1)),
    ]
    // At 0 it reaches the outage at 400, and waits there until 500.
    expect(judgeAll(rules, 1, 0, new Prng(1))).toBe(500)
    expect(judgeAll(rules, 1, 100, new Prng(1))).toBe(400)
  })

  it('end at the first that drops or cuts', () => {
    const nat = new NatRule(1)
    expect(judgeAll([nat, new LatencyRule(5, 0, 0)], 1, 100, new Prng(1))).toBe(DROP)
  })
})
