// A bounded run of the fuzzer of server packets: one seed for all time, one of today.

import { describe, expect, it } from 'vitest'
import { fuzzServerPackets } from '../../fuzz/server-fuzz.ts'

const COUNT = 10_000
const fresh = process.env['MOTEWIRE_SEED'] ?? String(Date.now())

describe('a client against mutated server packets', () => {
  for (const seed of ['1', fresh]) {
    it(`neither fails nor forgets (repeat: npm run fuzz -- --seed ${seed})`, async () => {
      const counts = await fuzzServerPackets({ count: COUNT, seed })
      console.log(`seed ${seed}: ${JSON.stringify(counts)}`)
      expect(counts.mutated).toBeGreaterThanOrEqual(COUNT)
      // Most packets are refused and some get through: the fuzzer is neither too wild nor too tame.
      expect(counts.refused).toBeGreaterThan(COUNT / 100)
      expect(counts.received).toBeGreaterThan(COUNT / 100)
    })
  }
})
