// Goes after another reading of the same message: a linear law with a first-order lag and noise on
// top, as humidity falls when it gets warmer and power rises a while later. O(1).

import type { Prng } from '@motewire/sdk/kit'
import type { FollowSpec } from '../../scenario/index.ts'
import type { Sensor } from './sensor.ts'

/** A sensor that remembers its last reading for those that follow it. */
export class LeadSensor implements Sensor {
  readonly #sensor: Sensor
  last = 0

  constructor(sensor: Sensor) {
    this.#sensor = sensor
  }

  sample(elapsedMs: number): number {
    this.last = this.#sensor.sample(elapsedMs)
    return this.last
  }
}

export class FollowSensor implements Sensor {
  readonly #spec: FollowSpec
  readonly #prng: Prng
  readonly #lead: LeadSensor
  /** Without noise; undefined before the first reading. */
  #value: number | undefined
  #target = 0
  #atMs = 0

  /** @param lead is read before this one, at the same time. */
  constructor(spec: FollowSpec, prng: Prng, lead: LeadSensor) {
    this.#spec = spec
    this.#prng = prng
    this.#lead = lead
  }

  sample(elapsedMs: number): number {
    const { gain, offset, lagMs, noise, min = -Infinity, max = Infinity } = this.#spec
    const target = offset + gain * this.#lead.last
    if (this.#value === undefined || lagMs === 0) this.#value = target
    else {
      // The step response of the lag to what led since the last reading.
      const part = 1 - Math.exp(-(elapsedMs - this.#atMs) / lagMs)
      this.#value += (this.#target - this.#value) * part
    }
    this.#target = target
    this.#atMs = elapsedMs
    const value = noise === 0 ? this.#value : this.#value + noise * this.#prng.gaussian()
    return Math.min(Math.max(value, min), max)
  }
}
