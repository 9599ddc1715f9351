// The form that publishes a message as the broker itself, with QoS and payload format chosen for
// each message. It stays open, so that the next message is one key away.

import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { PayloadEncoding, PublishReply, PublishRequest } from '../../views.ts'
import { call, reasonOf } from '../api.ts'
import { usePage } from '../context.ts'
import { Choice } from '../parts/basics.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { useHostPath } from '../parts/host.tsx'

const ENCODINGS = ['text', 'hex', 'base64'] as const
const QOS_TEXTS = ['0', '1', '2'] as const
const QOS = { 0: 0, 1: 1, 2: 2 } as const

/** How a message is sent. */
interface Manner {
  readonly encoding: PayloadEncoding
  readonly qos: (typeof QOS_TEXTS)[number]
  readonly retain: boolean
}

const PLAIN: Manner = { encoding: 'text', qos: '0', retain: false }

interface Outcome {
  readonly kind: 'none' | 'sending' | 'sent' | 'failed'
  readonly text: string
}

const NOTHING: Outcome = { kind: 'none', text: '' }

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
  /** Whether retain is chosen at first. */
  readonly isRetained?: boolean
}): JSX.Element {
  const { labels } = usePage()
  const [topic, setTopic] = useState(props.topic)
  const [payload, setPayload] = useState('')
  const [manner, setManner] = useState({ ...PLAIN, retain: props.isRetained === true })
  const [outcome, publish] = usePublish()
  const send = (event: Event): void => {
    event.preventDefault()
    const { encoding, qos, retain } = manner
    void publish({ topic, payload, encoding, qos: QOS[qos], retain })
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
            autofocus
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
          placeholder={EXAMPLES[manner.encoding]}
          onInput={(event) => setPayload(event.currentTarget.value)}
        />
      </label>
      <MannerFields manner={manner} onChange={setManner} />
      <div class="field-row">
        <button type="submit" class="button solid" disabled={outcome.kind === 'sending'}>
          {outcome.kind === 'sending' ? labels.sending : labels.send}
        </button>
        <output class={outcome.kind === 'failed' ? 'note bad' : 'note'}>{outcome.text}</output>
      </div>
    </form>
  )
}

function usePublish(): [Outcome, (request: PublishRequest) => Promise<void>] {
  const { labels, format } = usePage()
  const hostPath = useHostPath()
  const [outcome, setOutcome] = useState(NOTHING)
  const publish = async (body: PublishRequest): Promise<void> => {
    if (outcome.kind === 'sending') return
    setOutcome({ kind: 'sending', text: '' })
    try {
      const reply = await call<PublishReply>(hostPath('publish'), { method: 'POST', body })
      const text = labels.published(format.bytes(reply.payloadBytes), reply.topic)
      setOutcome({ kind: 'sent', text })
    } catch (error) {
      setOutcome({ kind: 'failed', text: labels.failed(reasonOf(error)) })
    }
  }
  return [outcome, publish]
}

function MannerFields(props: {
  readonly manner: Manner
  readonly onChange: (manner: Manner) => void
}): JSX.Element {
  const { labels } = usePage()
  const { manner, onChange } = props
  return (
    <div class="field-row">
      <Choice
        label={labels.format}
        value={manner.encoding}
        options={ENCODINGS.map((value) => ({ value, text: labels[value] }))}
        onChange={(encoding) => onChange({ ...manner, encoding })}
      />
      <Choice
        label={labels.qos}
        value={manner.qos}
        options={QOS_TEXTS.map((value) => ({ value, text: labels.lastQos(value) }))}
        onChange={(qos) => onChange({ ...manner, qos })}
      />
      <label class="check" title={labels.retainHint}>
        <input
          type="checkbox"
          checked={manner.retain}
          onChange={(event) => onChange({ ...manner, retain: event.currentTarget.checked })}
        />
        {labels.retain}
      </label>
    </div>
  )
}

const EXAMPLES: Record<PayloadEncoding, string> = {
  text: '{"valve":"open"}',
  hex: '7b 22 76 22 3a 31 7d',
  base64: 'eyJ2IjoxfQ==',
}
