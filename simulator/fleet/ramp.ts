// When each device of a fleet is switched on: evenly spaced or at random like independent devices
// (a Poisson process). A pure function of the plan, the seed and the device's index. Milliseconds
// since the start of the run.

import type { Prng } from '@motewire/sdk/kit'
import type { Ramp } from '../scenario/index.ts'

/** Start times of `count` devices, ascending. */
export function startTimesMs(ramp: Ramp, count: number, prng: Prng): Float64Array {
  const times = new Float64Array(count)
  const gapMs =
    'perSecond' in ramp.pace ? 1000 / ramp.pace.perSecond : ramp.pace.overMs / Math.max(count, 1)
  let at = 0
  for (let i = 0; i < count; i++) {
    times[i] = at
    at += ramp.start === 'poisson' ? prng.exponential(gapMs) : gapMs
  }
  return times
}
