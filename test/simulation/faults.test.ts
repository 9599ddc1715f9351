// The real client and the real broker in virtual time under random faults: links that are slow,
// lose, stall, are cut at any byte, forget connections; a broker that goes down. Fixed seeds, and a
// new one each time; a failure names the command that repeats it.

import { describe, expect, it } from 'vitest'
import { simulate } from './stage/run.ts'

const FIXED = Array.from({ length: 24 }, (_, seed) => seed)
const fresh = process.env['MOTEWIRE_SEED'] ?? `fresh-${process.pid}-${Date.now()}`

describe('client and broker in trouble', () => {
  it.each([...FIXED, fresh])(
    'keep what each QoS promises (repeat: MOTEWIRE_SEED=%s npm test -- simulation)',
    async (seed) => {
      const { breaches, messages, connects } = await simulate(seed)
      expect(breaches).toEqual([])
      expect(messages).toBeGreaterThan(10)
      expect(connects).toBeGreaterThan(2)
    },
  )

  it('do the same again for the same seed, and something else for another', async () => {
    const first = await simulate(1)
    expect(await simulate(1)).toEqual(first)
    expect((await simulate(2)).digest).not.toBe(first.digest)
  })
})
