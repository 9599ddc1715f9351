// The result of a run as one plain value: what the text, the JSON file and later formats are made
// from. Reports of shards can be merged, because histograms and counts stand in it in full.
// Durations in milliseconds.

import type { GroupSnapshot, LatencySummary } from './fleet-snapshot.ts'
import { LatencyHistogram } from './latency-histogram.ts'
import type { Account, Ledger, QoS } from './ledger.ts'
import type { MeasureSummary, Measures } from './measures.ts'
import { worstRecovery } from './recovery.ts'
import type { Replay } from './replay.ts'
import type { FleetShape, ShardNumber, ShardsMerged } from './shards.ts'
import { checkThreshold, parseThreshold } from './threshold.ts'
import type { ThresholdResult } from './threshold.ts'
import type { TimelineSeries } from './timeline.ts'
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
  /** From the moment a message was due to its arrival at the verifying subscriber. */
  readonly deliveryMs?: LatencySummary
  /** Compressed HDR histograms, microseconds, base64. */
  readonly histograms: {
    readonly latency: string
    readonly lag: string
    readonly delivery?: string
  }
  /** Of the trace of a run in virtual time. */
  readonly digest?: string
  /** Of what the scenario says, whatever its broker: equal ones may be merged. */
  readonly scenarioHash?: string
  /** The whole fleet, whatever part of it ran. */
  readonly fleet?: FleetShape
  /** Which part of the fleet ran; left out when all of it did. */
  readonly shard?: ShardNumber
  /** How to do the run again; only where it would be the same. */
  readonly replay?: Replay
  /** Only in merged reports. */
  readonly shards?: ShardsMerged
  /** What device models measured, by name. */
  readonly measures?: Readonly<Record<string, MeasureSummary>>
  readonly timeline?: TimelineSeries
  readonly thresholds?: readonly ThresholdResult[]
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
  readonly delivery?: LatencyHistogram | undefined
  readonly digest?: string | undefined
  readonly scenarioHash?: string | undefined
  readonly fleet?: FleetShape | undefined
  readonly shard?: ShardNumber | undefined
  readonly shards?: ShardsMerged | undefined
  /** The last that went wrong with a device; told when none connected. */
  readonly lastError?: string | undefined
  readonly replay?: Replay | undefined
  readonly measures?: Measures | undefined
  readonly timeline?: TimelineSeries | undefined
  /** Texts, checked before. */
  readonly thresholds?: readonly string[] | undefined
}

const LEVELS: readonly QoS[] = [0, 1, 2]

export function makeReport(input: ReportInput): Report {
  const { scenario, seed, clock, durationMs, devices, ledger, groups, overruns } = input
  const byQos = LEVELS.map((qos) => ({ qos, ...ledger.account(qos) }))
  const totals = ledger.total()
  const lagMs = input.lag.summary()
  const isVerified = input.isVerified ?? false
  const measures = input.measures?.summary() ?? {}
  const recovery = input.timeline && worstRecovery(input.timeline)
  const thresholds = (input.thresholds ?? []).flatMap((text): ThresholdResult[] => {
    const { latency, lag, delivery = new LatencyHistogram() } = input
    const figures = { totals, groups, devices, durationMs, overruns, isVerified, measures }
    const threshold = parseThreshold(text)
    if ('found' in threshold) return [{ threshold: text, value: null, isMet: false }]
    return [checkThreshold(threshold, { ...figures, latency, lag, delivery, recovery })]
  })
  const { lastError } = input
  const { digest, scenarioHash, fleet, shard, shards, replay, timeline } = input
  const delivery = isVerified ? input.delivery : undefined
  const deliveryMs = delivery?.summary()
  const extras = { deliveryMs, digest, scenarioHash, fleet, shard, shards, replay, timeline }
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
    isVerified,
    overruns,
    latencyMs: input.latency.summary(),
    lagMs,
    histograms: {
      latency: input.latency.encode(),
      lag: input.lag.encode(),
      ...(delivery === undefined ? {} : { delivery: delivery.encode() }),
    },
    ...withoutUndefined(extras),
    ...(Object.keys(measures).length === 0 ? {} : { measures }),
    ...(thresholds.length === 0 ? {} : { thresholds }),
    // Thresholds are meant for the whole fleet: of a shard they are told, and judged in the merge.
    ...judge({
      devices,
      byQos,
      totals,
      overruns,
      lagMs,
      shards,
      thresholds,
      lastError,
      isWhole: !shard,
    }),
  }
}

type Present<Part> = { [Key in keyof Part]?: Exclude<Part[Key], undefined> }

function withoutUndefined<Part extends object>(part: Part): Present<Part> {
  const entries = Object.entries(part).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as Present<Part>
}

/** Reports are passed round; passwords are not. */
function withoutCredentials(broker: string): string {
  return broker.replace(/^([a-z]+:\/\/)[^/@]*@/i, '$1')
}
