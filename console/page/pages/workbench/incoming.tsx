// What came in on a connection: its messages or its packets, newest first, searched by the server.
// The page holds one answer of at most 500 rows and draws those in sight.

import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { ConnectionView, MessageRow, PacketRow, RingView } from '../../../workbench-views.ts'
import { usePage } from '../../context.ts'
import { Choice } from '../../parts/basics.tsx'
import { download } from '../../parts/download.ts'
import { Rows } from '../../parts/rows.tsx'
import { clockTime } from '../../text/format.ts'
import { MessageDialog } from './message-dialog.tsx'
import { usePaced } from './paced.ts'
import { colourOf } from './subscriptions.tsx'

const LIMIT = '500'
const HEIGHT_PIXELS = 408

/** What the visitor wants to see. */
interface Look {
  readonly kind: 'messages' | 'packets'
  readonly search: string
  readonly isLatest: boolean
  readonly isPaused: boolean
}

const PLAIN: Look = { kind: 'messages', search: '', isLatest: false, isPaused: false }

export function Incoming(props: {
  readonly connection: ConnectionView
  readonly muted: ReadonlySet<string>
}): JSX.Element {
  const { labels, format } = usePage()
  const { connection, muted } = props
  const [look, setLook] = useState(PLAIN)
  const { kind } = look
  const [open, setOpen] = useState<number | null>(null)
  const path = look.isPaused ? null : placeOf(connection.id, look, muted)
  const { answer: view } = usePaced<RingView<MessageRow & PacketRow>>(path)
  const rows = view?.rows.toReversed() ?? []
  const save = (): void => {
    download(`${kind}.jsonl`, (view?.rows ?? []).map((row) => `${JSON.stringify(row)}\n`).join(''))
  }
  return (
    <section class="card incoming">
      <Head look={look} onLook={setLook} onSave={rows.length > 0 ? save : undefined} />
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

function Head(props: {
  readonly look: Look
  readonly onLook: (look: Look) => void
  readonly onSave: (() => void) | undefined
}): JSX.Element {
  const { labels } = usePage()
  const { look, onLook, onSave } = props
  const set = (change: Partial<Look>): void => onLook({ ...look, ...change })
  return (
    <header class="incoming-head">
      <Choice
        label={labels.shown}
        value={look.kind}
        options={[
          { value: 'messages', text: labels.messages },
          { value: 'packets', text: labels.packets },
        ]}
        onChange={(kind) => set({ kind })}
      />
      <input
        type="search"
        value={look.search}
        placeholder={labels.search}
        aria-label={labels.search}
        onInput={(event) => set({ search: event.currentTarget.value })}
      />
      {look.kind === 'messages' && (
        <label class="check">
          <input
            type="checkbox"
            checked={look.isLatest}
            onChange={(event) => set({ isLatest: event.currentTarget.checked })}
          />
          {labels.latestOnly}
        </label>
      )}
      <label class="check">
        <input
          type="checkbox"
          checked={look.isPaused}
          onChange={(event) => set({ isPaused: event.currentTarget.checked })}
        />
        {labels.pause}
      </label>
      <button type="button" class="button" disabled={onSave === undefined} onClick={onSave}>
        {labels.download}
      </button>
    </header>
  )
}

function placeOf(id: string, { kind, search, isLatest }: Look, muted: ReadonlySet<string>): string {
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
      <time class="muted numbers">{clockTime(row.at)}</time>
      <button type="button" class="row-link mono" onClick={() => onOpen(row.sequence)}>
        <bdi>{row.topic}</bdi>
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
  const { labels, format } = usePage()
  const isOut = row.direction === 'out'
  return (
    <li class="message-line packet">
      <span class={isOut ? 'way out' : 'way in'} title={isOut ? labels.outShort : labels.inShort}>
        {isOut ? '→' : '←'}
      </span>
      <time class="muted numbers">{clockTime(row.at)}</time>
      <b class="mono">{row.type.toUpperCase()}</b>
      <span class="start mono muted" title={row.text}>
        {row.text}
      </span>
      <span class="muted numbers size">
        {row.packetId === null ? '' : `#${row.packetId} · `}
        {format.bytes(row.bytes)}
      </span>
    </li>
  )
}

/** The beginning of the payload on one line; bytes that are no text as hex. */
function startOf({ start }: MessageRow): string {
  const bytes = Uint8Array.from(atob(start.base64), (char) => char.charCodeAt(0))
  const text = new TextDecoder().decode(bytes, { stream: start.isCut })
  if (!/[^\P{Cc}\t\n\r]|\uFFFD/u.test(text)) return text.replace(/\s+/g, ' ')
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
}
