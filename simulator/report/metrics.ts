// The figures of a report by name, `acked.rate`, `latency.p95`: what thresholds compare and what
// the reference lists. One table; a new figure is one line here. Durations in milliseconds, rates
// are shares of 1. Undefined where a run did not measure it.

import type { LatencyHistogram } from './latency-histogram.ts'
import { LOSS_CAUSES } from './ledger.ts'
import type { Account } from './ledger.ts'
import type { MeasureSummary } from './measures.ts'
import type { GroupSnapshot } from './fleet-snapshot.ts'
import type { Recovery } from './recovery.ts'

/** What a run has come to, whole or merged. */
export interface Figures {
  readonly totals: Account
  readonly groups: readonly GroupSnapshot[]
  readonly devices: {
    readonly total: number
    readonly started: number
    readonly connected: number
    readonly reconnects: number
    readonly errors: number
  }
  readonly durationMs: number
  readonly overruns: number
  readonly isVerified: boolean
  readonly latency: LatencyHistogram
  readonly lag: LatencyHistogram
  /** From when a message was due to its arrival at the verifying subscriber; empty without one. */
  readonly delivery: LatencyHistogram
  readonly measures: Readonly<Record<string, MeasureSummary>>
  /** How the fleet came back from its worst storm; undefined without any. */
  readonly recovery?: Recovery | undefined
}

export type Unit = 'count' | 'share' | 'ms' | 'number'

interface Metric {
  readonly unit: Unit
  readonly read: (figures: Figures) => number | undefined
}

const counted = (read: Metric['read']): Metric => ({ unit: 'count', read })
/** A part of all published messages; of none, all of it is fine. */
const share = (read: (totals: Account) => number, ofNothing: number): Metric => ({
  unit: 'share',
  read: ({ totals }) => (totals.published === 0 ? ofNothing : read(totals) / totals.published),
})
const perSecond = (read: (totals: Account) => number): Metric => ({
  unit: 'number',
  read: ({ totals, durationMs }) => (read(totals) * 1_000) / Math.max(durationMs, 1),
})
/** Only a verifying subscriber knows. */
const verified = (metric: Metric): Metric => ({
  unit: metric.unit,
  read: (figures) => (figures.isVerified ? metric.read(figures) : undefined),
})

const MESSAGES: Readonly<Record<string, Metric>> = {
  'published.count': counted(({ totals }) => totals.published),
  'published.perSecond': perSecond((totals) => totals.published),
  'acked.count': counted(({ totals }) => totals.acked),
  'acked.rate': share((totals) => totals.acked, 1),
  'acked.perSecond': perSecond((totals) => totals.acked),
  'lost.count': counted(({ totals }) => totals.lost),
  'lost.rate': share((totals) => totals.lost, 0),
  'queued.count': counted(({ totals }) => totals.queued),
  'queued.rate': share((totals) => totals.queued, 0),
  'received.count': verified(counted(({ totals }) => totals.received)),
  'received.rate': verified(share((totals) => totals.received, 1)),
  'duplicated.count': verified(counted(({ totals }) => totals.duplicated)),
  'duplicated.rate': verified(share((totals) => totals.duplicated, 0)),
  'reordered.count': verified(counted(({ totals }) => totals.reordered)),
  'late.count': verified(counted(({ totals }) => totals.late)),
  'late.rate': verified(share((totals) => totals.late, 0)),
  'overruns.count': counted(({ overruns }) => overruns),
}

const DEVICES: Readonly<Record<string, Metric>> = {
  'started.count': counted(({ devices }) => devices.started),
  'connected.count': counted(({ devices }) => devices.connected),
  'connected.rate': {
    unit: 'share',
    read: ({ devices }) => (devices.total === 0 ? 1 : devices.connected / devices.total),
  },
  'reconnects.count': counted(({ devices }) => devices.reconnects),
  'errors.count': counted(({ devices }) => devices.errors),
}

const RECOVERY: Readonly<Record<string, Metric>> = {
  'recovery.time': { unit: 'ms', read: ({ recovery }) => recovery?.backMs },
  'recovery.peakPerSecond': {
    unit: 'number',
    read: ({ recovery }) => recovery?.peakPerSecond,
  },
  'recovery.peakShare': {
    unit: 'share',
    read: ({ recovery }) => recovery && recovery.peakPerSecond / recovery.before,
  },
}

