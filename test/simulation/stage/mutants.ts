// Broken clients, to see that the simulation finds them: each changes the packets that a good
// client writes. Writes hold whole packets.

import type { Prng } from '@motewire/sdk/kit'
import type { Mutation } from './tapped-channel.ts'

const PUBLISH = 3
const PUBACK = 4
const PUBREC = 5
const DUP = 0x08

/** A client that sends messages again as if for the first time. */
export function forgetsDup(): Mutation {
  return (bytes) => {
    const changed = Uint8Array.from(bytes)
    for (const { start, type } of packetsOf(changed)) {
      if (type === PUBLISH) changed[start]! &= ~DUP
    }
    return changed
  }
}

/** A client that now and then forgets to acknowledge what it received. */
export function dropsAcks(share: number, prng: Prng): Mutation {
  return (bytes) => {
    const kept = packetsOf(bytes).filter(({ type }) => {
      return !((type === PUBACK || type === PUBREC) && prng.chance(share))
    })
    if (kept.length === 0) return undefined
    return Buffer.concat(kept.map(({ start, end }) => bytes.subarray(start, end)))
  }
}

/** A client that takes up its queue in the wrong order after a reconnect. */
export function swapsPublishes(): Mutation {
  return (bytes) => {
    const packets = packetsOf(bytes)
    const swapped = packets.toSorted((one, other) => {
      return one.type === PUBLISH && other.type === PUBLISH ? other.start - one.start : 0
    })
    return Buffer.concat(swapped.map(({ start, end }) => bytes.subarray(start, end)))
  }
}

interface Span {
  readonly start: number
  readonly end: number
  readonly type: number
}

function packetsOf(bytes: Uint8Array): Span[] {
  const spans: Span[] = []
  for (let start = 0; start < bytes.length;) {
    let remaining = 0
    let at = start + 1
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++]!
      remaining += (byte & 0x7f) * scale
      if (byte < 0x80) break
    }
    spans.push({ start, end: at + remaining, type: bytes[start]! >>> 4 })
    start = at + remaining
  }
  return spans
}
