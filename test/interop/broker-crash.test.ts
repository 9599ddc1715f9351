// Our broker killed in the middle of QoS 1 and 2 traffic, again and again: what it confirmed is
// there after it comes back, and QoS 2 once. `npm run kill -- --side broker` does it 200 times.

import { expect, it } from 'vitest'
import { Prng } from '@motewire/sdk/kit'
import { runBrokerKills } from '../support/kill/broker-kill-run.ts'

const KILLS = 3

it('keeps all that it confirmed, and delivers QoS 2 once, after each kill', async () => {
  const [once, twice] = await runBrokerKills({ kills: KILLS, prng: new Prng('broker crash') })
  expect(once).toMatchObject({ qos: 1, lost: 0 })
  expect(twice).toMatchObject({ qos: 2, lost: 0, repeated: 0 })
  expect(Math.min(once!.confirmed, twice!.confirmed)).toBeGreaterThan(KILLS * 100)
})
