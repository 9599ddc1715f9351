// Small parts that all pages are made of: headings, figures, states, hints. They draw what they are
// given and know no server.

import { Fragment } from 'preact'
import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { usePage } from '../context.ts'
import { Icon } from './icon.tsx'
import type { ChoiceProps } from './select.tsx'

/** The heading of a page, a line that says more, and what can be done there. */
export function PageHead(props: {
  readonly title: string
  readonly line?: ComponentChildren
  readonly children?: ComponentChildren
}): JSX.Element {
  return (
    <header class="page-head">
      <div>
        <h1>{props.title}</h1>
        {props.line !== undefined && <p class="muted">{props.line}</p>}
      </div>
      <div class="actions">{props.children}</div>
    </header>
  )
}

export type Tone = 'plain' | 'good' | 'warn' | 'bad'

/** A number with its name, and a hint below. */
export function Figure(props: {
  readonly label: string
  readonly value: string
  readonly unit?: string
  readonly hint?: string
  readonly tone?: Tone
}): JSX.Element {
  return (
    <div class={`figure tone-${props.tone ?? 'plain'}`}>
      <dt>{props.label}</dt>
      <dd>
        <span class="value">{props.value}</span>
        {props.unit !== undefined && <span class="unit"> {props.unit}</span>}
        {props.hint !== undefined && <span class="hint">{props.hint}</span>}
      </dd>
    </div>
  )
}

/** Figures in rows of so many, or of fewer where the place is narrow. */
export function Figures(props: {
  readonly perRow: 4 | 6
  readonly children: ComponentChildren
}): JSX.Element {
  return <dl class={`figures per-${props.perRow} card`}>{props.children}</dl>
}

/** A titled box. */
export function Card(props: {
  readonly title: string
  /** Where the title leads. */
  readonly href?: string
  readonly hint?: ComponentChildren
  readonly action?: ComponentChildren
  readonly children: ComponentChildren
}): JSX.Element {
  return (
    <section class="card">
      <header class="card-head">
        <h2>{props.href === undefined ? props.title : <a href={props.href}>{props.title}</a>}</h2>
        {props.hint !== undefined && <span class="muted">{props.hint}</span>}
        {props.action !== undefined && <span class="card-action">{props.action}</span>}
      </header>
      {props.children}
    </section>
  )
}

/** A coloured dot with the word that it means. */
export function State(props: { readonly tone: Tone; readonly text: string }): JSX.Element {
  return (
    <span class={`state tone-${props.tone}`}>
      <i aria-hidden="true" />
      {props.text}
    </span>
  )
}

/** How much of a whole, from 0 to 1. */
export function Bar(props: { readonly share: number; readonly label: string }): JSX.Element {
  const share = Number.isFinite(props.share) ? Math.min(1, Math.max(0, props.share)) : 0
  const percent = Math.round(share * 1000) / 10
  return (
    <span
      class="bar"
      role="progressbar"
      aria-label={props.label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <span style={{ width: `${percent}%` }} />
    </span>
  )
}

/** Nothing is here, and what to do about it. */
export function Empty(props: {
  readonly title: string
  readonly hint?: string
  readonly commands?: readonly string[]
}): JSX.Element {
  return (
    <div class="empty">
      <p class="empty-title">{props.title}</p>
      {props.hint !== undefined && <p class="muted">{props.hint}</p>}
      {props.commands?.map((command) => (
        <p class="command" key={command}>
          <code>{command}</code>
          <CopyButton text={command} />
        </p>
      ))}
    </div>
  )
}

/** A topic, a filter or another name with levels, which breaks between them if it has to. */
export function Levels({ name }: { readonly name: string }): JSX.Element {
  const levels = name.split('/')
  return (
    <>
      {levels.map((level, index) => (
        <Fragment key={index}>
          {level}
          {index < levels.length - 1 && '/'}
          <wbr />
        </Fragment>
      ))}
    </>
  )
}

/** Copies a text; says so for a moment. */
export function CopyButton({ text }: { readonly text: string }): JSX.Element {
  const { labels } = usePage()
  const [isCopied, setCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return
    const timer = setTimeout(() => setCopied(false), 1500)
    return () => clearTimeout(timer)
  }, [isCopied])
  const label = isCopied ? labels.copied : labels.copy
  const copy = (): void => {
    // The clipboard is there in secure contexts only, such as loopback.
    void navigator.clipboard?.writeText(text).then(() => setCopied(true))
  }
  return (
    <button type="button" class="icon-button small" title={label} aria-label={label} onClick={copy}>
      <Icon name={isCopied ? 'check' : 'copy'} />
    </button>
  )
}

/** A few choices of which one holds. */
export function Choice<Value extends string>(props: ChoiceProps<Value>): JSX.Element {
  return (
    <div class="choice" role="radiogroup" aria-label={props.label}>
      {props.options.map(({ value, text }) => (
        <label key={value}>
          <input
            type="radio"
            checked={value === props.value}
            onChange={() => props.onChange(value)}
          />
          <span>{text}</span>
        </label>
      ))}
    </div>
  )
}
