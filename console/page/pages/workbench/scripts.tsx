// Scripts of the visitor on a connection: written here, kept in the browser, run in a worker that
// can reach nothing. What they log and where they failed is shown below.

import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ConnectionView } from '../../../workbench-views.ts'
import { usePage } from '../../context.ts'
import { Card, State } from '../../parts/basics.tsx'
import { Field } from '../../parts/field.tsx'
import { keep, recall } from '../../settings.ts'
import type { Labels } from '../../text/en.ts'
import { ScriptRun } from './script-run.ts'
import type { ScriptEnd } from './script-run.ts'

interface Script {
  readonly name: string
  readonly source: string
}

const SAVED_MAX = 20
const SOURCE_CHARS_MAX = 65_536
const LOG_LINES_MAX = 200
/** Log lines are drawn together, however fast they come. */
const DRAW_MS = 100

const EXAMPLE = `subscribe('plant/#', { qos: 1 })
onMessage('plant/+/air', ({ topic, json }) => {
  if (json.t > 30) publish('alarm/' + topic, { t: json.t }, { qos: 1 })
})
let count = 0
every(1000, () => publish('heartbeat', String(++count)))
`

export function Scripts({ connection }: { readonly connection: ConnectionView }): JSX.Element {
  const { labels } = usePage()
  const [saved, setSaved] = useState(() => recall<Script[]>('scripts', []))
  const [draft, setDraft] = useState<Script>(() => saved[0] ?? { name: '', source: EXAMPLE })
  const state = useScript(connection.id)
  const { end, log, start } = state
  const area = useRef<HTMLTextAreaElement>(null)
  const keepAll = (next: Script[]): void => {
    keep('scripts', next)
    setSaved(next)
  }
  const run = (event: Event): void => {
    event.preventDefault()
    start(draft.source)
  }
  const handleKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) run(event)
  }
  return (
    <Card
      title={labels.script}
      hint={labels.scriptHint}
      action={<Choose {...{ saved, setDraft }} />}
    >
      <form class="script pad" onSubmit={run} onKeyDown={handleKey}>
        <Field
          label={labels.scriptName}
          value={draft.name}
          onInput={(name) => setDraft({ ...draft, name })}
        />
        <label class="field">
          <span>{labels.scriptSource}</span>
          <textarea
            ref={area}
            class="mono"
            rows={10}
            maxLength={SOURCE_CHARS_MAX}
            spellcheck={false}
            value={draft.source}
            onInput={(event) => setDraft({ ...draft, source: event.currentTarget.value })}
          />
        </label>
        <Buttons {...{ draft, saved, state, keepAll }} />
        {end !== null && <Failure end={end} area={area.current} />}
      </form>
      {log.length > 0 && (
        <pre class="script-log" tabIndex={0} aria-label={labels.scriptLog}>
          {log.join('\n')}
        </pre>
      )}
    </Card>
  )
}

function Buttons(props: {
  readonly draft: Script
  readonly saved: readonly Script[]
  readonly state: RunState
  readonly keepAll: (scripts: Script[]) => void
}): JSX.Element {
  const { labels } = usePage()
  const { draft, saved, keepAll } = props
  const { isRunning, stop } = props.state
  const others = saved.filter(({ name }) => name !== draft.name)
  return (
    <div class="field-row">
      <button type="submit" class="button solid">
        {isRunning ? labels.runAgain : labels.run}
      </button>
      <button type="button" class="button danger" disabled={!isRunning} onClick={stop}>
        {labels.stop}
      </button>
      <button
        type="button"
        class="button"
        disabled={draft.name === ''}
        onClick={() => keepAll([draft, ...others].slice(0, SAVED_MAX))}
      >
        {labels.saveScript}
      </button>
      {saved.length > others.length && (
        <button type="button" class="button" onClick={() => keepAll(others)}>
          {labels.delete}
        </button>
      )}
      <State
        tone={isRunning ? 'good' : 'plain'}
        text={isRunning ? labels.scriptRuns : labels.scriptRests}
      />
    </div>
  )
}

function Choose(props: {
  readonly saved: readonly Script[]
  readonly setDraft: (script: Script) => void
}): JSX.Element | null {
  const { labels } = usePage()
  const { saved, setDraft } = props
  if (saved.length === 0) return null
  return (
    <select
      aria-label={labels.savedScripts}
      value=""
      onChange={(event) => {
        const chosen = saved[event.currentTarget.selectedIndex - 1]
        if (chosen !== undefined) setDraft(chosen)
      }}
    >
      <option value="">{labels.savedScripts}</option>
      {saved.map(({ name }) => (
        <option key={name}>{name}</option>
      ))}
    </select>
  )
}

/** Why it ended; where that was a line of the script, a press leads there. */
function Failure(props: {
  readonly end: ScriptEnd
  readonly area: HTMLTextAreaElement | null
}): JSX.Element {
  const { labels } = usePage()
  const { end, area } = props
  const line = end.why === 'threw' ? end.line : 0
  const text = end.why === 'threw' ? end.text : endText(labels, end.why)
  const goTo = (): void => {
    const lines = area?.value.split('\n') ?? []
    const start = lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0)
    area?.focus()
    area?.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0))
  }
  return (
    <p class="note bad" role="alert">
      {line > 0 && (
        <button type="button" class="button small" onClick={goTo}>
          {labels.scriptLine(String(line))}
        </button>
      )}{' '}
      {text}
    </p>
  )
}

function endText(labels: Labels, why: Exclude<ScriptEnd['why'], 'threw'>): string {
  const texts = {
    unloaded: labels.scriptUnloaded,
    stuck: labels.scriptStuck,
    flood: labels.scriptFlood,
    actions: labels.scriptActions,
    handlers: labels.scriptHandlers,
  }
  return texts[why]
}

interface RunState {
  readonly isRunning: boolean
  readonly end: ScriptEnd | null
  readonly log: readonly string[]
  readonly start: (source: string) => void
  readonly stop: () => void
}

/** The run of a script, which ends with its connection or when the page is left. */
function useScript(connectionId: string): RunState {
  const run = useRef<ScriptRun | null>(null)
  const [isRunning, setRunning] = useState(false)
  const [end, setEnd] = useState<ScriptEnd | null>(null)
  const [log, setLog] = useState<readonly string[]>([])
  const stop = (): void => run.current?.stop()
  useEffect(() => stop, [connectionId])
  const start = (source: string): void => {
    stop()
    let lines: readonly string[] = []
    let timer = 0
    const draw = (): void => {
      timer = 0
      setLog(lines)
    }
    setEnd(null)
    draw()
    setRunning(true)
    run.current = new ScriptRun(connectionId, source, {
      handleLog: (text) => {
        lines = [...lines.slice(1 - LOG_LINES_MAX), text]
        if (timer === 0) timer = setTimeout(draw, DRAW_MS)
      },
      handleEnd: (why) => {
        clearTimeout(timer)
        draw()
        setRunning(false)
        setEnd(why)
      },
    })
  }
  return { isRunning, end, log, start, stop }
}
