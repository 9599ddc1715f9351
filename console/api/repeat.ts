// Reads how often something is to be sent. Pure.

import { fieldsOf, invalid, isWhole } from '../workbench/profile.ts'

export interface Repeat {
  readonly count: number
  readonly everyMs: number
}

const DAY_MS = 86_400_000
const REPEATS_MAX = 1_000_000

/** Undefined: once. @throws ConsoleError `ERR_CONSOLE_BODY_INVALID` */
export function readRepeat(value: unknown): Repeat | undefined {
  if (value === undefined) return undefined
  const { count, everyMs } = fieldsOf(value, ['count', 'everyMs'])
  if (!isWhole(count, 1, REPEATS_MAX)) throw invalid('repeat.count is not from 1 to 1000000')
  if (!isWhole(everyMs, 1, DAY_MS)) throw invalid('repeat.everyMs is not from 1 to 86400000')
  return { count, everyMs }
}
