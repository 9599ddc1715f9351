// How numbers are written on the page, in both languages.

import { describe, expect, it } from 'vitest'
import { en } from '../../../console/page/text/en.ts'
import { Format } from '../../../console/page/text/format.ts'
import { zh } from '../../../console/page/text/zh.ts'

const english = new Format('en', en)
const chinese = new Format('zh', zh)

describe('numbers on the page', () => {
  it.each([
    [0, '0', '0'],
    [999_999, '999,999', '999,999'],
    [1_234_567, '1.235M', '123.5万'],
  ])('counts %i as %s and %s', (count, inEnglish, inChinese) => {
    expect([english.count(count), chinese.count(count)]).toEqual([inEnglish, inChinese])
  })

  it.each([
    [0, '0'],
    [0.004, '0'],
    [0.05, '0.05'],
    [0.25, '0.25'],
    [0.8, '0.80'],
    [0.999, '1.0'],
    [1, '1.0'],
    [99.94, '99.9'],
    [1504.2, '1,504'],
  ])('writes a rate of %d as %s', (rate, text) => {
    expect(english.rate(rate)).toBe(text)
  })

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [2_730, '2.73 kB'],
    [38_000_000, '38 MB'],
  ])('writes %i bytes as %s', (bytes, text) => {
    expect(english.bytes(bytes)).toBe(text)
  })

  it.each([
    [0, '0 s', '0 秒'],
    [59_999, '59 s', '59 秒'],
    [60_000, '1 min', '1 分'],
    [425_000, '7 min 5 s', '7 分 5 秒'],
    [3_600_000, '1 h', '1 小时'],
    [90_061_000, '1 d 1 h', '1 天 1 小时'],
    [-5, '0 s', '0 秒'],
  ])('writes %i ms as %s and %s', (ms, inEnglish, inChinese) => {
    expect([english.duration(ms), chinese.duration(ms)]).toEqual([inEnglish, inChinese])
  })

  it('calls less than a second now', () => {
    expect([english.ago(999), english.ago(2000)]).toEqual(['just now', '2 s ago'])
    expect([chinese.ago(-3), chinese.ago(2000)]).toEqual(['刚刚', '2 秒前'])
  })
})
