// One client in full: who it is, its counters, what it subscribes to; and the way to disconnect it,
// which asks first.

import type { JSX } from 'preact'
import type { ClientDetailView, ClientInsideView } from '../../views.ts'
import { usePage } from '../context.ts'
import type { PageContext } from '../context.ts'
import { AskButton, CreateLine, Feet } from '../parts/act.tsx'
import { State } from '../parts/basics.tsx'
import { useHostPath } from '../parts/host.tsx'
import { Facts, Panel } from '../parts/panel.tsx'
import { RecentChart } from '../parts/recent-chart.tsx'
import { usePolled } from '../polled.ts'
import { History } from './client-history.tsx'
import { MQTT_VERSIONS } from '../text/format.ts'

export function ClientDetail({ clientId }: { readonly clientId: string }): JSX.Element {
  const { labels, live } = usePage()
  const hostPath = useHostPath()
  const path = `clients/${encodeURIComponent(clientId)}`
  const { answer, error, refresh } = usePolled<ClientDetailView>(hostPath(path))
  const isGone = error?.status === 404
  return (
    <Panel title={clientId}>
      {isGone && <p class="muted">{labels.clientGone}</p>}
      {!isGone && answer && (
        <>
          <ClientFacts client={answer} />
          <RecentChart recent={answer.recent} />
          <h3>{labels.subscriptions}</h3>
          <Subscriptions client={answer} />
          {answer.inside && <FarSubscription path={path} onDone={refresh} />}
          {answer.isConnected && (
            <Feet>
              <AskButton
                label={labels.disconnect}
                title={labels.disconnectTitle(clientId)}
                text={labels.disconnectText}
                path={hostPath(path)}
                options={{ method: 'DELETE' }}
                onDone={refresh}
              />
            </Feet>
          )}
        </>
      )}
      {(live.snapshot?.hosts.length ?? 0) > 0 && <History path={`${path}/events`} />}
    </Panel>
  )
}

function ClientFacts({ client }: { readonly client: ClientDetailView }): JSX.Element {
  const page = usePage()
  const { labels, format, live } = page
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
          ...(client.inside === null
            ? [[labels.dropped, format.exact(client.dropped)] as const]
            : []),
          [
            labels.address,
            client.address === '' ? labels.none : <span class="mono">{client.address}</span>,
          ],
          [labels.username, client.username ?? labels.none],
          [labels.version, `MQTT ${MQTT_VERSIONS[client.protocolVersion]}`],
          [
            labels.keepalive,
            client.keepalive === 0 ? labels.none : labels.seconds(String(client.keepalive)),
          ],
          [labels.cleanStart, client.clean ? labels.yes : labels.no],
          ...(client.inside === null ? [] : insideFacts(client.inside, page)),
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

/** What only our own broker tells. */
function insideFacts(
  inside: ClientInsideView,
  { labels, format, live }: PageContext,
): (readonly [string, string])[] {
  const { will, drops, groups, denied, lastSeen, expiresAt } = inside
  const now = live.snapshot?.at ?? 0
  const count = (value: number): string => format.exact(value)
  const facts: (readonly [string, string])[] = [
    [
      labels.will,
      will === null
        ? labels.none
        : `${will.topic}, ${labels.lastQos(String(will.qos))}, ${format.bytes(will.bytes)}`,
    ],
    [
      labels.dropped,
      labels.dropsByReason(
        count(drops.queueFull),
        count(drops.expired),
        count(drops.tooLarge),
        count(drops.purged),
      ),
    ],
    [labels.denied, count(denied)],
  ]
  if (groups.length > 0) facts.push([labels.groupsOf, groups.join(' ')])
  if (lastSeen > 0) facts.push([labels.lastSeen, format.ago(now - lastSeen)])
  if (expiresAt > 0) facts.push([labels.expires, labels.inTime(format.duration(expiresAt - now))])
  return facts
}

/** Subscribes the client from here. */
function FarSubscription(props: {
  readonly path: string
  readonly onDone: () => void
}): JSX.Element {
  const { labels } = usePage()
  const hostPath = useHostPath()
  return (
    <CreateLine
      label={labels.addSubscription}
      placeholder="site/#"
      button={labels.subscribe}
      callOf={(filter) => {
        const body = { filter, qos: 1 }
        return [hostPath(`${props.path}/subscribe`), { method: 'POST', body }]
      }}
      onDone={props.onDone}
    />
  )
}
