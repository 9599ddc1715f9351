// Snapshots of parts of a fleet into one, for the live view: counts add up, of percentiles the
// worst is shown, because percentiles cannot be added. The report is made from histograms instead.

import type { FleetSnapshot, LatencySummary } from '../report/index.ts'
import { sumOfGroups } from './run-part.ts'
import type { RunSpec } from './run.ts'

const NOTHING: LatencySummary = {
  count: 0,
  min: 0,
  mean: 0,
  p50: 0,
  p90: 0,
  p99: 0,
  p999: 0,
  max: 0,
}

/** Before anything was told. */
export function emptySnapshot({ plan, brokerUrls, durationMs }: RunSpec): FleetSnapshot {
  return {
    scenario: plan.scenario.name,
    broker: brokerUrls.length === 0 ? 'mqtt://embedded' : brokerUrls.join(','),
    phase: 'starting',
    elapsedMs: 0,
    durationMs,
    devices: plan.devices,
    started: 0,
    connected: 0,
    published: 0,
    acked: 0,
    lost: 0,
    queued: 0,
    reconnects: 0,
    errors: 0,
    publishesPerSecond: 0,
    ackLatencyMs: NOTHING,
    lagMs: NOTHING,
    groups: [],
  }
}

/** @param snapshots at least one. */
export function sumOfSnapshots(snapshots: readonly FleetSnapshot[]): FleetSnapshot {
  return snapshots.reduce((one, other) => ({
    ...one,
    elapsedMs: Math.min(one.elapsedMs, other.elapsedMs),
    devices: one.devices + other.devices,
    started: one.started + other.started,
    connected: one.connected + other.connected,
    published: one.published + other.published,
    acked: one.acked + other.acked,
    lost: one.lost + other.lost,
    queued: one.queued + other.queued,
    reconnects: one.reconnects + other.reconnects,
    errors: one.errors + other.errors,
    publishesPerSecond: one.publishesPerSecond + other.publishesPerSecond,
    ackLatencyMs: worse(one.ackLatencyMs, other.ackLatencyMs),
    lagMs: worse(one.lagMs, other.lagMs),
    groups: one.groups.map((group, position) => sumOfGroups(group, other.groups[position])),
  }))
}

function worse(one: LatencySummary, other: LatencySummary): LatencySummary {
  return other.p99 > one.p99 ? other : one
}
