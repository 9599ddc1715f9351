// Recordings of the workbench: made from a subscription of this connection or from a file, replayed
// over any connection at their own pace or faster, saved as JSON lines. The console keeps them.

import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { ConnectionView, RecordingView, ReplayView } from '../../../workbench-views.ts'
import { usePage } from '../../context.ts'
import { useAct } from '../../parts/act.tsx'
import type { Act } from '../../parts/act.tsx'
import { Bar, Card, State } from '../../parts/basics.tsx'
import { Field } from '../../parts/field.tsx'
import { optionsOf, Select } from '../../parts/select.tsx'
import { usePolled } from '../../polled.ts'
import type { Labels } from '../../text/en.ts'

/** Times faster; `max` as fast as the broker takes them. */
const SPEEDS = {
  own: (labels: Labels) => labels.speedOwn,
  '2': (labels: Labels) => labels.speedTimes('2'),
  '10': (labels: Labels) => labels.speedTimes('10'),
  '100': (labels: Labels) => labels.speedTimes('100'),
  max: (labels: Labels) => labels.speedMost,
} as const
const SPEED_VALUES = { own: 1, '2': 2, '10': 10, '100': 100, max: null } as const

export function Recordings(props: {
  readonly connection: ConnectionView
  readonly connections: readonly ConnectionView[]
}): JSX.Element {
  const { labels } = usePage()
  const { answer, refresh } = usePolled<RecordingView[]>('recordings')
  const { problem, run } = useAct(refresh)
  const read = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return
    const body = { name: file.name.replace(/\.[^.]*$/, ''), lines: await file.text() }
    await run('recordings', { method: 'POST', body })
  }
  return (
    <Card title={labels.recordings} hint={labels.recordingsHint}>
      <div class="connect pad">
        <div class="field-row">
          <Record connection={props.connection} run={run} />
          <label class="button file">
            {labels.fromFile}
            <input
              type="file"
              accept=".jsonl,.ndjson"
              onChange={(event) => {
                void read(event.currentTarget.files?.[0])
                event.currentTarget.value = ''
              }}
            />
          </label>
          <output class="note bad">{problem}</output>
        </div>
      </div>
      {answer !== null && answer.length > 0 && (
        <ul class="recordings">
          {answer.map((recording) => (
            <Recorded
              key={recording.id}
              recording={recording}
              connections={props.connections}
              run={run}
            />
          ))}
        </ul>
      )}
    </Card>
  )
}

/** Which of the subscriptions is recorded. */
function Record(props: {
  readonly connection: ConnectionView
  readonly run: Act['run']
}): JSX.Element {
  const { labels } = usePage()
  const { id, subscriptions } = props.connection
  const [wanted, setWanted] = useState('')
  const filters = subscriptions.map(({ filter }) => ({ value: filter, text: filter }))
  if (filters.length === 0) return <p class="muted">{labels.recordNeedsFilter}</p>
  const filter = filters.some(({ value }) => value === wanted) ? wanted : (filters[0]?.value ?? '')
  return (
    <>
      <Select label={labels.recordedFilter} value={filter} options={filters} onChange={setWanted} />
      <button
        type="button"
        class="button"
        onClick={() =>
          void props.run(`connections/${id}/recordings`, { method: 'POST', body: { filter } })
        }
      >
        {labels.record}
      </button>
    </>
  )
}

function Recorded(props: {
  readonly recording: RecordingView
  readonly connections: readonly ConnectionView[]
  readonly run: Act['run']
}): JSX.Element {
  const { labels, format } = usePage()
  const { recording, connections, run } = props
  const { id, name, state, messages, bytes, durationMs, replay } = recording
  const states = {
    recording: { tone: 'bad', text: labels.recordingRuns },
    full: { tone: 'warn', text: labels.recordingFull },
    ended: { tone: 'plain', text: labels.recordingEnded },
  } as const
  const stop = (): void => void run(`recordings/${id}/stop`, { method: 'POST' })
  return (
    <li>
      <div class="recorded">
        <b class="mono">{name}</b>
        <State {...states[state]} />
        <span class="muted numbers">
          {labels.recordedCount(format.exact(messages))} · {format.bytes(bytes)} ·{' '}
          {format.duration(durationMs)}
        </span>
        <span class="card-action">
          {state === 'recording' && (
            <button type="button" class="button small" onClick={stop}>
              {labels.stop}
            </button>
          )}
          <a
            class="button small"
            href={`/api/v1/recordings/${id}/lines`}
            download={`${name}.jsonl`}
          >
            {labels.download}
          </a>
          <button
            type="button"
            class="button small danger"
            onClick={() => void run(`recordings/${id}`, { method: 'DELETE' })}
          >
            {labels.delete}
          </button>
        </span>
      </div>
      {replay !== null && <Replayed replay={replay} />}
      {replay?.isRunning === true ? (
        <button
          type="button"
          class="button small"
          onClick={() => void run(`recordings/${id}/replay`, { method: 'DELETE' })}
        >
          {labels.stopReplay}
        </button>
      ) : (
        messages > 0 && <ReplayForm id={id} connections={connections} run={run} />
      )}
    </li>
  )
}

function Replayed({ replay }: { readonly replay: ReplayView }): JSX.Element {
  const { labels, format } = usePage()
  const { sent, failed, total, problem } = replay
  const text = labels.replayedOf(format.exact(sent), format.exact(total))
  return (
    <div class="replayed">
      <Bar share={(sent + failed) / total} label={text} />
      <span class="muted numbers">{text}</span>
      {failed > 0 && (
        <span class="note bad">
          {labels.replayFailed(format.exact(failed))}
          {problem === null ? '' : `: ${problem}`}
        </span>
      )}
    </div>
  )
}

function ReplayForm(props: {
  readonly id: string
  readonly connections: readonly ConnectionView[]
  readonly run: Act['run']
}): JSX.Element {
  const { labels } = usePage()
  const { id, connections, run } = props
  const [draft, setDraft] = useState({ to: '', speed: 'own' as keyof typeof SPEEDS, prefix: '' })
  const to = connections.find((one) => one.id === draft.to)?.id ?? connections[0]?.id ?? ''
  const replay = (event: Event): void => {
    event.preventDefault()
    const body = { connection: to, speed: SPEED_VALUES[draft.speed], prefix: draft.prefix }
    void run(`recordings/${id}/replay`, { method: 'POST', body })
  }
  return (
    <form class="field-row" onSubmit={replay}>
      <TargetSelect
        label={labels.replayTo}
        value={to}
        connections={connections}
        onChange={(next) => setDraft({ ...draft, to: next })}
      />
      <Select
        label={labels.replaySpeed}
        value={draft.speed}
        options={optionsOf(SPEEDS, labels)}
        onChange={(speed) => setDraft({ ...draft, speed })}
      />
      <Field
        label={labels.topicPrefix}
        value={draft.prefix}
        placeholder="copy/"
        onInput={(prefix) => setDraft({ ...draft, prefix })}
      />
      <button type="submit" class="button">
        {labels.replay}
      </button>
    </form>
  )
}

/** One of the open connections. */
export function TargetSelect(props: {
  readonly label: string
  readonly value: string
  readonly connections: readonly ConnectionView[]
  readonly onChange: (id: string) => void
}): JSX.Element {
  const options = props.connections.map(({ id, profile, clientId }) => {
    return { value: id, text: `${profile.name} (${clientId})` }
  })
  const { label, value, onChange } = props
  return <Select label={label} value={value} options={options} onChange={onChange} />
}
