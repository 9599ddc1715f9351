// What went over a link, oldest first: hex or text, with times, cut by a framing of the server.

import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { LinkEntry, LinkFraming, LinkView } from '../../../link-views.ts'
import { usePage } from '../../context.ts'
import { useAct } from '../../parts/act.tsx'
import { Choice } from '../../parts/basics.tsx'
import { download } from '../../parts/download.ts'
import { optionsOf, Select } from '../../parts/select.tsx'
import type { Labels } from '../../text/en.ts'
import { clockTime } from '../../text/format.ts'
import { useEntries } from './entries.ts'
import { bytesOf, entryText, TEXT_ENCODINGS } from './entry-text.ts'
import type { EntryLook, TextEncodingName } from './entry-text.ts'

/** Bytes of an entry that are drawn. */
const DRAWN_BYTES = 2_048

interface Look {
  readonly look: EntryLook
  readonly encoding: TextEncodingName
  readonly hasTimes: boolean
}

export function LinkLog({ link }: { readonly link: LinkView }): JSX.Element {
  const { labels, format } = usePage()
  const [look, setLook] = useState<Look>({ look: 'text', encoding: 'utf-8', hasTimes: true })
  const [isPaused, setPaused] = useState(false)
  const { rows, leftOut, clear } = useEntries(link.id, isPaused)
  const save = (): void => {
    const received = rows.filter(({ what }) => what === 'in')
    const bytes = received.flatMap(({ base64 }) => [...bytesOf(base64)])
    download('received.bin', Uint8Array.from(bytes))
  }
  return (
    <section class="card link-log">
      <header class="incoming-head">
        <LookFields look={look} onChange={setLook} />
        <label class="check">
          <input
            type="checkbox"
            checked={isPaused}
            onChange={(event) => setPaused(event.currentTarget.checked)}
          />
          {labels.pause}
        </label>
      </header>
      <Lines rows={rows} look={look} />
      <footer class="pad link-framing">
        <Framing link={link} />
        {leftOut > 0 && <span class="muted numbers">{labels.leftOut(format.exact(leftOut))}</span>}
        <span class="link-log-buttons">
          <button type="button" class="button small" onClick={clear}>
            {labels.clear}
          </button>
          <button type="button" class="button small" disabled={rows.length === 0} onClick={save}>
            {labels.saveReceived}
          </button>
        </span>
      </footer>
    </section>
  )
}

function LookFields(props: {
  readonly look: Look
  readonly onChange: (look: Look) => void
}): JSX.Element {
  const { labels } = usePage()
  const { look, onChange } = props
  return (
    <>
      <Choice
        label={labels.shown}
        value={look.look}
        options={(['text', 'hex', 'both'] as const).map((value) => ({
          value,
          text: labels[value],
        }))}
        onChange={(chosen) => onChange({ ...look, look: chosen })}
      />
      <Choice
        label={labels.textEncoding}
        value={look.encoding}
        options={TEXT_ENCODINGS.map((value) => ({ value, text: value.toUpperCase() }))}
        onChange={(encoding) => onChange({ ...look, encoding })}
      />
      <label class="check">
        <input
          type="checkbox"
          checked={look.hasTimes}
          onChange={(event) => onChange({ ...look, hasTimes: event.currentTarget.checked })}
        />
        {labels.timestamps}
      </label>
    </>
  )
}

function Lines(props: { readonly rows: readonly LinkEntry[]; readonly look: Look }): JSX.Element {
  const { labels } = usePage()
  const { rows, look } = props
  const list = useRef<HTMLOListElement>(null)
  const isAtEnd = useRef(true)
  // Whoever scrolled up to read is not pulled down again.
  useEffect(() => {
    if (isAtEnd.current && list.current) list.current.scrollTop = list.current.scrollHeight
  }, [rows])
  return (
    <ol
      class="link-lines mono"
      ref={list}
      tabIndex={0}
      aria-label={labels.traffic}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        isAtEnd.current = scrollTop + clientHeight >= scrollHeight - 8
      }}
    >
      {rows.length === 0 && <li class="muted">{labels.nothingCameIn}</li>}
      {rows.map((row) => (
        <Line key={row.sequence} row={row} look={look} />
      ))}
    </ol>
  )
}

const ARROWS = { in: '←', out: '→', joined: '+', left: '−' } as const

function Line({ row, look }: { readonly row: LinkEntry; readonly look: Look }): JSX.Element {
  const { labels, format } = usePage()
  const { what, peer, at, bytes } = row
  const isData = what === 'in' || what === 'out'
  const drawn = bytesOf(row.base64).subarray(0, DRAWN_BYTES)
  return (
    <li class={`way-${what}`}>
      {look.hasTimes && <time class="muted numbers">{clockTime(at)}</time>}
      <span class={what === 'out' ? 'way out' : 'way'}>{ARROWS[what]}</span>
      {peer !== '' && <span class="muted">{peer}</span>}
      <span class="bytes">
        {isData ? entryText(drawn, look.look, look.encoding) : labels[what]}
        {bytes > DRAWN_BYTES && <i class="muted"> … {format.bytes(bytes)}</i>}
      </span>
    </li>
  )
}

function Framing({ link }: { readonly link: LinkView }): JSX.Element {
  const { labels, format } = usePage()
  const { problem, run } = useAct()
  const set = (framing: LinkFraming, gapMs: number): void => {
    void run(`links/${link.id}/framing`, { method: 'PUT', body: { framing, gapMs } })
  }
  return (
    <>
      <Select
        label={labels.framing}
        value={link.framing}
        options={optionsOf(FRAMINGS, labels)}
        onChange={(framing) => set(framing, link.gapMs)}
      />
      {link.framing === 'gap' && (
        <label class="field">
          <span>{labels.silenceMs}</span>
          <input
            type="number"
            min={1}
            max={10_000}
            value={link.gapMs}
            onChange={(event) => set('gap', event.currentTarget.valueAsNumber)}
          />
        </label>
      )}
      {link.damaged > 0 && (
        <span class="note bad numbers">{labels.damagedFrames(format.exact(link.damaged))}</span>
      )}
      <output class="note bad">{problem}</output>
    </>
  )
}

/** In the order in which they are offered, with their names. */
const FRAMINGS: Record<LinkFraming, (labels: Labels) => string> = {
  raw: (labels) => labels.framingRaw,
  line: (labels) => labels.framingLine,
  gap: (labels) => labels.framingGap,
  slip: (labels) => labels.framingSlip,
  cobs: (labels) => labels.framingCobs,
  length: (labels) => labels.framingLength,
}
