// The search for a smaller scenario that still fails, with runs that only look at the scenario.

import { describe, expect, it } from 'vitest'
import { shrink } from '../../../../simulator/fleet/index.ts'
import type { FailedRun, Shrunk, ShrinkOptions } from '../../../../simulator/fleet/index.ts'
import { expand, parseScenario } from '../../../../simulator/scenario/index.ts'
import type { Scenario } from '../../../../simulator/scenario/index.ts'
import { ledgerOf, reportOf } from '../report/sample.ts'

const TREE = {
  version: 1,
  duration: '1h',
  faults: [
    { broker: 'slow', at: '1m', duration: '1m', delay: '1s' },
    { broker: 'restart', at: '2m' },
  ],
  groups: {
    door: { count: 5, publish: [{ topic: 'd/{index}', every: '1s' }] },
    meter: {
      count: 40,
      connect: { keepalive: '30s', clean: false },
      energy: { battery: '2400mAh', sleep: '8uA', radio: '120mA' },
      link: { profile: 'gprs', loss: '5%' },
      publish: [
        { topic: 'a/{index}', every: '1s', qos: 1 },
        { topic: 'b/{index}', every: '1s', jitter: '10ms' },
      ],
    },
  },
}

const parse = (tree: unknown): Scenario => parseScenario(JSON.stringify(tree), 'test.json')

type Fails = (scenario: Scenario, ids: readonly string[]) => boolean

function runOf(scenario: Scenario, fails: Fails): FailedRun {
  const rows = Array.from(expand(scenario), ({ index, clientId, group }) => {
    const counts = { reconnects: 0, published: 1, acked: 1, lost: 0, queued: 0 }
    return { index, clientId, group: group.name, connected: true, ...counts }
  })
  const isLost = fails(
    scenario,
    rows.map(({ clientId }) => clientId),
  )
  const ledger = ledgerOf((one) => isLost && one.countLost(1, 'indeterminate', 3))
  return { rows, report: reportOf({ ledger, clock: 'virtual' }) }
}

function search(fails: Fails, options: Partial<ShrinkOptions> = {}): Promise<Shrunk | undefined> {
  return shrink({
    tree: TREE,
    failed: runOf(parse(TREE), fails),
    parse,
    run: (scenario) => Promise.resolve(runOf(scenario, fails)),
    isOver: () => false,
    ...options,
  })
}

const restarts: Fails = ({ faults }) => faults.some(({ kind }) => kind === 'restart')

describe('shrinking', () => {
  it('finds the one device and the one fault, and leaves out all else', async () => {
    const found = await search((scenario, ids) => {
      const streams = scenario.groups.flatMap(({ publish }) => publish)
      const isSent = streams.some(({ topic }) => topic === 'a/{index}')
      return isSent && restarts(scenario, ids) && ids.includes('meter-7')
    })
    expect(found?.tree).toEqual({
      version: 1,
      duration: '1s',
      only: ['meter-7'],
      faults: [{ broker: 'restart', at: '2m' }],
      // The promise stays, whatever it matters.
      groups: { meter: { count: 40, publish: [{ topic: 'a/{index}', every: '1s', qos: 1 }] } },
    })
    expect(found?.kinds).toEqual(['QoS 1 lost', 'messages not accounted for'])
    expect(found?.runs).toBeLessThan(60)
  })

  it('keeps two devices that only fail together', async () => {
    const found = await search((_, ids) => ['door-1', 'meter-31'].every((id) => ids.includes(id)))
    expect(found?.tree).toMatchObject({ only: ['door-1', 'meter-31'] })
    expect(found?.tree).not.toHaveProperty('faults')
  })

  it('keeps as much of the time as the failure takes', async () => {
    const found = await search(({ durationMs = 0 }) => durationMs >= 500_000)
    expect(found?.tree).toMatchObject({ duration: '15m' })
  })

  it('takes no other failure for the first one', async () => {
    const connects = (scenario: Scenario): FailedRun => {
      const run = runOf(scenario, restarts)
      if (restarts(scenario, [])) return run
      const ledger = ledgerOf((one) => one.countPublished(1, 5))
      return { ...run, report: reportOf({ ledger, clock: 'virtual' }) }
    }
    const run = (scenario: Scenario): Promise<FailedRun> => Promise.resolve(connects(scenario))
    const ledger = ledgerOf((one) => {
      one.countPublished(1, 3)
      one.countLost(1, 'dropped', 3)
    })
    const failed = { ...runOf(parse(TREE), restarts), report: reportOf({ ledger }) }
    const found = await search(restarts, { run, failed })
    expect(found?.tree).toMatchObject({ faults: [{ broker: 'restart', at: '2m' }] })
  })

  it('has the best so far when its time is over', async () => {
    const steps: number[] = []
    const found = await search((_, ids) => ids.includes('meter-7'), {
      isOver: () => steps.length >= 2,
      onStep: ({ devices }) => steps.push(devices),
    })
    expect(steps).toHaveLength(2)
    expect(steps[0]).toBeGreaterThan(steps[1]!)
    expect(found?.devices).toBe(steps[1])
  })

  it.each([
    ['acked.count > 5000', undefined],
    ['acked.count == 5000', undefined],
    ['acked.count == 5', 'acked.count == 5'],
    ['acked.count < 5', 'acked.count < 5'],
    ['acked.rate > 2%', undefined],
    ['queued.rate > 2%', 'queued.rate > 2%'],
  ])('by the threshold %s: %s', async (threshold, kind) => {
    const run = runOf(parse(TREE), () => false)
    const failed = { ...run, report: reportOf({ thresholds: [threshold] }) }
    const found = await search(() => false, { failed, run: () => Promise.resolve(failed) })
    expect(found?.kinds[0]).toBe(kind)
  })
})
