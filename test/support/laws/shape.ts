// Law 7: files and functions stay small enough to be read in one go, and each file says what it is.
// Lengths are counted with comments and blank lines. In tests, the callbacks of `describe` are
// chapters, not functions, and cases kept as tables of data may be wide.

import { nameOf, walk } from '../source-file.ts'
import type { SourceFile, SyntaxNode } from '../source-file.ts'
import type { Breach } from './breach.ts'

const FILE_LINES_MAX = 400
const FUNCTION_LINES_MAX = 60
const COLUMNS_MAX = 100

/** Tables of test cases: rows of hex and text that no line break makes clearer. */
const TEST_TABLE = /^test\/.*(\/cases\/|\.cases\.ts$|\/fixtures\/)/

export function checkShape(files: readonly SourceFile[]): Breach[] {
  return files.flatMap((file) => [
    ...checkLength(file),
    ...checkHeader(file),
    ...checkColumns(file),
    ...checkFunctions(file),
  ])
}

/** The median of the files' lengths, in lines. */
export function medianLines(files: readonly SourceFile[]): number {
  const counts = files.map(lineCount).toSorted((one, other) => one - other)
  return counts[Math.floor(counts.length / 2)] ?? 0
}

function lineCount({ text, lines }: SourceFile): number {
  return text.endsWith('\n') ? lines.length - 1 : lines.length
}

function checkLength(file: SourceFile): Breach[] {
  const count = lineCount(file)
  if (count <= FILE_LINES_MAX || TEST_TABLE.test(file.path)) return []
  const message = `${count} lines, at most ${FILE_LINES_MAX} are allowed`
  return [{ path: file.path, line: count, law: 'law 7', message }]
}

function checkHeader({ path, lines }: SourceFile): Breach[] {
  const first = lines.findIndex((line) => !line.startsWith('#!'))
  if (/^\/\/ ?\S/.test(lines[first] ?? '')) return []
  const message = 'no header comment: what the file is and what it does not know'
  return [{ path, line: first + 1, law: 'law 7', message }]
}

function checkColumns({ path, lines }: SourceFile): Breach[] {
  if (TEST_TABLE.test(path)) return []
  return lines.flatMap((text, index) => {
    const columns = Array.from(text).length
    if (columns <= COLUMNS_MAX) return []
    const message = `${columns} columns, at most ${COLUMNS_MAX} are allowed`
    return [{ path, line: index + 1, law: 'law 7', message }]
  })
}

function checkFunctions(file: SourceFile): Breach[] {
  const breaches: Breach[] = []
  for (const { node, ancestors } of walk(file.program)) {
    if (!FUNCTIONS.has(node.type)) continue
    const parent = ancestors.at(-1)
    const line = file.lineOf(node.start)
    const count = file.lineOf(node.end) - line + 1
    if (count <= FUNCTION_LINES_MAX || isChapter(parent)) continue
    const name = nameOf(node['id']) ?? nameOf(parent?.['key'] ?? parent?.['id']) ?? 'a function'
    const message = `${name} has ${count} lines, at most ${FUNCTION_LINES_MAX} are allowed`
    breaches.push({ path: file.path, line, law: 'law 7', message })
  }
  return breaches
}

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'])

/** `describe('...', () => {...})`, also `describe.each(...)('...', () => {...})`. */
function isChapter(parent: SyntaxNode | undefined): boolean {
  if (parent?.type !== 'CallExpression') return false
  let callee = parent['callee'] as SyntaxNode
  while (callee.type === 'CallExpression' || callee.type === 'MemberExpression') {
    callee = (callee['callee'] ?? callee['object']) as SyntaxNode
  }
  return nameOf(callee) === 'describe'
}
