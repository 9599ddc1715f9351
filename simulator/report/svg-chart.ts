// Charts as inline SVG without a script: lines over time and bars over classes. Colours come from
// the page's style by class name, so they follow light and dark; a value is shown by hovering over
// its column. It does not know what is drawn. Sizes in SVG units; O(points).

import { escape } from './junit-report.ts'
import { formatShortCount } from './quantities.ts'

export interface ChartSeries {
  readonly name: string
  readonly values: readonly number[]
}

export interface ChartFrame {
  readonly title: string
  /** What one value is, for the tooltip: `messages a second`. */
  readonly unit: string
  /** Names a column: `at 1:30`. */
  readonly label: (column: number) => string
  /** Columns that get a mark on the axis, with its text. */
  readonly marks: readonly { readonly column: number; readonly text: string }[]
}

const WIDTH = 560
const HEIGHT = 220
const LEFT = 44
const RIGHT = 10
const TOP = 12
const BOTTOM = 24
const PLOT_WIDTH = WIDTH - LEFT - RIGHT
const PLOT_HEIGHT = HEIGHT - TOP - BOTTOM

/** Lines, the first one with its area filled. At most four series have colours of their own. */
export function lineChart(frame: ChartFrame, series: readonly ChartSeries[]): string {
  const columns = Math.max(...series.map(({ values }) => values.length))
  const top = niceTop(Math.max(...series.flatMap(({ values }) => values), 0))
  const x = (column: number): string =>
    (LEFT + (columns < 2 ? 0 : (column / (columns - 1)) * PLOT_WIDTH)).toFixed(1)
  const y = (value: number): string => (TOP + PLOT_HEIGHT * (1 - value / top)).toFixed(1)
  const lines = series.map(({ values }, position) => {
    const path = values.map((value, column) => `${x(column)},${y(value)}`).join(' ')
    const floor = TOP + PLOT_HEIGHT
    const line = `<polyline class="line s${position}" points="${path}"/>`
    if (position > 0) return line
    const outline = `${x(0)},${floor} ${path} ${x(values.length - 1)},${floor}`
    return `<polygon class="area" points="${outline}"/>${line}`
  })
  const step = PLOT_WIDTH / Math.max(columns - 1, 1)
  const hover = tooltips(frame, series, columns, (column) => ({
    left: Number(x(column)) - step / 2,
    width: step,
  }))
  const marks = frame.marks.map((mark) => ({ at: Number(x(mark.column)), text: mark.text }))
  return figure(frame, series, top, marks, lines.join('') + hover)
}

/** One bar a value. */
export function barChart(frame: ChartFrame, series: ChartSeries): string {
  const { values } = series
  const top = niceTop(Math.max(...values, 0))
  const step = PLOT_WIDTH / Math.max(values.length, 1)
  const bars = values.map((value, column) => {
    const height = (PLOT_HEIGHT * value) / top
    const left = (LEFT + column * step + step * 0.08).toFixed(1)
    const width = (step * 0.84).toFixed(1)
    const y = (TOP + PLOT_HEIGHT - height).toFixed(1)
    const size = `width="${width}" height="${height.toFixed(1)}"`
    return `<rect class="bar" x="${left}" y="${y}" ${size} rx="1.5"/>`
  })
  const hover = tooltips(frame, [series], values.length, (column) => ({
    left: LEFT + column * step,
    width: step,
  }))
  const marks = frame.marks.map(({ column, text }) => ({ at: LEFT + column * step, text }))
  return figure(frame, [series], top, marks, bars.join('') + hover)
}

function figure(
  { title }: ChartFrame,
  series: readonly ChartSeries[],
  top: number,
  marks: readonly { readonly at: number; readonly text: string }[],
  content: string,
): string {
  const legend = series
    .map(({ name }, position) => `<span class="key s${position}">${escape(name)}</span>`)
    .join('')
  const grid = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const y = (TOP + PLOT_HEIGHT * (1 - part)).toFixed(1)
    const text = top >= 4 || part % 0.5 === 0 ? formatShortCount(top * part) : ''
    const line = `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}"/>`
    return line + tick(LEFT - 6, Number(y) + 3.5, 'end', text)
  })
  const axis = marks.map(({ at, text }) => {
    const anchor = at > WIDTH - RIGHT - 24 ? 'end' : at < LEFT + 12 ? 'start' : 'middle'
    return tick(at, HEIGHT - 6, anchor, text)
  })
  const label = escape(title)
  const head = `<figcaption>${label}${legend}</figcaption>`
  const box = `viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}"`
  const drawn = [...grid, ...axis, content].join('')
  return `<figure>${head}<svg ${box}>${drawn}</svg></figure>`
}

function tick(x: number, y: number, anchor: 'start' | 'middle' | 'end', text: string): string {
  const place = `x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}"`
  return `<text class="tick" ${place}>${escape(text)}</text>`
}

/** Invisible columns that show their values while the pointer is over them. */
function tooltips(
  { label, unit }: ChartFrame,
  series: readonly ChartSeries[],
  columns: number,
  place: (column: number) => { readonly left: number; readonly width: number },
): string {
  return Array.from({ length: columns }, (_, column) => {
    const { left, width } = place(column)
    const told = series.map(({ name, values }) => {
      const value = Number((values[column] ?? 0).toFixed(2)).toLocaleString('en-US')
      return `${value} ${series.length > 1 ? name : unit}`
    })
    const text = escape([label(column), ...told].join('\n'))
    const box = `x="${left.toFixed(1)}" y="${TOP}" width="${width.toFixed(1)}"`
    return `<rect class="hover" ${box} height="${PLOT_HEIGHT}"><title>${text}</title></rect>`
  }).join('')
}

/** The next of 1, 2, 4, 5, 8, 10 times a power of ten: four equal steps with short numbers. */
export function niceTop(value: number): number {
  if (value <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  const factor = [1, 2, 4, 6, 8, 10].find((one) => one * power >= value * 0.999999) ?? 10
  return factor * power
}
