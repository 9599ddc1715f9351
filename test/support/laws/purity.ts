// Law 1: the pure rooms know neither IO nor time nor chance. No Node modules, no third-party
// packages, none of the globals that reach outside. A global counts wherever its name stands as a
// value or a type, even where a local of the same name hides it: such a local is misleading too.

import { importsOf, nameOf, walk } from '../source-file.ts'
import type { SourceFile, SyntaxNode } from '../source-file.ts'
import type { Breach } from './breach.ts'

/** Folders that must stay pure. */
export const PURE_ROOMS: readonly string[] = [
  'sdk/kit',
  'sdk/core',
  'sdk/codec',
  'simulator/world',
  'simulator/broker/core',
  'hardware/framing',
]

/** Globals that reach the clock, the machine, the network or chance. */
export const IMPURE_GLOBALS: readonly string[] = [
  'Date performance process console crypto globalThis global require navigator NodeJS',
  'setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate queueMicrotask',
  'fetch WebSocket Worker MessageChannel BroadcastChannel FinalizationRegistry WeakRef',
].flatMap((names) => names.split(' '))

/** Own packages that are pure as a whole and may be used in pure rooms. */
const PURE_SUBPATHS = new Set([
  '@motewire/sdk/kit',
  '@motewire/sdk/core',
  '@motewire/sdk/codec',
  '@motewire/sdk/errors',
])

/** The codec is the room that wraps mqtt-packet, which speaks Buffer. */
const EXCEPTIONS: Readonly<Record<string, readonly string[]>> = { 'sdk/codec': ['mqtt-packet'] }

export function checkPurity(files: readonly SourceFile[]): Breach[] {
  return files.flatMap((file) => {
    const room = PURE_ROOMS.find((folder) => file.path.startsWith(`${folder}/`))
    if (room === undefined) return []
    return [...impureImports(file, room), ...impureNames(file)].map(({ line, what }) => ({
      path: file.path,
      line,
      law: 'law 1',
      message: `${what} in the pure room ${room}`,
    }))
  })
}

interface Finding {
  readonly line: number
  readonly what: string
}

function impureImports(file: SourceFile, room: string): Finding[] {
  return importsOf(file)
    .filter(({ specifier }) => !specifier.startsWith('.') && !PURE_SUBPATHS.has(specifier))
    .filter(({ specifier }) => !EXCEPTIONS[room]?.includes(specifier))
    .filter(({ specifier, isTypeOnly }) => !(isTypeOnly && specifier.startsWith('@motewire/')))
    .map(({ specifier, line }) => ({ line, what: `import of ${specifier}` }))
}

function impureNames(file: SourceFile): Finding[] {
  const findings: Finding[] = []
  for (const { node, ancestors } of walk(file.program)) {
    const name = node.type === 'Identifier' ? nameOf(node) : undefined
    const parent = ancestors.at(-1)
    if (isMathRandom(node)) {
      findings.push({ line: file.lineOf(node.start), what: 'Math.random' })
    } else if (name !== undefined && IMPURE_GLOBALS.includes(name) && !isLabel(node, parent)) {
      findings.push({ line: file.lineOf(node.start), what: name })
    }
  }
  return findings
}

function isMathRandom(node: SyntaxNode): boolean {
  if (node.type !== 'MemberExpression' || nameOf(node['object']) !== 'Math') return false
  return nameOf(node['property']) === 'random'
}

/** `x.process`, `{ process: 1 }`, `process(): void` in a class: the name of a member, no global. */
function isLabel(node: SyntaxNode, parent: SyntaxNode | undefined): boolean {
  if (parent === undefined || parent['computed'] === true) return false
  return parent['property'] === node || parent['key'] === node
}
