// A payload as text, JSON, hex or Base64, or as what changed since the one before. The bytes stay
// as they came; only the view of them changes. At most 4 KiB are written out.

import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import type { PayloadView } from '../../views.ts'
import { usePage } from '../context.ts'
import { Choice, CopyButton } from './basics.tsx'
import { changedLines } from './changed-lines.ts'

const SHOWN_BYTES_MAX = 4096

const SHAPES = ['json', 'text', 'hex', 'base64', 'changes'] as const

type Shape = (typeof SHAPES)[number]

interface Reading {
  readonly bytes: number
  readonly isCut: boolean
  readonly views: Partial<Record<Shape, string>>
}

export function Payload(props: {
  readonly payload: PayloadView
  /** The payload before it, to show what changed. */
  readonly previous?: PayloadView | null
}): JSX.Element {
  const { payload, previous = null } = props
  const { labels, format } = usePage()
  const reading = useMemo(
    () => read(payload, previous),
    [payload.base64, payload.isCut, previous?.base64],
  )
  const [chosen, setChosen] = useState<Shape | null>(null)
  const shapes = SHAPES.filter((one) => reading.views[one] !== undefined)
  const shape = shapes.find((one) => one === chosen) ?? shapes[0] ?? 'hex'
  const text = reading.views[shape] ?? ''
  if (reading.bytes === 0) return <p class="muted">{labels.emptyPayload}</p>
  return (
    <div class="payload">
      <div class="payload-head">
        <Choice
          label={labels.format}
          value={shape}
          options={shapes.map((value) => ({ value, text: labels[value] }))}
          onChange={setChosen}
        />
        <span class="muted">{format.bytes(reading.bytes)}</span>
        <CopyButton text={text} />
      </div>
      <pre tabIndex={0}>{text}</pre>
      {reading.isCut && <p class="muted">{labels.payloadCut}</p>}
    </div>
  )
}

function read({ base64, isCut }: PayloadView, previous: PayloadView | null): Reading {
  const all = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
  const shown = all.subarray(0, SHOWN_BYTES_MAX)
  const isShort = shown.length < all.length
  const text = asText(shown, isCut || isShort)
  const json = text === undefined || isCut || isShort ? undefined : asJson(text)
  const views: Partial<Record<Shape, string>> = {
    hex: asHex(shown),
    base64: btoa(String.fromCharCode(...shown)),
  }
  if (text !== undefined) views.text = text
  if (json !== undefined) views.json = json
  if (previous !== null) {
    const before = read(previous, null).views
    const shape = json !== undefined && before.json !== undefined ? 'json' : 'hex'
    views.changes = changedLines(before[shape] ?? '', views[shape] ?? '')
  }
  return { bytes: all.length, isCut: isCut || isShort, views }
}

/** Undefined when the bytes are no text. A cut may go through a character; its rest is left out. */
function asText(bytes: Uint8Array, isCut: boolean): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut })
    return CONTROL.test(text) ? undefined : text
  } catch {
    return undefined
  }
}

/** Control characters that no text has; tab and line ends are welcome. */
const CONTROL = /[^\P{Cc}\t\n\r]/u

function asJson(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' ? JSON.stringify(value, null, 2) : undefined
  } catch {
    return undefined
  }
}

/** Eight bytes a line, so that a line fits on a phone. */
function asHex(bytes: Uint8Array): string {
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += 8) {
    const row = Array.from(bytes.subarray(at, at + 8))
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    const ascii = row.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '·'))
    lines.push(`${at.toString(16).padStart(4, '0')}  ${hex.padEnd(23)}  ${ascii.join('')}`)
  }
  return lines.join('\n')
}
