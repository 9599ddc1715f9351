// A sensor of the user's own: a function of a TypeScript module. O(what it does).

import type { Prng } from '@motewire/sdk/kit'
import type { Sensor } from './sensor.ts'

/**
 * The reading at `elapsedMs` since the run began. Chance comes from `prng` alone, so that the same
 * seed gives the same readings; `last` is the reading before, undefined at first.
 */
export type SampleFunction = (elapsedMs: number, prng: Prng, last: number | undefined) => number

export class FunctionSensor implements Sensor {
  readonly #sample: SampleFunction
  readonly #prng: Prng
  #last: number | undefined

  constructor(sample: SampleFunction, prng: Prng) {
    this.#sample = sample
    this.#prng = prng
  }

  sample(elapsedMs: number): number {
    const value = this.#sample(elapsedMs, this.#prng, this.#last)
    this.#last = value
    return value
  }
}
