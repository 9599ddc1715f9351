// What the schema found, in our words: each issue of the schema becomes a finding with the path of
// the key, what was found there and what was expected. It does not know lines and columns.

import type { core } from 'zod'
import { nearestWord } from './nearest-word.ts'

export type KeyPath = readonly (string | number)[]

export interface Finding {
  readonly path: KeyPath
  /** Whether the key itself is wrong, rather than its value. */
  readonly isAboutKey: boolean
  readonly message: string
}

/** @param root what the schema was given. */
export function findingsOf(issues: readonly core.$ZodIssue[], root: unknown): Finding[] {
  return issues.flatMap((issue) => findingsOfIssue(issue, [], root))
}

/** A finding about the value at `path`. */
export function mismatch(path: KeyPath, root: unknown, expected: string, found?: string): Finding {
  const message = `found ${found ?? describe(valueAt(root, path))}, expected ${expected}`
  return { path, isAboutKey: false, message }
}

function findingsOfIssue(issue: core.$ZodIssue, base: KeyPath, root: unknown): Finding[] {
  const path = [...base, ...issue.path] as KeyPath
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey(path, key, issue.message.split(' ')))
  }
  if (issue.code === 'invalid_key') {
    const expected = issue.issues[0]?.message ?? issue.message
    const message = `found ${describe(path.at(-1))}, expected ${expected}`
    return [{ path, isAboutKey: true, message }]
  }
  if (issue.code === 'invalid_union') {
    const branch = branchOf(issue)
    if (branch) return branch.flatMap((inner) => findingsOfIssue(inner, path, root))
  }
  const found = issue.code === 'custom' ? issue.params?.['found'] : undefined
  return [mismatch(path, root, issue.message, typeof found === 'string' ? found : undefined)]
}

/** The alternative whose type is right and of whose content the least is wrong; it says more. */
function branchOf(issue: core.$ZodIssueInvalidUnion): readonly core.$ZodIssue[] | undefined {
  const branches = issue.errors.filter((issues) => !issues.some(isAboutType))
  const weights = branches.map(weightOf)
  const least = Math.min(...weights)
  const isMeant =
    least < UNKNOWN_KEY_WEIGHT || weights.indexOf(least) === weights.lastIndexOf(least)
  return isMeant ? branches[weights.indexOf(least)] : undefined
}

/** Keys that are not known there tell most surely that another alternative was meant. */
function weightOf(issues: readonly core.$ZodIssue[]): number {
  const unknown = issues.flatMap((one) => (one.code === 'unrecognized_keys' ? one.keys : []))
  return UNKNOWN_KEY_WEIGHT * unknown.length + issues.length
}

const UNKNOWN_KEY_WEIGHT = 10

function isAboutType(issue: core.$ZodIssue): boolean {
  if (issue.path.length > 0) return false
  if (issue.code === 'invalid_union') return branchOf(issue) === undefined
  return issue.code === 'invalid_type' || issue.code === 'invalid_value'
}

/** The schema puts the known keys into its message (schema-leaf.ts). */
function unknownKey(path: KeyPath, key: string, known: readonly string[]): Finding {
  const near = nearestWord(key, known)
  const hint = near === undefined ? `expected one of ${known.join(' ')}` : `did you mean ${near}?`
  return { path: [...path, key], isAboutKey: true, message: `unknown key, ${hint}` }
}

const TEXT_LENGTH_SHOWN = 40

/** A value in a few words. */
function describe(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object') {
    return Object.keys(value).length === 0 ? 'an empty mapping' : 'a mapping'
  }
  // eslint-disable-next-line typescript/no-base-to-string -- objects are dealt with above
  if (typeof value !== 'string') return String(value)
  const isLong = value.length > TEXT_LENGTH_SHOWN
  return JSON.stringify(isLong ? `${value.slice(0, TEXT_LENGTH_SHOWN)}...` : value)
}

export function valueAt(root: unknown, path: KeyPath): unknown {
  let value = root
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Readonly<Record<string | number, unknown>>)[key]
  }
  return value
}

/** `groups.rooms.publish[0].every` */
export function formatPath(path: KeyPath): string {
  return path
    .map((key, position) => {
      if (typeof key === 'number') return `[${key}]`
      return position === 0 ? key : `.${key}`
    })
    .join('')
}
