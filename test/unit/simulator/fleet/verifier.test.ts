// What a verifying subscriber makes of messages, without a broker.

import { describe, expect, it } from 'vitest'
import { Verifier } from '../../../../simulator/fleet/verifier.ts'
import { filtersFor } from '../../../../simulator/fleet/verify-filters.ts'
import { LatencyHistogram, Ledger } from '../../../../simulator/report/index.ts'
import { expand, parseScenario } from '../../../../simulator/scenario/index.ts'

const GROUPS = `
  a:
    count: 2
    publish:
      - { topic: 'a/{index}', every: 1s, qos: 1 }
      - { topic: all, every: 1s, payload: { stamp: true } }
  b: { count: 1, publish: [{ topic: all, every: 1s, payload: { stamp: [id, stream, seq] } }] }
`

function stage(groups: string = GROUPS) {
  const text = `version: 1\nverify: true\ngroups:${groups}`
  const delivery = new LatencyHistogram()
  let nowMs = 5_000
  const verifier = new Verifier(expand(parseScenario(text, 'test.yaml')), () => nowMs, delivery)
  const arrive = (topic: string, message: object): void => {
    verifier.handle(topic, new TextEncoder().encode(JSON.stringify(message)))
  }
  const ledger = new Ledger()
  return { verifier, delivery, arrive, ledger, pass: (ms: number) => (nowMs += ms) }
}

describe('a verifier', () => {
  it('knows the stream by the topic, else by what the message says', () => {
    const { verifier, arrive, ledger } = stage()
    for (const seq of [0, 1, 1, 4, 3]) arrive('a/1', { seq })
    for (const id of ['a-0', 'a-1']) arrive('all', { id, stream: 1, seq: 0 })
    arrive('all', { id: 'b-0', stream: 0, seq: 2 })
    verifier.tell(ledger, (device, position) => (device === 1 && position === 0 ? 6 : 0))
    const seen = { received: 4, duplicated: 1, reordered: 1, lost: 2 }
    expect(ledger.account(1)).toMatchObject(seen)
    expect(ledger.account(1).lostBy.broker).toBe(2)
    expect(ledger.account(0)).toMatchObject({ received: 3, duplicated: 0, lost: 2 })
    expect(ledger.account(0).lostBy.air).toBe(2)
  })

  it('pays no heed to strangers', () => {
    const { verifier, arrive, ledger } = stage()
    arrive('a/2', { seq: 0 })
    arrive('a/0', [0])
    arrive('a/0', { seq: 'x' })
    arrive('all', { seq: 0 })
    arrive('all', { id: 'c-0', stream: 1, seq: 0 })
    verifier.tell(ledger, () => 0)
    expect(ledger.total()).toMatchObject({ received: 0, duplicated: 0, lost: 0 })
  })

  it('measures from when a message was due, and tells which came after the next was', () => {
    const { verifier, arrive, ledger, delivery, pass } = stage()
    arrive('a/0', { seq: 0, ts: 4_900 })
    pass(3_000)
    arrive('a/0', { seq: 1, ts: 5_900 })
    arrive('a/0', { seq: 1, ts: 5_900 })
    verifier.tell(ledger, () => 0)
    expect(ledger.account(1).late).toBe(1)
    expect(delivery.summary()).toMatchObject({ count: 2 })
    expect(delivery.summary().max).toBeCloseTo(2_100, -2)
  })

  it('believes no clock that is wrong', () => {
    const { delivery, arrive } = stage(
      `\n  a: { count: 1, wallClock: { offset: 5s }, publish: [{ topic: 'a/{id}', every: 1s }] }`,
    )
    arrive('a/a-0', { seq: 0, ts: 4_900 })
    expect(delivery.summary().count).toBe(0)
  })

  it('is complete when what has not come is lost or queued', () => {
    const { verifier, arrive, ledger } = stage()
    const sent = (device: number, position: number): number => (device + position === 0 ? 3 : 0)
    arrive('a/0', { seq: 0 })
    expect(verifier.isComplete(ledger, sent)).toBe(false)
    ledger.countLost(1, 'dropped')
    ledger.countQueued(1, 1)
    expect(verifier.isComplete(ledger, sent)).toBe(true)
  })

  it('refuses topics that only look different', () => {
    const groups = `
  a: { count: 2, publish: [{ topic: 'x/{index}', every: 1s }] }
  b: { count: 1, publish: [{ topic: '{seed}/{index}', every: 1s }] }
`
    const text = `version: 1\nseed: x\nverify: true\ngroups:${groups}`
    const plan = expand(parseScenario(text, 'test.yaml'))
    expect(() => new Verifier(plan, () => 0, new LatencyHistogram())).toThrow(
      'verify with the topic x/0 needs id and stream in the stamps of streams that share a topic',
    )
  })
})

describe('filters', () => {
  it.each([
    [['a/{index}/t', 'a/{index}/t'], ['a/+/t']],
    [
      ['a/{index}/t', 'a/{index}/u'],
      ['a/+/t', 'a/+/u'],
    ],
    [['a/x', 'a/{id}'], ['a/+']],
    [['a/{id}', '{group}/x'], ['+/+']],
    [
      ['a/{id}/c', 'b/x', 'b/y', '{id}/x'],
      ['a/+/c', 'b/y', '+/x'],
    ],
    [['a/x', 'b/y', '{id}/{id}'], ['+/+']],
    [
      ['a-{index}', 'a/b'],
      ['+', 'a/b'],
    ],
  ])('of %j are %j, none of which share a topic', (topics, filters) => {
    expect(filtersFor(topics)).toEqual(filters)
  })
})
