// The end report for a terminal: compact, within 80 columns as long as names are short. It does not
// print. Colours only where asked for, and never as the only carrier of a meaning.

import type { LatencySummary } from './fleet-snapshot.ts'
import { messageTable } from './message-table.ts'
import { formatCount, formatMs } from './quantities.ts'
import { worstRecovery } from './recovery.ts'
import type { Recovery } from './recovery.ts'
import type { Report } from './report.ts'
import { formatResult } from './threshold.ts'
import { formatTable } from './text-table.ts'

export interface TextOptions {
  /** ANSI colours. Default false. */
  readonly color?: boolean
}

const RULE_LENGTH = 76
const GROUPS_SHOWN = 20
const INDENT = '  '

/** Several lines, each ended by a newline. */
export function formatText(report: Report, { color = false }: TextOptions = {}): string {
  const paint = (code: number, text: string): string =>
    color ? `\u001B[${code}m${text}\u001B[0m` : text
  const verdict = paint(COLORS[report.verdict], report.verdict.toUpperCase())
  const gap = Math.max(2, RULE_LENGTH - report.scenario.length - report.verdict.length)
  const lines = [
    `${paint(BOLD, report.scenario)}${' '.repeat(gap)}${verdict}`,
    paint(DIM, '─'.repeat(RULE_LENGTH)),
    ...factLines(report),
    '',
    ...messageLines(report),
    '',
    ...latencyLines(report),
    ...groupLines(report),
    ...measureLines(report),
    ...thresholdLines(report),
    ...reasonLines(report),
  ]
  return lines.map((line) => `${line === '' ? '' : INDENT}${line}`.trimEnd() + '\n').join('')
}

const BOLD = 1
const DIM = 2
const COLORS = { passed: 32, failed: 31, invalid: 33 } as const

function factLines(report: Report): string[] {
  const { broker, clock, seed, durationMs, startedAt, devices, shard, shards, timeline } = report
  const storm = timeline && worstRecovery(timeline)
  const trouble = [
    ...(devices.reconnects > 0 ? [`${formatCount(devices.reconnects)} reconnects`] : []),
    ...(devices.errors > 0 ? [`${formatCount(devices.errors)} errors`] : []),
  ]
  const online = `${formatCount(devices.connected)} of ${formatCount(devices.total)} online`
  return [
    `broker   ${broker}`,
    `run      ${formatMs(durationMs)} from ${startedAt}, clock ${clock}, seed ${seed}`,
    `devices  ${[online, ...trouble].join(', ')}`,
    ...(storm === undefined ? [] : [`storm    ${stormText(storm)}`]),
    ...(shard === undefined ? [] : [`shard    ${shard.index} of ${shard.count}`]),
    ...(shards === undefined ? [] : [`shards   ${shards.present.length} of ${shards.count}`]),
    ...(report.digest === undefined ? [] : [`digest   ${report.digest}`]),
  ]
}

function stormText({ before, fewest, backMs, peakPerSecond }: Recovery): string {
  const back = backMs === undefined ? '99 % never back' : `99 % back after ${formatMs(backMs)}`
  const most = Number(peakPerSecond.toPrecision(3)).toLocaleString('en-US')
  const peak = `at most ${most} reconnects/s`
  return `${formatCount(before)} online down to ${formatCount(fewest)}, ${back}, ${peak}`
}

function messageLines(report: Report): string[] {
  const { head, rows, lostBy } = messageTable(report)
  const lines = formatTable([head, ...rows])
  if (lostBy !== '') lines.push(`lost: ${lostBy}`)
  const { queued, inflight } = report.totals
  if (inflight > 0) {
    const unsent = formatCount(queued - inflight)
    lines.push(`queued: ${unsent} in outboxes, ${formatCount(inflight)} on the air`)
  }
  return lines
}

function latencyLines({ latencyMs, lagMs, deliveryMs, overruns }: Report): string[] {
  const head = ['', 'p50', 'p90', 'p99', 'p99.9', 'max']
  const row = (name: string, summary: LatencySummary): string[] => {
    const { count, p50, p90, p99, p999, max } = summary
    return [name, ...[p50, p90, p99, p999, max].map((ms) => (count === 0 ? '-' : formatMs(ms)))]
  }
  const delivery = deliveryMs === undefined ? [] : [row('delivery', deliveryMs)]
  const lines = formatTable([head, row('latency', latencyMs), ...delivery, row('own lag', lagMs)])
  if (overruns > 0) lines.push(`${formatCount(overruns)} messages left out for lack of time`)
  return lines
}

function groupLines({ groups }: Report): string[] {
  if (groups.length < 2) return []
  const head = ['', 'devices', 'online', 'published', 'acked', 'queued']
  const rows = groups.slice(0, GROUPS_SHOWN).map((group) => {
    const { name, devices, connected, published, acked, queued } = group
    return [name, ...[devices, connected, published, acked, queued].map(formatCount)]
  })
  const lines = ['', ...formatTable([head, ...rows])]
  if (groups.length > GROUPS_SHOWN) lines.push(`and ${groups.length - GROUPS_SHOWN} more groups`)
  return lines
}

function measureLines({ measures = {} }: Report): string[] {
  const rows = Object.entries(measures).map(([name, { count, min, mean, max }]) => {
    const short = (value: number): string => Number(value.toPrecision(4)).toLocaleString('en-US')
    return [name, formatCount(count), ...[min, mean, max].map(short)]
  })
  if (rows.length === 0) return []
  return ['', ...formatTable([['measured', 'values', 'min', 'mean', 'max'], ...rows])]
}

function thresholdLines({ thresholds = [], shard }: Report): string[] {
  const rows = thresholds.map((result) => {
    return [result.threshold, formatResult(result), result.isMet ? 'met' : 'crossed']
  })
  const title = shard === undefined ? 'threshold' : 'threshold, of this shard alone'
  return rows.length === 0 ? [] : ['', ...formatTable([[title, 'measured', ''], ...rows])]
}

function reasonLines({ reasons, verdict }: Report): string[] {
  return reasons.length === 0 ? [] : ['', ...reasons.map((reason) => `${verdict}: ${reason}`)]
}
