// A scenario file as text: its YAML (JSON is YAML too) as plain values, and where each key stands.
// It does not know what a scenario is. O(length).

import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  stringify,
} from 'yaml'
import type { Document, Node } from 'yaml'
import type { KeyPath } from './findings.ts'

export interface Position {
  /** Both from 1. */
  readonly line: number
  readonly column: number
}

export interface SyntaxProblem {
  readonly position: Position | undefined
  readonly message: string
}

export class ScenarioSource {
  readonly #document: Document.Parsed
  readonly #lines = new LineCounter()
  /** The file's values; undefined when there are syntax problems. */
  readonly value: unknown
  readonly problems: readonly SyntaxProblem[]

  constructor(text: string) {
    this.#document = parseDocument(text, {
      lineCounter: this.#lines,
      merge: true,
      prettyErrors: false,
      // Nothing is printed behind our back: what matters is among the problems.
      logLevel: 'error',
      // Unknown tags would become plain values with a warning that nobody sees.
      strict: true,
    })
    const { errors, warnings } = this.#document
    const problems = [...errors, ...warnings].map(({ message, pos: [offset] }): SyntaxProblem => {
      return { position: this.#positionAt(offset), message: `not YAML: ${lowered(message)}` }
    })
    if (problems.length === 0) {
      try {
        // Aliases may be repeated a hundredfold at most, against files that explode.
        this.value = this.#document.toJS({ maxAliasCount: 100 }) as unknown
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        problems.push({ position: undefined, message: `not YAML: ${lowered(message)}` })
      }
    }
    this.problems = problems
  }

  /** Where the key or its value stands; where a key is missing, the mapping that misses it. */
  positionOf(path: KeyPath, isAboutKey: boolean): Position | undefined {
    let node: Node | null = this.#document.contents
    let keyNode: Node | null = node
    for (const key of path) {
      const found = this.#child(node, key)
      if (found === undefined) return this.#positionOfNode(node)
      keyNode = found.key
      node = found.value ?? found.key
    }
    return this.#positionOfNode(isAboutKey ? keyNode : node)
  }

  #child(parent: Node | null, key: string | number): { key: Node; value: Node | null } | undefined {
    const node = isAlias(parent) ? parent.resolve(this.#document) : parent
    if (isSeq(node) && typeof key === 'number') {
      const item = node.items[key]
      return isNode(item) ? { key: item, value: item } : undefined
    }
    if (!isMap(node)) return undefined
    const pair = node.items.find((one) => {
      return isScalar(one.key) && String(one.key.value) === String(key)
    })
    if (!pair || !isNode(pair.key)) return undefined
    return { key: pair.key, value: isNode(pair.value) ? pair.value : null }
  }

  #positionOfNode(node: Node | null): Position | undefined {
    const offset = node?.range?.[0]
    return offset === undefined ? { line: 1, column: 1 } : this.#positionAt(offset)
  }

  #positionAt(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
}

/** Plain values as YAML, behind comment lines. */
export function formatSource(value: unknown, comments: readonly string[]): string {
  const head = comments.map((line) => `# ${line}\n`).join('')
  return `${head}\n${stringify(value, { lineWidth: 100, aliasDuplicateObjects: false })}`
}

function lowered(message: string): string {
  const [line = ''] = message.split('\n')
  return line.charAt(0).toLowerCase() + line.slice(1)
}
