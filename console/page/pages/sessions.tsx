// Durable sessions: what is kept for clients while they are away, looked at, purged, dropped.

import type { JSX } from 'preact'
import type { SessionRow } from '../../views.ts'
import { usePage } from '../context.ts'
import { AskButton, Feet } from '../parts/act.tsx'
import { State } from '../parts/basics.tsx'
import { useHostPath } from '../parts/host.tsx'
import { Listing } from '../parts/listing.tsx'
import { WaitingMessages } from '../parts/messages.tsx'
import { Facts, Panel } from '../parts/panel.tsx'
import { address, changed, visit } from '../route.ts'

export function Sessions(): JSX.Element {
  const { labels, format, live } = usePage()
  const now = live.snapshot?.at ?? 0
  const seen = ({ isConnected, lastSeen }: SessionRow): JSX.Element => (
    <State
      tone={isConnected ? 'good' : 'plain'}
      text={isConnected ? labels.isOnline : format.ago(now - lastSeen)}
    />
  )
  return (
    <Listing<SessionRow>
      title={labels.sessions}
      line={labels.sessionsLine}
      searchLabel={labels.searchSessions}
      path="sessions"
      empty={{
        title: labels.noSessions,
        hint: labels.noSessionsHint,
        commands: ["motewire sub -t 'news/#' -q 1 -c -i reader"],
      }}
      nameOf={({ clientId }) => clientId}
      columns={[
        { title: labels.lastSeen, class: 'middle', cell: seen },
        { title: labels.queued, class: 'number', cell: ({ queued }) => format.count(queued) },
        {
          title: labels.size,
          class: 'number',
          cell: ({ queuedBytes }) => format.bytes(queuedBytes),
        },
        {
          title: labels.inflight,
          class: 'number middle',
          cell: ({ inflight }) => format.count(inflight),
        },
        {
          title: labels.subscriptions,
          class: 'number wide',
          cell: ({ subscriptions }) => format.count(subscriptions),
        },
      ]}
      panel={(name, row, refresh) => <Session key={name} name={name} row={row} onDone={refresh} />}
    />
  )
}

function Session(props: {
  readonly name: string
  readonly row: SessionRow | undefined
  readonly onDone: () => void
}): JSX.Element {
  const { labels, format, route } = usePage()
  const hostPath = useHostPath()
  const { name, row, onDone } = props
  const path = `sessions/${encodeURIComponent(name)}`
  const leave = (): void => {
    visit(changed(route, { open: '' }))
    onDone()
  }
  return (
    <Panel title={name}>
      {row && <SessionFacts row={row} />}
      <p>
        <a href={address('clients', { open: name })}>{labels.showClient}</a>
      </p>
      <WaitingMessages path={`${path}/messages`} />
      <Feet>
        <AskButton
          label={labels.purge}
          title={labels.purgeTitle(name)}
          text={labels.purgeText(format.exact(row?.queued ?? 0))}
          path={hostPath(`${path}/purge`)}
          options={{ method: 'POST' }}
          onDone={onDone}
        />
        <AskButton
          label={labels.drop}
          title={labels.dropSession(name)}
          text={labels.dropSessionText}
          path={hostPath(path)}
          options={{ method: 'DELETE' }}
          onDone={leave}
        />
      </Feet>
    </Panel>
  )
}

function SessionFacts({ row }: { readonly row: SessionRow }): JSX.Element {
  const { labels, format, live } = usePage()
  const now = live.snapshot?.at ?? 0
  const expires =
    row.expiresAt === 0 ? labels.never : labels.inTime(format.duration(row.expiresAt - now))
  return (
    <Facts
      facts={[
        [labels.lastSeen, row.isConnected ? labels.now : format.ago(now - row.lastSeen)],
        ...(row.isConnected ? [] : [[labels.expires, expires] as const]),
        [labels.queued, `${format.exact(row.queued)}, ${format.bytes(row.queuedBytes)}`],
        [labels.inflight, format.exact(row.inflight)],
        [labels.dropped, format.exact(row.dropped)],
      ]}
    />
  )
}
