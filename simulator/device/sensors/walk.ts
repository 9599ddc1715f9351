// A bounded random walk: each reading moves by at most the step, evenly distributed, and is thrown
// back at the bounds. O(1).

import type { Prng } from '@motewire/sdk/kit'
import type { WalkSpec } from '../../scenario/index.ts'
import type { Sensor } from './sensor.ts'

export class WalkSensor implements Sensor {
  readonly #spec: WalkSpec
  readonly #prng: Prng
  #value: number | undefined

  constructor(spec: WalkSpec, prng: Prng) {
    this.#spec = spec
    this.#prng = prng
  }

  sample(): number {
    const { min, max, step, start } = this.#spec
    if (this.#value === undefined) this.#value = start ?? this.#prng.between(min, max)
    else this.#value = reflect(this.#value + this.#prng.between(-step, step), min, max)
    return this.#value
  }
}

/** Folds `value` back into [min, max], however far outside it is. */
function reflect(value: number, min: number, max: number): number {
  const span = max - min
  if (span === 0) return min
  const turns = Math.abs(value - min) % (2 * span)
  const folded = min + (turns > span ? 2 * span - turns : turns)
  return Math.min(Math.max(folded, min), max)
}
