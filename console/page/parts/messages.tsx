// Messages that wait in a queue or for a client, looked at without being taken.

import type { JSX } from 'preact'
import type { MessageView, PageView } from '../../views.ts'
import { withQuery } from '../api.ts'
import { usePage } from '../context.ts'
import { usePolled } from '../polled.ts'
import { Levels } from './basics.tsx'
import { useHostPath } from './host.tsx'
import { Payload } from './payload.tsx'

const SHOWN = 20

/** @param props.path of the call that browses. */
export function WaitingMessages({ path }: { readonly path: string }): JSX.Element {
  const { labels, format } = usePage()
  const hostPath = useHostPath()
  const { answer } = usePolled<PageView<MessageView>>(hostPath(withQuery(path, { limit: SHOWN })))
  return (
    <>
      <h3>
        {labels.waiting} <span class="muted numbers">{format.exact(answer?.total ?? 0)}</span>
      </h3>
      <p class="muted">{answer?.total === 0 ? labels.nothingWaits : labels.waitingHint}</p>
      <ol class="waiting">
        {answer?.rows.map((message, position) => (
          <WaitingMessage key={`${position} ${message.receivedAt}`} message={message} />
        ))}
      </ol>
    </>
  )
}

function WaitingMessage({ message }: { readonly message: MessageView }): JSX.Element {
  const { labels, format, live } = usePage()
  const { topic, qos, publisher, receivedAt, payloadBytes, payload } = message
  const age = (live.snapshot?.at ?? receivedAt) - receivedAt
  return (
    <li>
      <details>
        <summary>
          <span class="mono">
            <Levels name={topic} />
          </span>
          <span class="tag">{labels.lastQos(String(qos))}</span>
          <span class="muted numbers">{format.bytes(payloadBytes)}</span>
        </summary>
        <p class="muted">
          {publisher === '' ? labels.theBroker : publisher}, {format.ago(age)}
        </p>
        <Payload topic={topic} payload={payload} />
      </details>
    </li>
  )
}
