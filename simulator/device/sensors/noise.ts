// Independent readings: each is drawn anew and knows nothing of the last. O(1).

import type { Prng } from '@motewire/sdk/kit'
import type { GaussianSpec, UniformSpec } from '../../scenario/index.ts'
import type { Sensor } from './sensor.ts'

export class GaussianSensor implements Sensor {
  readonly #spec: GaussianSpec
  readonly #prng: Prng

  constructor(spec: GaussianSpec, prng: Prng) {
    this.#spec = spec
    this.#prng = prng
  }

  sample(): number {
    const { mean, deviation, min = -Infinity, max = Infinity } = this.#spec
    return Math.min(Math.max(mean + deviation * this.#prng.gaussian(), min), max)
  }
}

export class UniformSensor implements Sensor {
  readonly #spec: UniformSpec
  readonly #prng: Prng

  constructor(spec: UniformSpec, prng: Prng) {
    this.#spec = spec
    this.#prng = prng
  }

  sample(): number {
    return this.#prng.between(this.#spec.min, this.#spec.max)
  }
}
