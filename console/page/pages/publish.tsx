// The form that publishes a message as the broker itself, with its QoS and payload format chosen for
// each message. It stays open, so that the next message is one key away.

import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { PayloadEncoding, PublishReply, PublishRequest } from '../../views.ts'
import { call } from '../api.ts'
import { usePage } from '../context.ts'
import { Choice } from '../parts/basics.tsx'
import { Dialog } from '../parts/dialog.tsx'

type QosText = '0' | '1' | '2'

type Outcome = { readonly kind: 'none' | 'sending' | 'sent' | 'failed'; readonly text: string }

const NOTHING: Outcome = { kind: 'none', text: '' }
const QOS = { 0: 0, 1: 1, 2: 2 } as const

export function PublishDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const { labels, route } = usePage()
  const topic = route.page === 'topics' ? (route.query.get('open') ?? '') : ''
  return (
    <Dialog title={labels.publishTitle} onClose={onClose}>
      <PublishForm topic={topic} hasTopicField />
    </Dialog>
  )
}

export function PublishForm(props: {
  readonly topic: string
  /** Whether the topic can be changed. */
  readonly hasTopicField?: boolean
}): JSX.Element {
  const { labels, format } = usePage()
  const [topic, setTopic] = useState(props.topic)
  const [payload, setPayload] = useState('')
  const [encoding, setEncoding] = useState<PayloadEncoding>('text')
  const [qos, setQos] = useState<QosText>('0')
  const [retain, setRetain] = useState(false)
  const [outcome, setOutcome] = useState(NOTHING)
  const send = (event: Event): void => {
    event.preventDefault()
    if (outcome.kind === 'sending') return
    const body: PublishRequest = { topic, payload, encoding, qos: QOS[qos], retain }
    setOutcome({ kind: 'sending', text: '' })
    call<PublishReply>('publish', { method: 'POST', body }).then(
      (reply) => {
        const text = labels.published(format.bytes(reply.payloadBytes), reply.topic)
        setOutcome({ kind: 'sent', text })
      },
      (error: Error) => setOutcome({ kind: 'failed', text: labels.failed(error.message) }),
    )
  }
  const handleKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send(event)
  }
  return (
    <form class="publish" onSubmit={send} onKeyDown={handleKey}>
      {props.hasTopicField === true && (
        <label class="field">
          <span>{labels.topic}</span>
          <input
            class="mono"
            value={topic}
            required
            spellcheck={false}
            autocomplete="off"
            placeholder="site/north/command"
            onInput={(event) => setTopic(event.currentTarget.value)}
          />
        </label>
      )}
      <label class="field">
        <span>{labels.payload}</span>
        <textarea
          class="mono"
          rows={4}
          value={payload}
          spellcheck={false}
          placeholder={EXAMPLES[encoding]}
          onInput={(event) => setPayload(event.currentTarget.value)}
        />
      </label>
      <div class="field-row">
        <Choice
          label={labels.format}
          value={encoding}
          options={(['text', 'hex', 'base64'] as const).map((value) => ({
            value,
            text: labels[value],
          }))}
          onChange={setEncoding}
        />
        <Choice
          label={labels.qos}
          value={qos}
          options={(['0', '1', '2'] as const).map((value) => ({
            value,
            text: labels.lastQos(value),
          }))}
          onChange={setQos}
        />
        <label class="check" title={labels.retainHint}>
          <input
            type="checkbox"
            checked={retain}
            onChange={(event) => setRetain(event.currentTarget.checked)}
          />
          {labels.retain}
        </label>
      </div>
      <div class="field-row">
        <button type="submit" class="button solid" disabled={outcome.kind === 'sending'}>
          {outcome.kind === 'sending' ? labels.sending : labels.send}
        </button>
        <output class={outcome.kind === 'failed' ? 'note bad' : 'note'}>{outcome.text}</output>
      </div>
    </form>
  )
}

const EXAMPLES: Record<PayloadEncoding, string> = {
  text: '{"valve":"open"}',
  hex: '7b 22 76 22 3a 31 7d',
  base64: 'eyJ2IjoxfQ==',
}
