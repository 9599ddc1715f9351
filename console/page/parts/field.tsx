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
  const common = {
    class: 'mono',
    value,
    placeholder,
    required,
    spellcheck: false,
    autocomplete: 'off',
    onInput: (event: { readonly currentTarget: HTMLInputElement }): void =>
      onInput(event.currentTarget.value),
  } as const
  return (
    <label class="field">
      <span>{label}</span>
      {type === 'text' && <input type="text" {...common} />}
      {type === 'password' && <input type="password" {...common} />}
      {type === 'number' && <input type="number" min={1} {...common} />}
    </label>
  )
}
