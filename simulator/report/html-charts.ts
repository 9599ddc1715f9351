// Which charts a report has: devices, messages, trouble over time, and how latency is distributed.
// A run without points in time has only the last.

import { LatencyHistogram } from './latency-histogram.ts'
import { formatElapsed, formatShortMs } from './quantities.ts'
import type { Report } from './report.ts'
import { barChart, lineChart } from './svg-chart.ts'
import type { ChartFrame } from './svg-chart.ts'
import type { TimelineKey, TimelineSeries } from './timeline.ts'

/** SVG figures. */
export function chartsOf({ timeline, histograms }: Report): string[] {
  const hasTime = timeline !== undefined && timeline.connected.length > 1
  return [...(hasTime ? timeCharts(timeline) : []), ...latencyChart(histograms.latency)]
}

function timeCharts(timeline: TimelineSeries): string[] {
  const rate = (key: TimelineKey): number[] => rateOf(timeline[key], timeline.stepMs)
  const of = (title: string, unit: string): ChartFrame => frameOf(timeline, title, unit)
  const charts = [
    lineChart(of('Devices online', 'devices'), [{ name: 'online', values: timeline.connected }]),
    lineChart(of('Messages a second', 'a second'), [
      { name: 'published', values: rate('published') },
      { name: 'acknowledged', values: rate('acked') },
    ]),
    lineChart(of('Messages waiting', 'messages'), [
      { name: 'queued in devices', values: timeline.queued },
    ]),
  ]
  const hasSome = ({ values }: { values: readonly number[] }): boolean =>
    values.some((value) => value > 0)
  const reconnects = { name: 'reconnects', values: rate('reconnects') }
  if (hasSome(reconnects))
    charts.push(lineChart(of('Reconnects a second', 'a second'), [reconnects]))
  const trouble = [
    { name: 'errors', values: rate('errors') },
    { name: 'lost messages', values: rate('lost') },
  ]
  return trouble.some(hasSome)
    ? [...charts, lineChart(of('Trouble a second', 'a second'), trouble)]
    : charts
}

/** Counts since the start become what was added a second. */
function rateOf(counts: readonly number[], stepMs: number): number[] {
  return counts.map((count, index) => ((count - (counts[index - 1] ?? 0)) * 1_000) / stepMs)
}

const MARKS = 5

function frameOf(timeline: TimelineSeries, title: string, unit: string): ChartFrame {
  const { stepMs, connected } = timeline
  const at = (column: number): string => formatElapsed((column + 1) * stepMs)
  const last = connected.length - 1
  const marks = Array.from({ length: MARKS }, (_, mark) => {
    const column = Math.round((mark * last) / (MARKS - 1))
    return { column, text: at(column) }
  })
  const distinct = marks.filter(({ column }, index) => column !== marks[index - 1]?.column)
  return { title, unit, label: (column) => `at ${at(column)}`, marks: distinct }
}

/** Bars of equal ratio, ten a decade. */
const PER_DECADE = 10

function latencyChart(encoded: string): string[] {
  const steps = LatencyHistogram.decode(encoded).steps(PER_DECADE)
  if (steps.length === 0) return []
  const every = Math.max(1, Math.ceil(steps.length / 8))
  const marks = steps.flatMap(({ fromMs }, column) => {
    return column % every === 0 ? [{ column, text: formatShortMs(fromMs) }] : []
  })
  const label = (column: number): string => {
    const { fromMs = 0, toMs = 0 } = steps[column] ?? {}
    return `${fromMs.toPrecision(3)} to ${toMs.toPrecision(3)} ms`
  }
  const frame = { title: 'Latency, due to acknowledged', unit: 'messages', label, marks }
  return [barChart(frame, { name: 'messages', values: steps.map(({ count }) => count) })]
}
