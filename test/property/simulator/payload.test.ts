// Numbers as text against what JavaScript itself would say.

import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { writeDecimal, writeWhole } from '../../../simulator/device/decimal.ts'

function written(write: (out: Uint8Array) => number): string {
  const out = new Uint8Array(40)
  return new TextDecoder().decode(out.subarray(0, write(out)))
}

it('writes whole numbers as String does', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (value) => {
      expect(written((out) => writeWhole(out, 0, value))).toBe(String(value))
    }),
  )
})

it('writes decimals with as many digits as asked for, and within half of the last one', () => {
  const value = fc.double({ min: -1e12, max: 1e12, noNaN: true })
  fc.assert(
    fc.property(value, fc.integer({ min: 0, max: 9 }), (number, decimals) => {
      const text = written((out) => writeDecimal(out, 0, number, decimals))
      const half = 0.5 * 10 ** -decimals
      // Doubles around 10^12 are 0.0001 apart, so that is what can be asked for.
      const slack = Math.abs(number) * 2 ** -51
      expect(Math.abs(Number(text) - number)).toBeLessThanOrEqual(half + slack)
      if (Math.abs(number) * 10 ** decimals > Number.MAX_SAFE_INTEGER) return
      const digits = decimals === 0 ? '' : `\\.\\d{${decimals}}`
      expect(text).toMatch(new RegExp(`^-?(0|[1-9]\\d*)${digits}$`))
    }),
  )
})

it('writes JSON for every number there is', () => {
  fc.assert(
    fc.property(fc.double(), fc.integer({ min: 0, max: 9 }), (number, decimals) => {
      const text = written((out) => writeDecimal(out, 0, number, decimals))
      expect(() => JSON.parse(text)).not.toThrow()
    }),
  )
})
