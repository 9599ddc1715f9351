// One client in full: who it is, its counters, what it subscribes to; and the way to disconnect it,
// which asks first.

import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { ClientDetailView } from '../../views.ts'
import { call, CallError } from '../api.ts'
import { usePage } from '../context.ts'
import { State } from '../parts/basics.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Facts, Panel } from '../parts/panel.tsx'
import { usePolled } from '../polled.ts'
import { MQTT_VERSIONS } from '../text/format.ts'

export function ClientDetail({ clientId }: { readonly clientId: string }): JSX.Element {
  const { labels } = usePage()
  const route = `clients/${encodeURIComponent(clientId)}`
  const { answer, error, refresh } = usePolled<ClientDetailView>(route)
  const isGone = error?.status === 404
  return (
    <Panel title={clientId}>
      {isGone && <p class="muted">{labels.clientGone}</p>}
      {!isGone && answer && (
        <>
          <ClientFacts client={answer} />
          <h3>{labels.subscriptions}</h3>
          <Subscriptions client={answer} />
          {answer.isConnected && <Disconnect clientId={clientId} onDone={refresh} />}
        </>
      )}
    </Panel>
  )
}

function ClientFacts({ client }: { readonly client: ClientDetailView }): JSX.Element {
  const { labels, format, live } = usePage()
  const connectedMs = (live.snapshot?.at ?? 0) - client.connectedAt
  return (
    <>
      <p class="panel-state">
        {client.isConnected ? (
          <State
            tone="good"
            text={`${labels.isOnline} ${labels.since(format.duration(connectedMs))}`}
          />
        ) : (
          <State tone="plain" text={labels.offline} />
        )}
      </p>
      <div class="pair">
        <div>
          <span class="muted">{labels.messagesIn}</span>
          <b>{format.exact(client.messagesIn)}</b>
          <span class="muted">{format.bytes(client.bytesIn)}</span>
        </div>
        <div>
          <span class="muted">{labels.messagesOut}</span>
          <b>{format.exact(client.messagesOut)}</b>
          <span class="muted">{format.bytes(client.bytesOut)}</span>
        </div>
      </div>
      <Facts
        facts={[
          [labels.queued, format.exact(client.queued)],
          [labels.inflight, format.exact(client.inflight)],
          [labels.dropped, format.exact(client.dropped)],
          [labels.address, <span class="mono">{client.address}</span>],
          [labels.username, client.username ?? labels.none],
          [labels.version, `MQTT ${MQTT_VERSIONS[client.protocolVersion]}`],
          [
            labels.keepalive,
            client.keepalive === 0 ? labels.none : labels.seconds(String(client.keepalive)),
          ],
          [labels.cleanStart, client.clean ? labels.yes : labels.no],
        ]}
      />
    </>
  )
}

function Subscriptions({ client }: { readonly client: ClientDetailView }): JSX.Element {
  const { labels } = usePage()
  if (client.subscriptionList.length === 0) return <p class="muted">{labels.noSubscriptions}</p>
  return (
    <ul class="list">
      {client.subscriptionList.map(({ filter, qos }) => (
        <li key={filter}>
          <span class="mono">{filter}</span>
          <span class="tag">{labels.lastQos(String(qos))}</span>
        </li>
      ))}
    </ul>
  )
}

function Disconnect(props: {
  readonly clientId: string
  readonly onDone: () => void
}): JSX.Element {
  const { labels } = usePage()
  const { clientId, onDone } = props
  const [isAsking, setAsking] = useState(false)
  const [problem, setProblem] = useState('')
  const disconnect = (): void => {
    call(`clients/${encodeURIComponent(clientId)}`, { method: 'DELETE' })
      .then(onDone, (error: unknown) => {
        // Whoever is gone already needs no disconnecting.
        if (error instanceof CallError && error.status !== 404) setProblem(error.message)
      })
      .finally(() => setAsking(false))
  }
  return (
    <div class="panel-foot">
      <button type="button" class="button danger" onClick={() => setAsking(true)}>
        {labels.disconnect}
      </button>
      {problem !== '' && <p class="note bad">{labels.failed(problem)}</p>}
      {isAsking && (
        <Dialog title={labels.disconnectTitle(clientId)} onClose={() => setAsking(false)}>
          <p>{labels.disconnectText}</p>
          <div class="dialog-foot">
            <button type="button" class="button" autofocus onClick={() => setAsking(false)}>
              {labels.cancel}
            </button>
            <button type="button" class="button danger solid" onClick={disconnect}>
              {labels.disconnect}
            </button>
          </div>
        </Dialog>
      )}
    </div>
  )
}
