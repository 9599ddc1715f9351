// Smaller versions of a scenario file, as plain values: without a group, a fault, a stream, a key
// that has a default. Knows the shape of trees and a few names at the top, not what keys mean:
// whether a smaller file is still a scenario is for the parser to say. Pure; O(size) a version.

import { valueAt } from './findings.ts'
import type { KeyPath } from './findings.ts'
import { formatDuration, parseDuration } from './quantity.ts'

/** Without these a file is not smaller, only about something else. */
const KEPT = new Set(['version', 'name', 'seed', 'clock', 'duration', 'devices', 'only'])

/** What a message is promised: without it another promise would be broken. */
const PROMISES = new Set(['qos', 'retain', 'clean'])

/** What could be left out, coarse things first; of a list the last items first. */
export function removablePaths(root: unknown): KeyPath[] {
  const paths: KeyPath[] = []
  let level: KeyPath[] = [[]]
  while (level.length > 0) {
    level = level.flatMap((path) => childrenOf(root, path))
    paths.push(...level)
  }
  return paths
}

function childrenOf(root: unknown, path: KeyPath): KeyPath[] {
  const parent = valueAt(root, path)
  if (typeof parent !== 'object' || parent === null) return []
  if (Array.isArray(parent)) return parent.map((_, at) => [...path, at]).toReversed()
  const kept = path.length === 0 ? KEPT : PROMISES
  const keys = Object.keys(parent).filter((key) => !kept.has(key))
  return keys.map((key) => [...path, key])
}

/** A copy without what stands at `path`; undefined when nothing does. */
export function without(root: unknown, path: KeyPath): unknown {
  const copy = structuredClone(root)
  const key = path.at(-1)
  const parent = valueAt(copy, path.slice(0, -1))
  if (key === undefined || valueAt(copy, path) === undefined) return undefined
  if (Array.isArray(parent)) parent.splice(Number(key), 1)
  else delete (parent as Record<string | number, unknown>)[key]
  return copy
}

/** A copy with half the duration; undefined at a second, or when there is none. */
export function halfAsLong(root: unknown): unknown {
  const duration = valueAt(root, ['duration'])
  const durationMs = typeof duration === 'string' ? parseDuration(duration) : undefined
  if (durationMs === undefined || durationMs <= 1_000) return undefined
  return { ...(root as object), duration: formatDuration(Math.ceil(durationMs / 2_000) * 1_000) }
}

/** A copy whose groups without a link have this one. */
export function withLink(root: unknown, link: object): unknown {
  const copy = structuredClone(root)
  for (const group of Object.values(valueAt(copy, ['groups']) ?? {}) as unknown[]) {
    if (typeof group === 'object' && group !== null && !Object.hasOwn(group, 'link')) {
      Object.assign(group, { link })
    }
  }
  return copy
}
