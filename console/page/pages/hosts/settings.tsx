// The broker's configuration: what may change while it runs as a text to edit, checked before it is
// taken; the rest to look at. A broker without a file of its own is read only.

import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { ConfigView } from '../../../views.ts'
import { call, reasonOf } from '../../api.ts'
import { usePage } from '../../context.ts'
import { Card } from '../../parts/basics.tsx'
import { Facts } from '../../parts/panel.tsx'
import { usePolled } from '../../polled.ts'

interface Note {
  readonly lines: readonly string[]
  readonly isBad: boolean
}

export function Settings(): JSX.Element | null {
  const { labels } = usePage()
  const { answer, refresh } = usePolled<ConfigView>('config')
  if (answer === null) return null
  const { file, readOnly, fixed } = answer
  const why = { 'no-file': labels.settingsNoFile, mosquitto: labels.settingsMosquitto }
  return (
    <Card title={labels.settings} hint={file ?? undefined}>
      <div class="settings pad">
        <div class="connect">
          {readOnly === null ? (
            <Editor held={answer.text} onTaken={refresh} />
          ) : (
            <>
              <p class="muted">{why[readOnly]}</p>
              <pre class="mono">{answer.text}</pre>
            </>
          )}
        </div>
        <div>
          <h3>{labels.settingsFixed}</h3>
          <Facts facts={fixed.map(([key, value]) => [key, value])} />
        </div>
      </div>
    </Card>
  )
}

function Editor(props: { readonly held: string; readonly onTaken: () => void }): JSX.Element {
  const { labels } = usePage()
  const { text, note, isChanged, type, check, take } = useDraft(props.held, props.onTaken)
  return (
    <>
      <p class="muted">{labels.settingsHint}</p>
      <textarea
        class="mono"
        rows={24}
        aria-label={labels.settings}
        spellcheck={false}
        value={text}
        onInput={(event) => type(event.currentTarget.value)}
      />
      <div class="field-row">
        <button type="button" class="button" onClick={check}>
          {labels.settingsCheck}
        </button>
        <button type="button" class="button solid" disabled={!isChanged} onClick={take}>
          {labels.settingsTake}
        </button>
        <button type="button" class="button" disabled={!isChanged} onClick={() => type(null)}>
          {labels.settingsReset}
        </button>
      </div>
      <output class={note.isBad ? 'note bad' : 'note'}>
        {note.lines.map((line) => (
          <p key={line}>{line}</p>
        ))}
      </output>
    </>
  )
}

interface Draft {
  readonly text: string
  readonly note: Note
  readonly isChanged: boolean
  /** Null: what holds. */
  readonly type: (text: string | null) => void
  readonly check: () => void
  readonly take: () => void
}

const NOTHING: Note = { lines: [], isBad: false }

/** What was typed, until it is taken or something else holds. */
function useDraft(held: string, onTaken: () => void): Draft {
  const { labels } = usePage()
  const [typed, setTyped] = useState<string | null>(null)
  const [note, setNote] = useState(NOTHING)
  useEffect(() => setTyped(null), [held])
  const text = typed ?? held
  const check = async (): Promise<boolean> => {
    const question = { method: 'POST', body: { text } } as const
    const { problems } = await call<{ readonly problems: string[] }>('config/check', question)
    const isBad = problems.length > 0
    setNote({ lines: isBad ? problems : [labels.settingsGood], isBad })
    return !isBad
  }
  const take = async (): Promise<void> => {
    if (!(await check())) return
    await call('config', { method: 'PUT', body: { text } })
    setNote({ lines: [labels.settingsTaken], isBad: false })
    onTaken()
  }
  const act = (run: () => Promise<unknown>) => (): void => {
    run().catch((error: unknown) => {
      setNote({ lines: [labels.failed(reasonOf(error))], isBad: true })
    })
  }
  const type = (next: string | null): void => {
    setTyped(next)
    if (next === null) setNote(NOTHING)
  }
  return { text, note, isChanged: text !== held, type, check: act(check), take: act(take) }
}
