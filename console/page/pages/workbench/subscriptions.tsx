// What a connection subscribes to: a colour, the granted QoS and a count for each filter, and
// buttons that hide its messages or take it back.

import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { ConnectionView, SubscriptionView } from '../../../workbench-views.ts'
import { call, reasonOf } from '../../api.ts'
import { usePage } from '../../context.ts'
import { Card, Choice } from '../../parts/basics.tsx'
import { Icon } from '../../parts/icon.tsx'

const QOS_TEXTS = ['0', '1', '2'] as const
const COLOURS = 8

interface Props {
  readonly connection: ConnectionView
  readonly refresh: () => void
  readonly muted: ReadonlySet<string>
  readonly onMute: (muted: ReadonlySet<string>) => void
}

/** The class that colours a filter, the same all over the page. */
export function colourOf(connection: ConnectionView, filter: string): string {
  const at = connection.subscriptions.findIndex((one) => one.filter === filter)
  return `colour-${(at + COLOURS) % COLOURS}`
}

export function Subscriptions(props: Props): JSX.Element {
  const { labels } = usePage()
  const { connection, refresh } = props
  const [filter, setFilter] = useState('#')
  const [qos, setQos] = useState<(typeof QOS_TEXTS)[number]>('0')
  const [problem, setProblem] = useState('')
  const subscribe = async (event: Event): Promise<void> => {
    event.preventDefault()
    try {
      const body = { filter, qos: Number(qos) }
      await call(`connections/${connection.id}/subscribe`, { method: 'POST', body })
      setProblem('')
      refresh()
    } catch (error) {
      setProblem(labels.failed(reasonOf(error)))
    }
  }
  return (
    <Card title={labels.subscriptions}>
      <form class="subscribe pad-side" onSubmit={(event) => void subscribe(event)}>
        <input
          class="mono"
          aria-label={labels.filter}
          value={filter}
          required
          spellcheck={false}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
        <div class="field-row">
          <Choice
            label={labels.qos}
            value={qos}
            options={QOS_TEXTS.map((value) => ({ value, text: labels.lastQos(value) }))}
            onChange={setQos}
          />
          <button type="submit" class="button">
            {labels.subscribe}
          </button>
        </div>
        <output class="note bad">{problem}</output>
      </form>
      <ul class="filters">
        {connection.subscriptions.map((one) => (
          <Line {...props} subscription={one} key={one.filter} />
        ))}
      </ul>
    </Card>
  )
}

function Line(props: Props & { readonly subscription: SubscriptionView }): JSX.Element {
  const { labels, format } = usePage()
  const { connection, refresh, muted, onMute, subscription } = props
  const { filter, granted, messages } = subscription
  const isMuted = muted.has(filter)
  const mute = (): void => {
    const others = [...muted].filter((one) => one !== filter)
    onMute(new Set(isMuted ? others : [...others, filter]))
  }
  const takeBack = async (): Promise<void> => {
    const body = { filter }
    await call(`connections/${connection.id}/unsubscribe`, { method: 'POST', body }).catch(
      () => undefined,
    )
    refresh()
  }
  const isRefused = granted !== null && granted >= 128
  return (
    <li class={isMuted ? 'is-muted' : ''}>
      <i class={`dot ${colourOf(connection, filter)}`} aria-hidden="true" />
      <b class="mono">{filter}</b>
      <span class="tag" title={isRefused ? undefined : labels.granted}>
        {isRefused ? labels.refused : labels.lastQos(granted === null ? '…' : String(granted))}
      </span>
      <span class="muted numbers">{format.count(messages)}</span>
      <button
        type="button"
        class="icon-button small"
        aria-pressed={isMuted}
        title={labels.mute}
        aria-label={labels.muteFilter(filter)}
        onClick={mute}
      >
        <Icon name={isMuted ? 'hidden' : 'shown'} />
      </button>
      <button
        type="button"
        class="icon-button small"
        title={labels.unsubscribe}
        aria-label={labels.unsubscribeFilter(filter)}
        onClick={() => void takeBack()}
      >
        <Icon name="close" />
      </button>
    </li>
  )
}
