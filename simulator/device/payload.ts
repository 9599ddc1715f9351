// Messages as JSON, written straight into a buffer: keys and constants are prepared once a group,
// a message only fills in its numbers. Keys stand in the order of the scenario, stamps first. It
// does not know topics, times or where sensors get their values. No garbage in the steady state.

import { assert } from '@motewire/sdk/kit'
import type { FieldSpec, JsonPayloadSpec, Scalar } from '../scenario/index.ts'
import { DECIMAL_BYTES_MAX, writeAscii, writeDecimal, writeWhole } from './decimal.ts'
import type { VaryingSpec } from './sensors/create.ts'
import type { Sensor } from './sensors/sensor.ts'

/** What a message tells about itself, as far as the payload's stamp asks for it. */
export interface Stamp {
  /** Client id. */
  readonly id: string
  readonly seq: number
  /** Milliseconds since 1970, whole. */
  readonly ts: number
}

/** What stands between the prepared bytes; `sensor` is a position in `varying`. */
type Slot =
  | { readonly kind: 'id' | 'seq' | 'ts' }
  | { readonly kind: 'number'; readonly sensor: number; readonly decimals: number }
  | { readonly kind: 'choice'; readonly sensor: number; readonly literals: readonly Uint8Array[] }

/** A field whose value changes. */
export interface VaryingField {
  readonly name: string
  readonly spec: VaryingSpec
}

const encoder = new TextEncoder()
/** An escape of one character takes six bytes: \u0000. */
const ESCAPE_BYTES = 6

export class JsonPayload {
  /** The fields that need a sensor, in the order in which `encode` wants their sensors. */
  readonly varying: readonly VaryingField[]
  /** The bytes before each slot. */
  readonly #heads: readonly Uint8Array[]
  readonly #slots: readonly Slot[]
  readonly #tail: Uint8Array
  readonly #fixedBytesMax: number

  /** @param stream position of the stream in its group, for the stamp. */
  constructor(spec: JsonPayloadSpec, stream: number) {
    const layout = new Layout()
    for (const key of spec.stamp) {
      if (key === 'stream') layout.addText(key, String(stream))
      else layout.addSlot(key, { kind: key })
    }
    this.varying = layout.addFields(spec.fields)
    const { heads, slots, tail } = layout.finish()
    this.#heads = heads
    this.#slots = slots
    this.#tail = tail
    const sizes = [...heads, tail, ...slots.map(largestLiteral)].map((bytes) => bytes.length)
    this.#fixedBytesMax =
      sizes.reduce((sum, size) => sum + size, 0) + slots.length * DECIMAL_BYTES_MAX
  }

  /** Upper bound of a message's length for a client id of so many characters. */
  bytesMax(idLength: number): number {
    return this.#fixedBytesMax + ESCAPE_BYTES * idLength
  }

  /**
   * Takes a reading of each sensor and writes the message to the start of `out`.
   * @param sensors one for each of `varying`.
   * @param elapsedMs since the run began, for the sensors.
   * @returns the length in bytes.
   */
  encode(out: Uint8Array, stamp: Stamp, sensors: readonly Sensor[], elapsedMs: number): number {
    assert(out.length >= this.bytesMax(stamp.id.length), 'payload buffer too short')
    let at = 0
    for (let i = 0; i < this.#slots.length; i++) {
      at = copy(out, at, this.#heads[i]!)
      at = this.#writeSlot(out, at, this.#slots[i]!, stamp, sensors, elapsedMs)
    }
    return copy(out, at, this.#tail)
  }

  #writeSlot(
    out: Uint8Array,
    at: number,
    slot: Slot,
    stamp: Stamp,
    sensors: readonly Sensor[],
    elapsedMs: number,
  ): number {
    switch (slot.kind) {
      case 'id':
        return writeText(out, at, stamp.id)
      case 'seq':
        return writeWhole(out, at, stamp.seq)
      case 'ts':
        return writeWhole(out, at, stamp.ts)
      case 'number':
        return writeDecimal(out, at, sensors[slot.sensor]!.sample(elapsedMs), slot.decimals)
      case 'choice':
        return copy(out, at, slot.literals[sensors[slot.sensor]!.sample(elapsedMs)]!)
    }
  }
}

/** Collects the keys of a message: text that never changes, and slots in between. */
class Layout {
  readonly #heads: Uint8Array[] = []
  readonly #slots: Slot[] = []
  #pending = '{'
  #isEmpty = true

  addText(key: string, json: string): void {
    this.#addKey(key)
    this.#pending += json
  }

  addSlot(key: string, slot: Slot): void {
    this.#addKey(key)
    this.#heads.push(encoder.encode(this.#pending))
    this.#slots.push(slot)
    this.#pending = ''
  }

  /** Answers the fields that got a slot. */
  addFields(fields: readonly FieldSpec[]): VaryingField[] {
    const varying: VaryingField[] = []
    for (const { name, sensor: spec } of fields) {
      if (spec.sensor === 'constant') {
        this.addText(name, JSON.stringify(spec.value))
        continue
      }
      const sensor = varying.length
      varying.push({ name, spec })
      if (spec.sensor === 'step') {
        this.addSlot(name, { kind: 'choice', sensor, literals: spec.values.map(literalOf) })
      } else this.addSlot(name, { kind: 'number', sensor, decimals: spec.decimals })
    }
    return varying
  }

  finish(): { heads: readonly Uint8Array[]; slots: readonly Slot[]; tail: Uint8Array } {
    return { heads: this.#heads, slots: this.#slots, tail: encoder.encode(`${this.#pending}}`) }
  }

  #addKey(key: string): void {
    this.#pending += `${this.#isEmpty ? '' : ','}${JSON.stringify(key)}:`
    this.#isEmpty = false
  }
}

function literalOf(value: Scalar): Uint8Array {
  return encoder.encode(JSON.stringify(value))
}

const NO_BYTES = new Uint8Array(0)

function largestLiteral(slot: Slot): Uint8Array {
  if (slot.kind !== 'choice') return NO_BYTES
  return slot.literals.reduce((one, other) => (other.length > one.length ? other : one), NO_BYTES)
}

/** Short runs of bytes: a loop is faster than `set`. */
function copy(out: Uint8Array, start: number, bytes: Uint8Array): number {
  for (let i = 0; i < bytes.length; i++) out[start + i] = bytes[i]!
  return start + bytes.length
}

/** A JSON string. Client ids are nearly always plain ASCII, which needs no escapes. */
function writeText(out: Uint8Array, start: number, text: string): number {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x20 || code > 0x7e || code === QUOTE || code === BACKSLASH) {
      return start + encoder.encodeInto(JSON.stringify(text), out.subarray(start)).written
    }
  }
  out[start] = QUOTE
  const at = writeAscii(out, start + 1, text)
  out[at] = QUOTE
  return at + 1
}

const QUOTE = 34
const BACKSLASH = 92
