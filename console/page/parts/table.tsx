// What the tables have in common: the search box, the headers that sort, the pager. Rows come from
// the server a page at a time; where one is stands in the address.

import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { usePage } from '../context.ts'
import { changed, parseRoute, replaceVisit } from '../route.ts'
import { Icon } from './icon.tsx'

export const ROWS = 50

const TYPING_MS = 150

/** Searches while one types. `/` jumps to it from anywhere. */
export function SearchBox({ label }: { readonly label: string }): JSX.Element {
  const { labels, route } = usePage()
  const input = useRef<HTMLInputElement>(null)
  const searched = route.query.get('search') ?? ''
  const [text, setText] = useState(searched)
  const timer = useRef(0)
  useEffect(() => setText(searched), [searched])
  useEffect(() => {
    const jump = (event: KeyboardEvent): void => {
      const isTyping = event.target instanceof HTMLElement && event.target.matches(TYPED_INTO)
      if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey) return
      event.preventDefault()
      input.current?.focus()
    }
    addEventListener('keydown', jump)
    return () => {
      removeEventListener('keydown', jump)
      clearTimeout(timer.current)
    }
  }, [])
  const handleInput = (value: string): void => {
    setText(value)
    clearTimeout(timer.current)
    // The visitor may have gone on by then, so the place is looked up, not remembered.
    const go = (): void => {
      replaceVisit(changed(parseRoute(location.hash), { search: value, offset: '' }))
    }
    timer.current = setTimeout(go, TYPING_MS)
  }
  return (
    <label class="search" title={labels.searchKey}>
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        value={text}
        placeholder={label}
        aria-label={label}
        maxLength={256}
        spellcheck={false}
        onInput={(event) => handleInput(event.currentTarget.value)}
      />
      <kbd aria-hidden="true">/</kbd>
    </label>
  )
}

const TYPED_INTO = 'input, textarea, select'

/** A column head that orders the table; a second press turns the order round. */
export function SortHead<Order extends string>(props: {
  readonly order: Order
  readonly current: Order
  readonly direction: 'asc' | 'desc'
  /** The direction of the first press. */
  readonly first: 'asc' | 'desc'
  readonly class?: string
  readonly children: ComponentChildren
}): JSX.Element {
  const { route } = usePage()
  const isCurrent = props.order === props.current
  const turned = props.direction === 'asc' ? 'desc' : 'asc'
  const direction = isCurrent ? turned : props.first
  const sort = isCurrent ? (props.direction === 'asc' ? 'ascending' : 'descending') : 'none'
  const to = changed(route, { order: props.order, direction, offset: '' })
  return (
    <th class={props.class ?? ''} aria-sort={sort} scope="col">
      <button type="button" class="sort" onClick={() => replaceVisit(to)}>
        {props.children}
        <Icon name={(isCurrent ? props.direction : props.first) === 'asc' ? 'up' : 'down'} />
      </button>
    </th>
  )
}

/** Which rows are shown, and the way to the others. */
export function Pager(props: { readonly offset: number; readonly total: number }): JSX.Element {
  const { labels, format, route } = usePage()
  const { offset, total } = props
  const last = Math.min(offset + ROWS, total)
  const go = (to: number): void => {
    replaceVisit(changed(route, { offset: to <= 0 ? '' : String(to) }))
  }
  return (
    <nav class="pager" aria-label={labels.pages}>
      <span class="muted">
        {labels.rowsShown(
          format.exact(Math.min(offset + 1, total)),
          format.exact(last),
          format.exact(total),
        )}
      </span>
      <button
        type="button"
        class="icon-button"
        disabled={offset === 0}
        aria-label={labels.previousPage}
        title={labels.previousPage}
        onClick={() => go(offset - ROWS)}
      >
        <Icon name="previous" />
      </button>
      <button
        type="button"
        class="icon-button"
        disabled={last >= total}
        aria-label={labels.nextPage}
        title={labels.nextPage}
        onClick={() => go(offset + ROWS)}
      >
        <Icon name="next" />
      </button>
    </nav>
  )
}

/** Nothing matched: says so and offers the way out. */
export function NothingFound({ search }: { readonly search: string }): JSX.Element {
  const { labels, route } = usePage()
  const clear = (): void => replaceVisit(changed(route, { search: '', offset: '' }))
  return (
    <div class="empty">
      <p class="empty-title">{labels.nothingFound(search)}</p>
      <button type="button" class="button" onClick={clear}>
        {labels.clearSearch}
      </button>
    </div>
  )
}

/** The first row that the address asks for. */
export function offsetOf(query: URLSearchParams): number {
  const offset = Number(query.get('offset') ?? 0)
  return Number.isSafeInteger(offset) && offset > 0 ? offset : 0
}
