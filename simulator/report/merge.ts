// One report out of those of a fleet's shards, as if one machine had run it all: counts and
// histograms add up, thresholds are applied to the sum. Percentiles are taken from the summed
// histogram, never averaged. Which devices a missing shard had is asked of the caller, who knows
// how scenarios number them.

import { MotewireError } from '@motewire/sdk/errors'
import { TraceSum } from '../world/index.ts'
import type { GroupSnapshot } from './fleet-snapshot.ts'
import { LatencyHistogram } from './latency-histogram.ts'
import { Ledger } from './ledger.ts'
import { Measures } from './measures.ts'
import { makeReport } from './report.ts'
import type { Report } from './report.ts'
import type { FleetShape, MissingShard, ShardNumber } from './shards.ts'
import { mergeTimelines } from './timeline.ts'

/** A report and what to call it in messages: its file. */
export interface NamedReport {
  readonly name: string
  readonly report: Report
}

export interface Merged {
  readonly report: Report
  /** What was decided on the way, a line each: which of two runs of one shard counts. */
  readonly notes: readonly string[]
}

/** Names the devices of a shard that did not report. */
export type DescribeShard = (
  fleet: FleetShape,
  seed: Report['seed'],
  shard: ShardNumber,
) => {
  readonly devices: number
  readonly names: readonly string[]
}

/**
 * @throws MotewireError `ERR_REPORT_INVALID` when the reports are not shards of one fleet: another
 *   scenario, seed or number of shards, or none at all.
 */
export function mergeReports(parts: readonly NamedReport[], describe: DescribeShard): Merged {
  const [first] = parts
  if (first === undefined) throw new MotewireError('ERR_REPORT_INVALID', 'no report to merge')
  for (const part of parts) checkAlike(first, part)
  const count = first.report.shard?.count ?? 1
  const { byShard, notes } = latestOf(parts)
  const missing: MissingShard[] = []
  for (let index = 0; index < count; index++) {
    if (byShard.has(index)) continue
    const { fleet, seed } = first.report
    const devices = fleet && describe(fleet, seed, { index, count })
    missing.push({ index, ...(devices ?? { devices: 0, names: [] }) })
  }
  const present = [...byShard.keys()].toSorted((one, other) => one - other)
  const reports = present.flatMap((index) => byShard.get(index)?.report ?? [])
  return { report: sumOf(reports, { count, present, missing }), notes }
}

function checkAlike(first: NamedReport, other: NamedReport): void {
  const refuse = (what: string, one: unknown, another: unknown): never => {
    const text = `${other.name} has ${what} ${String(another)}, ${first.name} has ${String(one)}`
    throw new MotewireError('ERR_REPORT_INVALID', `${text}: not shards of one run`)
  }
  const [one, another] = [first.report, other.report]
  if (another.shards !== undefined) {
    const text = `${other.name} is a merge already; merge the reports of its shards`
    throw new MotewireError('ERR_REPORT_INVALID', text)
  }
  if (one.scenario !== another.scenario) refuse('scenario', one.scenario, another.scenario)
  if (one.seed !== another.seed) refuse('seed', one.seed, another.seed)
  if (one.scenarioHash !== another.scenarioHash) {
    refuse('scenario hash', one.scenarioHash, another.scenarioHash)
  }
  const [total, otherTotal] = [one.fleet?.devices, another.fleet?.devices]
  if (total !== otherTotal) refuse('a fleet of', `${total} devices`, `${otherTotal} devices`)
  if (one.clock !== another.clock) refuse('clock', one.clock, another.clock)
  const [parts, otherParts] = [one.shard?.count ?? 1, another.shard?.count ?? 1]
  if (parts !== otherParts) refuse('shards in all', parts, otherParts)
}

