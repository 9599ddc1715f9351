// The workbench: an MQTT client in the page. The console holds the connection; this page shows one
// of them at a time: how it stands, what it subscribes to, what comes in, and a form that sends.

import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { ConnectionView } from '../../workbench-views.ts'
import { call } from '../api.ts'
import { usePage } from '../context.ts'
import { Card, Choice, PageHead, State } from '../parts/basics.tsx'
import type { Tone } from '../parts/basics.tsx'
import { usePolled } from '../polled.ts'
import { address, visit } from '../route.ts'
import { MQTT_VERSIONS } from '../text/format.ts'
import { Charts } from './workbench/charts.tsx'
import { ConnectForm } from './workbench/connect.tsx'
import { Incoming } from './workbench/incoming.tsx'
import { Recordings } from './workbench/recordings.tsx'
import { Scripts } from './workbench/scripts.tsx'
import { Sender } from './workbench/sender.tsx'
import { Subscriptions } from './workbench/subscriptions.tsx'
import { TopicTree } from './workbench/topic-tree.tsx'

const NEW = 'new'

export function Workbench(): JSX.Element {
  const { labels, route } = usePage()
  const { answer: connections, refresh } = usePolled<ConnectionView[]>('connections')
  const wanted = route.query.get('open') ?? connections?.[0]?.id ?? NEW
  const open = connections?.find(({ id }) => id === wanted)
  const go = (id: string): void => visit(address('workbench', { open: id }))
  return (
    <>
      <PageHead title={labels.workbench} line={labels.workbenchLine}>
        {connections && connections.length > 0 && (
          <Choice
            label={labels.connections}
            value={open?.id ?? NEW}
            options={[
              ...connections.map(({ id, profile }) => ({ value: id, text: profile.name })),
              { value: NEW, text: labels.newConnection },
            ]}
            onChange={go}
          />
        )}
      </PageHead>
      {open && connections && (
        <Bench key={open.id} connection={open} connections={connections} refresh={refresh} />
      )}
      {connections && open === undefined && (
        <Card title={labels.newConnection} hint={labels.newConnectionHint}>
          <ConnectForm
            onOpened={(id) => {
              refresh()
              go(id)
            }}
          />
        </Card>
      )}
    </>
  )
}

function Bench(props: {
  readonly connection: ConnectionView
  readonly connections: readonly ConnectionView[]
  readonly refresh: () => void
}): JSX.Element {
  const { connection, connections, refresh } = props
  const [muted, setMuted] = useState<ReadonlySet<string>>(new Set())
  return (
    <>
      <Link connection={connection} refresh={refresh} />
      <div class="bench">
        <div class="bench-side">
          <Subscriptions
            connection={connection}
            refresh={refresh}
            muted={muted}
            onMute={setMuted}
          />
          <TopicTree connection={connection} connections={connections} />
        </div>
        <div class="bench-main">
          <Sender connection={connection} refresh={refresh} />
          <Incoming connection={connection} muted={muted} />
          <Recordings connection={connection} connections={connections} />
          <Charts connection={connection} />
          <Scripts connection={connection} />
        </div>
      </div>
    </>
  )
}

const TONES: Record<ConnectionView['state'], Tone> = {
  idle: 'plain',
  waiting: 'bad',
  dialing: 'warn',
  greeting: 'warn',
  online: 'good',
  ended: 'plain',
}

function Link(props: {
  readonly connection: ConnectionView
  readonly refresh: () => void
}): JSX.Element {
  const { labels, format } = usePage()
  const { connection, refresh } = props
  const { id, state, protocolVersion, profile, problem } = connection
  const end = async (): Promise<void> => {
    await call(`connections/${id}`, { method: 'DELETE' }).catch(() => undefined)
    visit(address('workbench'))
    refresh()
  }
  return (
    <section class="card bench-link">
      <State tone={TONES[state]} text={state === 'online' ? labels.isOnline : labels.linkLost} />
      <b class="mono">{profile.url}</b>
      <span class="muted">
        {protocolVersion !== null && `MQTT ${MQTT_VERSIONS[protocolVersion]} · `}
        <span class="mono">{connection.clientId}</span>
      </span>
      <span class="muted numbers">
        {labels.inAndOut(format.count(connection.messagesIn), format.count(connection.messagesOut))}
      </span>
      {problem !== null && state !== 'online' && <span class="note bad">{problem}</span>}
      <button type="button" class="button danger" onClick={() => void end()}>
        {labels.disconnect}
      </button>
    </section>
  )
}
