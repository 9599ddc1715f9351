// Thresholds: what a run must have come to, written as `acked.rate > 0.99`, `latency.p95 < 500ms`
// or `reconnects.perDevice > 0.3 after 24h`. Parsed when a scenario is read, and again out of
// reports when shards are merged, so the text is what is kept. It does not know how a figure is
// measured (metrics.ts).

import { GROUP_METRIC_NAMES, METRIC_NAMES, metricOf } from './metrics.ts'
import type { Figures, Unit } from './metrics.ts'
import { formatCount, formatMs } from './quantities.ts'

const OPERATORS = ['<', '<=', '>', '>=', '=='] as const
type Operator = (typeof OPERATORS)[number]

export interface Threshold {
  /** As it was written, with single spaces. */
  readonly text: string
  readonly metric: string
  readonly group: string | undefined
  readonly unit: Unit
  readonly operator: Operator
  /** Milliseconds for durations, 0 to 1 for shares. */
  readonly limit: number
  /** Runs shorter than this are not asked, milliseconds. */
  readonly afterMs: number
}

/** The outcome of one threshold; in reports. */
export interface ThresholdResult {
  readonly threshold: string
  /**
   * Null: the run did not measure it, which crosses the threshold, or was too short to be asked,
   * which does not.
   */
  readonly value: number | null
  readonly isMet: boolean
}

/** What was wrong with the text: the phrases after "found" and "expected". */
export interface ThresholdProblem {
  readonly found: string
  readonly expected: string
  /** A name that nobody knows, and those that there are. */
  readonly unknown?: { readonly name: string; readonly known: readonly string[] }
}

const SHAPE = /^([A-Za-z][\w.]*)(?:\{group:([\w.-]+)\})?(<=|>=|==|<|>)(\S+)$/
const AFTER = /\s+after\s+(\S+)\s*$/
const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/
const NUMBER = /^\d+(?:\.\d+)?(%?)$/
const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}
const EXAMPLE = 'a threshold such as "acked.rate > 0.99" or "latency.p95 < 500ms"'

export function parseThreshold(text: string): Threshold | ThresholdProblem {
  const [tail, after] = AFTER.exec(text) ?? ['']
  const afterMs = after === undefined ? 0 : durationOf(after)
  if (afterMs === undefined) return { found: JSON.stringify(after), expected: LIMITS.ms }
  const own = text.slice(0, text.length - tail.length)
  const [, metric, group, operator, right] = SHAPE.exec(own.replaceAll(/\s+/g, '')) ?? []
  if (metric === undefined || operator === undefined || right === undefined) {
    return { found: JSON.stringify(text), expected: EXAMPLE }
  }
  const known = metricOf(metric, group)
  if (known === undefined) {
    const names = group === undefined ? METRIC_NAMES : GROUP_METRIC_NAMES
    const more = group === undefined ? ' latency.pN lag.pN delivery.pN measure.NAME.KEY' : ''
    const expected = `one of ${names.join(' ')}${more}`
    return { found: `figure ${metric}`, expected, unknown: { name: metric, known: names } }
  }
  const limit = limitOf(right, known.unit)
  if (limit === undefined) return { found: JSON.stringify(right), expected: LIMITS[known.unit] }
  const where = group === undefined ? metric : `${metric}{group:${group}}`
  return {
    text: `${where} ${operator} ${right}${after === undefined ? '' : ` after ${after}`}`,
    metric,
    group,
    unit: known.unit,
    operator: operator as Operator,
    limit,
    afterMs,
  }
}

const LIMITS: Readonly<Record<Unit, string>> = {
  count: 'a number such as 0 or 1000',
  share: 'a share from 0 to 1, or 0% to 100%',
  ms: 'a duration such as 250ms, 5s or 2m',
  number: 'a number',
}

function limitOf(text: string, unit: Unit): number | undefined {
  if (unit === 'ms') return durationOf(text)
  const [, percent] = NUMBER.exec(text) ?? []
  if (percent === undefined || (percent === '%' && unit !== 'share')) return undefined
  const value = percent === '%' ? Number(text.slice(0, -1)) / 100 : Number(text)
  return unit === 'share' && value > 1 ? undefined : value
}

function durationOf(text: string): number | undefined {
  const [, amount, name] = DURATION.exec(text) ?? []
  return amount === undefined ? undefined : Number(amount) * (UNIT_MS[name ?? ''] ?? Number.NaN)
}

/** What the run did not measure crosses every threshold that it is asked. */
export function checkThreshold(threshold: Threshold, figures: Figures): ThresholdResult {
  const value = metricOf(threshold.metric, threshold.group)?.read(figures)
  const { text, operator, limit, afterMs } = threshold
  if (figures.durationMs < afterMs) return { threshold: text, value: null, isMet: true }
  if (value === undefined) return { threshold: text, value: null, isMet: false }
  return { threshold: text, value, isMet: compare(value, operator, limit) }
}

function compare(value: number, operator: Operator, limit: number): boolean {
  switch (operator) {
    case '<':
      return value < limit
    case '<=':
      return value <= limit
    case '>':
      return value > limit
    case '>=':
      return value >= limit
    case '==':
      return value === limit
  }
}

/** The value as people read it: `0.9987`, `412 ms`, `1,204`, `not measured`. */
export function formatResult({ threshold, value, isMet }: ThresholdResult): string {
  if (value === null) return isMet ? 'not asked' : 'not measured'
  const parsed = parseThreshold(threshold)
  if ('found' in parsed) return String(value)
  if (parsed.unit === 'ms') return formatMs(value)
  if (parsed.unit === 'count') return formatCount(value)
  return String(Number(value.toPrecision(5)))
}
