// Regular expressions in a stream: cut anywhere, over bytes, and never for long.

import { describe, expect, it } from 'vitest'
import { ExpressionSearch } from '../../../console/links/expression-search.ts'

const found = (source: string, ...parts: readonly string[]): number[] => {
  const search = new ExpressionSearch(source)
  return parts.map((part) => search.find(Buffer.from(part, 'latin1')).length)
}
const utf8 = (text: string): string => Buffer.from(text).toString('latin1')

describe('a regular expression', () => {
  it.each([
    [String.raw`AT\+CSQ=\d+\r`, ['AT+CSQ=1', '5\r', 'AT+CSQ=7\rAT+CSQ=8\r'], [0, 1, 2]],
    [String.raw`\x01\x03.{2}\x00`, ['\x01', '\x03\xff\x0a', '\x00'], [0, 0, 1]],
    ['on|off', ['onoff', 'o', 'n'], [2, 0, 1]],
    ['温+度', [utf8('温'), utf8('度')], [0, 1]],
    ['x*', ['aaa', 'xx'], [0, 1]],
    ['PING', ['ping'], [0]],
  ])('finds %s', (source, parts, counts) => {
    expect(found(source, ...parts)).toEqual(counts)
  })

  it('reaches back 1,024 bytes and no farther', () => {
    expect(found('a.*b', `a${'.'.repeat(1_023)}`, 'b')).toEqual([0, 1])
    expect(found('a.*b', `a${'.'.repeat(1_024)}`, 'b')).toEqual([0, 0])
  })

  it('is over when it takes for ever, and costs nothing from then on', () => {
    const search = new ExpressionSearch('^(a+)+$')
    const bytes = Buffer.from(`${'a'.repeat(64)}!`)
    expect([search.find(bytes), search.isOver]).toEqual([[], true])
    expect(search.find(Buffer.from('a'))).toEqual([])
  })

  it('is text to the search, never a program', () => {
    expect(found("'); throw new Error('", "'); throw new Error('")).toEqual([0])
    expect(new ExpressionSearch('${process}').find(Buffer.from('x'))).toEqual([])
  })

  it('gives its groups byte by byte, cut where a reply would be too long', () => {
    const search = new ExpressionSearch(String.raw`(\w+)=(\d+)?;`)
    const text = `温=1;set=7;x=;${'y'.repeat(2_000)}=2;`
    const matches = search.find(Buffer.from(text)).map((match) => match.map((one) => String(one)))
    expect(matches.slice(0, 2)).toEqual([
      ['set=7;', 'set', '7'],
      ['x=;', 'x', ''],
    ])
    expect(matches[2]?.map(({ length }) => length)).toEqual([1_024, 1_024, 1])
  })

  it('gives no more matches than can be answered', () => {
    const search = new ExpressionSearch('.')
    expect(search.find(Buffer.alloc(5_000))).toHaveLength(100)
    expect(search.find(Buffer.from('x'))).toHaveLength(1)
  })
})
