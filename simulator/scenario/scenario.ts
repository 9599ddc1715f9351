// What a scenario means, after reading: every default filled in, every duration in milliseconds,
// every group with its number of devices. Plain data that survives JSON and worker boundaries.
// Types only; it does not know YAML, where a value stood in the file, or how devices run.

import type { ProtocolVersion, QoS } from '@motewire/sdk'

export interface Scenario {
  readonly version: 1
  /** The file name that messages use. */
  readonly fileName: string
  readonly name: string
  /** Equal scenario and seed give equal devices, values and start times. */
  readonly seed: number | string
  readonly broker: BrokerTarget
  readonly clock: ScenarioClock
  /** Undefined: the run goes on until it is stopped. */
  readonly durationMs: number | undefined
  readonly ramp: Ramp
  /** Texts such as `acked.rate > 0.99`: what the run must come to. */
  readonly thresholds: readonly string[]
  /** In the order of the file. */
  readonly groups: readonly DeviceGroup[]
}

export interface BrokerTarget {
  /** A broker URL, or `embedded` for the broker that the simulator brings along. */
  readonly url: string
  /** Templates. */
  readonly username: string | undefined
  readonly password: string | undefined
}

/** `factor`: simulated seconds in one real second. */
export type ScenarioClock =
  | { readonly kind: 'real' }
  | { readonly kind: 'virtual' }
  | { readonly kind: 'scaled'; readonly factor: number }

/** How fast devices are switched on, over the whole fleet. */
export interface Ramp {
  readonly pace: { readonly perSecond: number } | { readonly overMs: number }
  /** `linear`: evenly spaced. `poisson`: at random, as independent devices would. */
  readonly start: 'linear' | 'poisson'
}

/** Devices of one kind. */
export interface DeviceGroup {
  readonly name: string
  /** The `count` or `weight` of the file: what the group gets its part by. */
  readonly share: number
  /** Devices of this group in the whole fleet. */
  readonly devices: number
  /** Template; may not use `{id}`, which it defines. */
  readonly clientId: string
  readonly connect: ConnectSpec
  readonly publish: readonly StreamSpec[]
  readonly subscribe: readonly SubscriptionSpec[]
}

export interface ConnectSpec {
  /** Seconds, 0 to 65,535; 0 switches keepalive off. */
  readonly keepalive: number
  readonly clean: boolean
  readonly protocolVersion: ProtocolVersion
  /** Seconds; undefined unless the protocol version is 5. */
  readonly sessionExpiry: number | undefined
}

/** One kind of message that a device sends again and again. */
export interface StreamSpec {
  /** Names the stream's random numbers, so that streams added beside it do not change them. */
  readonly label: string
  /** Template. */
  readonly topic: string
  readonly everyMs: number
  /** Each message is late by a random part of this, drawn anew for each; at most the period. */
  readonly jitterMs: number
  /** From the device's start to its first message; `random` is a random part of the period. */
  readonly phase: number | 'random'
  readonly qos: QoS
  readonly retain: boolean
  readonly payload: PayloadSpec
}

export interface SubscriptionSpec {
  /** Template; wildcards are allowed. */
  readonly filter: string
  readonly qos: QoS
}

/** What a message is made of. Later formats join this union by their `format`. */
export type PayloadSpec = JsonPayloadSpec

export interface JsonPayloadSpec {
  readonly format: 'json'
  /** In the order in which they stand in the message, before the fields. */
  readonly stamp: readonly StampKey[]
  readonly fields: readonly FieldSpec[]
}

/**
 * `id` is the client id, `stream` the position in the group's `publish` list, `seq` counts the
 * messages of a stream from 0, `ts` is when the message was due (milliseconds since 1970).
 */
export type StampKey = 'id' | 'stream' | 'seq' | 'ts'

export interface FieldSpec {
  /** The key in the message. */
  readonly name: string
  readonly sensor: SensorSpec
}

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
