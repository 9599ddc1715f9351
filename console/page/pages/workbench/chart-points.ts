// The numbers that a chart has gathered, a line for each topic and field. Bound: LINES_MAX lines
// of POINTS_MAX points, the oldest of which give way. It knows neither the server nor how a line is
// drawn.

import type { PointRow } from '../../../workbench-views.ts'

export interface ChartSeries {
  readonly filter: string
  /** Of the number in a payload: `a.b[0].c`; '' is the whole payload. */
  readonly path: string
}

export interface ChartLine {
  readonly topic: string
  readonly path: string
  /** Milliseconds since 1970, rising, and what stood there; of one length. */
  readonly times: readonly number[]
  readonly values: readonly number[]
}

export const LINES_MAX = 8
export const POINTS_MAX = 2_000
/** Messages of the same millisecond stand side by side, in their order. */
const APART_MS = 0.001

interface Line extends ChartLine {
  readonly series: ChartSeries
  readonly times: number[]
  readonly values: number[]
}

export class ChartPoints {
  readonly #lines = new Map<string, Line>()

  get lines(): readonly ChartLine[] {
    return [...this.#lines.values()]
  }

  /** Adds what came for a series, oldest first. Topics beyond LINES_MAX are left out. */
  add(series: ChartSeries, rows: readonly PointRow[]): void {
    for (const { topic, at, value } of rows) {
      const line = this.#line(series, topic)
      if (line === undefined) continue
      line.times.push(Math.max(at, (line.times.at(-1) ?? 0) + APART_MS))
      line.values.push(value)
      if (line.times.length > 2 * POINTS_MAX) trim(line)
    }
    for (const line of this.#lines.values()) if (line.times.length > POINTS_MAX) trim(line)
  }

  #line(series: ChartSeries, topic: string): Line | undefined {
    const key = JSON.stringify([series.filter, series.path, topic])
    const known = this.#lines.get(key)
    if (known !== undefined || this.#lines.size === LINES_MAX) return known
    const line: Line = { series, topic, path: series.path, times: [], values: [] }
    this.#lines.set(key, line)
    return line
  }

  remove({ filter, path }: ChartSeries): void {
    for (const [key, { series }] of this.#lines) {
      if (series.filter === filter && series.path === path) this.#lines.delete(key)
    }
  }

  clear(): void {
    this.#lines.clear()
  }

  /** Every point as `time,topic,field,value`, in order of time. */
  csv(): string {
    const points = this.lines.flatMap(({ topic, path, times, values }) =>
      times.map((at, index) => ({ at, topic, path, value: values[index] ?? Number.NaN })),
    )
    const rows = points
      .toSorted((one, other) => one.at - other.at)
      .map(({ at, topic, path, value }) =>
        [new Date(at).toISOString(), cell(topic), cell(path), String(value)].join(','),
      )
    return ['time,topic,field,value', ...rows, ''].join('\r\n')
  }
}

function trim({ times, values }: Line): void {
  const extra = times.length - POINTS_MAX
  times.splice(0, extra)
  values.splice(0, extra)
}

/** As RFC 4180 writes it. A text that a table would take for a formula is told by its quote. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