/** Of two runs of a shard the one that began later counts: the other was given up. */
function latestOf(parts: readonly NamedReport[]): {
  byShard: Map<number, NamedReport>
  notes: string[]
} {
  const byShard = new Map<number, NamedReport>()
  const notes: string[] = []
  for (const part of parts) {
    const index = part.report.shard?.index ?? 0
    const rival = byShard.get(index)
    const isNewer = rival === undefined || part.report.startedAt >= rival.report.startedAt
    if (isNewer) byShard.set(index, part)
    if (rival === undefined) continue
    const [kept, left] = isNewer ? [part, rival] : [rival, part]
    notes.push(
      `shard ${index} was run twice: ${kept.name} of ${kept.report.startedAt} counts, ` +
        `${left.name} of ${left.report.startedAt} does not`,
    )
  }
  return { byShard, notes }
}

function sumOf(reports: readonly Report[], shards: NonNullable<Report['shards']>): Report {
  const [first] = reports as readonly [Report, ...Report[]]
  const ledger = new Ledger()
  const latency = new LatencyHistogram()
  const lag = new LatencyHistogram()
  const delivery = new LatencyHistogram()
  const measures = new Measures()
  for (const report of reports) {
    for (const account of report.byQos) ledger.merge(account.qos, account)
    latency.merge(LatencyHistogram.decode(report.histograms.latency, report.latencyMs))
    lag.merge(LatencyHistogram.decode(report.histograms.lag, report.lagMs))
    const { delivery: delivered } = report.histograms
    if (delivered !== undefined)
      delivery.merge(LatencyHistogram.decode(delivered, report.deliveryMs))
    measures.merge(report.measures ?? {})
  }
  const sum = (read: (report: Report) => number): number =>
    reports.reduce((total, report) => total + read(report), 0)
  const timelines = reports.flatMap(({ timeline }) => timeline ?? [])
  const brokers = new Set(reports.map(({ broker }) => broker))
  return makeReport({
    scenario: first.scenario,
    seed: first.seed,
    broker: [...brokers].join(' '),
    clock: first.clock,
    startedAtMs: Math.min(...reports.map(({ startedAt }) => Date.parse(startedAt))),
    durationMs: Math.max(...reports.map(({ durationMs }) => durationMs)),
    devices: {
      total: sum(({ devices }) => devices.total),
      started: sum(({ devices }) => devices.started),
      connected: sum(({ devices }) => devices.connected),
      reconnects: sum(({ devices }) => devices.reconnects),
      errors: sum(({ devices }) => devices.errors),
    },
    ledger,
    groups: groupsOf(reports),
    isVerified: reports.every(({ isVerified }) => isVerified),
    overruns: sum(({ overruns }) => overruns),
    latency,
    lag,
    delivery,
    digest: digestOf(reports, shards),
    scenarioHash: first.scenarioHash,
    fleet: first.fleet,
    shards,
    measures,
    timeline: timelines.length === 0 ? undefined : mergeTimelines(timelines),
    thresholds: first.thresholds?.map(({ threshold }) => threshold),
  })
}

/** Of the whole fleet, hence none as long as a part of it is missing. */
function digestOf(
  reports: readonly Report[],
  { missing }: NonNullable<Report['shards']>,
): string | undefined {
  const digests = reports.flatMap(({ digest }) => digest ?? [])
  if (missing.length > 0 || digests.length < reports.length) return undefined
  const sum = new TraceSum()
  for (const digest of digests) {
    if (!/^[0-9a-f]{16}$/.test(digest)) {
      const text = `digest ${digest.slice(0, 64)} is not 16 hexadecimal digits`
      throw new MotewireError('ERR_REPORT_INVALID', text)
    }
    sum.merge(TraceSum.parse(digest))
  }
  return sum.toString()
}

function groupsOf(reports: readonly Report[]): GroupSnapshot[] {
  const byName = new Map<string, GroupSnapshot>()
  for (const group of reports.flatMap(({ groups }) => groups)) {
    const sum = byName.get(group.name)
    byName.set(group.name, sum === undefined ? group : sumOfGroups(sum, group))
  }
  return [...byName.values()]
}

function sumOfGroups(one: GroupSnapshot, other: GroupSnapshot): GroupSnapshot {
  return {
    name: one.name,
    devices: one.devices + other.devices,
    connected: one.connected + other.connected,
    published: one.published + other.published,
    acked: one.acked + other.acked,
    queued: one.queued + other.queued,
  }
}
