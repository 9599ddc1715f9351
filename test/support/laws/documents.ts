// What the code promises stands in the documents: every error code has its heading in
// docs/errors.md and none is explained that no longer exists; every bound that a user can set is in
// docs/limits.md; every test that docs/console-features.md names exists.

import { isNode, nameOf, walk } from '../source-file.ts'
import type { SourceFile } from '../source-file.ts'
import { isShipped } from '../source-tree.ts'
import type { Breach } from './breach.ts'

const ERRORS_DOCUMENT = 'docs/errors.md'
const LIMITS_DOCUMENT = 'docs/limits.md'
/** Codes of Node that we recognise; they are explained in its manual. */
const NODE_CODES = new Set([
  'ERR_PARSE_ARGS_UNKNOWN_OPTION',
  'ERR_SOCKET_CLOSED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_UNKNOWN_FILE_EXTENSION',
])
const ERROR_CODE = /^ERR_[A-Z0-9]+(_[A-Z0-9]+)+$/

export function checkErrorCodes(files: readonly SourceFile[], document: string): Breach[] {
  const uses = new Map(files.filter(({ path }) => isShipped(path)).flatMap(errorCodes))
  const headings = new Map(headingCodes(document))
  const undocumented = [...uses]
    .filter(([code]) => !headings.has(code))
    .map(([code, { path, line }]): Breach => {
      const message = `${code} has no heading in ${ERRORS_DOCUMENT}`
      return { path, line, law: 'errors', message }
    })
  const unused = [...headings]
    .filter(([code]) => !uses.has(code))
    .map(([code, line]): Breach => {
      const message = `${code} is no error code of the sources`
      return { path: ERRORS_DOCUMENT, line, law: 'errors', message }
    })
  return [...undocumented, ...unused]
}

interface Place {
  readonly path: string
  readonly line: number
}

function errorCodes(file: SourceFile): [string, Place][] {
  const found: [string, Place][] = []
  for (const { node } of walk(file.program)) {
    const value = node.type === 'Literal' ? node['value'] : undefined
    if (typeof value !== 'string' || !ERROR_CODE.test(value) || NODE_CODES.has(value)) continue
    found.push([value, { path: file.path, line: file.lineOf(node.start) }])
  }
  return found
}

function headingCodes(document: string): [string, number][] {
  return document.split('\n').flatMap((line, index): [string, number][] => {
    const code = /^#{2,4} `?(ERR_[A-Z0-9_]+)`?/.exec(line)?.[1]
    return code === undefined ? [] : [[code, index + 1]]
  })
}

/** Bounds are the properties ending in `Max` of exported types. */
export function checkLimits(files: readonly SourceFile[], document: string): Breach[] {
  return files
    .filter(({ path }) => isShipped(path))
    .flatMap(exportedBounds)
    .filter(({ name }) => !new RegExp(`\\b${name}\\b`).test(document))
    .map(({ name, path, line }): Breach => {
      const message = `${name} is not in ${LIMITS_DOCUMENT}`
      return { path, line, law: 'law 4', message }
    })
}

function exportedBounds(file: SourceFile): (Place & { readonly name: string })[] {
  const found: (Place & { readonly name: string })[] = []
  for (const { node } of walk(file.program)) {
    const declaration = node.type === 'ExportNamedDeclaration' ? node['declaration'] : undefined
    if (!isNode(declaration) || !TYPE_DECLARATIONS.has(declaration.type)) continue
    for (const { node: member } of walk(declaration)) {
      const name = member.type === 'TSPropertySignature' ? nameOf(member['key']) : undefined
      if (name === undefined || !/[a-z]Max$/.test(name)) continue
      found.push({ name, path: file.path, line: file.lineOf(member.start) })
    }
  }
  return found
}

const TYPE_DECLARATIONS = new Set(['TSInterfaceDeclaration', 'TSTypeAliasDeclaration'])

/** Tests of these are seen by a visitor, or by who calls what a page calls. */
const THROUGH_THE_CONSOLE = /^test\/(browser|unit\/console|interop\/console)/
const FEATURES_DOCUMENT = 'docs/console-features.md'
const FEATURE_COUNT = 33

/** `| W4 | 1 | clients | [name](../test/file): scenario; scenario | thinner |` for each feature. */
export function checkFeatures(files: readonly SourceFile[], document: string): Breach[] {
  const names = new Map(files.map((file) => [file.path, testNames(file)]))
  const rows = document.split('\n').flatMap((line, index) => {
    const [, id, priority, tests] = /^\| (W\d+) \| (\d) \| [^|]+ \| ([^|]*)\|/.exec(line) ?? []
    return id === undefined ? [] : [{ id, priority, named: namedTests(tests ?? ''), index }]
  })
  const breach = (index: number, message: string): Breach => {
    return { path: FEATURES_DOCUMENT, line: index + 1, law: 'features', message }
  }
  const expected = Array.from({ length: FEATURE_COUNT }, (_, index) => `W${index + 1}`)
  const isWhole = rows.map(({ id }) => id).join() === expected.join()
  return [
    ...(isWhole ? [] : [breach(0, `the rows are not W1 to W${FEATURE_COUNT}, each once`)]),
    ...rows.flatMap(({ id, priority, named, index }) => [
      ...named
        .filter(({ path, scenario }) => names.get(path)?.has(scenario) !== true)
        .map(({ path, scenario }) => breach(index, `${id}: ${path} has no test '${scenario}'`)),
      ...(priority !== '1' || named.some(({ path }) => THROUGH_THE_CONSOLE.test(path))
        ? []
        : [breach(index, `${id}: no test goes through the page or its API`)]),
    ]),
  ]
}

function namedTests(cell: string): { readonly path: string; readonly scenario: string }[] {
  return cell.split(' · ').flatMap((part) => {
    const [, path = '', scenarios = ''] = /\[[^\]]*\]\(\.\.\/([^)]+)\): (.*)/.exec(part) ?? []
    return scenarios
      .split('; ')
      .map((scenario) => ({ path, scenario: scenario.trim() }))
      .filter(({ scenario }) => scenario !== '')
  })
}

/** What stands in `it('...')` and `it.each(...)('...')`. */
function testNames(file: SourceFile): ReadonlySet<string> {
  const names = new Set<string>()
  if (!file.path.endsWith('.test.ts')) return names
  for (const { node } of walk(file.program)) {
    const [first] = node.type === 'CallExpression' ? (node['arguments'] as unknown[]) : []
    const name = isTest(node['callee']) ? nameOf(first) : undefined
    if (name !== undefined) names.add(name)
  }
  return names
}

function isTest(callee: unknown): boolean {
  if (!isNode(callee)) return false
  if (callee.type === 'Identifier') return callee['name'] === 'it'
  return isTest(callee.type === 'CallExpression' ? callee['callee'] : callee['object'])
}
