// Everybody who is connected or has a durable session: found, paged, looked at, disconnected.

import type { JSX } from 'preact'
import type { ClientRow, PageView, RecentRatesView } from '../../views.ts'
import { withQuery } from '../api.ts'
import { usePage } from '../context.ts'
import { Empty, PageHead, State } from '../parts/basics.tsx'
import { useHostPath } from '../parts/host.tsx'
import { bothWays, RecentRate } from '../parts/sparkline.tsx'
import { NothingFound, offsetOf, Pager, ROWS, SearchBox } from '../parts/table.tsx'
import { usePolled } from '../polled.ts'
import { changed } from '../route.ts'
import { MQTT_VERSIONS } from '../text/format.ts'
import { ClientDetail } from './client-detail.tsx'
import { NoBroker } from './no-broker.tsx'

export function Clients(): JSX.Element {
  const { labels, route, live } = usePage()
  const search = route.query.get('search') ?? ''
  const open = route.query.get('open')
  const offset = offsetOf(route.query)
  const hostPath = useHostPath()
  const question = live.snapshot?.broker
    ? hostPath(withQuery('clients', { search, offset, limit: ROWS }))
    : null
  const { answer } = usePolled<PageView<ClientRow>>(question, { keepsOld: true })
  if (live.snapshot?.broker === null) return <NoBroker title={labels.clients} />
  const isEmpty = answer?.total === 0
  // A broker that is only observed counts its clients and does not name them.
  const isUnseen = (live.snapshot?.broker.clientsConnected ?? 0) > 0
  return (
    <>
      <PageHead title={labels.clients}>
        <SearchBox label={labels.searchClients} />
      </PageHead>
      <div class={open === null ? 'split' : 'split is-open'}>
        <section class="card table-card">
          {isEmpty && search === '' && isUnseen && (
            <Empty title={labels.clientsUnseen} hint={labels.clientsUnseenHint} />
          )}
          {isEmpty && search === '' && !isUnseen && (
            <Empty
              title={labels.noClients}
              hint={labels.noClientsHint}
              commands={["motewire sub -t '#' -v", 'motewire pub -t hello -m world']}
            />
          )}
          {isEmpty && search !== '' && <NothingFound search={search} />}
          {answer && !isEmpty && <ClientTable rows={answer.rows} open={open} />}
          {answer && !isEmpty && <Pager offset={offset} total={answer.total} />}
        </section>
        {open !== null && <ClientDetail key={open} clientId={open} />}
      </div>
    </>
  )
}

function ClientTable(props: {
  readonly rows: readonly ClientRow[]
  readonly open: string | null
}): JSX.Element {
  const { labels } = usePage()
  return (
    <div class="table-box">
      <table>
        <thead>
          <tr>
            <th scope="col">{labels.clientId}</th>
            <th scope="col" class="wide">
              {labels.address}
            </th>
            <th scope="col" class="wide">
              MQTT
            </th>
            <th scope="col" class="middle">
              {labels.connected}
            </th>
            <th scope="col" class="middle number">
              {labels.subscriptions}
            </th>
            <th scope="col" class="middle number">
              {labels.queued}
            </th>
            <th scope="col" class="wide number">
              {labels.rate}
            </th>
            <th scope="col" class="number">
              {labels.inShort}
            </th>
            <th scope="col" class="number">
              {labels.outShort}
            </th>
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) => (
            <ClientLine key={row.clientId} row={row} isOpen={row.clientId === props.open} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function ClientLine(props: { readonly row: ClientRow; readonly isOpen: boolean }): JSX.Element {
  const { labels, format, route, live } = usePage()
  const { row, isOpen } = props
  const now = live.snapshot?.at ?? 0
  const connected = row.isConnected ? format.duration(now - row.connectedAt) : labels.offline
  return (
    <tr class={isOpen ? 'is-open' : ''}>
      <td class="name">
        <a
          class="row-link mono"
          href={changed(route, { open: row.clientId })}
          aria-current={isOpen ? 'true' : undefined}
        >
          {row.clientId}
        </a>
      </td>
      <td class="wide muted mono">{row.address}</td>
      <td class="wide muted">{MQTT_VERSIONS[row.protocolVersion]}</td>
      <td class="middle">
        <State tone={row.isConnected ? 'good' : 'plain'} text={connected} />
      </td>
      <td class="middle number">{format.count(row.subscriptions)}</td>
      <td class="middle number">{format.count(row.queued)}</td>
      <td class="wide number rate">
        <ClientRate recent={row.recent} />
      </td>
      <td class="number">{format.count(row.messagesIn)}</td>
      <td class="number">{format.count(row.messagesOut)}</td>
    </tr>
  )
}

/** Both ways together, of the last ten seconds. */
function ClientRate({ recent }: { readonly recent: RecentRatesView | null }): JSX.Element {
  const rates = recent === null ? [] : bothWays(recent)
  const newest = rates.at(-1) ?? null
  if (newest === null) return <span class="muted">–</span>
  return <RecentRate rates={rates} perSecond={newest} />
}
