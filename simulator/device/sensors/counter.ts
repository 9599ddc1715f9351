// A meter: grows with each reading by the step, give or take the spread, and starts again from 0
// where it wraps. O(1).

import type { Prng } from '@motewire/sdk/kit'
import type { CounterSpec } from '../../scenario/index.ts'
import type { Sensor } from './sensor.ts'

export class CounterSensor implements Sensor {
  readonly #spec: CounterSpec
  readonly #prng: Prng
  #next: number

  constructor(spec: CounterSpec, prng: Prng) {
    this.#spec = spec
    this.#prng = prng
    this.#next = this.#wrapped(spec.start)
  }

  sample(): number {
    const { step, spread } = this.#spec
    const value = this.#next
    const change = spread === 0 ? step : this.#prng.between(step - spread, step + spread)
    this.#next = this.#wrapped(value + change)
    return value
  }

  #wrapped(value: number): number {
    const { wrapAt } = this.#spec
    if (wrapAt === undefined) return value
    return ((value % wrapAt) + wrapAt) % wrapAt
  }
}
