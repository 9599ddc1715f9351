// A labelled line to type into.

import type { JSX } from 'preact'

export function Field(props: {
  readonly label: string
  readonly value: string
  readonly onInput: (value: string) => void
  readonly type?: 'text' | 'password' | 'number'
  readonly placeholder?: string
  readonly required?: boolean
}): JSX.Element {
  const { label, value, onInput, type = 'text', placeholder = '', required = false } = props
  return (
    <label class="field">
      <span>{label}</span>
      <input
        class="mono"
        // The element's types want to know each kind by itself; all three take these attributes.
        type={type as 'text'}
        value={value}
        placeholder={placeholder}
        required={required}
        spellcheck={false}
        autocomplete="off"
        min={type === 'number' ? 1 : undefined}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </label>
  )
}
