// Messages a second over the last minutes or hours, in and out, as SVG. The width is measured, so
// that lines and letters are drawn at their true size. Draws at most 1,440 points a line.

import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { RateSample, RateSpan } from '../../views.ts'
import { usePage } from '../context.ts'
import type { Format } from '../text/format.ts'

const HEIGHT = 190
const SMALL_HEIGHT = 120
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
/** How long each is, and from one mark to the next. */
const SPANS: Record<RateSpan, { readonly windowMs: number; readonly markMs: number }> = {
  '5m': { windowMs: 5 * MINUTE_MS, markMs: MINUTE_MS },
  '1h': { windowMs: HOUR_MS, markMs: 10 * MINUTE_MS },
  '24h': { windowMs: 24 * HOUR_MS, markMs: 4 * HOUR_MS },
}
const EDGE = { top: 10, right: 12, bottom: 24, left: 44 }

type Line = 'inPerSecond' | 'outPerSecond'

export function RateChart(props: {
  readonly samples: readonly RateSample[]
  readonly now: number
  readonly span: RateSpan
  readonly isSmall?: boolean
}): JSX.Element {
  const { labels, format } = usePage()
  const [width, box] = useWidth()
  const [pointed, setPointed] = useState<number | null>(null)
  const { samples, now, span, isSmall = false } = props
  const { windowMs } = SPANS[span]
  const height = isSmall ? SMALL_HEIGHT : HEIGHT
  const top = niceTop(Math.max(0, ...samples.flatMap((s) => [s.inPerSecond, s.outPerSecond])))
  const x = (at: number): number =>
    EDGE.left + (1 - (now - at) / windowMs) * (width - EDGE.left - EDGE.right)
  const y = (rate: number): number =>
    height - EDGE.bottom - (rate / top) * (height - EDGE.top - EDGE.bottom)
  const seen = samples.filter(({ at }) => now - at <= windowMs)
  const newest = seen.at(-1)
  const shown = pointed === null ? undefined : nearest(seen, x, pointed)
  const path = (line: Line): string => pathOf(seen.map((one) => [x(one.at), y(one[line])]))
  const summary = labels.rateSummary(
    labels.rateSpans[span],
    format.rate(newest?.inPerSecond ?? 0),
    format.rate(newest?.outPerSecond ?? 0),
  )
  return (
    <div class={isSmall ? 'chart is-small' : 'chart'} ref={box}>
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={summary}
        onPointerMove={(event) => setPointed(event.offsetX)}
        onPointerLeave={() => setPointed(null)}
      >
        <Grid top={top} width={width} height={height} x={x} y={y} now={now} span={span} />
        {seen.length > 1 && (
          <>
            <path class="area" d={`${path('inPerSecond')}${areaEnd(seen, x, y(0))}`} />
            <path class="line out" d={path('outPerSecond')} />
            <path class="line in" d={path('inPerSecond')} />
          </>
        )}
        {shown !== undefined && <Pointed sample={shown} height={height} x={x} y={y} />}
      </svg>
      {seen.length < 2 && <p class="chart-note muted">{labels.collecting}</p>}
      <Legend sample={shown ?? newest} format={format} />
    </div>
  )
}

interface Scales {
  readonly x: (at: number) => number
  readonly y: (rate: number) => number
}

function Grid(
  props: Scales & {
    readonly top: number
    readonly width: number
    readonly height: number
    readonly now: number
    readonly span: RateSpan
  },
): JSX.Element {
  const { labels, format } = usePage()
  const { top, width, height, x, y, now } = props
  const { windowMs, markMs } = SPANS[props.span]
  const marks = Array.from({ length: windowMs / markMs }, (_, index) => index + 1)
  const shown = width < 480 ? marks.filter((mark) => mark === 2 || mark === 4) : marks
  const textOf = (agoMs: number): string =>
    agoMs < HOUR_MS || windowMs === HOUR_MS
      ? labels.minutesAgo(String(agoMs / MINUTE_MS))
      : labels.hoursAgo(String(agoMs / HOUR_MS))
  return (
    <g class="grid">
      {[0, top / 2, top].map((rate) => (
        <g key={rate}>
          <line x1={EDGE.left} x2={width - EDGE.right} y1={y(rate)} y2={y(rate)} />
          <text x={EDGE.left - 8} y={y(rate) + 4} text-anchor="end">
            {Number.isInteger(rate) ? format.count(rate) : format.rate(rate)}
          </text>
        </g>
      ))}
      {shown.map((mark) => (
        <text key={mark} x={x(now - mark * markMs)} y={height - 6} text-anchor="middle">
          {textOf(mark * markMs)}
        </text>
      ))}
      <text x={width - EDGE.right} y={height - 6} text-anchor="end">
        {labels.now}
      </text>
    </g>
  )
}

function Pointed(
  props: Scales & { readonly sample: RateSample; readonly height: number },
): JSX.Element {
  const { sample, height, x, y } = props
  const at = x(sample.at)
  return (
    <g class="pointed">
      <line x1={at} x2={at} y1={EDGE.top} y2={height - EDGE.bottom} />
      <circle class="out" cx={at} cy={y(sample.outPerSecond)} r="3.5" />
      <circle class="in" cx={at} cy={y(sample.inPerSecond)} r="3.5" />
    </g>
  )
}

function Legend(props: {
  readonly sample: RateSample | undefined
  readonly format: Format
}): JSX.Element {
  const { labels, language } = usePage()
  const { sample, format } = props
  return (
    <p class="legend">
      <span class="in">
        {labels.messagesIn} <b>{format.rate(sample?.inPerSecond ?? 0)}</b>
      </span>
      <span class="out">
        {labels.messagesOut} <b>{format.rate(sample?.outPerSecond ?? 0)}</b>
      </span>
      {sample !== undefined && (
        <time class="muted">{new Date(sample.at).toLocaleTimeString(language)}</time>
      )}
    </p>
  )
}

/** The width of an element in pixels, followed. */
function useWidth(): [number, { current: HTMLDivElement | null }] {
  const box = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(640)
  useEffect(() => {
    if (box.current === null) return
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setWidth(Math.max(240, Math.floor(entry.contentRect.width)))
    })
    observer.observe(box.current)
    return () => observer.disconnect()
  }, [])
  return [width, box]
}

function pathOf(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('')
}

function areaEnd(seen: readonly RateSample[], x: Scales['x'], base: number): string {
  return `L${x(seen.at(-1)?.at ?? 0).toFixed(1)} ${base}L${x(seen[0]?.at ?? 0).toFixed(1)} ${base}Z`
}

function nearest(
  seen: readonly RateSample[],
  x: Scales['x'],
  pointed: number,
): RateSample | undefined {
  return seen.reduce<RateSample | undefined>((best, one) => {
    const isNearer =
      best === undefined || Math.abs(x(one.at) - pointed) < Math.abs(x(best.at) - pointed)
    return isNearer ? one : best
  }, undefined)
}

/** The next round number that is not below the value; its half is round too. */
function niceTop(value: number): number {
  if (value <= 1) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 3, 4, 5, 6, 8, 10].find((step) => step * power >= value) ?? 10) * power
}
