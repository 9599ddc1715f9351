// A page that is one table of the broker: its head with the search, the table in pages, what stands
// there when nothing does, and the panel of the row that is open.

import type { ComponentChildren, JSX } from 'preact'
import type { PageView } from '../../views.ts'
import { withQuery } from '../api.ts'
import { usePage } from '../context.ts'
import { NoBroker } from '../pages/no-broker.tsx'
import { usePolled } from '../polled.ts'
import { changed } from '../route.ts'
import { Empty, Levels, PageHead } from './basics.tsx'
import { useHostPath } from './host.tsx'
import { NothingFound, offsetOf, Pager, ROWS, SearchBox } from './table.tsx'

export interface Column<Row> {
  readonly title: string
  /** `number`, `middle`, `wide`. */
  readonly class?: string
  readonly cell: (row: Row) => ComponentChildren
}

export function Listing<Row>(props: {
  readonly title: string
  readonly line: string
  readonly searchLabel: string
  /** What is asked, without the query. */
  readonly path: string
  readonly empty: {
    readonly title: string
    readonly hint: string
    readonly commands: readonly string[]
  }
  readonly nameOf: (row: Row) => string
  readonly columns: readonly Column<Row>[]
  readonly actions?: (refresh: () => void) => ComponentChildren
  readonly panel: (name: string, row: Row | undefined, refresh: () => void) => JSX.Element
}): JSX.Element {
  const { route, live } = usePage()
  const hostPath = useHostPath()
  const search = route.query.get('search') ?? ''
  const open = route.query.get('open')
  const offset = offsetOf(route.query)
  const isOwn = (live.snapshot?.hosts.length ?? 0) > 0
  const question = isOwn ? hostPath(withQuery(props.path, { search, offset, limit: ROWS })) : null
  const { answer, refresh } = usePolled<PageView<Row>>(question, { keepsOld: true })
  if (live.snapshot?.broker === null) return <NoBroker title={props.title} />
  if (live.snapshot && !isOwn) return <NotExposed title={props.title} />
  const isEmpty = answer?.total === 0
  return (
    <>
      <PageHead title={props.title} line={props.line}>
        <SearchBox label={props.searchLabel} />
        {props.actions?.(refresh)}
      </PageHead>
      <div class={open === null ? 'split' : 'split is-open'}>
        <section class="card table-card">
          {isEmpty && search === '' && <Empty {...props.empty} />}
          {isEmpty && search !== '' && <NothingFound search={search} />}
          {answer && !isEmpty && <Table {...props} rows={answer.rows} open={open} />}
          {answer && !isEmpty && <Pager offset={offset} total={answer.total} />}
        </section>
        {open !== null &&
          props.panel(
            open,
            answer?.rows.find((row) => props.nameOf(row) === open),
            refresh,
          )}
      </div>
    </>
  )
}

function Table<Row>(props: {
  readonly rows: readonly Row[]
  readonly open: string | null
  readonly nameOf: (row: Row) => string
  readonly columns: readonly Column<Row>[]
}): JSX.Element {
  const { labels, route } = usePage()
  const { rows, open, nameOf, columns } = props
  return (
    <div class="table-box">
      <table>
        <thead>
          <tr>
            <th scope="col">{labels.name}</th>
            {columns.map((column) => (
              <th scope="col" class={column.class} key={column.title}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const name = nameOf(row)
            const isOpen = name === open
            return (
              <tr class={isOpen ? 'is-open' : ''} key={name}>
                <td class="name">
                  <a
                    class="row-link mono"
                    href={changed(route, { open: name })}
                    aria-current={isOpen ? 'true' : undefined}
                  >
                    <Levels name={name} />
                  </a>
                </td>
                {columns.map((column) => (
                  <td class={column.class} key={column.title}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

/** For a broker that is seen from outside. */
export function NotExposed({ title }: { readonly title: string }): JSX.Element {
  const { labels } = usePage()
  return (
    <>
      <PageHead title={title} />
      <section class="card">
        <Empty title={labels.notExposed(title)} hint={labels.notExposedHint} />
      </section>
    </>
  )
}
