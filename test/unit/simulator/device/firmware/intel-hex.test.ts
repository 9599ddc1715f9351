// Intel HEX images: what is read, and what a person is told about a file that is none.

import { describe, expect, it } from 'vitest'
import { parseIntelHex } from '../../../../../simulator/device/firmware/intel-hex.ts'

const END = ':00000001FF'

describe('an Intel HEX image', () => {
  it('places records at their addresses and fills gaps like erased flash', () => {
    const text = [':02000000AABB99', ':01000400CC2F', END, ''].join('\r\n')
    expect([...parseIntelHex(text, 16)]).toEqual([0xaa, 0xbb, 0xff, 0xff, 0xcc])
  })

  it('follows upper addresses of both kinds', () => {
    expect(
      parseIntelHex([':020000040001F9', ':0100000055AA', END].join('\n'), 1 << 17),
    ).toHaveLength(0x10001)
    expect(
      parseIntelHex([':020000020010EC', ':0100000055AA', END].join('\n'), 1 << 17),
    ).toHaveLength(0x101)
  })

  const mistakes: [string, string, RegExp][] = [
    ['no record', `hello\n${END}`, /^line 1 of the image is no Intel HEX record$/],
    ['a short record', `:02000000AA56\n${END}`, /^line 1 of the image is no Intel HEX record$/],
    ['a wrong checksum', `:02000000AABB98\n${END}`, /^line 1 of the image has a wrong checksum$/],
    ['too high an address', `:01001000559A\n${END}`, /goes beyond the 16 bytes of flash$/],
    ['no end', ':02000000AABB99\n', /^the image has no end record$/],
  ]
  it.each(mistakes)('with %s is refused with one line', (_what, text, message) => {
    expect(() => parseIntelHex(text, 16)).toThrow(message)
    expect(() => parseIntelHex(text, 16)).toThrow(
      expect.objectContaining({ code: 'ERR_FIRMWARE_INVALID' }),
    )
  })
})
