// The sensors of the scenario language, a union told apart by `sensor`. A later kind is one more
// mapping here, one more interface in scenario.ts and one more file in simulator/device/sensors.

import * as z from 'zod'
import { DECIMALS_MAX, PERIOD_MS_MIN, TEXT_LENGTH_MAX, VALUES_MAX } from './bounds.ts'
import { DEFAULTS } from './defaults.ts'
import type { Scalar, SensorSpec } from './scenario.ts'
import { duration, inOrder, mapping, real, rule, whole } from './schema-leaf.ts'

const SCALAR = `a number, true, false, null or text of at most ${TEXT_LENGTH_MAX} characters`

const scalar = z.union(
  [real(), z.boolean(), z.null(), z.string().max(TEXT_LENGTH_MAX, { error: SCALAR })],
  { error: SCALAR },
)

const { sensor: fallback } = DEFAULTS

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

const sensors = z
  .discriminatedUnion('sensor', [constant, walk, sine, gaussian, uniform, step, counter], {
    error: 'one of constant walk sine gaussian uniform step counter',
  })
  .meta({ id: 'sensor' })

/** A field's value: a sensor, or a scalar that is short for a constant one. */
export const sensorSchema: z.ZodType<SensorSpec> = z
  .union([scalar.transform((value: Scalar) => ({ sensor: 'constant' as const, value })), sensors], {
    error: `a sensor such as { sensor: walk, min: 0, max: 100, step: 1 }, or ${SCALAR}`,
  })
  .describe('A value that never changes, or a sensor.')
