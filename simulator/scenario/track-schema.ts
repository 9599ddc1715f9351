// The way that a group's devices go, and how their clocks are wrong: parts of a group that hold for
// the device as a whole.

import * as z from 'zod'
import * as bounds from './bounds.ts'
import { SPEED_PATTERN, parseSpeed } from './quantity.ts'
import type { ModelSpec, TrackSpec, WallClockSpec } from './scenario.ts'
import { duration, flag, mapping, quantity, real } from './schema-leaf.ts'

const POINT = 'latitude and longitude such as [52.52, 13.40]'
const point = z.tuple(
  [
    z.number({ error: POINT }).min(-90, { error: POINT }).max(90, { error: POINT }),
    z.number({ error: POINT }).min(-180, { error: POINT }).max(180, { error: POINT }),
  ],
  { error: POINT },
)

const WAYPOINTS = 'a list of at least two waypoints, or a CSV file with latitude and longitude'
const waypoints = z.union(
  [
    z.array(point).min(2, { error: WAYPOINTS }).max(bounds.WAYPOINTS_MAX, { error: WAYPOINTS }),
    z.string().regex(/\.csv$/, { error: WAYPOINTS }),
  ],
  { error: WAYPOINTS },
)

/** Before a CSV file has been read. */
export type TrackDraft = Omit<TrackSpec, 'waypoints'> & {
  readonly waypoints: TrackSpec['waypoints'] | string
}

const SPEED = 'a speed above 0 such as 50km/h, 14m/s or 10kn'

export const trackSchema: z.ZodType<TrackDraft> = mapping({
  waypoints: waypoints.describe('Places in order, round and round: a list, or a CSV file.'),
  speed: quantity(SPEED_PATTERN, SPEED, parseSpeed, (value) => value > 0 && value < 1_000)
    .prefault('50km/h')
    .describe('Never faster than this.'),
  acceleration: real(0.01).default(1.5).describe('Metres a second, a second; braking too.'),
  turn: real(1).default(30).describe('Degrees of heading a second: how sharply it can turn.'),
  stop: duration().prefault('0s').describe('How long it stands at each waypoint.'),
  start: z
    .enum(['first', 'random'], { error: 'first or random' })
    .default('random')
    .describe('Where each device begins: at the first waypoint, or anywhere.'),
}).transform(({ speed, acceleration, turn, stop, ...rest }) => ({
  ...rest,
  speedMetresPerS: speed,
  accelerationMetresPerS2: acceleration,
  turnDegreesPerS: turn,
  stopMs: stop,
}))

/** Parts per million. */
export const driftSchema: z.ZodType<number> = quantity(
  /^(\d+(?:\.\d+)?)ppm$/,
  'a drift up to 10000ppm, such as 20ppm',
  parsePpm,
  (ppm) => ppm <= 10_000,
)

export const wallClockSchema: z.ZodType<WallClockSpec> = mapping({
  drift: driftSchema
    .prefault('0ppm')
    .describe('Each device runs too fast or too slow by up to this.'),
  offset: duration().prefault('0s').describe('Each device is wrong by up to this from its start.'),
  lost: flag().default(false).describe('No battery for the clock: each device begins in 1970.'),
}).transform(({ drift, offset, lost }) => ({ driftPpm: drift, offsetMs: offset, isLost: lost }))

function parsePpm(text: string): number {
  return Number.parseFloat(text)
}

const MODEL = 'the path of a module such as ./pump.ts'
const path = z.string({ error: MODEL }).regex(/\.[cm]?[jt]s$/, { error: MODEL })

export const modelSchema: z.ZodType<ModelSpec> = z
  .union(
    [
      path.transform((file) => ({ file, options: {} })),
      mapping({
        file: path.describe('Module that exports `model`.'),
        options: z
          .record(z.string(), z.unknown(), { error: 'a mapping' })
          .default({})
          .describe('Handed to the model as they are.'),
      }),
    ],
    { error: `${MODEL}, or a mapping with file and options` },
  )
  .transform(({ file, options }) => ({ path: file, options }))
