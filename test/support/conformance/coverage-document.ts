// docs/mqtt-coverage.md as text: every normative statement of both standards with the tests that
// are named after it, or why a client cannot be tested for it.

import { posix } from 'node:path'
import { casesById, readNamedCases, readStatements } from './statements.ts'
import type { NamedCase, Standard, Statement } from './statements.ts'

export const COVERAGE_PATH = 'docs/mqtt-coverage.md'

const TITLES: Readonly<Record<Standard, string>> = { MQTT5: 'MQTT 5.0', MQTT311: 'MQTT 3.1.1' }
const INTRODUCTION = `# MQTT coverage

Every normative statement of MQTT 5.0 and 3.1.1, in our own words, with the tests whose names begin
with its number. Statements that bind a server alone are tested where a client can do something
about a server that breaks them. Written by \`npm run mqtt-coverage\` from \`test/conformance/\`; a
test fails when this page is out of date.
`

export function coverageDocument(): string {
  const statements = readStatements()
  const cases = readNamedCases()
  const byId = casesById(cases)
  const sections = (['MQTT5', 'MQTT311'] as const).map((standard) => {
    const own = statements.filter((statement) => statement.standard === standard)
    return section(standard, own, byId)
  })
  return [INTRODUCTION, ...sections].join('\n')
}

function section(
  standard: Standard,
  statements: readonly Statement[],
  byId: ReadonlyMap<string, readonly NamedCase[]>,
): string {
  const bound = statements.filter(({ binds }) => binds !== 'server')
  const shown = bound.filter(({ id }) => byId.has(id)).length
  const served = statements.filter(({ id, binds }) => binds === 'server' && byId.has(id)).length
  const others = statements.length - bound.length
  const summary =
    `${statements.length} statements. ${bound.length} bind a client: ${shown} have tests, ` +
    `${bound.length - shown} cannot be shown and say why. Of the ${others} ` +
    `that bind a server alone, ${served} have tests of what the client does.`
  const rows = statements.map((statement) => row(statement, byId.get(statement.id) ?? []))
  const head = ['| statement | binds | demands | tests |', '|---|---|---|---|']
  return [`## ${TITLES[standard]}`, '', summary, '', ...head, ...rows, ''].join('\n')
}

function row({ id, binds, summary, reason }: Statement, cases: readonly NamedCase[]): string {
  const tests = cases.length > 0 ? listOf(cases) : reason === '' ? '-' : `None. ${reason}`
  return `| ${id} | ${binds} | ${escape(summary)} | ${escape(tests)} |`
}

/** One link a file, with the scenarios behind it. */
function listOf(cases: readonly NamedCase[]): string {
  const byPath = new Map<string, string[]>()
  for (const { path, scenario } of cases) {
    byPath.set(path, [...(byPath.get(path) ?? []), scenario])
  }
  return [...byPath]
    .map(([path, scenarios]) => {
      const name = posix.basename(path).replace(/(\.test)?\.ts$/, '')
      return `[${name}](../${path}): ${scenarios.join('; ')}`
    })
    .join(' · ')
}

function escape(text: string): string {
  return text.replaceAll('|', '\\|')
}
