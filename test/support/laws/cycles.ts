// Law 2, second half: no import cycle, neither between files nor between rooms. Type imports count:
// two files that need each other's types are one thought in two places. Depth-first search,
// O(files + imports).

import { importsOf } from '../source-file.ts'
import type { SourceFile } from '../source-file.ts'
import type { Breach } from './breach.ts'
import { resolveImport, roomOf } from './rooms.ts'

type Graph = ReadonlyMap<string, ReadonlyMap<string, Origin>>

/** Where an edge of the graph was written. */
interface Origin {
  readonly path: string
  readonly line: number
}

export function checkCycles(files: readonly SourceFile[]): Breach[] {
  return [
    ...cyclesOf(graphOf(files, (path) => path)),
    ...cyclesOf(graphOf(files, (path) => roomOf(path)?.path)),
  ]
}

/** Nodes are what `nodeOf` names; an edge keeps the first import that made it. */
function graphOf(
  files: readonly SourceFile[],
  nodeOf: (path: string) => string | undefined,
): Graph {
  const graph = new Map<string, Map<string, Origin>>()
  for (const file of files) {
    const from = nodeOf(file.path)
    if (from === undefined) continue
    const edges = graph.get(from) ?? new Map<string, Origin>()
    graph.set(from, edges)
    for (const { specifier, line } of importsOf(file)) {
      const target = resolveImport(file.path, specifier)
      const to = target === undefined ? undefined : nodeOf(target)
      if (to === undefined || (to === from && target !== file.path)) continue
      if (!edges.has(to)) edges.set(to, { path: file.path, line })
    }
  }
  return graph
}

/** One breach a cycle, told at the import that closes it. */
function cyclesOf(graph: Graph): Breach[] {
  const breaches: Breach[] = []
  const finished = new Set<string>()
  const trail: string[] = []
  const visit = (node: string): void => {
    trail.push(node)
    for (const [to, { path, line }] of graph.get(node) ?? []) {
      const start = trail.indexOf(to)
      if (start !== -1) {
        const message = `import cycle ${[...trail.slice(start), to].join(' → ')}`
        breaches.push({ path, line, law: 'law 2', message })
      } else if (!finished.has(to)) visit(to)
    }
    trail.pop()
    finished.add(node)
  }
  for (const node of graph.keys()) if (!finished.has(node)) visit(node)
  return breaches
}
