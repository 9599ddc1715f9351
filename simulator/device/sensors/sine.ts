// A wave over the time since the run began, so that all devices share their nights and days, with
// Gaussian noise on top. O(1).

import type { Prng } from '@motewire/sdk/kit'
import type { SineSpec } from '../../scenario/index.ts'
import type { Sensor } from './sensor.ts'

export class SineSensor implements Sensor {
  readonly #spec: SineSpec
  readonly #prng: Prng
  readonly #phaseMs: number

  constructor(spec: SineSpec, prng: Prng) {
    this.#spec = spec
    this.#prng = prng
    this.#phaseMs = spec.phase === 'random' ? prng.unit() * spec.periodMs : spec.phase
  }

  sample(elapsedMs: number): number {
    const { mean, amplitude, periodMs, noise } = this.#spec
    const angle = (2 * Math.PI * (elapsedMs + this.#phaseMs)) / periodMs
    const value = mean + amplitude * Math.sin(angle)
    return noise === 0 ? value : value + noise * this.#prng.gaussian()
  }
}