/** How many of them a device: what holds for fleets of any size. */
const PER_DEVICE: Readonly<Record<string, Metric>> = Object.fromEntries(
  Object.entries({ ...MESSAGES, ...DEVICES }).flatMap(([name, { unit, read }]) => {
    if (unit !== 'count') return []
    const each = (figures: Figures): number | undefined => {
      const value = read(figures)
      return value === undefined ? undefined : value / Math.max(figures.devices.total, 1)
    }
    return [[name.replace(/\.count$/, '.perDevice'), { unit: 'number' as const, read: each }]]
  }),
)

const CAUSES: Readonly<Record<string, Metric>> = Object.fromEntries(
  LOSS_CAUSES.map((cause) => [`lost.${cause}`, counted(({ totals }) => totals.lostBy[cause])]),
)

const LATENCIES = ['latency', 'lag', 'delivery'] as const
type Series = (typeof LATENCIES)[number]
const LATENCY_KEYS = ['min', 'mean', 'max'] as const

const DURATIONS: Readonly<Record<string, Metric>> = Object.fromEntries(
  LATENCIES.flatMap((name) => LATENCY_KEYS.map((key) => [`${name}.${key}`, duration(name, key)])),
)

const METRICS: Readonly<Record<string, Metric>> = {
  ...MESSAGES,
  ...CAUSES,
  ...DEVICES,
  ...RECOVERY,
  ...PER_DEVICE,
  ...DURATIONS,
}

/** All names that need no number in them. */
export const METRIC_NAMES: readonly string[] = Object.keys(METRICS)

/** Those that one group can be asked for: `acked.rate{group:meter}`. */
const GROUP_METRICS: Readonly<Record<string, (group: GroupSnapshot) => number>> = {
  'published.count': ({ published }) => published,
  'acked.count': ({ acked }) => acked,
  'acked.rate': ({ acked, published }) => (published === 0 ? 1 : acked / published),
  'queued.count': ({ queued }) => queued,
  'connected.count': ({ connected }) => connected,
  'connected.rate': ({ connected, devices }) => (devices === 0 ? 1 : connected / devices),
}
export const GROUP_METRIC_NAMES: readonly string[] = Object.keys(GROUP_METRICS)

const PERCENTILE = /^(latency|lag|delivery)\.p(\d{1,2}(?:\.\d{1,3})?)$/
const MEASURE = /^measure\.(.+)\.(count|perDevice|sum|min|mean|max)$/

/** Undefined for a name that means nothing. */
export function metricOf(name: string, group: string | undefined): Metric | undefined {
  if (group !== undefined) return groupMetric(name, group)
  const known = Object.hasOwn(METRICS, name) ? METRICS[name] : undefined
  if (known !== undefined) return known
  const [, series, percent] = PERCENTILE.exec(name) ?? []
  if (series !== undefined && Number(percent) > 0) {
    const at = Number(percent)
    return { unit: 'ms', read: (figures) => percentileOf(figures, series as Series, at) }
  }
  const [, measure, key] = MEASURE.exec(name) ?? []
  if (measure === undefined) return undefined
  const read = ({ measures, devices }: Figures): number | undefined => {
    const summary = measures[measure]
    if (key !== 'perDevice') return summary?.[key as keyof MeasureSummary]
    return summary && summary.count / Math.max(devices.total, 1)
  }
  return { unit: 'number', read }
}

function groupMetric(name: string, group: string): Metric | undefined {
  const read = Object.hasOwn(GROUP_METRICS, name) ? GROUP_METRICS[name] : undefined
  if (read === undefined) return undefined
  const unit = name.endsWith('.rate') ? 'share' : 'count'
  return {
    unit,
    read: ({ groups }) => {
      const found = groups.find((one) => one.name === group)
      return found === undefined ? undefined : read(found)
    },
  }
}

function percentileOf(figures: Figures, series: Series, percent: number): number | undefined {
  const histogram = figures[series]
  return histogram.count === 0 ? undefined : histogram.percentile(percent)
}

function duration(series: Series, key: (typeof LATENCY_KEYS)[number]): Metric {
  const read = (figures: Figures): number | undefined => {
    const { count, [key]: value } = figures[series].summary()
    return count === 0 ? undefined : value
  }
  return { unit: 'ms', read }
}
