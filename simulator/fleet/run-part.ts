// What a run, or a part of one, has counted. Parts add up: those of devices that ran one after the
// other in virtual time, in other processes, or in other shards. They cross a process border as
// plain data. It does not know devices, clocks or brokers.

import { LatencyHistogram, Ledger, Measures, mergeTimelines } from '../report/index.ts'
import type {
  Account,
  DeviceRow,
  GroupSnapshot,
  LatencySummary,
  MeasureSummary,
  TimelineSeries,
} from '../report/index.ts'
import { TraceSum } from '../world/index.ts'
import type { Fleet } from './fleet.ts'

export interface RunPart {
  readonly elapsedMs: number
  readonly devices: number
  readonly started: number
  readonly connected: number
  readonly reconnects: number
  readonly errors: number
  readonly lastError: string | undefined
  /** Messages left out for lack of time. */
  readonly overruns: number
  readonly groups: readonly GroupSnapshot[]
  readonly ledger: Ledger
  readonly latency: LatencyHistogram
  readonly lag: LatencyHistogram
  /** Empty unless a subscriber verified what arrived. */
  readonly delivery: LatencyHistogram
  readonly measures: Measures
  readonly timeline: TimelineSeries
  /** What each device did. */
  readonly rows: readonly DeviceRow[]
  /** Undefined in real time. */
  readonly digest: TraceSum | undefined
}

export function partOf(fleet: Fleet): RunPart {
  const { elapsedMs, devices, started, connected, reconnects, errors, groups } = fleet.snapshot()
  const { tally, digest } = fleet
  const { overruns, lastError, ledger, ackLatency: latency, lag, delivery, measures } = tally
  const counts = { elapsedMs, devices, started, connected, reconnects, errors, lastError, overruns }
  const timeline = fleet.timeline.series()
  const rows = [...fleet.rows()]
  const histograms = { latency, lag, delivery }
  return { ...counts, groups, ledger, ...histograms, measures, timeline, rows, digest }
}

/** @param parts at least one, all of the same plan's groups. Takes over what they hold. */
export function sumOfParts(parts: readonly RunPart[]): RunPart {
  return parts.reduce(merge)
}

function merge(one: RunPart, other: RunPart): RunPart {
  for (const qos of [0, 1, 2] as const) one.ledger.merge(qos, other.ledger.account(qos))
  one.latency.merge(other.latency)
  one.lag.merge(other.lag)
  one.delivery.merge(other.delivery)
  one.measures.merge(other.measures.summary())
  if (other.digest !== undefined) one.digest?.merge(other.digest)
  return {
    ...one,
    elapsedMs: Math.max(one.elapsedMs, other.elapsedMs),
    devices: one.devices + other.devices,
    started: one.started + other.started,
    connected: one.connected + other.connected,
    reconnects: one.reconnects + other.reconnects,
    errors: one.errors + other.errors,
    lastError: one.lastError ?? other.lastError,
    overruns: one.overruns + other.overruns,
    timeline: mergeTimelines([one.timeline, other.timeline]),
    rows: [...one.rows, ...other.rows],
    groups: one.groups.map((group, position) => sumOfGroups(group, other.groups[position])),
  }
}

/** Of two parts, the same group. */
export function sumOfGroups(one: GroupSnapshot, other: GroupSnapshot | undefined): GroupSnapshot {
  if (other === undefined) return one
  return {
    name: one.name,
    devices: one.devices + other.devices,
    connected: one.connected + other.connected,
    published: one.published + other.published,
    acked: one.acked + other.acked,
    queued: one.queued + other.queued,
  }
}

type HistogramName = 'latency' | 'lag' | 'delivery'

interface EncodedHistogram {
  readonly text: string
  readonly summary: LatencySummary
}

/** A part on its way to another process. */
export interface EncodedPart extends Omit<
  RunPart,
  'ledger' | HistogramName | 'measures' | 'digest'
> {
  readonly accounts: readonly Account[]
  readonly histograms: Readonly<Record<HistogramName, EncodedHistogram>>
  readonly measures: Readonly<Record<string, MeasureSummary>>
  readonly digest: string | undefined
}

export function encodePart({
  ledger,
  latency,
  lag,
  delivery,
  measures,
  digest,
  ...rest
}: RunPart): EncodedPart {
  return {
    ...rest,
    accounts: ([0, 1, 2] as const).map((qos) => ledger.account(qos)),
    histograms: {
      latency: encodeHistogram(latency),
      lag: encodeHistogram(lag),
      delivery: encodeHistogram(delivery),
    },
    measures: measures.summary(),
    digest: digest?.toString(),
  }
}

export function decodePart({
  accounts,
  histograms,
  measures: summaries,
  digest,
  ...rest
}: EncodedPart): RunPart {
  const ledger = new Ledger()
  const measures = new Measures()
  measures.merge(summaries)
  for (const qos of [0, 1, 2] as const) {
    const account = accounts[qos]
    if (account !== undefined) ledger.merge(qos, account)
  }
  return {
    ...rest,
    ledger,
    measures,
    latency: decodeHistogram(histograms.latency),
    lag: decodeHistogram(histograms.lag),
    delivery: decodeHistogram(histograms.delivery),
    digest: digest === undefined ? undefined : TraceSum.parse(digest),
  }
}

function encodeHistogram(histogram: LatencyHistogram): EncodedHistogram {
  return { text: histogram.encode(), summary: histogram.summary() }
}

function decodeHistogram({ text, summary }: EncodedHistogram): LatencyHistogram {
  return LatencyHistogram.decode(text, summary)
}
