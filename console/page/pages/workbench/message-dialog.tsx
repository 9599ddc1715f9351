// One message in full: its payload in each view, what changed since the one before, properties.

import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { MessageDetailView } from '../../../workbench-views.ts'
import { call, reasonOf } from '../../api.ts'
import { usePage } from '../../context.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { Facts } from '../../parts/panel.tsx'
import { Payload } from '../../parts/payload.tsx'

export function MessageDialog(props: {
  readonly id: string
  readonly sequence: number
  readonly onClose: () => void
}): JSX.Element {
  const { labels } = usePage()
  const { id, sequence, onClose } = props
  const [detail, setDetail] = useState<MessageDetailView | null>(null)
  const [problem, setProblem] = useState('')
  useEffect(() => {
    call<MessageDetailView>(`connections/${id}/message?sequence=${sequence}`).then(
      setDetail,
      (error: unknown) => setProblem(labels.failed(reasonOf(error))),
    )
  }, [id, sequence])
  return (
    <Dialog title={detail?.topic ?? '…'} onClose={onClose}>
      {problem !== '' && <p class="note bad">{problem}</p>}
      {detail !== null && (
        <>
          <Payload topic={detail.topic} payload={detail.payload} previous={detail.previous} />
          <Facts facts={factsOf(detail, labels.filter, labels.qos)} />
        </>
      )}
    </Dialog>
  )
}

function factsOf(detail: MessageDetailView, filter: string, qos: string): [string, string][] {
  const properties = Object.entries(detail.properties).map(([name, value]): [string, string] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  return [[qos, String(detail.qos)], [filter, detail.filters.join('  ')], ...properties]
}
