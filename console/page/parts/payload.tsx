// A payload in one of the views that fit it, or as what changed since the one before.

import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import type { PayloadView } from '../../views.ts'
import { usePage } from '../context.ts'
import { Choice, CopyButton } from './basics.tsx'
import { readPayload, SHAPES } from './payload-reading.ts'
import type { Shape } from './payload-reading.ts'

export function Payload(props: {
  readonly topic: string
  readonly payload: PayloadView
  /** The payload before it, to show what changed. */
  readonly previous?: PayloadView | null
}): JSX.Element {
  const { topic, payload, previous = null } = props
  const { labels, format } = usePage()
  const reading = useMemo(
    () => readPayload(topic, payload, previous),
    [topic, payload.base64, payload.isCut, previous?.base64],
  )
  const [chosen, setChosen] = useState<Shape | null>(null)
  const shapes = SHAPES.filter((one) => reading.views[one] !== undefined)
  const shape = shapes.find((one) => one === chosen) ?? shapes[0] ?? 'hex'
  const text = reading.views[shape] ?? ''
  if (reading.bytes === 0) return <p class="muted">{labels.emptyPayload}</p>
  return (
    <div class="payload">
      <div class="payload-head">
        <Choice
          label={labels.format}
          value={shape}
          options={shapes.map((value) => ({ value, text: labels[value] }))}
          onChange={setChosen}
        />
        <span class="muted">{format.bytes(reading.bytes)}</span>
        <CopyButton text={text} />
      </div>
      <pre tabIndex={0}>{text}</pre>
      {reading.isCut && <p class="muted">{labels.payloadCut}</p>}
    </div>
  )
}
