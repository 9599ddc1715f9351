// A snapshot as Prometheus text (exposition format 0.0.4), for scraping a fleet while it runs.
// Names and units by the conventions of that world: seconds, `_total` for counters.

import type { FleetSnapshot, LatencySummary } from './fleet-snapshot.ts'

export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

interface Family {
  readonly name: string
  readonly type: 'gauge' | 'counter'
  readonly help: string
  readonly value: number
  /** By group, where that is known. */
  readonly ofGroup?: keyof FleetSnapshot['groups'][number]
}

export function formatPrometheus(snapshot: FleetSnapshot): string {
  const scenario = `scenario="${label(snapshot.scenario)}"`
  const lines: string[] = []
  for (const { name, type, help, value, ofGroup } of familiesOf(snapshot)) {
    lines.push(`# HELP motewire_${name} ${help}`, `# TYPE motewire_${name} ${type}`)
    if (ofGroup === undefined) lines.push(`motewire_${name}{${scenario}} ${value}`)
    else {
      for (const group of snapshot.groups) {
        const labels = `${scenario},group="${label(group.name)}"`
        lines.push(`motewire_${name}{${labels}} ${group[ofGroup]}`)
      }
    }
  }
  lines.push(
    ...summaryLines('ack_latency_seconds', 'From when a message was due to its acknowledgement.', {
      scenario,
      summary: snapshot.ackLatencyMs,
    }),
    ...summaryLines('lag_seconds', 'How late this process runs its own schedule.', {
      scenario,
      summary: snapshot.lagMs,
    }),
  )
  return `${lines.join('\n')}\n`
}

function familiesOf(snapshot: FleetSnapshot): Family[] {
  const gauge = (name: string, help: string, value: number): Family => {
    return { name, type: 'gauge', help, value }
  }
  const counter = (name: string, help: string, value: number): Family => {
    return { name: `${name}_total`, type: 'counter', help, value }
  }
  const { elapsedMs, started, lost, reconnects, errors } = snapshot
  const { devices, connected, published, acked, queued } = snapshot
  return [
    gauge('elapsed_seconds', 'Time since the run began.', elapsedMs / 1_000),
    { ...gauge('devices', 'Devices of the fleet.', devices), ofGroup: 'devices' },
    gauge('devices_started', 'Devices switched on so far.', started),
    { ...gauge('devices_connected', 'Devices online.', connected), ofGroup: 'connected' },
    {
      ...counter('messages_published', 'Messages that devices asked to send.', published),
      ofGroup: 'published',
    },
    {
      ...counter('messages_acked', 'Messages confirmed by the broker.', acked),
      ofGroup: 'acked',
    },
    { ...gauge('messages_queued', 'Messages not confirmed yet.', queued), ofGroup: 'queued' },
    counter('messages_lost', 'Messages that ended unconfirmed.', lost),
    counter('reconnects', 'Connections made again.', reconnects),
    counter('errors', 'Failed connections and other troubles.', errors),
  ]
}

const QUANTILES = [
  ['0.5', 'p50'],
  ['0.9', 'p90'],
  ['0.99', 'p99'],
  ['0.999', 'p999'],
] as const

function summaryLines(
  name: string,
  help: string,
  { scenario, summary }: { readonly scenario: string; readonly summary: LatencySummary },
): string[] {
  const full = `motewire_${name}`
  return [
    `# HELP ${full} ${help}`,
    `# TYPE ${full} summary`,
    ...QUANTILES.map(([quantile, key]) => {
      return `${full}{${scenario},quantile="${quantile}"} ${seconds(summary[key])}`
    }),
    `${full}_sum{${scenario}} ${seconds(summary.mean * summary.count)}`,
    `${full}_count{${scenario}} ${summary.count}`,
  ]
}

/** Without the last digits that a division by a thousand leaves behind. */
function seconds(ms: number): number {
  return Number((ms / 1_000).toPrecision(12))
}

/** Label values escape these three. */
function label(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
