// The form that publishes on a connection: format, QoS and retain for each message, MQTT 5
// properties, a file as payload, repeats, and a library of saved messages kept in the browser.

import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { PayloadEncoding } from '../../../views.ts'
import type { ConnectionView, SendReply, SendRequest } from '../../../workbench-views.ts'
import { call, reasonOf } from '../../api.ts'
import { usePage } from '../../context.ts'
import { Card, Choice } from '../../parts/basics.tsx'
import { Field } from '../../parts/field.tsx'
import { PayloadInput } from '../../parts/payload-input.tsx'
import { ONCE, RepeatFields, repeatOf, SeriesState } from '../../parts/repeat.tsx'
import type { RepeatText } from '../../parts/repeat.tsx'
import { keep, recall } from '../../settings.ts'

const ENCODINGS = ['text', 'hex', 'base64'] as const
const QOS_TEXTS = ['0', '1', '2'] as const
const SAVED_MAX = 100

interface Draft {
  readonly topic: string
  readonly payload: string
  readonly encoding: PayloadEncoding
  readonly qos: (typeof QOS_TEXTS)[number]
  readonly retain: boolean
  readonly contentType: string
  readonly responseTopic: string
  readonly expiry: string
}

const EMPTY: Draft = {
  topic: '',
  payload: '',
  encoding: 'text',
  qos: '0',
  retain: false,
  contentType: '',
  responseTopic: '',
  expiry: '',
}

type Change = (change: Partial<Draft>) => void

export function Sender(props: {
  readonly connection: ConnectionView
  readonly refresh: () => void
}): JSX.Element {
  const { labels, format } = usePage()
  const { id, series, protocolVersion } = props.connection
  const [draft, setDraft] = useState(EMPTY)
  const [repeat, setRepeat] = useState(ONCE)
  const [outcome, setOutcome] = useState({ isBad: false, text: '' })
  const set: Change = (change) => setDraft({ ...draft, ...change })
  const send = async (event: Event): Promise<void> => {
    event.preventDefault()
    try {
      const body = requestOf(draft, repeat, protocolVersion === 5)
      const path = `connections/${id}/publish`
      const reply = await call<SendReply>(path, { method: 'POST', body })
      const text = labels.published(format.bytes(reply.payloadBytes), reply.topic)
      setOutcome({ isBad: false, text: reply.outcome === 'repeating' ? '' : text })
      props.refresh()
    } catch (error) {
      setOutcome({ isBad: true, text: labels.failed(reasonOf(error)) })
    }
  }
  const stop = (): Promise<void> =>
    call(`connections/${id}/series`, { method: 'DELETE' }).then(props.refresh)
  const handleKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void send(event)
  }
  return (
    <Card title={labels.publish} action={<Saved draft={draft} onChosen={setDraft} />}>
      <form class="publish pad" onSubmit={(event) => void send(event)} onKeyDown={handleKey}>
        <Field
          label={labels.topic}
          value={draft.topic}
          required
          onInput={(topic) => set({ topic })}
        />
        <PayloadField draft={draft} set={set} />
        {protocolVersion === 5 && <PropertyFields draft={draft} set={set} />}
        <div class="field-row">
          <button type="submit" class="button solid">
            {labels.send}
          </button>
          <RepeatFields repeat={repeat} onChange={setRepeat} />
          {series !== null && <SeriesState series={series} onStop={() => void stop()} />}
          <output class={outcome.isBad ? 'note bad' : 'note'}>{outcome.text}</output>
        </div>
      </form>
    </Card>
  )
}

function requestOf(
  { topic, payload, encoding, qos, retain, ...more }: Draft,
  repeat: RepeatText,
  hasProperties: boolean,
): SendRequest {
  const { contentType, responseTopic, expiry } = more
  const properties = {
    ...(contentType === '' ? {} : { contentType }),
    ...(responseTopic === '' ? {} : { responseTopic }),
    ...(expiry === '' ? {} : { messageExpiryInterval: Number(expiry) }),
  }
  return {
    topic,
    payload,
    encoding,
    qos: QOS[qos],
    retain,
    ...(hasProperties && Object.keys(properties).length > 0 ? { properties } : {}),
    ...repeatOf(repeat),
  }
}

const QOS = { 0: 0, 1: 1, 2: 2 } as const

function PayloadField({
  draft,
  set,
}: {
  readonly draft: Draft
  readonly set: Change
}): JSX.Element {
  const { labels } = usePage()
  const take = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return
    const bytes = new Uint8Array(await file.arrayBuffer())
    const chars = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
    set({ encoding: 'base64', payload: btoa(chars) })
  }
  return (
    <PayloadInput
      label={labels.payload}
      rows={3}
      payload={draft.payload}
      encoding={draft.encoding}
      encodings={ENCODINGS.map((value) => ({ value, text: labels[value] }))}
      set={set}
    >
      <Choice
        label={labels.qos}
        value={draft.qos}
        options={QOS_TEXTS.map((value) => ({ value, text: labels.lastQos(value) }))}
        onChange={(qos) => set({ qos })}
      />
      <label class="check" title={labels.retainHint}>
        <input
          type="checkbox"
          checked={draft.retain}
          onChange={(event) => set({ retain: event.currentTarget.checked })}
        />
        {labels.retain}
      </label>
      <label class="button file">
        {labels.file}
        <input type="file" onChange={(event) => void take(event.currentTarget.files?.[0])} />
      </label>
    </PayloadInput>
  )
}

function PropertyFields({
  draft,
  set,
}: {
  readonly draft: Draft
  readonly set: Change
}): JSX.Element {
  const { labels } = usePage()
  return (
    <details>
      <summary>{labels.properties}</summary>
      <div class="field-grid">
        <Field
          label={labels.contentType}
          value={draft.contentType}
          onInput={(contentType) => set({ contentType })}
        />
        <Field
          label={labels.responseTopic}
          value={draft.responseTopic}
          onInput={(responseTopic) => set({ responseTopic })}
        />
        <Field
          label={labels.expiry}
          type="number"
          value={draft.expiry}
          onInput={(expiry) => set({ expiry })}
        />
      </div>
    </details>
  )
}

function Saved(props: {
  readonly draft: Draft
  readonly onChosen: (draft: Draft) => void
}): JSX.Element {
  const { labels } = usePage()
  const { draft, onChosen } = props
  const [saved, setSaved] = useState(() => recall<Draft[]>('messages', []))
  const save = (): void => {
    const next = [draft, ...saved.filter(({ topic }) => topic !== draft.topic)].slice(0, SAVED_MAX)
    keep('messages', next)
    setSaved(next)
  }
  return (
    <span class="saved-messages">
      {saved.length > 0 && (
        <select
          aria-label={labels.savedMessages}
          value=""
          onChange={(event) => {
            const chosen = saved[Number(event.currentTarget.value)]
            if (chosen !== undefined) onChosen({ ...EMPTY, ...chosen })
          }}
        >
          <option value="">{labels.savedMessages}</option>
          {saved.map(({ topic }, index) => (
            <option value={index} key={topic}>
              {topic}
            </option>
          ))}
        </select>
      )}
      <button type="button" class="button small" disabled={draft.topic === ''} onClick={save}>
        {labels.save}
      </button>
    </span>
  )
}
