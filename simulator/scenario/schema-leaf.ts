// The leaves of the scenario schema: text, numbers, quantities, templates. Each is built with the
// phrase that follows "expected" in an error, so that every message reads the same; `found` is
// added later from the file. Cross-checks between keys go through `rule`.

import * as z from 'zod'
import { DURATION_MS_MAX, MAGNITUDE_MAX, TEMPLATE_LENGTH_MAX } from './bounds.ts'
import { DURATION_PATTERN, formatDuration, parseDuration } from './quantity.ts'
import { PLACEHOLDERS, Template } from './template.ts'
import type { Placeholder } from './template.ts'

/** A mapping that refuses unknown keys; the error carries the known ones, for "did you mean". */
export function mapping<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
  expected: string = 'a mapping',
): z.ZodObject<Shape, z.core.$strict> {
  const error = (issue: z.core.$ZodRawIssue): string =>
    issue.code === 'unrecognized_keys' ? Object.keys(shape).join(' ') : expected
  return z.strictObject(shape, { error })
}

/** Options of `refine`. */
export interface Rule {
  readonly path: string[]
  readonly error: string
  readonly when: (payload: { readonly value: unknown }) => boolean
}

/**
 * A check between keys of a mapping, blamed on `key`. It runs even when some of them are wrong, so
 * that all mistakes are told at once: the check must bear values of any type.
 */
export function rule(key: string, expected: string): Rule {
  const when = ({ value }: { readonly value: unknown }): boolean =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
  return { path: [key], error: expected, when }
}

/** True when one of the two is no number (told elsewhere) or the first is not above the second. */
export function inOrder(low: unknown, high: unknown): boolean {
  return typeof low !== 'number' || typeof high !== 'number' || low <= high
}

export function whole(low: number, high: number): z.ZodNumber {
  const error = `a whole number from ${low} to ${high}`
  return z.number({ error }).int({ error }).min(low, { error }).max(high, { error })
}

/** A finite number of a sensor. */
export function real(low: number = -MAGNITUDE_MAX): z.ZodNumber {
  const range = low === 0 ? `from 0 to ${MAGNITUDE_MAX}` : `within +-${MAGNITUDE_MAX}`
  const error = `a number ${range}`
  return z.number({ error }).min(low, { error }).max(MAGNITUDE_MAX, { error })
}

export function flag(): z.ZodBoolean {
  return z.boolean({ error: 'true or false' })
}

export function qos(): z.ZodUnion<readonly [z.ZodLiteral<0>, z.ZodLiteral<1>, z.ZodLiteral<2>]> {
  return z.union([z.literal(0), z.literal(1), z.literal(2)], { error: '0, 1 or 2' })
}

/** Text to milliseconds. */
export function duration(
  low: number = 0,
  high: number = DURATION_MS_MAX,
): z.ZodType<number, string> {
  const range = `from ${formatDuration(low)} to ${formatDuration(high)}`
  const error = `a duration ${range}, such as 250ms, 30s, 5m or 1h`
  return quantity(DURATION_PATTERN, error, parseDuration, (ms) => ms >= low && ms <= high)
}

/** Text of a pattern to what `parse` makes of it. */
export function quantity<Value>(
  pattern: RegExp,
  error: string,
  parse: (text: string) => Value | undefined,
  isWithin: (value: Value) => boolean,
): z.ZodType<Value, string> {
  return z
    .string({ error })
    .regex(pattern, { error })
    .transform((text, context): Value => {
      const value = parse(text)
      if (value !== undefined && isWithin(value)) return value
      context.issues.push({ code: 'custom', message: error, input: text })
      return z.NEVER
    })
}

export interface TemplateRules {
  /** Default: all. */
  readonly allowed?: readonly Placeholder[]
  /** The phrase after "expected" for text that will not do; undefined when it will. */
  readonly objection?: (text: string) => string | undefined
}

/** Text with placeholders. Stays text. */
export function template(what: string, rules: TemplateRules = {}): z.ZodType<string, string> {
  const { allowed = PLACEHOLDERS, objection } = rules
  const error = `${what} of 1 to ${TEMPLATE_LENGTH_MAX} characters`
  return z
    .string({ error })
    .min(1, { error })
    .max(TEMPLATE_LENGTH_MAX, { error })
    .check((context) => {
      const input = context.value
      const parsed = Template.parse(input, allowed)
      const message = parsed instanceof Template ? objection?.(input) : parsed.expected
      if (message === undefined) return
      const params = parsed instanceof Template ? {} : { found: parsed.found }
      context.issues.push({ code: 'custom', message, params, input })
    })
}
