// What the bytes of a payload can be shown as: the views that fit them, the likeliest first. The
// bytes stay as they came. At most 4 KiB are written out; what has a structure is shown as such
// only when it is whole.

import type { PayloadView } from '../../views.ts'
import { cborText } from './cbor-text.ts'
import { changedLines } from './changed-lines.ts'
import { sparkplugText } from './sparkplug-text.ts'

const SHOWN_BYTES_MAX = 4096

/** The first that fits is chosen. No bytes are both text and such CBOR. */
const STRUCTURES = ['sparkplug', 'json', 'cbor'] as const

export const SHAPES = ['sparkplug', 'json', 'cbor', 'text', 'hex', 'base64', 'changes'] as const

export type Shape = (typeof SHAPES)[number]

export interface Reading {
  readonly bytes: number
  readonly isCut: boolean
  readonly views: Partial<Record<Shape, string>>
}

/** @param topic decides whether bytes are taken for Sparkplug, which nothing in them tells. */
export function readPayload(
  topic: string,
  { base64, isCut }: PayloadView,
  previous: PayloadView | null,
): Reading {
  const all = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
  const shown = all.subarray(0, SHOWN_BYTES_MAX)
  const isWhole = !isCut && shown.length === all.length
  const text = asText(shown, !isWhole)
  const views: Partial<Record<Shape, string>> = {
    ...(isWhole && structuresOf(topic, shown, text)),
    ...(text !== undefined && { text }),
    hex: asHex(shown),
    base64: btoa(String.fromCharCode(...shown)),
  }
  if (previous !== null) {
    const before = readPayload(topic, previous, null).views
    const both = STRUCTURES.find((one) => one in views && one in before) ?? 'hex'
    views.changes = changedLines(before[both] ?? '', views[both] ?? '')
  }
  return { bytes: all.length, isCut: !isWhole, views }
}

function structuresOf(
  topic: string,
  bytes: Uint8Array,
  text: string | undefined,
): Partial<Record<Shape, string>> {
  const sparkplug = sparkplugText(topic, bytes)
  const json = text === undefined ? undefined : asJson(text)
  const cbor = cborText(bytes)
  return {
    ...(sparkplug !== undefined && { sparkplug }),
    ...(json !== undefined && { json }),
    ...(cbor !== undefined && { cbor }),
  }
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
