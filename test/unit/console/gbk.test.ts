// Text to GBK and back by the platform.

import { describe, expect, it } from 'vitest'
import { encodeGbk } from '../../../console/links/gbk.ts'

describe('GBK', () => {
  it.each([
    ['温度', 'cec2b6c8'],
    ['T=22.5℃\r\n', '543d32322e35a1e60d0a'],
    ['', ''],
  ])('writes %s as %s', (text, hex) => {
    const bytes = encodeGbk(text)
    expect(Buffer.from(bytes ?? [1]).toString('hex')).toBe(hex)
    expect(new TextDecoder('gbk').decode(bytes)).toBe(text)
  })

  it('has no bytes for what is not in it', () => {
    expect(encodeGbk('😀')).toBeUndefined()
  })
})
