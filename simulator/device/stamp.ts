// Reads the stamp of a received message back, for whoever verifies what arrived. Payloads come from
// anybody, so nothing is taken for granted. O(length).

import type { BinaryPayloadSpec, PayloadSpec } from '../scenario/index.ts'
import { slotOffset } from './binary-payload.ts'
import { readCborStamp } from './cbor-stamp.ts'

/** What a message tells about itself; undefined where it does not. */
export interface ReadStamp {
  readonly id: string | undefined
  readonly stream: number | undefined
  readonly seq: number | undefined
  /** Milliseconds since 1970. */
  readonly ts: number | undefined
}

/** Undefined for what is no message of that format. */
export type StampReader = (payload: Uint8Array) => ReadStamp | undefined

export function stampReaderOf(spec: PayloadSpec): StampReader {
  if (spec.format === 'json') return readStamp
  if (spec.format === 'cbor') return (payload) => stampOf(readCborStamp(payload, spec.stamp))
  return binaryReader(spec)
}

const decoder = new TextDecoder()

/** Undefined when the payload is no JSON mapping. */
export function readStamp(payload: Uint8Array): ReadStamp | undefined {
  let value: unknown
  try {
    value = JSON.parse(decoder.decode(payload))
  } catch {
    return undefined
  }
  return stampOf(value)
}

function stampOf(value: unknown): ReadStamp | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const { id, stream, seq, ts } = value as Partial<Record<keyof ReadStamp, unknown>>
  return {
    id: typeof id === 'string' ? id : undefined,
    stream: numberOf(stream),
    seq: numberOf(seq),
    ts: numberOf(ts),
  }
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

/** Of slots wide enough to hold what they are given, unscaled. */
function binaryReader({ layout, isLittleEndian }: BinaryPayloadSpec): StampReader {
  const placeOf = (name: string): { at: number; isLong: boolean } | undefined => {
    const slot = layout.find((one) => {
      return (
        one.kind === 'number' && one.from === name && one.scale === 1 && /^u(32|64)$/.test(one.type)
      )
    })
    if (slot?.kind !== 'number') return undefined
    return { at: slotOffset(layout, slot), isLong: slot.type === 'u64' }
  }
  const [seqAt, tsAt] = [placeOf('seq'), placeOf('ts')]
  const length = slotOffset(layout, undefined)
  const read = (view: DataView, place: typeof seqAt): number | undefined => {
    if (place === undefined) return undefined
    const { at, isLong } = place
    if (!isLong) return view.getUint32(at, isLittleEndian)
    const [high, low] = isLittleEndian ? [at + 4, at] : [at, at + 4]
    return view.getUint32(high, isLittleEndian) * 2 ** 32 + view.getUint32(low, isLittleEndian)
  }
  return (payload) => {
    if (payload.length !== length) return undefined
    const view = new DataView(payload.buffer, payload.byteOffset, length)
    // A time of 32 bits has long overflowed.
    const ts = tsAt?.isLong === true ? read(view, tsAt) : undefined
    return { id: undefined, stream: undefined, seq: read(view, seqAt), ts }
  }
}
