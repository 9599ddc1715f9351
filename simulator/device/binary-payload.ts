// Messages as bytes one after the other, as the registers and radio frames of small devices have
// them: numbers of a fixed width, fixed bytes, a checksum. Numbers are scaled, rounded and cut to
// what their type holds, as firmware would.

import type { BinaryPayloadSpec, BinarySlotSpec, BinaryType } from '../scenario/index.ts'
import type { Stamp, VaryingField } from './payload.ts'
import type { PayloadFormat } from './payload-format.ts'
import type { Sensor } from './sensors/sensor.ts'

const WIDTHS: Readonly<Record<BinaryType, number>> = {
  u8: 1,
  u16: 2,
  u32: 4,
  u64: 8,
  i8: 1,
  i16: 2,
  i32: 4,
  f32: 4,
  f64: 8,
}

export class BinaryPayload implements PayloadFormat {
  readonly varying: readonly VaryingField[]
  readonly #layout: readonly BinarySlotSpec[]
  readonly #isLittleEndian: boolean
  readonly #bytes: number
  /** Value of each name in this message; rewritten for each. */
  readonly #values = new Map<string, number>()

  constructor({ fields, layout, isLittleEndian }: BinaryPayloadSpec, stream: number) {
    this.#layout = layout
    this.#isLittleEndian = isLittleEndian
    this.#bytes = layout.reduce((sum, slot) => sum + widthOf(slot), 0)
    this.#values.set('stream', stream)
    const varying: VaryingField[] = []
    for (const { name, sensor: spec } of fields) {
      if (spec.sensor === 'constant') this.#values.set(name, Number(spec.value) || 0)
      else varying.push({ name, spec })
    }
    this.varying = varying
  }

  bytesMax(): number {
    return this.#bytes
  }

  encode(out: Uint8Array, stamp: Stamp, sensors: readonly Sensor[], elapsedMs: number): number {
    const values = this.#values
    values.set('seq', stamp.seq)
    values.set('ts', stamp.ts)
    for (const [position, { name, spec }] of this.varying.entries()) {
      const sample = sensors[position]!.sample(elapsedMs)
      // Of a list of values the device tells the value where it is a number, else its position.
      const choice = spec.sensor === 'step' ? spec.values[sample] : undefined
      values.set(name, typeof choice === 'number' ? choice : sample)
    }
    const view = new DataView(out.buffer, out.byteOffset, this.#bytes)
    let at = 0
    for (const slot of this.#layout) {
      if (slot.kind === 'bytes') out.set(slot.bytes, at)
      else if (slot.kind === 'crc16') view.setUint16(at, crc16(out, at), this.#isLittleEndian)
      else this.#write(view, at, slot.type, (values.get(slot.from) ?? 0) * slot.scale)
      at += widthOf(slot)
    }
    return at
  }

  #write(view: DataView, at: number, type: BinaryType, value: number): void {
    const isLittle = this.#isLittleEndian
    if (type === 'f32') return view.setFloat32(at, value, isLittle)
    if (type === 'f64') return view.setFloat64(at, value, isLittle)
    const whole = cut(value, type)
    if (type === 'u8') view.setUint8(at, whole)
    else if (type === 'i8') view.setInt8(at, whole)
    else if (type === 'u16') view.setUint16(at, whole, isLittle)
    else if (type === 'i16') view.setInt16(at, whole, isLittle)
    else if (type === 'u32') view.setUint32(at, whole, isLittle)
    else if (type === 'i32') view.setInt32(at, whole, isLittle)
    else {
      // Two halves instead of a BigInt, which would be garbage.
      const high = Math.floor(whole / 2 ** 32)
      view.setUint32(at + (isLittle ? 4 : 0), high, isLittle)
      view.setUint32(at + (isLittle ? 0 : 4), whole - high * 2 ** 32, isLittle)
    }
  }
}

/** To the nearest whole number that the type holds; sensors of firmware stop at their ends. */
function cut(value: number, type: BinaryType): number {
  if (Number.isNaN(value)) return 0
  const bits = 8 * WIDTHS[type]
  const isSigned = type.startsWith('i')
  const low = isSigned ? -(2 ** (bits - 1)) : 0
  const high = type === 'u64' ? Number.MAX_SAFE_INTEGER : 2 ** (isSigned ? bits - 1 : bits) - 1
  return Math.min(Math.max(Math.round(value), low), high)
}

/** Where a slot begins; undefined: where the last one ends. */
export function slotOffset(
  layout: readonly BinarySlotSpec[],
  slot: BinarySlotSpec | undefined,
): number {
  const before = slot === undefined ? layout : layout.slice(0, layout.indexOf(slot))
  return before.reduce((sum, one) => sum + widthOf(one), 0)
}

function widthOf(slot: BinarySlotSpec): number {
  if (slot.kind === 'bytes') return slot.bytes.length
  return slot.kind === 'crc16' ? 2 : WIDTHS[slot.type]
}

/** CRC-16 CCITT: polynomial 0x1021, from 0xFFFF, not reflected; of the first `length` bytes. */
function crc16(bytes: Uint8Array, length: number): number {
  let crc = 0xffff
  for (let at = 0; at < length; at++) {
    crc ^= bytes[at]! << 8
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff
  }
  return crc
}
