// Where a number stands in a payload.

import { describe, expect, it } from 'vitest'
import { numberAt, parseFieldPath } from '../../../console/workbench/numeric-field.ts'

describe('the number at a place of a payload', () => {
  it.each([
    ['22.5', '', 22.5],
    [' -1e3\n', '', -1000],
    ['true', '', 1],
    ['{"a":{"b":[1,{"c":7}]}}', 'a.b[1].c', 7],
    ['{"a":{"b":[1,{"c":7}]}}', '$.a.b.1.c', 7],
    ['[4,5]', '[1]', 5],
    ['{"on":false}', 'on', 0],
  ])('%s at %s is %d', (text, path, value) => {
    expect(numberAt(Buffer.from(text), parseFieldPath(path) ?? ['no'])).toBe(value)
  })

  it.each([
    ['', ''],
    ['22.5 °C', ''],
    ['"22.5"', ''],
    ['1e999', ''],
    ['{"a":null}', 'a.b'],
    ['{"a":1}', 'toString'],
    ['[1]', 'length'],
    ['{"a":1', 'a'],
  ])('%s has none at %s', (text, path) => {
    expect(numberAt(Buffer.from(text), parseFieldPath(path) ?? [])).toBeUndefined()
  })

  it('does not take long payloads apart', () => {
    expect(numberAt(Buffer.from(`[1${' '.repeat(65_536)}]`), ['0'])).toBeUndefined()
  })

  it.each(['a..b', '.', 'a.', 'a.'.repeat(32) + 'a'])('%s is no place', (path) => {
    expect(parseFieldPath(path)).toBeUndefined()
  })
})
