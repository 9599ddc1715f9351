// The last five minutes of one topic or client: messages a second, in and out.

import type { JSX } from 'preact'
import type { RateSample, RecentRatesView } from '../../views.ts'
import { usePage } from '../context.ts'
import { RateChart } from './rate-chart.tsx'

export function RecentChart(props: { readonly recent: RecentRatesView | null }): JSX.Element {
  const { labels, live } = usePage()
  const { recent } = props
  const now = live.snapshot?.at ?? 0
  return (
    <>
      <h3>{labels.messageRate}</h3>
      {recent === null ? (
        <p class="muted">{labels.ratesUnkept}</p>
      ) : (
        <RateChart samples={samplesOf(recent, now)} now={now} span="5m" isSmall />
      )}
    </>
  )
}

/** The newest one is taken for now: it is ten seconds old at most. */
function samplesOf(recent: RecentRatesView, now: number): RateSample[] {
  const { everyMs, inPerSecond, outPerSecond } = recent
  return inPerSecond.flatMap((rate, index) => {
    const other = outPerSecond[index] ?? null
    if (rate === null || other === null) return []
    const at = now - (inPerSecond.length - 1 - index) * everyMs
    return [{ at, inPerSecond: rate, outPerSecond: other }]
  })
}
