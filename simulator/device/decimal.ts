// Numbers into bytes: ASCII decimals written in place, a fixed number of digits after the point as
// printf would. No strings are made. O(digits).

const MINUS = 45
const POINT = 46
const ZERO = 48

const POWERS: readonly number[] = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent)

/** Longest text that `writeDecimal` writes. */
export const DECIMAL_BYTES_MAX = 32

/**
 * Writes `value` with `decimals` digits after the point (0 to 9), rounded half away from zero.
 * Values too large for that many exact digits (above 2^53 with the point taken out) are written as
 * JavaScript does; what is no number is written as null.
 * @returns where the text ends.
 */
export function writeDecimal(
  out: Uint8Array,
  start: number,
  value: number,
  decimals: number,
): number {
  const scale = POWERS[decimals] ?? 1
  const scaled = Math.round(Math.abs(value) * scale)
  if (!(scaled <= Number.MAX_SAFE_INTEGER)) {
    return writeAscii(out, start, Number.isFinite(value) ? String(value) : 'null')
  }
  let at = start
  if (value < 0 && scaled > 0) out[at++] = MINUS
  const whole = Math.floor(scaled / scale)
  at = writeWhole(out, at, whole)
  if (decimals === 0) return at
  out[at++] = POINT
  return writeDigits(out, at, scaled - whole * scale, decimals)
}

/** Writes a whole number from 0 to 2^53 - 1. */
export function writeWhole(out: Uint8Array, start: number, value: number): number {
  let width = 1
  while (value >= (POWERS[width] ?? Infinity)) width++
  return writeDigits(out, start, value, width)
}

/** The last `width` digits of a whole number, zeros in front. */
function writeDigits(out: Uint8Array, start: number, value: number, width: number): number {
  // Integer division is several times faster on 32 bits, so large numbers are cut in two.
  if (value > 0x7fffffff) {
    const high = Math.floor(value / 1e9)
    const middle = writeDigits(out, start, high, width - 9)
    return writeDigits(out, middle, value - high * 1e9, 9)
  }
  let rest = value | 0
  for (let at = start + width - 1; at >= start; at--) {
    const quotient = (rest / 10) | 0
    out[at] = ZERO + (rest - quotient * 10)
    rest = quotient
  }
  return start + width
}

/** Writes text of ASCII characters. */
export function writeAscii(out: Uint8Array, start: number, text: string): number {
  for (let i = 0; i < text.length; i++) out[start + i] = text.charCodeAt(i)
  return start + text.length
}
