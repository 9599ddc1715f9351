// Law 7 holds in the tree, and its check sees what it must.

import { describe, expect, it } from 'vitest'
import { describeBreaches } from '../support/laws/breach.ts'
import { checkShape, medianLines } from '../support/laws/shape.ts'
import { parseSource } from '../support/source-file.ts'
import { isShipped, readSources } from '../support/source-tree.ts'

function objections(path: string, text: string): string[] {
  return checkShape([parseSource(path, text)]).map(({ line, message }) => `${line} ${message}`)
}

const longBody = Array.from({ length: 59 }, (_, index) => `  step(${index})`).join('\n')

describe('law 7: files and functions are short and say what they are', () => {
  it('holds in every source', () => {
    expect(describeBreaches(checkShape(readSources()))).toEqual([])
  })

  it('prints how long the files are', () => {
    const shipped = readSources().filter(({ path }) => isShipped(path))
    const longest = shipped.toSorted((one, other) => other.lines.length - one.lines.length)[0]
    console.log(
      `law 7: ${shipped.length} files, median ${medianLines(shipped)} lines, ` +
        `longest ${longest?.path} with ${longest?.lines.length}`,
    )
    expect(medianLines(shipped)).toBeLessThan(200)
  })

  it('finds a file without a header', () => {
    expect(objections('sdk/planted.ts', '#!/usr/bin/env node\nrun()\n')).toEqual([
      '2 no header comment: what the file is and what it does not know',
    ])
  })

  it('finds a file that is too long', () => {
    const text = `// A file.\n${'step()\n'.repeat(400)}`
    expect(objections('sdk/planted.ts', text)).toEqual(['401 401 lines, at most 400 are allowed'])
  })

  it('finds a line that is too wide, but not in a table of cases', () => {
    const text = `// A file.\nstep('${'x'.repeat(100)}')\n`
    expect(objections('sdk/planted.ts', text)).toEqual(['2 108 columns, at most 100 are allowed'])
    expect(objections('test/conformance/cases/connect.ts', text)).toEqual([])
  })

  it.each([
    ['function', `function work() {\n${longBody}\n}`, 'work'],
    ['method', `class A { work() {\n${longBody}\n} }`, 'work'],
    ['arrow function', `const work = () => {\n${longBody}\n}`, 'work'],
    ['callback', `run(() => {\n${longBody}\n})`, 'a function'],
  ])('finds a %s that is too long', (_, text, name) => {
    expect(objections('sdk/planted.ts', `// A file.\n${text}\n`)).toEqual([
      `2 ${name} has 61 lines, at most 60 are allowed`,
    ])
  })

  it('takes the callback of describe for a chapter', () => {
    const text = `// Tests.\ndescribe.each([1])('a', () => {\n${longBody}\n})\n`
    expect(objections('test/unit/planted.test.ts', text)).toEqual([])
  })
})
