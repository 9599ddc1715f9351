// One topic in full: its counters, its last and its retained payload, who subscribes to it with
// which filter, and a form to publish to it.

import type { JSX } from 'preact'
import type { TopicDetailView, TopicInsideView } from '../../views.ts'
import { withQuery } from '../api.ts'
import { usePage } from '../context.ts'
import { AskButton, Feet } from '../parts/act.tsx'
import { useHostPath } from '../parts/host.tsx'
import { Facts, Panel } from '../parts/panel.tsx'
import { Payload } from '../parts/payload.tsx'
import { RecentChart } from '../parts/recent-chart.tsx'
import { usePolled } from '../polled.ts'
import { address } from '../route.ts'
import { PublishForm } from './publish.tsx'

export function TopicDetail({ topic }: { readonly topic: string }): JSX.Element {
  const { labels } = usePage()
  const hostPath = useHostPath()
  const question = hostPath(withQuery('topics/detail', { name: topic }))
  const { answer, error, refresh } = usePolled<TopicDetailView>(question)
  const isGone = error?.status === 404
  return (
    <Panel title={topic}>
      {isGone && <p class="muted">{labels.topicGone}</p>}
      {!isGone && answer && (
        <>
          <TopicFacts topic={answer} />
          <RecentChart recent={answer.recent} />
          <Payloads topic={answer} />
          <h3>
            {labels.subscribers} <SubscriberCount topic={answer} />
          </h3>
          <Subscribers topic={answer} />
          {answer.inside && <Producers inside={answer.inside} />}
          {answer.inside && (
            <Feet>
              <AskButton
                label={labels.delete}
                title={labels.deleteTopic(topic)}
                text={labels.deleteTopicText}
                path={hostPath(withQuery('topics', { name: topic }))}
                options={{ method: 'DELETE' }}
                onDone={refresh}
              />
            </Feet>
          )}
        </>
      )}
      <h3>{labels.publishHere}</h3>
      <PublishForm topic={topic} />
    </Panel>
  )
}

function TopicFacts({ topic }: { readonly topic: TopicDetailView }): JSX.Element {
  const { labels, format, live } = usePage()
  const originOf = (inside: TopicInsideView): string => {
    const { firstAt, firstPublisher } = inside
    if (inside.isSubscribedOnly) return labels.subscribedOnly
    const made = firstPublisher === '' ? labels.madeByBroker : labels.madeByAdministrator
    const who = firstPublisher ? labels.madeByMessage(firstPublisher) : made
    return `${format.ago((live.snapshot?.at ?? firstAt) - firstAt)}, ${who}`
  }
  const sinceLastMs = (live.snapshot?.at ?? 0) - topic.lastAt
  const last = `${format.ago(sinceLastMs)}, ${labels.lastQos(String(topic.lastQos))}`
  return (
    <>
      <div class="pair">
        <div>
          <span class="muted">{labels.messagesIn}</span>
          <b>{format.exact(topic.messagesIn)}</b>
          <span class="muted">{format.bytes(topic.bytesIn)}</span>
        </div>
        <div>
          <span class="muted">{labels.messagesOut}</span>
          <b>{format.exact(topic.messagesOut)}</b>
          <span class="muted">
            {format.rate(topic.ratePerSecond)} {labels.perSecond}
          </span>
        </div>
      </div>
      <Facts
        facts={[
          [labels.lastMessage, topic.messagesIn === 0 ? labels.none : last],
          [labels.retained, topic.hasRetained ? labels.yes : labels.no],
          ...(topic.inside ? [[labels.topicOrigin, originOf(topic.inside)] as const] : []),
        ]}
      />
    </>
  )
}

/** Mostly the retained payload is the last one, and then it is shown once. */
function Payloads({ topic }: { readonly topic: TopicDetailView }): JSX.Element {
  const { labels } = usePage()
  const { lastPayload, retainedPayload } = topic
  const isSame = retainedPayload !== null && retainedPayload.base64 === lastPayload?.base64
  return (
    <>
      <h3>
        {labels.lastPayload} {isSame && <span class="tag">{labels.retained}</span>}
      </h3>
      {lastPayload === null ? (
        <p class="muted">{labels.noPayload}</p>
      ) : (
        <Payload topic={topic.topic} payload={lastPayload} />
      )}
      {retainedPayload !== null && !isSame && (
        <>
          <h3>{labels.retainedPayload}</h3>
          <Payload topic={topic.topic} payload={retainedPayload} />
        </>
      )}
    </>
  )
}

function SubscriberCount({ topic }: { readonly topic: TopicDetailView }): JSX.Element {
  const { format } = usePage()
  return <span class="muted numbers">{format.exact(topic.subscribers)}</span>
}

function Subscribers({ topic }: { readonly topic: TopicDetailView }): JSX.Element {
  const { labels, format } = usePage()
  if (topic.subscriberList.length === 0) return <p class="muted">{labels.noSubscribers}</p>
  const counts = new Map(
    topic.inside?.consumers.map(({ clientId, filter, delivered, inflight }) => [
      `${clientId} ${filter}`,
      [
        labels.deliveredCount(format.exact(delivered)),
        labels.unackedCount(format.exact(inflight)),
      ].join(', '),
    ]),
  )
  return (
    <ul class="list">
      {topic.subscriberList.map(({ clientId, filter, qos }) => (
        <li key={`${clientId} ${filter}`}>
          <span>
            <a class="mono" href={address('clients', { open: clientId })}>
              {clientId}
            </a>
            <span class="mono muted">{filter}</span>
            {counts.size > 0 && <span class="muted">{counts.get(`${clientId} ${filter}`)}</span>}
          </span>
          <span class="tag">{labels.lastQos(String(qos))}</span>
        </li>
      ))}
    </ul>
  )
}

function Producers({ inside }: { readonly inside: TopicInsideView }): JSX.Element {
  const { labels, format, live } = usePage()
  const now = live.snapshot?.at ?? 0
  return (
    <>
      <h3>{labels.producers}</h3>
      {inside.producers.length === 0 && <p class="muted">{labels.noProducers}</p>}
      <ul class="list">
        {inside.producers.map(({ clientId, messages, lastAt }) => (
          <li key={clientId}>
            <span>
              {clientId === '' ? (
                labels.theBroker
              ) : (
                <a class="mono" href={address('clients', { open: clientId })}>
                  {clientId}
                </a>
              )}
              <span class="muted">{labels.messagesCount(format.exact(messages))}</span>
            </span>
            <span class="muted numbers">{format.ago(now - lastAt)}</span>
          </li>
        ))}
      </ul>
    </>
  )
}
