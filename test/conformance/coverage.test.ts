// The map from statements to tests is complete, names nothing that does not exist, and is what
// docs/mqtt-coverage.md says.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { COVERAGE_PATH, coverageDocument } from '../support/conformance/coverage-document.ts'
import { casesById, readNamedCases, readStatements } from '../support/conformance/statements.ts'
import { ROOT } from '../support/source-tree.ts'

const statements = readStatements()
const cases = readNamedCases()
const byId = casesById(cases)

describe('the normative statements', () => {
  it('are all of appendix B of both standards, each once', () => {
    expect(statements.filter(({ standard }) => standard === 'MQTT5')).toHaveLength(251)
    expect(statements.filter(({ standard }) => standard === 'MQTT311')).toHaveLength(141)
    expect(new Set(statements.map(({ id }) => id)).size).toBe(statements.length)
  })

  it.each([
    ['client', 'server', 'reason'],
    ['server', 'client', 'serverReason'],
  ] as const)(
    'have a test or a reason when they bind a %s, and never both',
    (subject, other, why) => {
      const shown = casesById(cases.filter((one) => one.subject === subject))
      const bound = statements.filter(({ binds }) => binds !== other)
      const bare = bound.filter((one) => !shown.has(one.id) && one[why] === '')
      expect(bare.map(({ id }) => id)).toEqual([])
      const double = bound.filter((one) => shown.has(one.id) && one[why] !== '')
      expect(double.map(({ id }) => id)).toEqual([])
    },
  )

  it('exist when a test names them', () => {
    const known = new Set(statements.map(({ id }) => id))
    expect([...byId.keys()].filter((id) => !known.has(id))).toEqual([])
  })

  it('name this many cases', () => {
    console.log(
      `conformance: ${cases.length} cases named by a statement, ` +
        `for ${byId.size} of ${statements.length} statements of MQTT 5.0 and 3.1.1`,
    )
    expect(cases.length).toBeGreaterThan(600)
  })

  it('are in the document as they are here (npm run mqtt-coverage writes it)', () => {
    expect(readFileSync(join(ROOT, COVERAGE_PATH), 'utf8')).toBe(coverageDocument())
  })
})
