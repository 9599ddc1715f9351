// Numbers of the messages that came in, as lines over time: which topics and which field of their
// payloads is kept in the browser. The server reads the numbers out of the messages that it keeps.

import type { JSX } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { ConnectionView, PointRow, RingView } from '../../../workbench-views.ts'
import { call, reasonOf, withQuery } from '../../api.ts'
import { usePage } from '../../context.ts'
import { Card } from '../../parts/basics.tsx'
import { download } from '../../parts/download.ts'
import { Field } from '../../parts/field.tsx'
import { Icon } from '../../parts/icon.tsx'
import { LineChart } from '../../parts/line-chart.tsx'
import { keep, recall } from '../../settings.ts'
import { ChartPoints, LINES_MAX } from './chart-points.ts'
import type { ChartSeries } from './chart-points.ts'

const PAUSE_MS = 300
const ROWS_ASKED = 500

export function Charts({ connection }: { readonly connection: ConnectionView }): JSX.Element {
  const { labels, format } = usePage()
  const [series, setSeries] = useState(() => recall<ChartSeries[]>('charts', []))
  const [isPaused, setPaused] = useState(false)
  const { points, lines, leftOut, clear } = usePoints(connection.id, series, isPaused)
  const change = (next: ChartSeries[]): void => {
    keep('charts', next)
    setSeries(next)
  }
  const add = (one: ChartSeries): void =>
    change([...series.filter((other) => !isSame(one, other)), one].slice(-LINES_MAX))
  const remove = (one: ChartSeries): void => {
    points.remove(one)
    change(series.filter((other) => !isSame(one, other)))
  }
  const drawn = useMemo(
    () =>
      lines.map(({ topic, path, times, values }, index) => {
        return { name: nameOf(topic, path), colour: `colour-${index}`, times, values }
      }),
    [lines],
  )
  return (
    <Card title={labels.chart} hint={labels.chartHint}>
      <SeriesForm id={connection.id} onAdd={add} />
      {series.length > 0 && (
        <div class="chart-head">
          <ul class="chips" aria-label={labels.chartSeries}>
            {series.map((one) => (
              <SeriesChip key={nameOf(one.filter, one.path)} series={one} onRemove={remove} />
            ))}
          </ul>
          <label class="check">
            <input
              type="checkbox"
              checked={isPaused}
              onChange={(event) => setPaused(event.currentTarget.checked)}
            />
            {labels.pause}
          </label>
          <button type="button" class="button small" onClick={clear}>
            {labels.clear}
          </button>
          <button
            type="button"
            class="button small"
            disabled={lines.length === 0}
            onClick={() => download('chart.csv', points.csv())}
          >
            {labels.saveCsv}
          </button>
        </div>
      )}
      {series.length > 0 && lines.length === 0 && <p class="muted pad">{labels.noNumbers}</p>}
      {lines.length > 0 && <LineChart label={labels.chartHint} lines={drawn} />}
      {leftOut > 0 && <p class="muted rows-foot">{labels.pointsLeftOut(format.exact(leftOut))}</p>}
    </Card>
  )
}

function isSame(one: ChartSeries, other: ChartSeries): boolean {
  return one.filter === other.filter && one.path === other.path
}

function nameOf(topic: string, path: string): string {
  return path === '' ? topic : `${topic} ${path}`
}

function SeriesChip(props: {
  readonly series: ChartSeries
  readonly onRemove: (series: ChartSeries) => void
}): JSX.Element {
  const { labels } = usePage()
  const name = nameOf(props.series.filter, props.series.path)
  return (
    <li class="chip saved">
      <span class="mono">{name}</span>
      <button
        type="button"
        class="icon-button small"
        title={labels.removeSeries(name)}
        aria-label={labels.removeSeries(name)}
        onClick={() => props.onRemove(props.series)}
      >
        <Icon name="close" />
      </button>
    </li>
  )
}

function SeriesForm(props: {
  readonly id: string
  readonly onAdd: (series: ChartSeries) => void
}): JSX.Element {
  const { labels } = usePage()
  const [draft, setDraft] = useState<ChartSeries>({ filter: '', path: '' })
  const [problem, setProblem] = useState('')
  const add = async (event: Event): Promise<void> => {
    event.preventDefault()
    try {
      // The server says what it cannot read before the series is kept.
      await call(withQuery(`connections/${props.id}/points`, { ...draft, limit: 1 }))
      setProblem('')
      props.onAdd(draft)
    } catch (error) {
      setProblem(labels.failed(reasonOf(error)))
    }
  }
  return (
    <form class="series-form pad" onSubmit={(event) => void add(event)}>
      <Field
        label={labels.chartFilter}
        value={draft.filter}
        placeholder="plant/+/press"
        required
        onInput={(filter) => setDraft({ ...draft, filter })}
      />
      <Field
        label={labels.chartPath}
        value={draft.path}
        placeholder={labels.wholePayload}
        onInput={(path) => setDraft({ ...draft, path })}
      />
      <button type="submit" class="button">
        {labels.addSeries}
      </button>
      <output class="note bad">{problem}</output>
    </form>
  )
}

interface Gathered {
  readonly points: ChartPoints
  readonly lines: ChartPoints['lines']
  /** Points that came faster than they were asked for. */
  readonly leftOut: number
  readonly clear: () => void
}

/** Asks for the points of each series, one question at a time and a pause after each round. */
function usePoints(id: string, series: readonly ChartSeries[], isPaused: boolean): Gathered {
  const [points] = useState(() => new ChartPoints())
  /** Of each series, the number of the newest message that was asked for. */
  const [newest] = useState(() => new Map<string, number>())
  const [{ lines, leftOut }, setDrawn] = useState({ lines: points.lines, leftOut: 0 })
  const draw = (missed: number): void =>
    setDrawn((old) => ({ lines: points.lines, leftOut: old.leftOut + missed }))
  useEffect(() => {
    draw(0)
    if (isPaused || series.length === 0) return
    const { signal, abort } = aborting()
    let timer = 0
    const ask = async (): Promise<void> => {
      for (const one of document.visibilityState === 'visible' ? series : []) {
        const key = nameOf(one.filter, one.path)
        const after = newest.get(key) ?? 0
        const query = { ...one, after, limit: ROWS_ASKED }
        const path = withQuery(`connections/${id}/points`, query)
        const view = await call<RingView<PointRow>>(path, { signal }).catch(() => null)
        if (signal.aborted) return
        if (view === null) continue
        newest.set(key, view.newest)
        points.add(one, view.rows)
        if (view.rows.length > 0) draw(after === 0 ? 0 : view.skipped)
      }
      timer = setTimeout(() => void ask(), PAUSE_MS)
    }
    void ask()
    return () => {
      abort()
      clearTimeout(timer)
    }
  }, [id, series, isPaused])
  const clear = (): void => {
    points.clear()
    setDrawn({ lines: points.lines, leftOut: 0 })
  }
  return { points, lines, leftOut, clear }
}

function aborting(): { readonly signal: AbortSignal; readonly abort: () => void } {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}
