// The devices of the fleet one by one. The link of each is changed or cut here, for a fleet that
// was started from the page.

import type { JSX } from 'preact'
import type { DeviceRowView, PageView } from '../../../views.ts'
import { withQuery } from '../../api.ts'
import { usePage } from '../../context.ts'
import { useAct } from '../../parts/act.tsx'
import { Card, State } from '../../parts/basics.tsx'
import { optionsOf } from '../../parts/select.tsx'
import { NothingFound, offsetOf, Pager, ROWS, SearchBox } from '../../parts/table.tsx'
import { TableHeads } from '../../parts/table-heads.tsx'
import { usePolled } from '../../polled.ts'
import { LINK_NAMES } from '../../text/link-names.ts'

/** As an option of a list, whose values are texts. */
const AS_ALL = ''

export function Devices({ maySteer }: { readonly maySteer: boolean }): JSX.Element | null {
  const { labels, route } = usePage()
  const search = route.query.get('search') ?? ''
  const offset = offsetOf(route.query)
  const question = withQuery('fleet/devices', { search, offset, limit: ROWS })
  const { answer, refresh } = usePolled<PageView<DeviceRowView>>(question, { keepsOld: true })
  const { problem, run } = useAct(refresh)
  if (answer === null || (answer.total === 0 && search === '')) return null
  const setLink = (clientId: string, link: string): void => {
    const path = `fleet/devices/${encodeURIComponent(clientId)}/link`
    void run(path, { method: 'PUT', body: { link: link === AS_ALL ? null : link } })
  }
  return (
    <Card title={labels.devices} action={<SearchBox label={labels.searchDevices} />}>
      {problem !== '' && <p class="note bad pad">{problem}</p>}
      {answer.total === 0 ? (
        <NothingFound search={search} />
      ) : (
        <>
          <DeviceTable rows={answer.rows} setLink={maySteer ? setLink : undefined} />
          <Pager offset={offset} total={answer.total} />
        </>
      )}
    </Card>
  )
}

function DeviceTable(props: {
  readonly rows: readonly DeviceRowView[]
  readonly setLink: ((clientId: string, link: string) => void) | undefined
}): JSX.Element {
  const { labels, format } = usePage()
  const { rows, setLink } = props
  return (
    <div class="table-box">
      <table>
        <TableHeads
          heads={[
            { text: labels.device },
            { text: labels.group, class: 'wide' },
            { text: labels.state },
            ...(setLink === undefined ? [] : [{ text: labels.ownLink }]),
            { text: labels.publishedCount, class: 'number wide' },
            { text: labels.acked, class: 'number middle' },
            { text: labels.queued, class: 'number middle' },
            { text: labels.reconnects, class: 'number wide' },
          ]}
        />
        <tbody>
          {rows.map((row) => (
            <tr key={row.clientId}>
              <td class="name mono">{row.clientId}</td>
              <td class="wide">{row.group}</td>
              <td>
                <State
                  tone={row.isOnline ? 'good' : 'plain'}
                  text={row.isOnline ? labels.isOnline : labels.offline}
                />
              </td>
              {setLink && (
                <td>
                  <OwnLink row={row} onChange={(link) => setLink(row.clientId, link)} />
                </td>
              )}
              <td class="number wide">{format.count(row.published)}</td>
              <td class="number middle">{format.count(row.acked)}</td>
              <td class="number middle">{format.count(row.queued)}</td>
              <td class="number wide">{format.count(row.reconnects)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function OwnLink(props: {
  readonly row: DeviceRowView
  readonly onChange: (link: string) => void
}): JSX.Element {
  const { labels } = usePage()
  const { clientId, link } = props.row
  const options = [
    { value: AS_ALL, text: labels.asAll },
    ...optionsOf(LINK_NAMES, labels),
    { value: 'cut', text: labels.linkCut },
  ]
  return (
    <select
      class="small-select"
      aria-label={labels.linkOf(clientId)}
      value={link ?? AS_ALL}
      onChange={(event) => props.onChange(event.currentTarget.value)}
    >
      {options.map(({ value, text }) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </select>
  )
}
