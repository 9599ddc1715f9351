// docs/mqtt-coverage.md as text: every normative statement of both standards with the tests that
// are named after it, or why a client or the broker cannot be tested for it.

import { posix } from 'node:path'
import { casesById, readNamedCases, readStatements } from './statements.ts'
import type { NamedCase, Standard, Statement } from './statements.ts'

export const COVERAGE_PATH = 'docs/mqtt-coverage.md'

const TITLES: Readonly<Record<Standard, string>> = { MQTT5: 'MQTT 5.0', MQTT311: 'MQTT 3.1.1' }
const INTRODUCTION = `# MQTT coverage

Every normative statement of MQTT 5.0 and 3.1.1, in our own words, with the tests whose names begin
with its number: of the client, and of the broker. Statements that bind a server alone are tested of
the client where it can do something about a server that breaks them. Written by
\`npm run mqtt-coverage\` from \`test/conformance/\`; a test fails when this page is out of date.
`

/** The tests of each statement, by whom they test. */
type Cases = Readonly<Record<NamedCase['subject'], ReadonlyMap<string, readonly NamedCase[]>>>

export function coverageDocument(): string {
  const statements = readStatements()
  const cases = readNamedCases()
  const of = (subject: NamedCase['subject']) =>
    casesById(cases.filter((one) => one.subject === subject))
  const bySubject = { client: of('client'), server: of('server') }
  const sections = (['MQTT5', 'MQTT311'] as const).map((standard) => {
    const own = statements.filter((statement) => statement.standard === standard)
    return section(standard, own, bySubject)
  })
  return [INTRODUCTION, ...sections].join('\n')
}

function section(standard: Standard, statements: readonly Statement[], cases: Cases): string {
  const served = statements.filter(({ id, binds }) => binds === 'server' && cases.client.has(id))
  const summary = [
    `${statements.length} statements.`,
    boundSummary('client', statements, cases),
    boundSummary('server', statements, cases),
    `Of those that bind a server alone, ${served.length} have tests of what the client does.`,
  ].join(' ')
  const rows = statements.map((statement) => row(statement, cases))
  const head = ['| statement | binds | demands | client | broker |', '|---|---|---|---|---|']
  return [`## ${TITLES[standard]}`, '', summary, '', ...head, ...rows, ''].join('\n')
}

function boundSummary(
  subject: NamedCase['subject'],
  statements: readonly Statement[],
  cases: Cases,
): string {
  const bound = statements.filter(({ binds }) => binds === subject || binds === 'both')
  const shown = bound.filter(({ id }) => cases[subject].has(id)).length
  const rest = bound.length - shown
  const figures = `${shown} have tests, ${rest} cannot be shown and say why`
  return `${bound.length} bind a ${subject}: ${figures}.`
}

function row({ id, binds, summary, reason, serverReason }: Statement, cases: Cases): string {
  const client = cellOf(cases.client.get(id) ?? [], reason)
  const broker = cellOf(cases.server.get(id) ?? [], serverReason)
  return `| ${id} | ${binds} | ${escape(summary)} | ${client} | ${broker} |`
}

function cellOf(cases: readonly NamedCase[], reason: string): string {
  return escape(cases.length > 0 ? listOf(cases) : reason === '' ? '-' : `None. ${reason}`)
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
