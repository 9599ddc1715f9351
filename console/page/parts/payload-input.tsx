// Where a payload is typed, and the choice of what the letters mean; further choices stand in the
// same row.

import type { ComponentChildren, JSX } from 'preact'
import { usePage } from '../context.ts'
import { Choice } from './basics.tsx'

export function PayloadInput<Encoding extends string>(props: {
  readonly label: string
  readonly rows: number
  readonly payload: string
  readonly encoding: Encoding
  readonly encodings: readonly { readonly value: Encoding; readonly text: string }[]
  readonly set: (change: { readonly payload: string } | { readonly encoding: Encoding }) => void
  readonly children: ComponentChildren
}): JSX.Element {
  const { labels } = usePage()
  const { set } = props
  return (
    <>
      <label class="field">
        <span>{props.label}</span>
        <textarea
          class="mono"
          rows={props.rows}
          value={props.payload}
          spellcheck={false}
          onInput={(event) => set({ payload: event.currentTarget.value })}
        />
      </label>
      <div class="field-row">
        <Choice
          label={labels.format}
          value={props.encoding}
          options={props.encodings}
          onChange={(encoding) => set({ encoding })}
        />
        {props.children}
      </div>
    </>
  )
}
