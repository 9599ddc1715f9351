// Whether the simulation can find anything: clients that are broken on purpose must be found within
// a few seeds, and the seed must find them again.

import { describe, expect, it } from 'vitest'
import { dropsAcks, forgetsDup, swapsPublishes } from './stage/mutants.ts'
import { simulate } from './stage/run.ts'
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

async function search(
  mutate: RunOptions['mutate'],
): Promise<{ seed: number; finding: Finding | undefined }> {
  for (let seed = 0; seed < SEEDS_MAX; seed++) {
    const finding = await simulate(seed, { mutate })
    if (finding.breaches.length > 0) return { seed, finding }
  }
  return { seed: -1, finding: undefined }
}
