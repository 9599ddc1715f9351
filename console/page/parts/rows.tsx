// A long list of rows of one height of which only those in sight are drawn.

import type { ComponentChildren, JSX } from 'preact'
import { useState } from 'preact/hooks'

const ROW_PIXELS = 34
const SPARE_ROWS = 4

export function Rows<Row>(props: {
  readonly label: string
  readonly rows: readonly Row[]
  readonly heightPixels: number
  readonly draw: (row: Row) => ComponentChildren
}): JSX.Element {
  const { rows, heightPixels } = props
  const [top, setTop] = useState(0)
  const first = Math.max(0, Math.floor(top / ROW_PIXELS) - SPARE_ROWS)
  const count = Math.ceil(heightPixels / ROW_PIXELS) + 2 * SPARE_ROWS
  return (
    <div
      class="rows"
      role="region"
      aria-label={props.label}
      tabIndex={0}
      style={{ maxHeight: `${heightPixels}px` }}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
    >
      <ul style={{ height: `${rows.length * ROW_PIXELS}px` }}>
        <li class="rows-before" style={{ height: `${first * ROW_PIXELS}px` }} aria-hidden="true" />
        {rows.slice(first, first + count).map(props.draw)}
      </ul>
    </div>
  )
}
