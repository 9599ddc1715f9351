// Messages as CBOR maps, written straight into a buffer: the same keys in the same order as JSON
// has, in half the bytes. What never changes is prepared once a group.

import type { CborPayloadSpec } from '../scenario/index.ts'
import {
  CBOR_MAP,
  CBOR_NUMBER_BYTES_MAX,
  CBOR_UNSIGNED,
  cborScalar,
  cborText,
  rounded,
  writeHead,
  writeNumber,
} from './cbor.ts'
import type { Stamp, VaryingField } from './payload.ts'
import type { PayloadFormat } from './payload-format.ts'
import type { Sensor } from './sensors/sensor.ts'

/** Bytes that are always the same, or a value; `sensor` is a position in `varying`. */
type Part =
  | { readonly kind: 'fixed'; readonly bytes: Uint8Array }
  | { readonly kind: 'id' | 'seq' | 'ts' }
  | { readonly kind: 'number'; readonly sensor: number; readonly decimals: number }
  | { readonly kind: 'choice'; readonly sensor: number; readonly literals: readonly Uint8Array[] }

/** A character takes at most three bytes in UTF-8, a surrogate pair four. */
const UTF8_BYTES = 3

export class CborPayload implements PayloadFormat {
  readonly varying: readonly VaryingField[]
  readonly #parts: readonly Part[]
  readonly #partBytesMax: number

  constructor({ stamp, fields }: CborPayloadSpec, stream: number) {
    const varying: VaryingField[] = []
    const head = new Uint8Array(CBOR_NUMBER_BYTES_MAX)
    const end = writeHead(head, 0, CBOR_MAP, stamp.length + fields.length)
    const parts: Part[] = [fixed(head.subarray(0, end))]
    for (const key of stamp) {
      parts.push(fixed(cborText(key)))
      parts.push(key === 'stream' ? fixed(cborScalar(stream)) : { kind: key })
    }
    for (const { name, sensor: spec } of fields) {
      parts.push(fixed(cborText(name)))
      const sensor = varying.length
      if (spec.sensor === 'constant') {
        parts.push(fixed(cborScalar(spec.value)))
        continue
      }
      varying.push({ name, spec })
      if (spec.sensor === 'step') {
        parts.push({ kind: 'choice', sensor, literals: spec.values.map(cborScalar) })
      } else parts.push({ kind: 'number', sensor, decimals: spec.decimals })
    }
    this.varying = varying
    this.#parts = parts
    this.#partBytesMax = parts.reduce((sum, part) => sum + bytesMaxOf(part), 0)
  }

  bytesMax(idLength: number): number {
    return this.#partBytesMax + UTF8_BYTES * idLength
  }

  encode(out: Uint8Array, stamp: Stamp, sensors: readonly Sensor[], elapsedMs: number): number {
    let at = 0
    for (const part of this.#parts) {
      switch (part.kind) {
        case 'fixed':
          at = copy(out, at, part.bytes)
          break
        case 'id':
          at = copy(out, at, cborText(stamp.id))
          break
        case 'seq':
        case 'ts':
          at = writeHead(out, at, CBOR_UNSIGNED, stamp[part.kind])
          break
        case 'number': {
          const value = sensors[part.sensor]!.sample(elapsedMs)
          at = writeNumber(out, at, rounded(value, part.decimals))
          break
        }
        case 'choice':
          at = copy(out, at, part.literals[sensors[part.sensor]!.sample(elapsedMs)]!)
          break
      }
    }
    return at
  }
}

function fixed(bytes: Uint8Array): Part {
  return { kind: 'fixed', bytes }
}

function bytesMaxOf(part: Part): number {
  if (part.kind === 'fixed') return part.bytes.length
  if (part.kind === 'choice') return Math.max(...part.literals.map(({ length }) => length))
  return CBOR_NUMBER_BYTES_MAX
}

function copy(out: Uint8Array, start: number, bytes: Uint8Array): number {
  for (let i = 0; i < bytes.length; i++) out[start + i] = bytes[i]!
  return start + bytes.length
}
