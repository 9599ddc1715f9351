// What came in on a connection: its messages or its packets, newest first, searched by the server.
// The page holds one answer of at most 500 rows and draws those in sight.

import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { ConnectionView, MessageRow, PacketRow, RingView } from '../../../workbench-views.ts'
import { usePage } from '../../context.ts'
import { Choice } from '../../parts/basics.tsx'
import { download } from '../../parts/download.ts'
import { Rows } from '../../parts/rows.tsx'
import { MessageDialog } from './message-dialog.tsx'
import { usePaced } from './paced.ts'
import { colourOf } from './subscriptions.tsx'

const LIMIT = '500'
const HEIGHT_PIXELS = 408

type Kind = 'messages' | 'packets'

export function Incoming(props: {
  readonly connection: ConnectionView
  readonly muted: ReadonlySet<string>
}): JSX.Element {
  const { labels, format } = usePage()
  const { connection, muted } = props
  const [kind, setKind] = useState<Kind>('messages')
  const [search, setSearch] = useState('')
  const [isLatest, setLatest] = useState(false)
  const [isPaused, setPaused] = useState(false)
  const [open, setOpen] = useState<number | null>(null)
  const path = placeOf(connection.id, kind, search, isLatest, muted)
  const view = usePaced<RingView<MessageRow & PacketRow>>(isPaused ? null : path)
  const rows = view?.rows.toReversed() ?? []
  const save = (): void => {
    download(`${kind}.jsonl`, (view?.rows ?? []).map((row) => `${JSON.stringify(row)}\n`).join(''))
  }
  return (
    <section class="card incoming">
      <header class="incoming-head">
        <Choice
          label={labels.shown}
          value={kind}
          options={[
            { value: 'messages', text: labels.messages },
            { value: 'packets', text: labels.packets },
          ]}
          onChange={setKind}
        />
        <input
          type="search"
          value={search}
          placeholder={labels.search}
          aria-label={labels.search}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
        {kind === 'messages' && (
          <label class="check">
            <input
              type="checkbox"
              checked={isLatest}
              onChange={(event) => setLatest(event.currentTarget.checked)}
            />
            {labels.latestOnly}
          </label>
        )}
        <label class="check">
          <input
            type="checkbox"
            checked={isPaused}
            onChange={(event) => setPaused(event.currentTarget.checked)}
          />
          {labels.pause}
        </label>
        <button type="button" class="button" disabled={rows.length === 0} onClick={save}>
          {labels.download}
        </button>
      </header>
      {rows.length === 0 && <p class="muted pad">{labels.nothingCameIn}</p>}
      {rows.length > 0 && (
        <Rows
          label={labels[kind]}
          rows={rows}
          heightPixels={HEIGHT_PIXELS}
          draw={(row) =>
            'topic' in row ? (
              <MessageLine key={row.sequence} row={row} connection={connection} onOpen={setOpen} />
            ) : (
              <PacketLine key={(row as PacketRow).sequence} row={row} />
            )
          }
        />
      )}
      {view !== null && view.skipped > 0 && (
        <p class="muted rows-foot numbers">{labels.moreKept(format.exact(view.skipped))}</p>
      )}
      {open !== null && (
        <MessageDialog id={connection.id} sequence={open} onClose={() => setOpen(null)} />
      )}
    </section>
  )
}

function placeOf(
  id: string,
  kind: Kind,
  search: string,
  isLatest: boolean,
  muted: ReadonlySet<string>,
): string {
  const query = new URLSearchParams({ limit: LIMIT, search })
  if (kind === 'messages') {
    if (isLatest) query.set('latest', 'true')
    for (const filter of muted) query.append('hidden', filter)
  }
  return `connections/${id}/${kind}?${query.toString()}`
}

function MessageLine(props: {
  readonly row: MessageRow
  readonly connection: ConnectionView
  readonly onOpen: (sequence: number) => void
}): JSX.Element {
  const { labels, format } = usePage()
  const { row, connection, onOpen } = props
  return (
    <li class="message-line">
      <span class="dots" title={row.filters.join('\n')}>
        {row.filters.slice(0, 3).map((filter) => (
          <i class={`dot ${colourOf(connection, filter)}`} key={filter} />
        ))}
      </span>
      <time class="muted numbers">{timeOf(row.at)}</time>
      <button type="button" class="row-link mono" onClick={() => onOpen(row.sequence)}>
        {row.topic}
      </button>
      <span class="start mono muted">{startOf(row)}</span>
      <span class="badges">
        {row.retain && <span class="tag">{labels.retained}</span>}
        {row.dup && <span class="tag">DUP</span>}
        <span class="tag">{labels.lastQos(String(row.qos))}</span>
      </span>
      <span class="muted numbers size">{format.bytes(row.bytes)}</span>
    </li>
  )
}

function PacketLine({ row }: { readonly row: PacketRow }): JSX.Element {
  const { labels } = usePage()
  const isOut = row.direction === 'out'
  return (
    <li class="message-line packet">
      <span class={isOut ? 'way out' : 'way in'} title={isOut ? labels.outShort : labels.inShort}>
        {isOut ? '→' : '←'}
      </span>
      <time class="muted numbers">{timeOf(row.at)}</time>
      <b class="mono">{row.type.toUpperCase()}</b>
      <span class="start mono muted" title={row.text}>
        {row.text}
      </span>
      <span class="muted numbers size">{row.packetId === null ? '' : `#${row.packetId}`}</span>
    </li>
  )
}

/** `14:03:07.125`, in the visitor's time. */
function timeOf(at: number): string {
  const date = new Date(at)
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()]
  const clock = parts.map((part) => String(part).padStart(2, '0')).join(':')
  return `${clock}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

/** The beginning of the payload on one line; bytes that are no text as hex. */
function startOf({ start }: MessageRow): string {
  const bytes = Uint8Array.from(atob(start.base64), (char) => char.charCodeAt(0))
  const text = new TextDecoder().decode(bytes, { stream: start.isCut })
  if (!/[^\P{Cc}\t\n\r]|\uFFFD/u.test(text)) return text.replace(/\s+/g, ' ')
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
}
