// The sensors of the scenario language, a union told apart by `sensor`. A later kind is one more
// mapping here, one more interface in scenario.ts and one more file in simulator/device/sensors.

import * as z from 'zod'
import { DECIMALS_MAX, PERIOD_MS_MIN, TEXT_LENGTH_MAX, VALUES_MAX } from './bounds.ts'
import { DEFAULTS } from './defaults.ts'
import type { Scalar, SensorSpec } from './scenario.ts'
import { duration, flag, inOrder, mapping, real, rule, whole } from './schema-leaf.ts'

const SCALAR = `a number, true, false, null or text of at most ${TEXT_LENGTH_MAX} characters`

const scalar = z.union(
  [real(), z.boolean(), z.null(), z.string().max(TEXT_LENGTH_MAX, { error: SCALAR })],
  { error: SCALAR },
)

const { sensor: fallback } = DEFAULTS

const FIELD = 'the name of a field that stands before it'
const CSV = 'a CSV file'
const COLUMN = 'the name of a column'
const MODULE = 'the path of a module such as ./soil.ts'

function decimals(standard: number): z.ZodType<number> {
  return whole(0, DECIMALS_MAX).default(standard).describe('Digits after the point.')
}

const constant = mapping({
  sensor: z.literal('constant'),
  value: scalar.describe('What every message says.'),
}).describe('Always the same value.')

const walk = mapping({
  sensor: z.literal('walk'),
  min: real().describe('Lower bound.'),
  max: real().describe('Upper bound.'),
  step: real(0).describe('The most by which the value changes from one message to the next.'),
  start: real().optional().describe('First value. Default: anywhere between the bounds.'),
  decimals: decimals(fallback.decimals),
})
  .refine((value) => inOrder(value.min, value.max), rule('min', 'a number not above max'))
  .refine(
    ({ min, max, start }) => inOrder(min, start) && inOrder(start, max),
    rule('start', 'a number from min to max'),
  )
  .transform((value) => ({ ...value, start: value.start }))
  .describe('Wanders between two bounds.')

const sine = mapping({
  sensor: z.literal('sine'),
  mean: real().describe('Middle of the wave.'),
  amplitude: real(0).describe('How far the wave goes up and down from the middle.'),
  period: duration(PERIOD_MS_MIN).prefault(fallback.sinePeriod).describe('Length of one wave.'),
  phase: z
    .union([z.literal('random'), duration()], { error: 'a duration such as 6h, or random' })
    .prefault(fallback.sinePhase)
    .describe('How far the wave has come at the start; random: another one for each device.'),
  noise: real(0).default(fallback.sineNoise).describe('Deviation of the noise on top.'),
  decimals: decimals(fallback.decimals),
})
  .transform(({ period, ...rest }) => ({ ...rest, periodMs: period }))
  .describe('A wave over time, such as day and night.')

const gaussian = mapping({
  sensor: z.literal('gaussian'),
  mean: real(),
  deviation: real(0).describe('Standard deviation.'),
  min: real().optional().describe('Values below are cut to this. Default: not cut.'),
  max: real().optional().describe('Values above are cut to this. Default: not cut.'),
  decimals: decimals(fallback.decimals),
})
  .refine((value) => inOrder(value.min, value.max), rule('min', 'a number not above max'))
  .transform((value) => ({ ...value, min: value.min, max: value.max }))
  .describe('Independent values around a mean.')

const uniform = mapping({
  sensor: z.literal('uniform'),
  min: real().describe('Lowest value.'),
  max: real().describe('Values stay below this.'),
  decimals: decimals(fallback.decimals),
})
  .refine((value) => inOrder(value.min, value.max), rule('min', 'a number not above max'))
  .describe('Independent values, all equally likely.')

const hold = duration(PERIOD_MS_MIN)

const step = mapping({
  sensor: z.literal('step'),
  values: z
    .array(scalar, { error: `a list of 1 to ${VALUES_MAX} values` })
    .min(1, { error: 'at least one value' })
    .max(VALUES_MAX, { error: `at most ${VALUES_MAX} values` })
    .describe('Taken in turn, round and round.'),
  hold: z
    .union([hold, z.array(hold)], { error: 'a duration, or a list with one for each value' })
    .describe('How long each value lasts: one duration for all, or a list with one for each.'),
  timing: z
    .enum(['fixed', 'random'], { error: 'fixed or random' })
    .default(fallback.stepTiming)
    .describe('random: exponentially distributed with `hold` as the mean.'),
})
  .refine(
    ({ values, hold: holds }) => {
      return !Array.isArray(holds) || !Array.isArray(values) || holds.length === values.length
    },
    rule('hold', 'as many durations as there are values'),
  )
  .transform(({ hold: holds, ...rest }) => {
    return { ...rest, holdMs: Array.isArray(holds) ? holds : rest.values.map(() => holds) }
  })
  .describe('Holds each value for a while, such as a door or a switch.')

