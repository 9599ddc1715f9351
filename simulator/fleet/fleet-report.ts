// From a fleet that has ended to its report.

import { makeReport } from '../report/index.ts'
import type { Report } from '../report/index.ts'
import { formatClock, identityOf } from '../scenario/index.ts'
import type { FleetPlan } from '../scenario/index.ts'
import type { Fleet } from './fleet.ts'

/** @param startedAtMs wall clock, milliseconds since 1970. */
export function reportOf(fleet: Fleet, plan: FleetPlan, startedAtMs: number): Report {
  const { scenario } = plan
  const snapshot = fleet.snapshot()
  const { tally } = fleet
  return makeReport({
    scenario: scenario.name,
    seed: scenario.seed,
    broker: snapshot.broker,
    clock: formatClock(scenario.clock),
    startedAtMs,
    durationMs: snapshot.elapsedMs,
    devices: {
      total: snapshot.devices,
      started: snapshot.started,
      connected: snapshot.connected,
      reconnects: snapshot.reconnects,
      errors: snapshot.errors,
    },
    ledger: tally.ledger,
    groups: snapshot.groups,
    overruns: tally.overruns,
    latency: tally.ackLatency,
    lag: tally.lag,
    measures: tally.measures,
    timeline: fleet.timeline.series(),
    thresholds: scenario.thresholds,
    ...identityOf(plan),
  })
}
