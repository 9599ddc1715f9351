// Where the numbers of a message come from, as plain data: one interface a kind of sensor. Types
// only; part of scenario.ts.

export type Scalar = number | string | boolean | null

/** Where a field's value comes from. Later kinds join this union by their `sensor`. */
export type SensorSpec =
  | ConstantSpec
  | WalkSpec
  | SineSpec
  | GaussianSpec
  | UniformSpec
  | StepSpec
  | CounterSpec
  | FollowSpec
  | ReplaySpec
  | TrackSensorSpec
  | FunctionSpec

/** Always the same. */
export interface ConstantSpec {
  readonly sensor: 'constant'
  readonly value: Scalar
}

interface NumericSpec {
  /** Digits after the point, 0 to 9. */
  readonly decimals: number
}

/** Wanders: each message moves it by at most `step`, and it turns back at the bounds. */
export interface WalkSpec extends NumericSpec {
  readonly sensor: 'walk'
  readonly min: number
  readonly max: number
  readonly step: number
  /** Undefined: anywhere between the bounds, at random. */
  readonly start: number | undefined
}

/** A wave over the time since the run began, plus Gaussian noise of deviation `noise`. */
export interface SineSpec extends NumericSpec {
  readonly sensor: 'sine'
  readonly mean: number
  readonly amplitude: number
  readonly periodMs: number
  /** How far the wave has come when the run begins; `random`: another one for each device. */
  readonly phase: number | 'random'
  readonly noise: number
}

/** Independent draws from a bell curve, cut at the bounds. */
export interface GaussianSpec extends NumericSpec {
  readonly sensor: 'gaussian'
  readonly mean: number
  readonly deviation: number
  readonly min: number | undefined
  readonly max: number | undefined
}

/** Independent draws, all values in [min, max) equally likely. */
export interface UniformSpec extends NumericSpec {
  readonly sensor: 'uniform'
  readonly min: number
  readonly max: number
}

/** Holds each value for a while, then goes to the next, round and round. */
export interface StepSpec {
  readonly sensor: 'step'
  readonly values: readonly Scalar[]
  /** One a value. */
  readonly holdMs: readonly number[]
  /** `fixed`: exactly so long. `random`: exponentially distributed with that mean. */
  readonly timing: 'fixed' | 'random'
}

/** Grows with each message by `step` give or take `spread`; starts again from 0 at `wrapAt`. */
export interface CounterSpec extends NumericSpec {
  readonly sensor: 'counter'
  readonly start: number
  readonly step: number
  readonly spread: number
  readonly wrapAt: number | undefined
}

/**
 * Goes after another field of the same message, as humidity after temperature: `offset` + `gain` x
 * that field, but slower by `lagMs` (the time in which 63 % of a change is made up), plus noise.
 */
export interface FollowSpec extends NumericSpec {
  readonly sensor: 'follow'
  /** A field that stands before this one. */
  readonly of: string
  readonly gain: number
  readonly offset: number
  readonly lagMs: number
  readonly noise: number
  readonly min: number | undefined
  readonly max: number | undefined
}

/** Values that were recorded. Times count from the first one. */
export interface ReplaySpec extends NumericSpec {
  readonly sensor: 'replay'
  readonly timesMs: readonly number[]
  readonly values: readonly number[]
  /** After the last value the first comes again; else the last stays. */
  readonly repeats: boolean
  /** `linear`: straight lines between values; `hold`: each stays until the next. */
  readonly between: 'linear' | 'hold'
  /** Each device begins at another point of the recording. */
  readonly isShifted: boolean
  /** Where it was read from. */
  readonly source: ReplaySource
}

export interface ReplaySource {
  readonly file: string
  readonly column: string
  /** Column of the times. */
  readonly time: string
  /** Of times that are numbers. */
  readonly unit: 's' | 'ms'
  /** After the first row. */
  readonly fromMs: number
  readonly toMs: number | undefined
}

/** One figure of the way that the group's devices go. */
export interface TrackSensorSpec extends NumericSpec {
  readonly sensor: 'track'
  readonly figure: TrackFigure
}

/** Degrees, metres a second, degrees from north, metres. */
export type TrackFigure = 'latitude' | 'longitude' | 'speed' | 'heading' | 'odometer'

/** A way and how it is driven: never faster, never round corners faster than a vehicle can. */
export interface TrackSpec {
  /** Latitude and longitude, degrees. */
  readonly waypoints: readonly (readonly [number, number])[]
  readonly speedMetresPerS: number
  readonly accelerationMetresPerS2: number
  readonly turnDegreesPerS: number
  /** How long it stands at each waypoint. */
  readonly stopMs: number
  /** `random`: each device begins somewhere else on the way. */
  readonly start: 'first' | 'random'
}

/** A TypeScript function: `(elapsedMs, prng, last) => number`. */
export interface FunctionSpec extends NumericSpec {
  readonly sensor: 'function'
  /** Absolute path of the module. */
  readonly path: string
  /** Which of its exports. */
  readonly name: string
}

export interface FieldSpec {
  /** The key in the message. */
  readonly name: string
  readonly sensor: SensorSpec
}
