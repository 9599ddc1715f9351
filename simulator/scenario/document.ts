// What every file of ours that people write has in common: YAML of a bounded length, a schema, and
// all mistakes at once, each with its line and key. Other rooms describe their files with the
// leaves exported here; it knows none of them.

import * as z from 'zod'
import { FILE_BYTES_MAX } from './bounds.ts'
import { findingsOf, formatPath, mismatch, valueAt } from './findings.ts'
import type { Finding, KeyPath } from './findings.ts'
import { problem } from './problem.ts'
import type { Problem } from './problem.ts'
import { ScenarioSource } from './source.ts'

export type { Finding, KeyPath } from './findings.ts'
export type { Problem } from './problem.ts'
export { duration, flag, mapping, qos, rule, whole } from './schema-leaf.ts'

/** A schema whose result is `Value`. */
export type Schema<Value> = z.ZodType<Value>

export interface OpenDocument {
  readonly source: ScenarioSource
  /** When there are any, the source has no value. */
  readonly problems: readonly Problem[]
}

/** Text to YAML values. */
export function openDocument(text: string, fileName: string): OpenDocument {
  const isLong = text.length > FILE_BYTES_MAX
  const source = new ScenarioSource(isLong ? '' : text)
  if (isLong) {
    const message = `found ${text.length} characters, expected at most ${FILE_BYTES_MAX}`
    return { source, problems: [problem(fileName, undefined, '', message)] }
  }
  const problems = source.problems.map(({ position, message }) => {
    return problem(fileName, position, '', message)
  })
  return { source, problems }
}

/**
 * Gives each finding its place, in the order of the file.
 * @param optionOf the option of the command line that a path comes from, if it does.
 */
export function locate(
  findings: readonly Finding[],
  source: ScenarioSource,
  fileName: string,
  optionOf: (path: KeyPath) => string | undefined = () => undefined,
): Problem[] {
  const problems = findings.map(({ path, isAboutKey, message }) => {
    const option = optionOf(path)
    if (option !== undefined) return problem(option, undefined, '', message)
    return problem(fileName, source.positionOf(path, isAboutKey), formatPath(path), message)
  })
  return problems.toSorted(
    (one, other) => (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0),
  )
}

/** Another version has other keys: only the version is told then, not all that is unknown. */
export function versionFinding(root: unknown): Finding | undefined {
  const version = valueAt(root, ['version'])
  return version === undefined || version === 1 ? undefined : mismatch(['version'], root, '1')
}

export type ReadDocument<Value> =
  | {
      readonly value: Value
      /** Problems that only the reader of the value can find, with their places. */
      readonly locate: (findings: readonly Finding[]) => readonly Problem[]
    }
  | { readonly problems: readonly Problem[] }

/** Reads a file of version 1: its value, or everything that is wrong with it. */
export function readDocument<Value>(
  text: string,
  fileName: string,
  schema: Schema<Value>,
): ReadDocument<Value> {
  const { source, problems } = openDocument(text, fileName)
  if (problems.length > 0) return { problems }
  const root = source.value
  const version = versionFinding(root)
  if (version !== undefined) return { problems: locate([version], source, fileName) }
  const parsed = schema.safeParse(root)
  if (!parsed.success) {
    return { problems: locate(findingsOf(parsed.error.issues, root), source, fileName) }
  }
  return { value: parsed.data, locate: (findings) => locate(findings, source, fileName) }
}

/** The JSON Schema (draft 2020-12) of a file, for editors. */
export function jsonSchemaOf(
  schema: Schema<unknown>,
  title: string,
  description: string,
): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' })
  return { $schema, title, description, ...rest }
}

// Leaves that scenarios do not need.

/** One of a few words. */
export function word<const Word extends string>(
  words: readonly [Word, ...Word[]],
): z.ZodEnum<{
  [Key in Word]: Key
}> {
  return z.enum(words, { error: words.join(' or ') })
}

/** Text of a form. */
export function textOf(expected: string, pattern: RegExp = /^[\s\S]{1,1000}$/): z.ZodString {
  return z.string({ error: expected }).regex(pattern, { error: expected })
}

/** A finite number. */
export function number(low: number, high: number): z.ZodNumber {
  const error = `a number from ${low} to ${high}`
  return z.number({ error }).min(low, { error }).max(high, { error })
}

export function listOf<Item extends z.core.SomeType>(
  item: Item,
  expected: string,
  itemsMax: number,
): z.ZodArray<Item> {
  return z.array(item, { error: expected }).max(itemsMax, { error: `at most ${itemsMax} of them` })
}

/** A mapping from names of the writer's choice. */
export function named<Item extends z.core.SomeType>(
  name: z.ZodString,
  item: Item,
  expected: string,
): z.ZodRecord<z.ZodString, Item> {
  return z.record(name, item, { error: expected })
}

/** The constant 1, which every file begins with. */
export function versionOne(): z.ZodLiteral<1> {
  return z.literal(1, { error: '1' })
}

/** A value, or a mapping that says more. */
export function either<One extends z.core.SomeType, Other extends z.core.SomeType>(
  one: One,
  other: Other,
  expected: string,
): z.ZodUnion<readonly [One, Other]> {
  return z.union([one, other], { error: expected })
}
