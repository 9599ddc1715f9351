// A labelled choice out of a list.

import type { JSX } from 'preact'
import type { Labels } from '../text/en.ts'

/** What stands in a list, in its order, by its name in the visitor's language. */
export function optionsOf<Value extends string>(
  names: Readonly<Record<Value, (labels: Labels) => string>>,
  labels: Labels,
): { readonly value: Value; readonly text: string }[] {
  return (Object.keys(names) as Value[]).map((value) => ({ value, text: names[value](labels) }))
}

/** One of several values, however they are offered. */
export interface ChoiceProps<Value extends string> {
  readonly label: string
  readonly value: Value
  readonly options: readonly { readonly value: Value; readonly text: string }[]
  readonly onChange: (value: Value) => void
}

export function Select<Value extends string>(props: ChoiceProps<Value>): JSX.Element {
  return (
    <label class="field">
      <span>{props.label}</span>
      <select
        value={props.value}
        onChange={(event) => {
          const chosen = props.options[event.currentTarget.selectedIndex]
          if (chosen !== undefined) props.onChange(chosen.value)
        }}
      >
        {props.options.map(({ value, text }) => (
          <option value={value} key={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
}
