// Whether the simulation can find anything: clients that are broken on purpose must be found within
// a few seeds, and the seed must find them again.

import { describe, expect, it } from 'vitest'
import { dropsAcks, forgetsDup, swapsPublishes } from './stage/mutants.ts'
import { simulate } from './stage/run.ts'
import { shrink } from './stage/shrink.ts'
import type { Finding, RunOptions } from './stage/run.ts'

const SEEDS_MAX = 60

describe('the simulation finds a client that', () => {
  it.each<[string, RunOptions['mutate'], RegExp]>([
    ['forgets DUP', () => forgetsDup(), /again without DUP/],
    ['drops one acknowledgement in 1,000', (prng) => dropsAcks(0.001, prng), /was due|owes|never/],
    ['sends its queue backwards', () => swapsPublishes(), /before|after|owes|was due/],
  ])('%s', async (_name, mutate, breach) => {
    const { seed, finding } = await search(mutate)
    expect(finding?.breaches.join('\n')).toMatch(breach)
    expect(await simulate(seed, { mutate })).toEqual(finding)
  })
})

describe('a failure', () => {
  it('is shrunk to fewer devices and faults that still fail', async () => {
    const mutate = forgetsDup
    const { seed, finding } = await search(mutate)
    if (finding === undefined) throw new Error('no failure to shrink')
    const { kept, finding: simplest } = await shrink(seed, { mutate }, finding)
    expect(kept).toContain('one publisher')
    expect(simplest.breaches.join('\n')).toMatch(/again without DUP/)
    expect(kept.length).toBeGreaterThan(3)
    expect(simplest.messages).toBeLessThanOrEqual(finding.messages)
    expect(simplest.connects).toBeLessThan(finding.connects)
  })
})

async function search(
  mutate: RunOptions['mutate'],
): Promise<{ seed: number; finding: Finding | undefined }> {
  for (let seed = 0; seed < SEEDS_MAX; seed++) {
    const finding = await simulate(seed, { mutate })
    if (finding.breaches.length > 0) return { seed, finding }
  }
  return { seed: -1, finding: undefined }
}
