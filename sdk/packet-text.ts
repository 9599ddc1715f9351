// Writes what is in a packet as one line for people. Passwords and authentication data are left
// out, and payloads: their size is shown.

import type { SeenPacket } from './packet-tap.ts'

const HIDDEN = new Set(['type', 'packetId', 'password', 'authenticationData', 'payload'])
const CHARS_MAX = 400

/** Its fields, `topic=a/b qos=1`, without type and Packet Identifier. At most 400 characters. */
export function describePacket(packet: SeenPacket): string {
  const fields = Object.entries(packet).filter(
    ([name, value]) => !HIDDEN.has(name) && value !== undefined,
  )
  const text = fields.map(([name, value]) => `${name}=${written(value)}`).join(' ')
  return text.length > CHARS_MAX ? `${text.slice(0, CHARS_MAX)}…` : text
}

function written(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  return JSON.stringify(value, (name, inner: unknown) => {
    if (HIDDEN.has(name) && name !== 'type') return undefined
    if (inner instanceof Uint8Array) return `${inner.length} B`
    // What a Buffer becomes before this is asked.
    if (isBufferJson(inner)) return `${inner.data.length} B`
    return inner
  })
}

function isBufferJson(value: unknown): value is { readonly data: readonly number[] } {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer'
}
