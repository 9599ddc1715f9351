// Bytes of a link's log as they are read: hex, text, both. Pure.

export type EntryLook = 'hex' | 'text' | 'both'

export const TEXT_ENCODINGS = ['utf-8', 'gbk'] as const
export type TextEncodingName = (typeof TEXT_ENCODINGS)[number]

export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
}

export function entryText(bytes: Uint8Array, look: EntryLook, encoding: TextEncodingName): string {
  if (look === 'hex') return hexOf(bytes)
  const text = plain(new TextDecoder(encoding).decode(bytes))
  return look === 'text' ? text : `${hexOf(bytes)}  │ ${text.replaceAll(/\s/g, ' ')}`
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
}

/** Control characters as `\x01`, so that none is lost on the screen; line breaks stay. */
function plain(text: string): string {
  return text.replaceAll(
    /[^\P{Cc}\t\n\r]/gu,
    (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
}
