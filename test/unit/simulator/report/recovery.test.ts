// Storms as timelines show them: how deep, how long, and what is none.

import { describe, expect, it } from 'vitest'
import { worstRecovery } from '../../../../simulator/report/recovery.ts'

/** Points of two seconds. */
function of(connected: number[], reconnects: number[]): ReturnType<typeof worstRecovery> {
  const none = connected.map(() => 0)
  const rest = { published: none, acked: none, lost: none, queued: none, errors: none }
  return worstRecovery({ stepMs: 2_000, connected, reconnects, ...rest })
}

describe('a storm', () => {
  it('lasts from the fall until 99 % are back, and has a peak', () => {
    expect(
      of([50, 100, 100, 0, 0, 30, 90, 98, 99, 100], [0, 0, 0, 0, 0, 30, 90, 98, 99, 100]),
    ).toEqual({
      fellAtMs: 6_000,
      fewest: 0,
      before: 100,
      backMs: 12_000,
      peakPerSecond: 30,
    })
  })

  it('that never ends says so', () => {
    expect(of([100, 10, 40], [0, 0, 30])).toMatchObject({ backMs: undefined, peakPerSecond: 15 })
  })

  it('is the worst of several', () => {
    const connected = [100, 40, 100, 5, 100, 30, 100]
    const reconnects = [0, 0, 60, 60, 155, 155, 225]
    expect(of(connected, reconnects)).toMatchObject({ fellAtMs: 6_000, fewest: 5, backMs: 4_000 })
  })

  it('is not a ramp, a few lost links or the end of the run', () => {
    expect(of([10, 50, 100, 80, 100, 0], [0, 0, 0, 0, 20, 20])).toBeUndefined()
    expect(of([], [])).toBeUndefined()
  })
})
