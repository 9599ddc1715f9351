// From the fleet's snapshot to the JSON of the API, which knows neither undefined nor NaN. Pure.

import type { FleetSnapshot } from '@motewire/simulator'
import type { FleetView, LadderView } from '../views.ts'

/** @param link the profile that a visitor chose; undefined for a fleet that is not the page's. */
export function fleetView(fleet: FleetSnapshot, link?: string): FleetView {
  return {
    ...fleet,
    link: link ?? null,
    problem: null,
    durationMs: fleet.durationMs ?? null,
    ackLatencyMs: ladderView(fleet.ackLatencyMs),
    lagMs: ladderView(fleet.lagMs),
  }
}

/** A ladder without measurements has no percentiles; JSON would make null of them. */
function ladderView(ladder: LadderView): LadderView {
  const steps = Object.entries(ladder).map(([step, value]) => [
    step,
    Number.isFinite(value) ? value : 0,
  ])
  return Object.fromEntries(steps)
}
