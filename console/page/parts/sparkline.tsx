// The last five minutes of a rate as a line beside the number, without scale: its own highest value
// is its top. Drawn for the eye; the number says the same to who cannot see it.

import type { JSX } from 'preact'
import type { RecentRatesView } from '../../views.ts'
import { usePage } from '../context.ts'

const WIDTH = 64
const HEIGHT = 16
/** Points of five minutes; fewer stand at the right. */
const POINTS = 30
/** Two would be a stroke that tells nothing. */
const POINTS_MIN = 3
const EDGE = 1

/** Nothing where there are no rates. */
function Sparkline(props: { readonly rates: readonly (number | null)[] }): JSX.Element | null {
  const { rates } = props
  const top = Math.max(...rates.map((rate) => rate ?? 0), Number.MIN_VALUE)
  const points = rates.flatMap((rate, index): string[] => {
    if (rate === null) return []
    const x = WIDTH - EDGE - ((rates.length - 1 - index) * (WIDTH - 2 * EDGE)) / (POINTS - 1)
    const y = HEIGHT - EDGE - (rate / top) * (HEIGHT - 2 * EDGE)
    return [`${x.toFixed(1)} ${y.toFixed(1)}`]
  })
  if (points.length < POINTS_MIN) return null
  const line = `M${points.join('L')}`
  const [firstX = ''] = (points[0] ?? '').split(' ')
  return (
    <svg class="sparkline" width={WIDTH} height={HEIGHT} aria-hidden="true">
      <path class="area" d={`${line}V${HEIGHT}H${firstX}Z`} />
      <path class="line" d={line} />
    </svg>
  )
}

/** The rate of a row: its last minutes, and what it is now. */
export function RecentRate(props: {
  readonly rates: readonly (number | null)[]
  readonly perSecond: number
}): JSX.Element {
  const { labels, format } = usePage()
  return (
    <span class="recent-rate">
      <Sparkline rates={props.rates} />
      <span class="now">
        {format.rate(props.perSecond)} <span class="muted">{labels.perSecond}</span>
      </span>
    </span>
  )
}

/** Both ways together. */
export function bothWays({ inPerSecond, outPerSecond }: RecentRatesView): (number | null)[] {
  return inPerSecond.map((rate, index) => {
    const other = outPerSecond[index] ?? null
    return rate === null || other === null ? null : rate + other
  })
}
