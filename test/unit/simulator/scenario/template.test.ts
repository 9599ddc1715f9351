// Templates: what is filled in, and what is refused with which words.

import { describe, expect, it } from 'vitest'
import { CLIENT_ID_PLACEHOLDERS, Template } from '../../../../simulator/scenario/template.ts'

const values = { index: 42, group: 'rooms', id: 'rooms-42', seed: 7 }

describe('rendering', () => {
  it.each([
    ['plain', 'plain'],
    ['{index}', '42'],
    ['{index:05}', '00042'],
    ['{index:01}', '42'],
    ['a/{group}/{id}/{seed}/b', 'a/rooms/rooms-42/7/b'],
    ['{index}{index:03}', '42042'],
    ['{{index}}', '{index}'],
    ['{{{index}}}', '{42}'],
  ])('fills in %s', (text, rendered) => {
    expect(Template.of(text).render(values)).toBe(rendered)
  })

  it('keeps long numbers whole when they outgrow their padding', () => {
    expect(Template.of('{index:02}').render({ ...values, index: 12_345 })).toBe('12345')
  })
})

describe('refusing', () => {
  it.each([
    ['{indx}', 'placeholder {indx}', 'one of {index} {group} {id} {seed}'],
    ['{}', 'placeholder {}', 'one of {index} {group} {id} {seed}'],
    ['{Index}', 'placeholder {Index}', 'one of {index} {group} {id} {seed}'],
    ['{index:5}', 'placeholder {index:5}', '{index:05} for zero-padding to 5 digits'],
    ['{group:05}', 'placeholder {group:05}', '{index:05} for zero-padding to 5 digits'],
    ['a{b', 'a single {', 'a placeholder, or {{'],
    ['a}b', 'a single }', 'a placeholder, or }}'],
    ['{index}'.repeat(9), '9 placeholders', 'at most 8'],
  ])('%s', (text, found, expected) => {
    expect(Template.parse(text)).toEqual({ found, expected })
  })

  it('refuses {id} where the client id is defined', () => {
    expect(Template.parse('x-{id}', CLIENT_ID_PLACEHOLDERS)).toEqual({
      found: 'placeholder {id}',
      expected: 'one of {index} {group} {seed}',
    })
  })
})

describe('the frame round the index', () => {
  it.each([
    ['a-{index}-b', 'a-', '-b'],
    ['{group}-{index}', 'rooms-', ''],
    ['{index}.{index}/x', '', '/x'],
    ['same', 'same', 'same'],
    ['{{index}}-{index}', '{index}-', ''],
  ])('of %s', (text, head, tail) => {
    expect(Template.of(text).frame(values)).toEqual({ head, tail })
  })
})
