// A source file as the law tests see it: its text, its syntax tree, and where an offset stands.
// Parsing is left to oxc-parser, the only importer of which is this file. It knows nothing of laws
// or rooms. O(length) each.

import { parseSync } from 'oxc-parser'

/** A node of the ESTree that the parser makes, as loosely as a generic walk needs it. */
export interface SyntaxNode {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

export interface SourceFile {
  /** From the repository's root, with `/`. */
  readonly path: string
  readonly text: string
  readonly lines: readonly string[]
  readonly program: SyntaxNode
  /** The 1-based line of an offset. */
  lineOf(offset: number): number
}

/** @throws Error when the text is no TypeScript. */
export function parseSource(path: string, text: string): SourceFile {
  const result = parseSync(path, text)
  const [problem] = result.errors
  if (problem !== undefined) throw new Error(`${path} does not parse: ${problem.message}`)
  const lines = text.split('\n')
  const starts: number[] = []
  let offset = 0
  for (const line of lines) {
    starts.push(offset)
    offset += line.length + 1
  }
  const lineOf = (at: number): number => {
    const next = starts.findIndex((start) => start > at)
    return next === -1 ? starts.length : next
  }
  return { path, text, lines, program: result.program as unknown as SyntaxNode, lineOf }
}

/** Every node under `root`, parents first, each with its ancestors (nearest last). */
export function* walk(
  root: SyntaxNode,
  ancestors: readonly SyntaxNode[] = [],
): Generator<{ readonly node: SyntaxNode; readonly ancestors: readonly SyntaxNode[] }> {
  yield { node: root, ancestors }
  const below = [...ancestors, root]
  for (const value of Object.values(root)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) yield* walk(child, below)
    }
  }
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}

/** The name of an identifier, a quoted key or `undefined` for anything else. */
export function nameOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined
  if (node.type === 'Identifier') return String(node['name'])
  if (node.type === 'Literal') return String(node['value'])
  return undefined
}

/** One import or re-export. */
export interface ImportEdge {
  readonly specifier: string
  readonly line: number
  /** Nothing of it is left at run time. */
  readonly isTypeOnly: boolean
}

/** All static, dynamic and type imports and re-exports of a file. */
export function importsOf(file: SourceFile): ImportEdge[] {
  const edges: ImportEdge[] = []
  for (const { node } of walk(file.program)) {
    const source = node['source']
    if (!IMPORTING.has(node.type) || !isNode(source)) continue
    const specifier = nameOf(source)
    if (specifier === undefined) continue
    edges.push({ specifier, line: file.lineOf(node.start), isTypeOnly: isTypeOnly(node) })
  }
  return edges
}

const IMPORTING = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
])

function isTypeOnly(node: SyntaxNode): boolean {
  if (node.type === 'TSImportType') return true
  if (node['importKind'] === 'type' || node['exportKind'] === 'type') return true
  const named = node['specifiers']
  if (!Array.isArray(named) || named.length === 0) return false
  return named.every((one) => one.importKind === 'type' || one.exportKind === 'type')
}
