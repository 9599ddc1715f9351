// What happened to a client, and why: its connections and their ends, refusals, subscriptions,
// overload. Also of clients that are gone.

import type { JSX } from 'preact'
import type { ClientEventView } from '../../views.ts'
import { usePage } from '../context.ts'
import type { Tone } from '../parts/basics.tsx'
import { State } from '../parts/basics.tsx'
import { useHostPath } from '../parts/host.tsx'
import { usePolled } from '../polled.ts'
import type { Labels } from '../text/en.ts'

export function History({ path }: { readonly path: string }): JSX.Element {
  const { labels, format, live } = usePage()
  const { answer } = usePolled<readonly ClientEventView[]>(useHostPath()(path))
  const now = live.snapshot?.at ?? 0
  return (
    <>
      <h3>{labels.history}</h3>
      {answer?.length === 0 && <p class="muted">{labels.noHistory}</p>}
      <ol class="history">
        {answer?.toReversed().map(({ at, kind, detail }, position) => (
          <li key={`${at} ${position}`}>
            <State tone={TONES[kind] ?? 'plain'} text={kindText(labels, kind)} />
            <span class="muted numbers">{format.ago(now - at)}</span>
            <span class="detail">{detail}</span>
          </li>
        ))}
      </ol>
    </>
  )
}

const TONES: Partial<Record<string, Tone>> = {
  connected: 'good',
  recovered: 'good',
  refused: 'bad',
  denied: 'bad',
  overloaded: 'warn',
  willPublished: 'warn',
  disconnected: 'warn',
}

function kindText(labels: Labels, kind: string): string {
  const texts: Partial<Record<string, string>> = {
    connected: labels.eventConnected,
    refused: labels.eventRefused,
    disconnected: labels.eventDisconnected,
    subscribed: labels.eventSubscribed,
    unsubscribed: labels.eventUnsubscribed,
    willPublished: labels.eventWillPublished,
    overloaded: labels.eventOverloaded,
    recovered: labels.eventRecovered,
    denied: labels.eventDenied,
    sessionEnded: labels.eventSessionEnded,
  }
  return texts[kind] ?? kind
}
