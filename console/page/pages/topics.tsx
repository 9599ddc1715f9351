// The topics that were published to: put in order, found, paged, looked at.

import type { JSX } from 'preact'
import type { PageView, TopicOrder, TopicRow } from '../../views.ts'
import { withQuery } from '../api.ts'
import { usePage } from '../context.ts'
import { CreateLine } from '../parts/act.tsx'
import { Empty, Levels, PageHead } from '../parts/basics.tsx'
import { Icon } from '../parts/icon.tsx'
import { useHostPath } from '../parts/host.tsx'
import { RecentRate } from '../parts/sparkline.tsx'
import { NothingFound, offsetOf, Pager, ROWS, SearchBox, SortHead } from '../parts/table.tsx'
import { usePolled } from '../polled.ts'
import { changed } from '../route.ts'
import { NoBroker } from './no-broker.tsx'
import { TopicDetail } from './topic-detail.tsx'

const ORDERS: readonly TopicOrder[] = [
  'name',
  'rate',
  'messagesIn',
  'messagesOut',
  'subscribers',
  'lastAt',
]

interface Sorting {
  readonly order: TopicOrder
  readonly direction: 'asc' | 'desc'
}

export function Topics(): JSX.Element {
  const { labels, format, route, live, openPublish } = usePage()
  const search = route.query.get('search') ?? ''
  const open = route.query.get('open')
  const offset = offsetOf(route.query)
  const hostPath = useHostPath()
  const sorting = sortingOf(route.query)
  const question = live.snapshot?.broker
    ? hostPath(withQuery('topics', { search, offset, limit: ROWS, ...sorting }))
    : null
  const { answer, refresh } = usePolled<PageView<TopicRow>>(question, { keepsOld: true })
  if (live.snapshot?.broker === null) return <NoBroker title={labels.topics} />
  const isEmpty = answer?.total === 0
  const isOwn = (live.snapshot?.hosts.length ?? 0) > 0
  return (
    <>
      <PageHead title={labels.topics}>
        <SearchBox label={labels.searchTopics} />
        <button type="button" class="button" onClick={openPublish}>
          <Icon name="send" />
          {labels.publish}
        </button>
        {isOwn && (
          <CreateLine
            label={labels.newTopic}
            placeholder="site/new/topic"
            callOf={(topic) => [hostPath('topics'), { method: 'POST', body: { topic } }]}
            onDone={refresh}
          />
        )}
      </PageHead>
      <div class={open === null ? 'split' : 'split is-open'}>
        <section class="card table-card">
          {isEmpty && search === '' && (
            <Empty
              title={labels.noTopics}
              hint={labels.noTopicsHint}
              commands={['motewire pub -t hello -m world']}
            />
          )}
          {isEmpty && search !== '' && <NothingFound search={search} />}
          {answer && !isEmpty && <TopicTable rows={answer.rows} open={open} sorting={sorting} />}
          {answer?.isPartial === true && (
            <p class="muted pad">{labels.partial(format.exact(answer.total))}</p>
          )}
          {answer && !isEmpty && <Pager offset={offset} total={answer.total} />}
        </section>
        {open !== null && <TopicDetail key={open} topic={open} />}
      </div>
    </>
  )
}

function sortingOf(query: URLSearchParams): Sorting {
  const order = ORDERS.find((one) => one === query.get('order')) ?? 'name'
  return { order, direction: query.get('direction') === 'desc' ? 'desc' : 'asc' }
}

function TopicTable(props: {
  readonly rows: readonly TopicRow[]
  readonly open: string | null
  readonly sorting: Sorting
}): JSX.Element {
  const { labels } = usePage()
  const { order, direction } = props.sorting
  const head = { current: order, direction }
  return (
    <div class="table-box">
      <table>
        <thead>
          <tr>
            <SortHead {...head} order="name" first="asc">
              {labels.topic}
            </SortHead>
            <SortHead {...head} order="rate" first="desc" class="number">
              {labels.rate}
            </SortHead>
            <SortHead {...head} order="messagesIn" first="desc" class="number">
              {labels.inShort}
            </SortHead>
            <SortHead {...head} order="messagesOut" first="desc" class="number middle">
              {labels.outShort}
            </SortHead>
            <SortHead {...head} order="subscribers" first="desc" class="number middle">
              {labels.subscribersShort}
            </SortHead>
            <SortHead {...head} order="lastAt" first="desc" class="number wide">
              {labels.lastMessage}
            </SortHead>
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) => (
            <TopicLine key={row.topic} row={row} isOpen={row.topic === props.open} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function TopicLine(props: { readonly row: TopicRow; readonly isOpen: boolean }): JSX.Element {
  const { labels, format, route, live } = usePage()
  const { row, isOpen } = props
  const now = live.snapshot?.at ?? 0
  return (
    <tr class={isOpen ? 'is-open' : ''}>
      <td class="name">
        <a
          class="row-link mono"
          href={changed(route, { open: row.topic })}
          aria-current={isOpen ? 'true' : undefined}
        >
          <Levels name={row.topic} />
        </a>
        {row.hasRetained && <span class="tag">{labels.retained}</span>}
      </td>
      <td class="number rate">
        <RecentRate rates={row.recent?.inPerSecond ?? []} perSecond={row.ratePerSecond} />
      </td>
      <td class="number">{format.count(row.messagesIn)}</td>
      <td class="number middle">{format.count(row.messagesOut)}</td>
      <td class="number middle">{format.count(row.subscribers)}</td>
      <td class="number wide muted">{row.messagesIn === 0 ? '–' : format.ago(now - row.lastAt)}</td>
    </tr>
  )
}
