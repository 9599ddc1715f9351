// The checksums against the check values that their catalogues give for the text 123456789.

import { describe, expect, it } from 'vitest'
import { checksumOf } from '../../../console/links/checksum.ts'
import { PatternSearch } from '../../../console/links/pattern-search.ts'

describe('checksums', () => {
  it.each([
    ['none', ''],
    ['sum8', 'dd'],
    ['xor8', '31'],
    ['lrc', '23'],
    ['crc16-modbus', '374b'],
    ['crc16-ccitt', '29b1'],
    ['crc32', 'cbf43926'],
  ] as const)('gives %s of 123456789 as %s', (kind, hex) => {
    const sum = checksumOf(kind, Buffer.from('123456789'))
    expect(Buffer.from(sum).toString('hex')).toBe(hex)
  })
})

describe('searching a pattern', () => {
  it('finds it wherever the stream is cut', () => {
    const stream = Buffer.from('0102ff03010203', 'hex')
    for (let cut = 0; cut <= stream.length; cut++) {
      const search = new PatternSearch([1, 2, null])
      expect(
        search.find(stream.subarray(0, cut)).length + search.find(stream.subarray(cut)).length,
      ).toBe(2)
    }
  })

  it('does not count a byte for two matches', () => {
    expect(new PatternSearch([7, 7]).find(Uint8Array.of(7, 7, 7))).toHaveLength(1)
  })
})