const counter = mapping({
  sensor: z.literal('counter'),
  start: real().default(fallback.counterStart).describe('First value.'),
  step: real().default(fallback.counterStep).describe('Added with each message.'),
  spread: real(0)
    .default(fallback.counterSpread)
    .describe('The step varies by so much up and down.'),
  wrapAt: real(0).optional().describe('Starts again from 0 here. Default: never.'),
  decimals: decimals(fallback.counterDecimals),
})
  .refine(
    ({ wrapAt }) => typeof wrapAt !== 'number' || wrapAt > 0,
    rule('wrapAt', 'a number above 0'),
  )
  .transform((value) => ({ ...value, wrapAt: value.wrapAt }))
  .describe('Grows with each message, such as a meter.')

const follow = mapping({
  sensor: z.literal('follow'),
  of: z.string({ error: FIELD }).describe('Field of the same message that it goes after.'),
  gain: real().default(1).describe('Change for a change of 1 of that field; may be below 0.'),
  offset: real().default(0).describe('Value when that field is 0.'),
  lag: duration().prefault('0s').describe('Time in which 63 % of a change is made up.'),
  noise: real(0).default(0).describe('Deviation of the noise on top.'),
  min: real().optional().describe('Values below are cut to this.'),
  max: real().optional().describe('Values above are cut to this.'),
  decimals: decimals(fallback.decimals),
})
  .transform(({ lag, ...rest }) => ({ ...rest, min: rest.min, max: rest.max, lagMs: lag }))
  .describe('Goes after another field, such as humidity after temperature.')

const replay = mapping({
  sensor: z.literal('replay'),
  file: z
    .string({ error: CSV })
    .regex(/\.csv$/, { error: CSV })
    .describe('CSV with a heading.'),
  column: z.string({ error: COLUMN }).describe('Column with the values.'),
  time: z.string({ error: COLUMN }).default('time').describe('Column: seconds, or ISO 8601.'),
  unit: z.enum(['s', 'ms'], { error: 's or ms' }).default('s').describe('Of times in numbers.'),
  from: duration().prefault('0s').describe('Begin, after the first row.'),
  to: duration(1).optional().describe('End, after the first row. Default: the last row.'),
  repeat: flag().default(true).describe('Whether it begins again after the last value.'),
  between: z
    .enum(['hold', 'linear'], { error: 'hold or linear' })
    .default('hold')
    .describe('hold: each value stays until the next; linear: straight lines between them.'),
  shift: flag().default(false).describe('Each device begins at another point of it.'),
  decimals: decimals(fallback.decimals),
})
  .transform(({ sensor, decimals: digits, repeat, between, shift, from, to, ...source }) => ({
    sensor,
    decimals: digits,
    timesMs: [],
    values: [],
    repeats: repeat,
    between,
    isShifted: shift,
    source: { ...source, fromMs: from, toMs: to },
  }))
  .describe('Values that were recorded.')

const track = mapping({
  sensor: z.literal('track'),
  figure: z
    .enum(['latitude', 'longitude', 'speed', 'heading', 'odometer'], {
      error: 'latitude, longitude, speed, heading or odometer',
    })
    .describe('Degrees, metres a second, degrees from north, metres.'),
  decimals: whole(0, DECIMALS_MAX).optional().describe('Default: 6 for places, 1 for others.'),
})
  .transform(({ figure, decimals: digits, ...rest }) => {
    const isPlace = figure === 'latitude' || figure === 'longitude'
    return { ...rest, figure, decimals: digits ?? (isPlace ? 6 : 1) }
  })
  .describe("A figure of the way that the group's `track` describes.")

const own = mapping({
  sensor: z.literal('function'),
  file: z.string({ error: MODULE }).regex(/\.[cm]?[jt]s$/, { error: MODULE }),
  name: z.string({ error: 'the name of an export' }).default('sample').describe('Its export.'),
  decimals: decimals(fallback.decimals),
})
  .transform(({ file, ...rest }) => ({ ...rest, path: file }))
  .describe('A function of yours: (elapsedMs, prng, last) => number.')

const sensors = z
  .discriminatedUnion(
    'sensor',
    [constant, walk, sine, gaussian, uniform, step, counter, follow, replay, track, own],
    {
      error: 'one of constant walk sine gaussian uniform step counter follow replay track function',
    },
  )
  .meta({ id: 'sensor' })

/** A field's value: a sensor, or a scalar that is short for a constant one. */
export const sensorSchema: z.ZodType<SensorSpec> = z
  .union([scalar.transform((value: Scalar) => ({ sensor: 'constant' as const, value })), sensors], {
    error: `a sensor such as { sensor: walk, min: 0, max: 100, step: 1 }, or ${SCALAR}`,
  })
  .describe('A value that never changes, or a sensor.')
