// What the page shows as changed between two payloads.

import { describe, expect, it } from 'vitest'
import { changedLines } from '../../../console/page/parts/changed-lines.ts'

describe('the changes between two payloads', () => {
  it.each([
    ['nothing changed', 'a\nb', 'a\nb', '  a\n  b'],
    ['a line changed', 'a\nb\nc', 'a\nx\nc', '  a\n- b\n+ x\n  c'],
    ['a line came', 'a\nc', 'a\nb\nc', '  a\n+ b\n  c'],
    ['a line went', 'a\nb\nc', 'b\nc', '- a\n  b\n  c'],
    ['all is new', 'a', 'b', '- a\n+ b'],
  ])('%s', (_what, before, after, changes) => {
    expect(changedLines(before, after)).toBe(changes)
  })
})
