// The documents know every error code and every bound, and the checks see what they must.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeBreaches } from '../support/laws/breach.ts'
import { checkErrorCodes, checkFeatures, checkLimits } from '../support/laws/documents.ts'
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

describe('docs/console-features.md', () => {
  it('names tests that exist, and for each row of priority 1 one through the console', () => {
    const found = checkFeatures(readSources(), document('docs/console-features.md'))
    expect(describeBreaches(found)).toEqual([])
  })

  it('misses a test that is gone, a row without one, and a row that is left out', () => {
    const text = "describe('x', () => { it('here', () => {}); it.each([1])('each %i', () => {}) })"
    const path = 'test/unit/console/planted.test.ts'
    const files = [parseSource(path, text)]
    const cell = `[planted](../${path}): here; each %i; gone`
    const found = checkFeatures(files, `| W1 | 1 | a | ${cell} | |\n| W2 | 1 | b | | |\n`)
    expect(describeBreaches(found)).toEqual([
      'docs/console-features.md:1 features: the rows are not W1 to W33, each once',
      `docs/console-features.md:1 features: W1: ${path} has no test 'gone'`,
      'docs/console-features.md:2 features: W2: no test goes through the page or its API',
    ])
  })
})
