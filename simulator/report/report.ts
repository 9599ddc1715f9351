// The result of a run as one plain value: what the text, the JSON file and later formats are made
// from. Reports of shards can be merged, because histograms and counts stand in it in full.
// Durations in milliseconds.

import type { GroupSnapshot, LatencySummary } from './fleet-snapshot.ts'
import type { LatencyHistogram } from './latency-histogram.ts'
import type { Account, Ledger, QoS } from './ledger.ts'
import { judge } from './verdict.ts'
import type { Verdict } from './verdict.ts'

export interface Report {
  readonly format: 'motewire-report'
  readonly version: 1
  /** Name of the scenario. */
  readonly scenario: string
  readonly seed: number | string
  /** URL without credentials. */
  readonly broker: string
  /** `real`, `virtual` or `scaled:N`. */
  readonly clock: string
  /** ISO 8601, UTC. */
  readonly startedAt: string
  readonly durationMs: number
  readonly devices: DeviceCounts
  readonly totals: Account
  /** Those QoS levels that were used, ascending. */
  readonly byQos: readonly (Account & { readonly qos: QoS })[]
  readonly groups: readonly GroupSnapshot[]
  /** Whether a subscriber verified what arrived; else received, duplicated and reordered are 0. */
  readonly isVerified: boolean
  /** Messages that were not made, because this process ran too late for them. */
  readonly overruns: number
  /** From the moment a message was due to its acknowledgement. */
  readonly latencyMs: LatencySummary
  /** How late this process ran its own schedule. */
  readonly lagMs: LatencySummary
  /** Compressed HDR histograms, microseconds, base64. */
  readonly histograms: { readonly latency: string; readonly lag: string }
  /** Of the trace of a run in virtual time. */
  readonly digest?: string
  readonly verdict: Verdict
  /** Why the run failed or is invalid; empty when it passed. */
  readonly reasons: readonly string[]
}

export interface DeviceCounts {
  readonly total: number
  /** Switched on by the ramp. */
  readonly started: number
  /** Connected when the run ended, before they were disconnected. */
  readonly connected: number
  readonly reconnects: number
  readonly errors: number
}

/** What a run knows at its end. */
export interface ReportInput {
  readonly scenario: string
  readonly seed: number | string
  readonly broker: string
  readonly clock: string
  /** Milliseconds since 1970. */
  readonly startedAtMs: number
  readonly durationMs: number
  readonly devices: DeviceCounts
  readonly ledger: Ledger
  readonly groups: readonly GroupSnapshot[]
  readonly isVerified?: boolean | undefined
  readonly overruns: number
  readonly latency: LatencyHistogram
  readonly lag: LatencyHistogram
  readonly digest?: string | undefined
}

const LEVELS: readonly QoS[] = [0, 1, 2]

export function makeReport(input: ReportInput): Report {
  const { scenario, seed, clock, durationMs, devices, ledger, groups, overruns } = input
  const byQos = LEVELS.map((qos) => ({ qos, ...ledger.account(qos) }))
  const totals = ledger.total()
  const lagMs = input.lag.summary()
  return {
    format: 'motewire-report',
    version: 1,
    scenario,
    seed,
    broker: withoutCredentials(input.broker),
    clock,
    startedAt: new Date(input.startedAtMs).toISOString(),
    durationMs,
    devices,
    totals,
    byQos: byQos.filter(({ published, received }) => published > 0 || received > 0),
    groups,
    isVerified: input.isVerified ?? false,
    overruns,
    latencyMs: input.latency.summary(),
    lagMs,
    histograms: { latency: input.latency.encode(), lag: input.lag.encode() },
    ...(input.digest === undefined ? {} : { digest: input.digest }),
    ...judge({ devices, byQos, totals, overruns, lagMs }),
  }
}

/** Reports are passed round; passwords are not. */
function withoutCredentials(broker: string): string {
  return broker.replace(/^([a-z]+:\/\/)[^/@]*@/i, '$1')
}
