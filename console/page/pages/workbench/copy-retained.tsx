// Copies what a broker retains at and below a branch of the topic tree to the broker of another
// connection, or to other topics of the same one.

import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { ConnectionView, RetainedCopyView } from '../../../workbench-views.ts'
import { call, reasonOf } from '../../api.ts'
import { usePage } from '../../context.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { Field } from '../../parts/field.tsx'
import { TargetSelect } from './recordings.tsx'

export function CopyRetained(props: {
  readonly from: string
  readonly path: string
  readonly connections: readonly ConnectionView[]
  readonly onClose: () => void
}): JSX.Element {
  const { labels, format } = usePage()
  const { from, path, connections, onClose } = props
  const others = connections.filter(({ id }) => id !== from)
  const [to, setTo] = useState(others[0]?.id ?? from)
  const [prefix, setPrefix] = useState('')
  const [note, setNote] = useState<{ readonly text: string; readonly isBad: boolean } | null>(null)
  const copy = async (event: Event): Promise<void> => {
    event.preventDefault()
    setNote({ text: labels.copying, isBad: false })
    try {
      const body = { path, to, prefix }
      const question = { method: 'POST', body } as const
      const place = `connections/${from}/copy-retained`
      const { copied, failed, problem } = await call<RetainedCopyView>(place, question)
      const text = labels.copiedCount(format.exact(copied))
      setNote(
        failed === 0
          ? { text, isBad: false }
          : { text: `${text} ${labels.replayFailed(String(failed))}: ${problem}`, isBad: true },
      )
    } catch (error) {
      setNote({ text: labels.failed(reasonOf(error)), isBad: true })
    }
  }
  return (
    <Dialog title={labels.copyRetainedTitle(path)} onClose={onClose}>
      <form class="publish" onSubmit={(event) => void copy(event)}>
        <p>{labels.copyRetainedText}</p>
        <TargetSelect label={labels.copyTo} value={to} connections={connections} onChange={setTo} />
        <Field label={labels.topicPrefix} value={prefix} placeholder="copy/" onInput={setPrefix} />
        {note !== null && <output class={note.isBad ? 'note bad' : 'note'}>{note.text}</output>}
        <div class="dialog-foot">
          <button type="button" class="button" onClick={onClose}>
            {labels.close}
          </button>
          <button type="submit" class="button solid">
            {labels.copy}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
