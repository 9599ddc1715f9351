// The panel that shows one row of a table in full: beside the table on a wide screen, over it on a
// narrow one. Takes the focus when it opens, gives it back when it closes, closes with Escape.

import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { usePage } from '../context.ts'
import { changed, visit } from '../route.ts'
import { CopyButton, Levels } from './basics.tsx'
import { Icon } from './icon.tsx'

export function Panel(props: {
  readonly title: string
  readonly children: ComponentChildren
}): JSX.Element {
  const { labels, route } = usePage()
  const panel = useRef<HTMLElement>(null)
  const close = (): void => visit(changed(route, { open: '' }))
  useEffect(() => {
    const before = document.activeElement
    panel.current?.focus()
    return () => {
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  const handleKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') close()
  }
  return (
    <>
      <div class="panel-shade" onClick={close} aria-hidden="true" />
      <aside class="panel" ref={panel} tabIndex={-1} aria-label={props.title} onKeyDown={handleKey}>
        <header class="panel-head">
          <h2 class="mono">
            <Levels name={props.title} />
          </h2>
          <CopyButton text={props.title} />
          <button
            type="button"
            class="icon-button"
            aria-label={labels.close}
            title={labels.close}
            onClick={close}
          >
            <Icon name="close" />
          </button>
        </header>
        <div class="panel-body">{props.children}</div>
      </aside>
    </>
  )
}

/** Names and what they stand for, in two columns. */
export function Facts(props: {
  readonly facts: readonly (readonly [name: string, value: ComponentChildren])[]
}): JSX.Element {
  return (
    <dl class="facts">
      {props.facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
