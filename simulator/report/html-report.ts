// The report as one HTML file to send round: no network, no script, charts inline. All text of the
// run is escaped, and a Content-Security-Policy forbids everything but the style in the file.

import { chartsOf } from './html-charts.ts'
import { HTML_STYLE } from './html-style.ts'
import { escape } from './junit-report.ts'
import { messageTable } from './message-table.ts'
import { formatCount, formatMs } from './quantities.ts'
import { worstRecovery } from './recovery.ts'
import type { Report } from './report.ts'
import { formatResult } from './threshold.ts'

const POLICY = `default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'`

export function formatHtml(report: Report): string {
  const title = escape(`${report.scenario}: ${report.verdict}`)
  const pill = `<span class="pill ${report.verdict}">${report.verdict.toUpperCase()}</span>`
  const cards = [messageCard, latencyCard, thresholdCard, measureCard, groupCard]
    .map((card) => card(report))
    .filter((html) => html !== '')
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${HTML_STYLE}</style></head>
<body><main>
<header><h1>${escape(report.scenario)}</h1>${pill}</header>
${facts(report)}
${reasons(report)}
${tiles(report)}
<div class="grid2">${chartsOf(report).map(cardOf).join('')}</div>
<div class="grid2">${cards.map(cardOf).join('')}</div>
${footer(report)}
</main></body></html>
`
}

const cardOf = (html: string): string => `<section class="card">${html}</section>`

function facts({ durationMs, startedAt, broker, clock, seed, shard }: Report): string {
  const part = shard === undefined ? [] : [['shard', `${shard.index} of ${shard.count}`]]
  const list = [
    ['started', startedAt.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')],
    ['ran for', formatMs(durationMs)],
    ['broker', broker],
    ['clock', clock],
    ['seed', String(seed)],
    ...part,
  ]
  const told = list.map(([name = '', value = '']) => `${name} <b>${escape(value)}</b>`)
  return `<p class="facts">${told.join(' &middot; ')}</p>`
}

function reasons({ reasons: list, verdict }: Report): string {
  if (list.length === 0) return ''
  const items = list.map((reason) => `<li>${escape(reason)}</li>`).join('')
  return `<section class="card reasons ${verdict}"><ul>${items}</ul></section>`
}

function tiles({ totals, devices, latencyMs, isVerified, timeline }: Report): string {
  const of = (number: string, what: string): string =>
    cardOf(`<div class="n">${number}</div><div class="w">${what}</div>`)
  const measured = latencyMs.count > 0
  return `<div class="tiles">${[
    of(formatCount(totals.published), 'published'),
    of(formatCount(totals.acked), 'acknowledged'),
    of(formatCount(totals.lost), 'lost'),
    of(formatCount(totals.queued), 'still queued'),
    ...(isVerified ? [of(formatCount(totals.duplicated), 'duplicated')] : []),
    of(
      `${formatCount(devices.connected)}<span class="w"> of ${formatCount(devices.total)}</span>`,
      'online at the end',
    ),
    of(measured ? formatMs(latencyMs.p50) : '-', 'latency, median'),
    of(measured ? formatMs(latencyMs.p99) : '-', 'latency, p99'),
    ...recoveryTiles(timeline, of),
  ].join('')}</div>`
}

function recoveryTiles(
  timeline: Report['timeline'],
  of: (number: string, what: string) => string,
): string[] {
  const recovery = timeline && worstRecovery(timeline)
  if (recovery === undefined) return []
  const { fewest, before, backMs, peakPerSecond } = recovery
  const fall = `from ${formatCount(before)} online down to ${formatCount(fewest)}`
  return [
    of(backMs === undefined ? 'never' : formatMs(backMs), `until 99 % were back, ${fall}`),
    of(formatCount(Math.round(peakPerSecond)), 'reconnects a second at the peak'),
  ]
}

function messageCard(report: Report): string {
  const { head, rows, lostBy } = messageTable(report)
  const note = lostBy === '' ? '' : `<p class="facts">lost: ${lostBy}</p>`
  return table('Messages', head, rows) + note
}

function latencyCard({ latencyMs, deliveryMs, lagMs }: Report): string {
  const rows = [
    ['due to acknowledged', latencyMs] as const,
    ...(deliveryMs === undefined ? [] : [['due to delivered', deliveryMs] as const]),
    ['own lag of the simulator', lagMs] as const,
  ].map(([name, { count, p50, p90, p99, p999, max }]) => {
    return [name, ...[p50, p90, p99, p999, max].map((ms) => (count === 0 ? '-' : formatMs(ms)))]
  })
  return table('Latency', ['', 'p50', 'p90', 'p99', 'p99.9', 'max'], rows)
}

function thresholdCard({ thresholds = [] }: Report): string {
  if (thresholds.length === 0) return ''
  const rows = thresholds.map((result) => {
    const word = result.isMet ? 'passed' : 'failed'
    const mark = result.isMet ? '&#10003; met' : '&#10007; crossed'
    const name = `<code>${escape(result.threshold)}</code>`
    return [name, escape(formatResult(result)), `<span class="${word}">${mark}</span>`]
  })
  return table('Thresholds', ['', 'measured', ''], rows)
}

function measureCard({ measures = {} }: Report): string {
  const rows = Object.entries(measures).map(([name, { count, min, mean, max }]) => {
    const short = (value: number): string => Number(value.toPrecision(4)).toLocaleString('en-US')
    return [escape(name), formatCount(count), short(min), short(mean), short(max)]
  })
  if (rows.length === 0) return ''
  return table('Measured by devices', ['', 'values', 'min', 'mean', 'max'], rows)
}

const GROUPS_SHOWN = 200

function groupCard({ groups }: Report): string {
  const rows = groups.slice(0, GROUPS_SHOWN).map((group) => {
    const { name, devices, connected, published, acked, queued } = group
    return [escape(name), ...[devices, connected, published, acked, queued].map(formatCount)]
  })
  const more = groups.length - GROUPS_SHOWN
  const note = more > 0 ? `<p class="facts">and ${more} more groups</p>` : ''
  return table('Groups', ['', 'devices', 'online', 'published', 'acked', 'queued'], rows) + note
}

/** Cells are HTML already. */
function table(title: string, head: readonly string[], rows: readonly string[][]): string {
  const heads = head.map((cell) => `<th>${cell}</th>`).join('')
  const body = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`)
  const whole = `<thead><tr>${heads}</tr></thead><tbody>${body.join('')}</tbody>`
  return `<h2>${title}</h2><div class="scroll"><table>${whole}</table></div>`
}

function footer({ digest, scenarioHash, overruns }: Report): string {
  const parts = [
    'made by motewire',
    ...(digest === undefined ? [] : [`digest ${digest}`]),
    ...(scenarioHash === undefined ? [] : [`scenario ${scenarioHash}`]),
    ...(overruns === 0 ? [] : [`${formatCount(overruns)} messages left out for lack of time`]),
  ]
  return `<footer>${parts.map(escape).join(' &middot; ')}</footer>`
}
