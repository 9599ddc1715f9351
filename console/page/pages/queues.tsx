// Named queues and shared subscriptions: how much waits, who consumes, what the waiting messages
// are; made, purged and deleted.

import type { JSX } from 'preact'
import type { QueueRow } from '../../views.ts'
import { usePage } from '../context.ts'
import { AskButton, CreateLine, Feet } from '../parts/act.tsx'
import { State } from '../parts/basics.tsx'
import { useHostPath } from '../parts/host.tsx'
import { Listing } from '../parts/listing.tsx'
import { WaitingMessages } from '../parts/messages.tsx'
import { Facts, Panel } from '../parts/panel.tsx'
import { address, changed, visit } from '../route.ts'

export function Queues(): JSX.Element {
  const { labels, format } = usePage()
  const hostPath = useHostPath()
  return (
    <Listing<QueueRow>
      title={labels.queues}
      line={labels.queuesLine}
      searchLabel={labels.searchQueues}
      path="queues"
      empty={{
        title: labels.noQueues,
        hint: labels.noQueuesHint,
        commands: ["motewire pub -t '$queue/jobs' -m 'job 1' -q 1"],
      }}
      nameOf={({ name }) => name}
      columns={[
        { title: labels.depth, class: 'number', cell: ({ depth }) => format.count(depth) },
        {
          title: labels.consumers,
          class: 'number',
          cell: ({ consumers }) => format.count(consumers.length),
        },
        {
          title: labels.inShort,
          class: 'number middle',
          cell: ({ messagesIn }) => format.count(messagesIn),
        },
        {
          title: labels.outShort,
          class: 'number middle',
          cell: ({ messagesOut }) => format.count(messagesOut),
        },
        {
          title: labels.dropped,
          class: 'number wide',
          cell: ({ dropped }) => format.count(dropped),
        },
      ]}
      actions={(refresh) => (
        <CreateLine
          label={labels.newQueue}
          placeholder="$queue/jobs"
          callOf={(name) => [hostPath('queues'), { method: 'POST', body: { name } }]}
          onDone={refresh}
        />
      )}
      panel={(name, row, refresh) => <Queue key={name} name={name} row={row} onDone={refresh} />}
    />
  )
}

function Queue(props: {
  readonly name: string
  readonly row: QueueRow | undefined
  readonly onDone: () => void
}): JSX.Element {
  const { labels, format, route } = usePage()
  const hostPath = useHostPath()
  const { name, row, onDone } = props
  const path = `queues/${encodeURIComponent(name)}`
  const leave = (): void => {
    visit(changed(route, { open: '' }))
    onDone()
  }
  return (
    <Panel title={name}>
      {row && <QueueFacts row={row} />}
      {row?.kind === 'queue' && (
        <>
          <WaitingMessages path={`${path}/messages`} />
          <Feet>
            <AskButton
              label={labels.purge}
              title={labels.purgeTitle(name)}
              text={labels.purgeText(format.exact(row.depth))}
              path={hostPath(`${path}/purge`)}
              options={{ method: 'POST' }}
              onDone={onDone}
            />
            <AskButton
              label={labels.delete}
              title={labels.deleteQueue(name)}
              text={labels.deleteQueueText}
              path={hostPath(path)}
              options={{ method: 'DELETE' }}
              onDone={leave}
            />
          </Feet>
        </>
      )}
    </Panel>
  )
}

function QueueFacts({ row }: { readonly row: QueueRow }): JSX.Element {
  const { labels, format } = usePage()
  return (
    <>
      <div class="pair">
        <div>
          <span class="muted">{labels.depth}</span>
          <b>{format.exact(row.depth)}</b>
          <span class="muted">{format.bytes(row.bytes)}</span>
        </div>
        <div>
          <span class="muted">{labels.messagesOut}</span>
          <b>{format.exact(row.messagesOut)}</b>
          <span class="muted">{labels.messagesInCount(format.exact(row.messagesIn))}</span>
        </div>
      </div>
      <Facts
        facts={[
          [labels.kind, row.kind === 'queue' ? labels.kindQueue : labels.kindShared],
          [labels.dropped, format.exact(row.dropped)],
        ]}
      />
      <h3>{labels.consumers}</h3>
      {row.consumers.length === 0 && <p class="muted">{labels.noConsumers}</p>}
      <ul class="list">
        {row.consumers.map(({ clientId, isConnected, delivered, inflight }) => (
          <li key={clientId}>
            <span>
              <a class="mono" href={address('clients', { open: clientId })}>
                {clientId}
              </a>
              <span class="muted">
                {labels.deliveredCount(format.exact(delivered))},{' '}
                {labels.unackedCount(format.exact(inflight))}
              </span>
            </span>
            <State
              tone={isConnected ? 'good' : 'plain'}
              text={isConnected ? labels.isOnline : labels.offline}
            />
          </li>
        ))}
      </ul>
    </>
  )
}
