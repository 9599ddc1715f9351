// From what a run has counted to its report.

import { makeReport } from '../report/index.ts'
import type { Replay, Report } from '../report/index.ts'
import { formatClock, identityOf } from '../scenario/index.ts'
import type { FleetPlan } from '../scenario/index.ts'
import { partOf } from './run-part.ts'
import type { RunPart } from './run-part.ts'
import type { Fleet } from './fleet.ts'

/** @param startedAtMs wall clock, milliseconds since 1970. */
export function reportOf(fleet: Fleet, plan: FleetPlan, startedAtMs: number): Report {
  return reportOfPart(partOf(fleet), plan, fleet.snapshot().broker, startedAtMs)
}

/**
 * @param broker URL of the broker, or what it was.
 * @param startedAtMs wall clock, milliseconds since 1970.
 * @param replay how to do the run again; default: it cannot be done again.
 */
export function reportOfPart(
  part: RunPart,
  plan: FleetPlan,
  broker: string,
  startedAtMs: number,
  replay?: Replay,
): Report {
  const { scenario } = plan
  const { devices: total, started, connected, reconnects, errors } = part
  return makeReport({
    scenario: scenario.name,
    seed: scenario.seed,
    broker,
    clock: formatClock(scenario.clock),
    startedAtMs,
    durationMs: part.elapsedMs,
    devices: { total, started, connected, reconnects, errors },
    ledger: part.ledger,
    groups: part.groups,
    overruns: part.overruns,
    lastError: part.lastError,
    latency: part.latency,
    lag: part.lag,
    delivery: part.delivery,
    isVerified: scenario.verify,
    measures: part.measures,
    timeline: part.timeline,
    thresholds: scenario.thresholds,
    ...identityOf(plan),
    replay,
    digest: part.digest?.toString(),
  })
}
