// No test is focused, skipped without a reason, or asleep; and the check sees what it must.

import { describe, expect, it } from 'vitest'
import { describeBreaches } from '../support/laws/breach.ts'
import { checkTestManners } from '../support/laws/test-manners.ts'
import { parseSource } from '../support/source-file.ts'
import { readSources } from '../support/source-tree.ts'

function objections(text: string): string[] {
  const file = parseSource('test/unit/planted.test.ts', text)
  return checkTestManners([file]).map(({ line, message }) => `${line} ${message.split(/[:,]/)[0]}`)
}

describe('tests', () => {
  it('are neither focused nor skipped without a reason nor asleep', () => {
    expect(describeBreaches(checkTestManners(readSources()))).toEqual([])
  })

  it.each([
    ['a focused test', "\nit.only('x', () => {})", '2 focused with .only'],
    ['a focused table', "it.each([1]).only('x', () => {})", '1 focused with .only'],
    ['a skipped chapter', "describe.skip('x', () => {})", '1 .skip without a reason'],
    ['a test to do', "run()\ntest.todo('x')", '2 .todo without a reason'],
    ['a sleep', 'await new Promise((wake) => setTimeout(wake, 50))', '1 a sleep'],
    ['a wrapped sleep', 'new Promise((wake) => setTimeout(() => wake(), 50))', '1 a sleep'],
    ['a sleep in a block', 'new Promise((go) => { setTimeout(() => { go(1) }, 5) })', '1 a sleep'],
    ["Node's own sleep", "import { setTimeout } from 'node:timers/promises'", '1 a sleep'],
  ])('must not hold %s', (_, text, message) => {
    expect(objections(text)).toEqual([message])
  })

  it.each([
    ['a reason to skip', "// Needs a board on USB.\nit.skip('x', () => {})"],
    ['a component to look for', "describe.runIf(requireComponent('socat'))('x', () => {})"],
    ['a bound on a wait', 'new Promise((_, no) => setTimeout(() => no(new Error("late")), 50))'],
  ])('may hold %s', (_, text) => {
    expect(objections(text)).toEqual([])
  })
})
