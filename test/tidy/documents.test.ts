// The documents know every error code and every bound, and the checks see what they must.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeBreaches } from '../support/laws/breach.ts'
import { checkErrorCodes, checkLimits } from '../support/laws/documents.ts'
import { parseSource } from '../support/source-file.ts'
import { readSources, ROOT } from '../support/source-tree.ts'

function document(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

describe('docs/errors.md', () => {
  it('has one heading for every error code, and no other', () => {
    expect(describeBreaches(checkErrorCodes(readSources(), document('docs/errors.md')))).toEqual([])
  })

  it('misses a code without a heading and a heading without a code', () => {
    const file = parseSource('sdk/planted.ts', "export const CODES = ['ERR_LINK_LOST']")
    const found = checkErrorCodes([file], '# Errors\n\n## `ERR_LINK_GONE`\n')
    expect(describeBreaches(found)).toEqual([
      'sdk/planted.ts:1 errors: ERR_LINK_LOST has no heading in docs/errors.md',
      'docs/errors.md:3 errors: ERR_LINK_GONE is no error code of the sources',
    ])
  })
})

describe('docs/limits.md', () => {
  it('names every bound of the exported types', () => {
    expect(describeBreaches(checkLimits(readSources(), document('docs/limits.md')))).toEqual([])
  })

  it('misses a bound that it does not name', () => {
    const text =
      'export interface Options {\n  readonly outbox?: { readonly queueBytesMax: number }\n}'
    const found = checkLimits([parseSource('sdk/planted.ts', text)], '`bytesMax`: 4 MiB')
    expect(describeBreaches(found)).toEqual([
      'sdk/planted.ts:2 law 4: queueBytesMax is not in docs/limits.md',
    ])
  })
})
