// The part of CBOR that messages of devices need (RFC 8949): whole numbers, floats, text, simple
// values and the heads of arrays and maps, each in its shortest form (section 4.2.1) but for half
// floats. Written in place; O(bytes).

import type { Scalar } from '../scenario/index.ts'

export const CBOR_UNSIGNED = 0
const NEGATIVE = 1
const TEXT = 3
export const CBOR_ARRAY = 4
export const CBOR_MAP = 5

/** Longest head or number. */
export const CBOR_NUMBER_BYTES_MAX = 9

const encoder = new TextEncoder()
const scratch = new DataView(new ArrayBuffer(8))

/** Major type and argument, a whole number from 0 to 2^53 - 1; answers where it ends. */
export function writeHead(out: Uint8Array, start: number, major: number, value: number): number {
  const type = major << 5
  if (value < 24) {
    out[start] = type | value
    return start + 1
  }
  const width = value < 0x100 ? 1 : value < 0x1_0000 ? 2 : value < 0x1_0000_0000 ? 4 : 8
  out[start] = type | (24 + Math.log2(width))
  let rest = value
  for (let at = start + width; at > start; at--) {
    out[at] = rest % 256
    rest = Math.floor(rest / 256)
  }
  return start + 1 + width
}

/** A whole number as such, any other as a float of 32 bits where that loses nothing, else of 64. */
export function writeNumber(out: Uint8Array, start: number, value: number): number {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
    if (value >= 0) return writeHead(out, start, CBOR_UNSIGNED, value)
    return writeHead(out, start, NEGATIVE, -1 - value)
  }
  const isShort = Object.is(Math.fround(value), value)
  if (isShort) scratch.setFloat32(0, value)
  else scratch.setFloat64(0, value)
  const width = isShort ? 4 : 8
  out[start] = isShort ? 0xfa : 0xfb
  for (let at = 0; at < width; at++) out[start + 1 + at] = scratch.getUint8(at)
  return start + 1 + width
}

/** UTF-8 text of any length. */
export function cborText(text: string): Uint8Array {
  const bytes = encoder.encode(text)
  const out = new Uint8Array(CBOR_NUMBER_BYTES_MAX + bytes.length)
  const at = writeHead(out, 0, TEXT, bytes.length)
  out.set(bytes, at)
  return out.subarray(0, at + bytes.length)
}

export function cborScalar(value: Scalar): Uint8Array {
  if (typeof value === 'string') return cborText(value)
  if (value === null) return Uint8Array.of(0xf6)
  if (typeof value === 'boolean') return Uint8Array.of(value ? 0xf5 : 0xf4)
  const out = new Uint8Array(CBOR_NUMBER_BYTES_MAX)
  return out.subarray(0, writeNumber(out, 0, value))
}

/** The number as JSON would tell it: so many digits after the point. */
export function rounded(value: number, decimals: number): number {
  const scale = 10 ** decimals
  const whole = Math.round(Math.abs(value) * scale)
  if (!(whole <= Number.MAX_SAFE_INTEGER)) return value
  return whole === 0 ? 0 : (Math.sign(value) * whole) / scale
}
