// What is wrong with a scenario file: problems as values, and the error that carries them all. It
// does not know how they were found.

import { MotewireError } from '@motewire/sdk/errors'
import { PROBLEMS_MAX } from './bounds.ts'

/** One mistake. `FILE:LINE:COLUMN: KEY: found WHAT, expected WHAT` as `text`. */
export interface Problem {
  readonly fileName: string
  /** From 1; undefined when the mistake stands on the command line or the file cannot be read. */
  readonly line: number | undefined
  readonly column: number | undefined
  /** Path of the key, `groups.rooms.publish[0].every`; empty for the file as a whole. */
  readonly key: string
  /** What was found and what was expected. */
  readonly message: string
  /** All of it in one line. */
  readonly text: string
}

export function problem(
  fileName: string,
  position: { readonly line: number; readonly column: number } | undefined,
  key: string,
  message: string,
): Problem {
  const place = position ? `${fileName}:${position.line}:${position.column}` : fileName
  const text = key === '' ? `${place}: ${message}` : `${place}: ${key}: ${message}`
  return { fileName, line: position?.line, column: position?.column, key, message, text }
}

/** The scenario cannot be used. `message` has one line for each problem, in the file's order. */
export class ScenarioError extends MotewireError {
  override readonly name = 'ScenarioError'
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[], cause?: unknown) {
    const lines = problems.slice(0, PROBLEMS_MAX).map(({ text }) => text)
    if (problems.length > PROBLEMS_MAX) lines.push(`and ${problems.length - PROBLEMS_MAX} more`)
    super('ERR_SCENARIO_INVALID', lines.join('\n'), { cause })
    this.problems = problems
  }
}
