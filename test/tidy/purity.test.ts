// Law 1 holds in the tree, and its check sees what it must.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeBreaches } from '../support/laws/breach.ts'
import { checkPurity, IMPURE_GLOBALS, PURE_ROOMS } from '../support/laws/purity.ts'
import { parseSource } from '../support/source-file.ts'
import { readSources, ROOT } from '../support/source-tree.ts'

function findingsIn(path: string, text: string): string[] {
  return checkPurity([parseSource(path, text)]).map(({ line, message }) => `${line} ${message}`)
}

describe('law 1: pure rooms know neither IO nor time nor chance', () => {
  it('holds in every pure room', () => {
    expect(describeBreaches(checkPurity(readSources()))).toEqual([])
  })

  it.each([
    ['a Node module', "import net from 'node:net'", 'import of node:net'],
    ['a type of a Node module', "import type { Socket } from 'node:net'", 'import of node:net'],
    ['a dynamic import', "await import('node:fs')", 'import of node:fs'],
    ['a package', "export * from 'eventemitter3'", 'import of eventemitter3'],
    ['a package with IO of ours', "import { connect } from '@motewire/sdk'", 'import of @motewire'],
    ['the wall clock', 'const at = Date.now()', 'Date'],
    ['a timer', 'setTimeout(() => {}, 1)', 'setTimeout'],
    ['a global under its object', 'globalThis.performance', 'globalThis'],
    ['chance', 'const draw = Math.random()', 'Math.random'],
    ['chance by a quoted name', "Math['random']()", 'Math.random'],
    ['output', "console.log('x')", 'console'],
    ['a shorthand property', 'const outside = { process }', 'process'],
  ])('finds %s', (_, text, what) => {
    expect(findingsIn('sdk/core/planted.ts', `\n${text}`)).toEqual([
      expect.stringMatching(new RegExp(`^2 ${what}.* in the pure room sdk/core$`)),
    ])
  })

  it.each([
    ['a member that has a name of a global', 'session.process(); class A { fetch(): void {} }'],
    ['the pure parts of the SDK', "import { Prng } from '@motewire/sdk/kit'"],
    ['a type from an impure package of ours', "import type { Clock } from '@motewire/sdk'"],
    ['mathematics', 'Math.floor(1.5)'],
  ])('lets %s pass', (_, text) => {
    expect(findingsIn('simulator/world/planted.ts', text)).toEqual([])
  })

  it('lets only the codec import mqtt-packet', () => {
    const text = "import { parser } from 'mqtt-packet'"
    expect(findingsIn('sdk/codec/planted.ts', text)).toEqual([])
    expect(findingsIn('sdk/core/planted.ts', text)).toHaveLength(1)
  })

  it('has the linter say the same while one writes', () => {
    const settings = JSON.parse(readFileSync(join(ROOT, '.oxlintrc.json'), 'utf8'))
    const pure = settings.overrides.find(
      (one: { rules: object }) => 'eslint/no-restricted-globals' in one.rules,
    )
    expect(pure.files).toEqual(PURE_ROOMS.map((room) => `${room}/**`))
    expect(pure.rules['eslint/no-restricted-globals'].slice(1)).toEqual(IMPURE_GLOBALS)
  })
})
