// The committed matrix has the rows, the columns and the verdicts that the suite holds brokers to.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { BROKER_KINDS } from '../../support/brokers/index.ts'
import { ROOT } from '../../support/source-tree.ts'
import { ALL_VERSIONS } from './interop-case.ts'
import { KNOWN_CELLS } from './known-cells.ts'
import { findKnown, renderMatrix, rowsOf } from './matrix.ts'
import type { BrokerResult } from './result.ts'
import { DOCUMENT } from './result.ts'
import { INTEROP_CASES } from './rows.ts'

const committed = readFileSync(join(ROOT, DOCUMENT), 'utf8')

/** What a run would find that passes, with the release that the document names. */
function passingResults(): BrokerResult[] {
  return BROKER_KINDS.map(({ name, versions }) => ({
    broker: name,
    release: new RegExp(`^\\| ${name} \\| ([^|]+) \\|`, 'm').exec(committed)?.[1] ?? '',
    cells: versions.flatMap((version) =>
      rowsOf(INTEROP_CASES, version).map((row) => ({
        row: row.name,
        version,
        verdict: findKnown(KNOWN_CELLS, name, row.name, version)?.kind ?? ('ok' as const),
      })),
    ),
  }))
}

describe('the compatibility matrix', () => {
  it('in the documents is the one that the tests hold', () => {
    const text = renderMatrix({
      kinds: BROKER_KINDS,
      rows: INTEROP_CASES,
      known: KNOWN_CELLS,
      results: passingResults(),
    })
    expect(committed, 'run: npm run interop -- --write').toBe(text)
  })

  it('names each row once and lists no cell that does not exist', () => {
    const names = INTEROP_CASES.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    const strays = KNOWN_CELLS.filter(({ broker, rows, versions = ALL_VERSIONS }) => {
      const kind = BROKER_KINDS.find(({ name }) => name === broker)
      const isSpoken = versions.some((version) => kind?.versions.includes(version))
      return !isSpoken || !rows.every((row) => names.includes(row))
    })
    expect(strays).toEqual([])
  })

  it('says what becomes of every version that a broker does not speak', () => {
    for (const { versions, refusals } of BROKER_KINDS) {
      const silent = ALL_VERSIONS.filter((one) => !versions.includes(one) && !refusals[one])
      expect(silent).toEqual([])
    }
  })
})
