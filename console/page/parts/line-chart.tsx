// Lines over time, drawn by uPlot, the only importer of which is this file. The legend is ours, so
// that it speaks the visitor's language; arrow keys move the cursor as the pointer does. It knows
// nothing of where the numbers come from.

import type { JSX } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import { usePage } from '../context.ts'
import { colourIn } from './canvas.ts'

const HEIGHT = 260
const NARROWEST = 240

export interface DrawnLine {
  readonly name: string
  /** The class that colours it, `colour-0` to `colour-7`. */
  readonly colour: string
  /** Milliseconds since 1970, rising. */
  readonly times: readonly number[]
  readonly values: readonly number[]
}

interface Pointed {
  readonly at: number
  readonly values: readonly (number | undefined)[]
}

export function LineChart(props: {
  readonly label: string
  readonly lines: readonly DrawnLine[]
}): JSX.Element {
  const { language, theme } = usePage()
  const { label, lines } = props
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  /** Of the point under the cursor. */
  const index = useRef<number | null>(null)
  const [pointed, setPointed] = useState<Pointed | null>(null)
  const names = JSON.stringify(lines.map(({ name, colour }) => [name, colour]))

  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return
    const point = ({ cursor, data }: uPlot): void => {
      index.current = cursor.idx ?? null
      setPointed(pointedAt(data, index.current))
    }
    const made = new uPlot(optionsOf(element, lines, language, point), joined(lines), element)
    plot.current = made
    const observer = new ResizeObserver(() => made.setSize(sizeOf(element)))
    observer.observe(element)
    return () => {
      observer.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [names, language])
  useEffect(() => plot.current?.setData(joined(lines)), [lines])
  useEffect(() => plot.current?.redraw(false), [theme])

  const handleKey = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (step === undefined || plot.current === null) return
    event.preventDefault()
    // By the number of the point: several may stand on one pixel.
    const [times] = plot.current.data
    const from = index.current ?? (step > 0 ? -1 : times.length)
    index.current = Math.min(times.length - 1, Math.max(0, from + step))
    const left = plot.current.valToPos(times[index.current] ?? 0, 'x')
    plot.current.setCursor({ left, top: 0 }, false)
    setPointed(pointedAt(plot.current.data, index.current))
  }
  return (
    <div class="line-chart">
      <div
        ref={box}
        class="plot"
        tabIndex={0}
        role="group"
        aria-label={label}
        onKeyDown={handleKey}
      />
      <Legend lines={lines} pointed={pointed} />
    </div>
  )
}

function Legend(props: {
  readonly lines: readonly DrawnLine[]
  readonly pointed: Pointed | null
}): JSX.Element {
  const { format, language } = usePage()
  const { lines, pointed } = props
  return (
    <p class="legend">
      {lines.map(({ name, colour, values }, index) => (
        <span key={name} class={`line-key ${colour}`}>
          <i class="dot" aria-hidden="true" />
          <span class="mono">{name}</span>{' '}
          <b>{format.number(pointed === null ? values.at(-1) : pointed.values[index])}</b>
        </span>
      ))}
      {pointed !== null && (
        <time class="muted">{new Date(pointed.at).toLocaleTimeString(language)}</time>
      )}
    </p>
  )
}

function optionsOf(
  element: HTMLElement,
  lines: readonly DrawnLine[],
  language: string,
  point: (plot: uPlot) => void,
): uPlot.Options {
  // A canvas knows no variables of a style sheet; what they come to is asked of an element.
  const colourOf = (name: string) => (): string => colourIn(element, name)
  const font = `11px ${getComputedStyle(element).fontFamily}`
  const axis = { stroke: colourOf('plot-text'), font, ticks: { show: false } }
  const grid = { stroke: colourOf('plot-grid'), width: 1 }
  return {
    ...sizeOf(element),
    ms: 1,
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 30,
        space: 90,
        values: (_plot, times) => times.map((at) => new Date(at).toLocaleTimeString(language)),
      },
      { ...axis, grid, size: 56 },
    ],
    series: [
      {},
      ...lines.map(({ name, colour }) => {
        return { label: name, stroke: colourOf(colour), width: 1.75, spanGaps: true }
      }),
    ],
    hooks: { setCursor: [point] },
  }
}

function sizeOf(element: HTMLElement): { readonly width: number; readonly height: number } {
  return { width: Math.max(NARROWEST, element.clientWidth), height: HEIGHT }
}

/** The lines on one axis of time, with gaps where a line has no point. */
function joined(lines: readonly DrawnLine[]): uPlot.AlignedData {
  if (lines.length === 0) return [[]]
  return uPlot.join(lines.map(({ times, values }) => [[...times], [...values]]))
}

/** What each line shows there: its own point, or the last one before. */
function pointedAt(data: uPlot.AlignedData, index: number | null): Pointed | null {
  const [times, ...lines] = data
  const at = index === null ? undefined : times[index]
  if (at === undefined) return null
  const values = lines.map((line) => {
    for (let back = index ?? 0; back >= 0; back--) {
      const value = line[back]
      if (value !== null && value !== undefined) return value
    }
    return undefined
  })
  return { at, values }
}
