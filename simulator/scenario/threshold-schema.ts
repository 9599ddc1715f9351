// The thresholds of a scenario file. What they may say is the report's matter, in its
// threshold.ts; whether a group exists that one names is cross-checks.ts.

import * as z from 'zod'
import { parseThreshold } from '../report/threshold.ts'
import { THRESHOLDS_MAX } from './bounds.ts'
import { nearestWord } from './nearest-word.ts'

const EXPECTED = 'a threshold such as "acked.rate > 0.99"'

const threshold = z
  .string({ error: EXPECTED })
  .max(200, { error: EXPECTED })
  .check((context) => {
    const input = context.value
    const parsed = parseThreshold(input)
    if (!('found' in parsed)) return
    const { found, expected, unknown } = parsed
    // There are too many to list them all to somebody who mistyped one.
    const nearest = unknown && nearestWord(unknown.name, unknown.known)
    const message = nearest === undefined ? expected : `${nearest}, or another figure of a report`
    context.issues.push({ code: 'custom', message, params: { found }, input })
  })
  .transform((text) => {
    const parsed = parseThreshold(text)
    return 'found' in parsed ? text : parsed.text
  })

export const thresholdsSchema: z.ZodType<string[]> = z
  .array(threshold, { error: 'a list of thresholds' })
  .max(THRESHOLDS_MAX, { error: `at most ${THRESHOLDS_MAX} thresholds` })
  .prefault([])
