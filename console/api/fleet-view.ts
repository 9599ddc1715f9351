// From the fleet's snapshot to the JSON of the API, which knows neither undefined nor NaN. Pure.

import type { DeviceState, FleetSnapshot } from '@motewire/simulator'
import type { DeviceRowView, FleetMapView, FleetView, LadderView, PlacedDevice } from '../views.ts'

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

/** @param link what the device has for itself. */
export function deviceRow(state: DeviceState, link: string | undefined): DeviceRowView {
  const { clientId, group, connected, published, acked, lost, queued, reconnects } = state
  const { latitude = null, longitude = null } = state.position ?? {}
  const counts = { published, acked, lost, queued, reconnects }
  return {
    clientId,
    group,
    isOnline: connected,
    link: link ?? null,
    ...counts,
    latitude,
    longitude,
  }
}

/** O(devices). */
export function fleetMap(devices: Iterable<DeviceState>, max: number): FleetMapView {
  const rows: PlacedDevice[] = []
  let total = 0
  for (const { clientId, group, connected: isOnline, position } of devices) {
    if (position === undefined) continue
    if (total++ < max) rows.push({ clientId, group, isOnline, ...position })
  }
  return { total, rows }
}
