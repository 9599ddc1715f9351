// How tests must not be written: focused or skipped without a reason that a reader can judge, and
// sleeping instead of waiting for an event. A timer that rejects or aborts is a bound on a wait and
// welcome; one that merely resolves is a sleep.

import { importsOf, isNode, nameOf, walk } from '../source-file.ts'
import type { SourceFile, SyntaxNode } from '../source-file.ts'
import type { Breach } from './breach.ts'

const LAW = 'tests'
const TEST_NAMES = new Set(['it', 'test', 'describe', 'bench', 'suite'])
const SKIPPING = new Set(['skip', 'todo', 'skipIf', 'runIf', 'fails'])

export function checkTestManners(files: readonly SourceFile[]): Breach[] {
  return files
    .filter(({ path }) => path.startsWith('test/'))
    .flatMap((file) => [...checkFocus(file), ...checkSleeps(file)])
}

function checkFocus(file: SourceFile): Breach[] {
  const breaches: Breach[] = []
  for (const { node, ancestors } of walk(file.program)) {
    if (node.type !== 'MemberExpression') continue
    const modifier = nameOf(node['property']) ?? ''
    if (!TEST_NAMES.has(rootName(node) ?? '')) continue
    const line = file.lineOf(node.start)
    const add = (message: string): void => {
      breaches.push({ path: file.path, line, law: LAW, message })
    }
    if (modifier === 'only') add('focused with .only, which turns all other tests off')
    else if (SKIPPING.has(modifier) && !isJustified(file, line, ancestors.at(-1))) {
      add(`.${modifier} without a reason: say why in a comment on the line above`)
    }
  }
  return breaches
}

/** `it` of `it.skip`, of `it.each(...).skip` and of `describe.concurrent.only`. */
function rootName(node: SyntaxNode): string | undefined {
  let root: unknown = node
  while (isNode(root) && root.type !== 'Identifier') root = root['object'] ?? root['callee']
  return nameOf(root)
}

/** A comment above gives the reason, or requireComponent prints it. */
function isJustified(file: SourceFile, line: number, call: SyntaxNode | undefined): boolean {
  const above = file.lines[line - 2]?.trim() ?? ''
  if (above.startsWith('//') || above.endsWith('*/')) return true
  return call !== undefined && /requireComponent\(/.test(file.text.slice(call.start, call.end))
}

function checkSleeps(file: SourceFile): Breach[] {
  const sleeps = importsOf(file)
    .filter(({ specifier }) => /^(node:)?timers\/promises$/.test(specifier))
    .map(({ line }) => line)
  for (const { node, ancestors } of walk(file.program)) {
    if (node.type === 'CallExpression' && isSleep(node, ancestors)) {
      sleeps.push(file.lineOf(node.start))
    }
  }
  const message = 'a sleep: wait for the event, with a timeout that fails'
  return sleeps.map((line) => ({ path: file.path, line, law: LAW, message }))
}

/** `setTimeout(resolve, ...)` or `setTimeout(() => resolve(), ...)` inside `new Promise(...)`. */
function isSleep(call: SyntaxNode, ancestors: readonly SyntaxNode[]): boolean {
  if (nameOf(call['callee']) !== 'setTimeout') return false
  const executor = ancestors.findLast(
    (node, index) => isFunction(node) && ancestors[index - 1]?.type === 'NewExpression',
  )
  const resolve = nameOf((executor?.['params'] as unknown[] | undefined)?.[0])
  const task = (call['arguments'] as unknown[])[0]
  if (resolve === undefined || !isNode(task)) return false
  if (nameOf(task) === resolve) return true
  const body = task['body']
  return isFunction(task) && isNode(body) && nameOf(soleExpression(body)?.['callee']) === resolve
}

function isFunction(node: SyntaxNode): boolean {
  return node.type === 'ArrowFunctionExpression' || node.type === 'FunctionExpression'
}

/** The one expression of a function's body, whichever way it is written. */
function soleExpression(body: SyntaxNode): SyntaxNode | undefined {
  if (body.type !== 'BlockStatement') return body
  const statements = body['body'] as readonly SyntaxNode[]
  const expression = statements.length === 1 ? statements[0]?.['expression'] : undefined
  return isNode(expression) ? expression : undefined
}
