// The broker's virtual hosts, the places where clients come in, and how the process does.

import type { JSX } from 'preact'
import type { HostRow, ListenerRow, ProcessView } from '../../views.ts'
import { usePage } from '../context.ts'
import { AskButton, CreateLine, useAct } from '../parts/act.tsx'
import { Figure, Figures, PageHead, State } from '../parts/basics.tsx'
import { useHost } from '../parts/host.tsx'
import { NotExposed } from '../parts/listing.tsx'
import { TableHeads } from '../parts/table-heads.tsx'
import { usePolled } from '../polled.ts'
import { Settings } from './hosts/settings.tsx'
import { NoBroker } from './no-broker.tsx'

export function Hosts(): JSX.Element {
  const { labels, live } = usePage()
  const { snapshot } = live
  if (snapshot === null) return <PageHead title={labels.hosts} />
  if (snapshot.broker === null) return <NoBroker title={labels.hosts} />
  if (snapshot.hosts.length === 0) return <NotExposed title={labels.hosts} />
  return (
    <>
      <PageHead title={labels.hosts} line={labels.hostsLine}>
        <CreateLine
          label={labels.newHost}
          placeholder="lab"
          callOf={(name) => [`hosts/${encodeURIComponent(name)}`, { method: 'PUT' }]}
        />
      </PageHead>
      <HostTable rows={snapshot.hosts} />
      <Listeners />
      <ProcessFigures process={snapshot.process} />
      {snapshot.hasConfig && <Settings />}
    </>
  )
}

function HostTable({ rows }: { readonly rows: readonly HostRow[] }): JSX.Element {
  const { labels } = usePage()
  return (
    <section class="card table-card">
      <header class="card-head">
        <h2>{labels.virtualHosts}</h2>
        <span class="muted">{labels.virtualHostsHint}</span>
      </header>
      <div class="table-box">
        <table>
          <TableHeads
            hasActions
            heads={[
              { text: labels.name },
              { text: labels.upFor, class: 'number middle' },
              { text: labels.clients, class: 'number' },
              { text: labels.topics, class: 'number middle' },
              { text: labels.queues, class: 'number middle' },
              { text: labels.retained, class: 'number wide' },
              { text: labels.messagesIn, class: 'number middle' },
              { text: labels.messagesOut, class: 'number middle' },
            ]}
          />
          <tbody>
            {rows.map((row) => (
              <HostLine key={row.name} row={row} />
            ))}
          </tbody>
        </table>
      </div>
      <p class="muted pad">{labels.hostHint}</p>
    </section>
  )
}

function HostLine({ row }: { readonly row: HostRow }): JSX.Element {
  const { labels, format, live, selectHost } = usePage()
  const now = live.snapshot?.at ?? row.startedAt
  const isShown = useHost()?.name === row.name
  return (
    <tr class={isShown ? 'is-open' : ''}>
      <td class="name mono">{row.name}</td>
      <td class="number middle">{format.duration(now - row.startedAt)}</td>
      <td class="number">{format.count(row.clientsConnected)}</td>
      <td class="number middle">{format.count(row.topics)}</td>
      <td class="number middle">{format.count(row.queues)}</td>
      <td class="number wide">{format.count(row.retained)}</td>
      <td class="number middle">{format.count(row.messagesIn)}</td>
      <td class="number middle">{format.count(row.messagesOut)}</td>
      <td class="number">
        {isShown ? (
          <span class="tag">{labels.hostShown}</span>
        ) : (
          <button type="button" class="button small" onClick={() => selectHost(row.name)}>
            {labels.select}
          </button>
        )}
      </td>
    </tr>
  )
}

function Listeners(): JSX.Element {
  const { labels } = usePage()
  const { answer, refresh } = usePolled<readonly ListenerRow[]>('listeners')
  return (
    <section class="card table-card">
      <header class="card-head">
        <h2>{labels.connectors}</h2>
      </header>
      <div class="table-box">
        <table>
          <TableHeads
            hasActions
            heads={[
              { text: labels.name },
              { text: labels.address, class: 'middle' },
              { text: labels.virtualHost, class: 'wide' },
              { text: labels.connectedNow, class: 'number' },
              { text: labels.connectedEver, class: 'number middle' },
              { text: labels.messagesIn, class: 'number middle' },
              { text: labels.messagesOut, class: 'number middle' },
            ]}
          />
          <tbody>
            {answer?.map((row) => (
              <ListenerLine key={row.name} row={row} onDone={refresh} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function ListenerLine(props: {
  readonly row: ListenerRow
  readonly onDone: () => void
}): JSX.Element {
  const { labels, format, live } = usePage()
  const { row, onDone } = props
  const duration = format.duration((live.snapshot?.at ?? row.since) - row.since)
  const state = row.isAccepting ? labels.accepting : labels.notAccepting
  const { run } = useAct(onDone)
  const scheme = row.kind === 'tls' ? 'mqtts' : 'mqtt'
  const path = `listeners/${encodeURIComponent(row.name)}`
  const set = (isAccepting: boolean) => ({ method: 'PUT', body: { isAccepting } }) as const
  return (
    <tr>
      <td class="name">
        <span class="mono row-name">{row.name}</span>
        <State
          tone={row.isAccepting ? 'good' : 'warn'}
          text={`${state} ${labels.since(duration)}`}
        />
      </td>
      <td class="middle mono">{`${scheme}://${row.host}:${row.port}`}</td>
      <td class="wide mono">{row.virtualHost}</td>
      <td class="number">{format.count(row.connectedNow)}</td>
      <td class="number middle">{format.count(row.connectedEver)}</td>
      <td class="number middle">
        {format.count(row.messagesIn)} <span class="muted">{format.bytes(row.bytesIn)}</span>
      </td>
      <td class="number middle">
        {format.count(row.messagesOut)} <span class="muted">{format.bytes(row.bytesOut)}</span>
      </td>
      <td class="number">
        {row.isAccepting ? (
          <AskButton
            small
            label={labels.stop}
            title={labels.stopListener(row.name)}
            text={labels.stopListenerText}
            path={path}
            options={set(false)}
            onDone={onDone}
          />
        ) : (
          <button type="button" class="button small" onClick={() => void run(path, set(true))}>
            {labels.start}
          </button>
        )}
      </td>
    </tr>
  )
}

function ProcessFigures({ process }: { readonly process: ProcessView }): JSX.Element {
  const { labels, format } = usePage()
  const { storeBytes } = process
  return (
    <>
      <h2 class="figures-title">
        {labels.process} <span class="muted">Node.js {process.nodeVersion}</span>
      </h2>
      <Figures perRow={4}>
        <Figure
          label={labels.memory}
          value={format.bytes(process.rssBytes)}
          hint={labels.heap(format.bytes(process.heapBytes))}
        />
        <Figure
          label={labels.cpu}
          value={format.rate(process.cpuShare * 100)}
          unit="%"
          hint={labels.cpuHint}
        />
        <Figure
          label={labels.loopDelay}
          value={format.milliseconds(process.loopDelayMs)}
          unit={labels.unitMs}
          hint={labels.loopDelayHint}
        />
        <Figure
          label={labels.store}
          value={storeBytes === null ? '–' : format.bytes(storeBytes)}
          hint={storeBytes === null ? labels.noStore : labels.storeHint}
        />
      </Figures>
    </>
  )
}
