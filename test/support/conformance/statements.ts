// The normative statements of both standards and the tests that are named after them. The tests are
// read from their sources, so that the map cannot name one that does not exist. It knows how a
// statement and a test's name are written, not what they say.

import { MQTT311_STATEMENTS } from '../../conformance/statements/mqtt311.cases.ts'
import { MQTT5_STATEMENTS } from '../../conformance/statements/mqtt5.cases.ts'
import { walk } from '../source-file.ts'
import type { SyntaxNode } from '../source-file.ts'
import { readSources } from '../source-tree.ts'

export type Standard = 'MQTT5' | 'MQTT311'

export interface Statement {
  /** `MQTT5-3.1.2-20`: numbers differ between the versions of the standard. */
  readonly id: string
  readonly standard: Standard
  readonly binds: 'client' | 'server' | 'both'
  readonly summary: string
  /** Why no test of a client can show it; empty when tests do. */
  readonly reason: string
  /** The same of a server. */
  readonly serverReason: string
}

export interface NamedCase {
  /** Statements that it shows, as its name begins with them. */
  readonly ids: readonly string[]
  /** The rest of the name: what happens. */
  readonly scenario: string
  /** The file, from the root. */
  readonly path: string
  /** Whom it tests. */
  readonly subject: 'client' | 'server'
}

const BINDS = ['client', 'server', 'both'] as const
const STATEMENT_ID = /^MQTT(?:5|311)-\d+(?:\.\d+)+-\d+$/
const CASES = /^test\/conformance\/(?!statements\/)/
/** Tests of the broker, among those of the client. */
const SERVER_CASES = 'test/conformance/broker/'

export function readStatements(): Statement[] {
  return [...parse('MQTT5', MQTT5_STATEMENTS), ...parse('MQTT311', MQTT311_STATEMENTS)]
}

function parse(standard: Standard, text: string): Statement[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [number = '', who = '', summary = '', reason = '', serverReason = ''] =
        line.split(' | ')
      const binds = BINDS.find((one) => one === who)
      if (binds === undefined || summary === '') throw new Error(`not a statement: ${line}`)
      return { id: `${standard}-${number}`, standard, binds, summary, reason, serverReason }
    })
}

/**
 * All cases named by a statement. A name is a string that begins with one identifier or several:
 * `MQTT5-3.3.1-1 MQTT5-4.4.0-1: is sent again with DUP`.
 */
export function readNamedCases(): NamedCase[] {
  return readSources()
    .filter(({ path }) => CASES.test(path))
    .flatMap(({ path, program }) => {
      const names = new Set<string>()
      const parts = new Set<unknown>()
      for (const { node } of walk(program)) {
        const text = parts.has(node) ? undefined : textOf(node, parts)
        if (text?.startsWith('MQTT') === true) names.add(text)
      }
      return [...names].flatMap((name) => caseOf(name, path))
    })
}

/** A literal, or literals put together, which are then no names of their own. */
function textOf(node: SyntaxNode, parts: Set<unknown>): string | undefined {
  if (node.type === 'Literal') return typeof node['value'] === 'string' ? node['value'] : undefined
  if (node.type !== 'BinaryExpression' || node['operator'] !== '+') return undefined
  const sides = [node['left'] as SyntaxNode, node['right'] as SyntaxNode]
  const [left, right] = sides.map((side) => textOf(side, parts))
  if (left === undefined || right === undefined) return undefined
  for (const side of sides) parts.add(side)
  return left + right
}

function caseOf(name: string, path: string): NamedCase[] {
  const [front = '', ...rest] = name.split(': ')
  const ids = front.split(' ')
  if (rest.length === 0 || !ids.every((id) => STATEMENT_ID.test(id))) return []
  const subject = path.startsWith(SERVER_CASES) ? 'server' : 'client'
  return [{ ids, scenario: rest.join(': '), path, subject }]
}

/** The cases of each statement, in the order of the files. */
export function casesById(cases: readonly NamedCase[]): ReadonlyMap<string, NamedCase[]> {
  const found = new Map<string, NamedCase[]>()
  for (const one of cases) {
    for (const id of one.ids) found.set(id, [...(found.get(id) ?? []), one])
  }
  return found
}
