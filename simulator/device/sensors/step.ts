// Holds each value of a list for a while, then goes to the next, round and round. Answers the
// position in the list. O(changes since the last reading), but whole rounds of fixed length are
// skipped, and after very many random changes the rest is.

import type { Prng } from '@motewire/sdk/kit'
import type { StepSpec } from '../../scenario/index.ts'
import type { Sensor } from './sensor.ts'

/** Random holds are memoryless, so nobody can tell that the time beyond so many was skipped. */
const CHANGES_MAX = 1_000

export class StepSensor implements Sensor {
  readonly #spec: StepSpec
  readonly #prng: Prng
  readonly #roundMs: number
  #position = 0
  /** When the value at `#position` ends. */
  #untilMs: number

  constructor(spec: StepSpec, prng: Prng) {
    this.#spec = spec
    this.#prng = prng
    this.#roundMs = spec.holdMs.reduce((sum, holdMs) => sum + holdMs, 0)
    this.#untilMs = this.#holdMs()
  }

  sample(elapsedMs: number): number {
    if (this.#spec.timing === 'fixed' && elapsedMs > this.#untilMs) {
      this.#untilMs += Math.floor((elapsedMs - this.#untilMs) / this.#roundMs) * this.#roundMs
    }
    for (let changes = 1; elapsedMs >= this.#untilMs; changes++) {
      this.#position = (this.#position + 1) % this.#spec.values.length
      if (changes === CHANGES_MAX) this.#untilMs = elapsedMs
      this.#untilMs += this.#holdMs()
    }
    return this.#position
  }

  #holdMs(): number {
    const meanMs = this.#spec.holdMs[this.#position] ?? 0
    return this.#spec.timing === 'fixed' ? meanMs : this.#prng.exponential(meanMs)
  }
}
