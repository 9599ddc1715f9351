// How a fleet came back after most of it was gone at once: a broker's restart, an outage. Read off
// the timeline, so no finer than its steps. Pure.

import type { TimelineSeries } from './timeline.ts'

export interface Recovery {
  /** Since the start of the run, milliseconds: the last point before devices were missing. */
  readonly fellAtMs: number
  /** Fewest devices online. */
  readonly fewest: number
  /** Devices online before. */
  readonly before: number
  /** From `fellAtMs` until 99 % of them were online again; undefined: not in this run. */
  readonly backMs: number | undefined
  /** Most reconnects a second meanwhile. */
  readonly peakPerSecond: number
}

/** Fewer than this share of those before is a storm. */
const STORM_SHARE = 0.5
const BACK_SHARE = 0.99

/** The storm with the most devices missing; undefined when there was none. */
export function worstRecovery(timeline: TimelineSeries): Recovery | undefined {
  const { connected, reconnects, stepMs } = timeline
  let worst: Recovery | undefined
  let before = 0
  for (let at = 1; at < connected.length; at++) {
    before = Math.max(before, connected[at - 1]!)
    if (connected[at]! >= before * STORM_SHARE) continue
    const fell = connected.findLastIndex((online, i) => i < at && online >= before * BACK_SHARE)
    const found = connected.findIndex((online, i) => i > at && online >= before * BACK_SHARE)
    const end = found === -1 ? connected.length - 1 : found
    const during = connected.slice(fell + 1, end + 1)
    const steps = during.map((_, i) => reconnects[fell + 1 + i]! - reconnects[fell + i]!)
    const recovery = {
      fellAtMs: (fell + 1) * stepMs,
      fewest: Math.min(...during),
      before,
      backMs: found === -1 ? undefined : (found - fell) * stepMs,
      peakPerSecond: (Math.max(...steps) * 1_000) / stepMs,
    }
    const isWorse = worst === undefined || before - recovery.fewest > worst.before - worst.fewest
    // Devices that only leave at the end of a run do not come back, and are no storm.
    if (isWorse && recovery.peakPerSecond > 0) worst = recovery
    at = end
  }
  return worst
}
