// How often something is sent, and how far a series has come.

import type { JSX } from 'preact'
import type { SeriesView } from '../../workbench-views.ts'
import { usePage } from '../context.ts'

/** As it is typed. */
export interface RepeatText {
  readonly count: string
  readonly everyMs: string
}

export const ONCE: RepeatText = { count: '1', everyMs: '1000' }

/** The field of a request; nothing when it is sent once. */
export function repeatOf({ count, everyMs }: RepeatText): {
  readonly repeat?: { readonly count: number; readonly everyMs: number }
} {
  if (Number(count) <= 1) return {}
  return { repeat: { count: Number(count), everyMs: Number(everyMs) } }
}

export function SeriesState(props: {
  readonly series: Pick<SeriesView, 'sent' | 'count' | 'isRunning'>
  readonly onStop: () => void
}): JSX.Element {
  const { labels, format } = usePage()
  const { sent, count, isRunning } = props.series
  return (
    <>
      {isRunning && (
        <button type="button" class="button danger" onClick={props.onStop}>
          {labels.stop}
        </button>
      )}
      <span class="muted numbers">
        {labels.seriesSent(format.exact(sent), format.exact(count))}
      </span>
    </>
  )
}

export function RepeatFields(props: {
  readonly repeat: RepeatText
  readonly onChange: (repeat: RepeatText) => void
}): JSX.Element {
  const { labels } = usePage()
  const { repeat, onChange } = props
  return (
    <span class="repeat">
      <input
        type="number"
        min={1}
        max={1_000_000}
        aria-label={labels.times}
        value={repeat.count}
        onInput={(event) => onChange({ ...repeat, count: event.currentTarget.value })}
      />
      <span class="muted">{labels.timesEvery}</span>
      <input
        type="number"
        min={1}
        max={86_400_000}
        aria-label={labels.everyMs}
        value={repeat.everyMs}
        onInput={(event) => onChange({ ...repeat, everyMs: event.currentTarget.value })}
      />
      <span class="muted">{labels.unitMs}</span>
    </span>
  )
}
