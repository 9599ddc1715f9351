// What a broker publishes about itself under `$SYS`, ours or another one, and what another one does
// not tell at all.

import type { JSX } from 'preact'
import type { SystemView } from '../../views.ts'
import { usePage } from '../context.ts'
import { Empty, Levels, PageHead } from '../parts/basics.tsx'
import { useHostPath } from '../parts/host.tsx'
import { NothingFound, SearchBox } from '../parts/table.tsx'
import { TableHeads } from '../parts/table-heads.tsx'
import { usePolled } from '../polled.ts'
import { NoBroker } from './no-broker.tsx'

export function System(): JSX.Element {
  const { labels, live, route } = usePage()
  const hostPath = useHostPath()
  const { answer } = usePolled<SystemView>(live.snapshot?.broker ? hostPath('system') : null)
  if (live.snapshot?.broker === null) return <NoBroker title={labels.system} />
  const search = route.query.get('search') ?? ''
  const rows = answer?.rows.filter(({ name }) => name.includes(search.toLowerCase())) ?? []
  return (
    <>
      <PageHead title={labels.system} line={labels.systemLine}>
        <SearchBox label={labels.searchSystem} />
      </PageHead>
      <section class="card table-card">
        {answer?.rows.length === 0 && <Empty title={labels.noSystem} hint={labels.noSystemHint} />}
        {answer && answer.rows.length > 0 && rows.length === 0 && <NothingFound search={search} />}
        {rows.length > 0 && (
          <div class="table-box">
            <table>
              <TableHeads
                heads={[{ text: labels.name }, { text: labels.value, class: 'number' }]}
              />
              <tbody>
                {rows.map(({ name, value }) => (
                  <tr key={name}>
                    <td class="name mono">
                      <Levels name={name} />
                    </td>
                    <td class="number mono value">{value}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
      {answer?.kind === 'observed' && <NotTold />}
    </>
  )
}

function NotTold(): JSX.Element {
  const { labels } = usePage()
  const pages = [
    labels.clients,
    labels.virtualHosts,
    labels.connectors,
    labels.queues,
    labels.sessions,
    labels.retainedPage,
    labels.usersList,
    labels.subscribers,
  ]
  return (
    <section class="card not-told">
      <h2>{labels.notTold}</h2>
      <p class="muted">{labels.notToldHint}</p>
      <p class="tags">
        {pages.map((page) => (
          <span class="tag" key={page}>
            {page}
          </span>
        ))}
      </p>
    </section>
  )
}
