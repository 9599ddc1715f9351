// Replies with what was found put into them.

import { describe, expect, it } from 'vitest'
import { ReplyTemplate } from '../../../console/links/reply-template.ts'

const MATCH = ['AT+SET=7', '7', ''].map((text) => Buffer.from(text))

describe('a reply', () => {
  it.each([
    ['OK', 'OK'],
    ['VALUE $1, $1', 'VALUE 7, 7'],
    ['[$2]', '[]'],
    ['$& done', 'AT+SET=7 done'],
    ['$$1 = $1', '$1 = 7'],
    ['5 $ and $x', '5 $ and $x'],
    ['温度 $1', '温度 7'],
  ])('%j becomes %j', (reply, filled) => {
    const template = new ReplyTemplate(Buffer.from(reply))
    expect(template.problem(2)).toBe(undefined)
    expect(String(template.replyTo(MATCH))).toBe(filled)
  })

  it('keeps every byte of a group', () => {
    const bytes = Buffer.from([0x00, 0xff, 0x80])
    const template = new ReplyTemplate(Buffer.from('<$1>'))
    expect([...template.replyTo([Buffer.from('all'), bytes])]).toEqual([
      0x3c, 0x00, 0xff, 0x80, 0x3e,
    ])
  })

  it('is refused when it names a group that the pattern has not, or too many', () => {
    expect(new ReplyTemplate(Buffer.from('$2$3')).problem(2)).toBe(
      'has $3, the pattern has 2 groups',
    )
    expect(new ReplyTemplate(Buffer.from('$1'.repeat(17))).problem(1)).toBe(
      'has 17 groups, more than 16',
    )
  })
})
