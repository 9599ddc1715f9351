// Numbers as text, without strings in between.

import { describe, expect, it } from 'vitest'
import { writeDecimal, writeWhole } from '../../../../simulator/device/decimal.ts'

function written(write: (out: Uint8Array) => number): string {
  const out = new Uint8Array(40).fill(120)
  const end = write(out)
  expect(out[end]).toBe(120)
  return new TextDecoder().decode(out.subarray(0, end))
}

describe('decimals', () => {
  it.each([
    [0, 0, '0'],
    [0, 2, '0.00'],
    [-0, 1, '0.0'],
    [21.5, 1, '21.5'],
    [21.5, 0, '22'],
    [-21.5, 0, '-22'],
    [21.449, 2, '21.45'],
    [-0.004, 2, '0.00'],
    [-0.006, 2, '-0.01'],
    [0.999, 2, '1.00'],
    [9.95, 1, '10.0'],
    [1.05, 2, '1.05'],
    [1234567.891, 3, '1234567.891'],
    [4_294_967_296.5, 1, '4294967296.5'],
    [0.000000001, 9, '0.000000001'],
    [9_007_199_254_740_991, 0, '9007199254740991'],
    [1e21, 2, '1e+21'],
    [123_456_789_012, 9, '123456789012'],
    [Number.NaN, 2, 'null'],
    [Infinity, 2, 'null'],
  ])('%d with %d decimals is %s', (value, decimals, text) => {
    expect(written((out) => writeDecimal(out, 0, value, decimals))).toBe(text)
  })
})

describe('whole numbers', () => {
  it.each([
    0, 9, 10, 99, 100, 2_147_483_647, 2_147_483_648, 4_294_967_296, 1_704_067_200_000,
    9_007_199_254_740_991,
  ])('%d', (value) => {
    expect(written((out) => writeWhole(out, 0, value))).toBe(String(value))
  })
})
