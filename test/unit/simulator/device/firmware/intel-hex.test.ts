// Intel HEX images: what is read, and what a person is told about a file that is none.

import { describe, expect, it } from 'vitest'
import { hexStart, parseIntelHex } from '../../../../../simulator/device/firmware/intel-hex.ts'

const END = ':00000001FF'

const flash = (bytes: number, start = 0): { start: number; bytes: number } => ({ start, bytes })

describe('an Intel HEX image', () => {
  it('places records at their addresses and fills gaps like erased flash', () => {
    const text = [':02000000AABB99', ':01000400CC2F', END, ''].join('\r\n')
    const expected = [0xaa, 0xbb, 0xff, 0xff, 0xcc, 0xff, 0xff, 0xff]
    expect([...parseIntelHex(text, flash(8))]).toEqual(expected)
  })

  it('follows upper addresses of both kinds', () => {
    const linear = [':020000040001F9', ':0100000055AA', END].join('\n')
    expect(parseIntelHex(linear, flash(1 << 17))[0x1_0000]).toBe(0x55)
    const segment = [':020000020010EC', ':0100000055AA', END].join('\n')
    expect(parseIntelHex(segment, flash(1 << 17))[0x100]).toBe(0x55)
  })

  it('is counted from where the flash begins', () => {
    const text = [':020000041000EA', ':0100020055A8', END].join('\n')
    expect(hexStart(text)).toBe(0x1000_0000)
    expect([...parseIntelHex(text, flash(4, 0x1000_0000))]).toEqual([0xff, 0xff, 0x55, 0xff])
  })

  const mistakes: [string, string, RegExp][] = [
    ['no record', `hello\n${END}`, /^line 1 of the image is no Intel HEX record$/],
    ['a short record', `:02000000AA56\n${END}`, /^line 1 of the image is no Intel HEX record$/],
    ['a wrong checksum', `:02000000AABB98\n${END}`, /^line 1 of the image has a wrong checksum$/],
    ['too high an address', `:01001000559A\n${END}`, /goes beyond the 16 bytes of flash$/],
    ['no end', ':02000000AABB99\n', /^the image has no end record$/],
  ]
  it.each(mistakes)('with %s is refused with one line', (_what, text, message) => {
    expect(() => parseIntelHex(text, flash(16))).toThrow(message)
    expect(() => parseIntelHex(text, flash(16))).toThrow(
      expect.objectContaining({ code: 'ERR_FIRMWARE_INVALID' }),
    )
  })
})
