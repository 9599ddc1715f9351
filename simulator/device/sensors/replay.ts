// Plays a recording back: the value that was measured so long after its begin. The recording is
// shared by all devices of the group; one holds a position only. O(1) while time goes on evenly,
// O(log rows) after a jump back to the begin.

import type { Prng } from '@motewire/sdk/kit'
import type { ReplaySpec } from '../../scenario/index.ts'
import type { Sensor } from './sensor.ts'

export class ReplaySensor implements Sensor {
  readonly #spec: ReplaySpec
  readonly #lengthMs: number
  readonly #shiftMs: number
  /** Of the last value that is not later than the time. */
  #position = 0

  constructor(spec: ReplaySpec, prng: Prng) {
    this.#spec = spec
    const { timesMs } = spec
    const lastMs = timesMs.at(-1) ?? 0
    // The last value stays as long as the one before it did.
    this.#lengthMs = lastMs + Math.max(1, lastMs - (timesMs.at(-2) ?? 0))
    this.#shiftMs = spec.isShifted ? prng.unit() * this.#lengthMs : 0
  }

  sample(elapsedMs: number): number {
    const { timesMs, values, repeats, between } = this.#spec
    const shifted = elapsedMs + this.#shiftMs
    const atMs = repeats ? shifted % this.#lengthMs : shifted
    this.#seek(atMs)
    const [from, to] = [this.#position, this.#position + 1]
    const value = values[from] ?? 0
    const nextMs = timesMs[to]
    if (between === 'hold' || nextMs === undefined || atMs < (timesMs[from] ?? 0)) return value
    const [beganMs, next] = [timesMs[from] ?? 0, values[to] ?? value]
    const part = nextMs === beganMs ? 0 : (atMs - beganMs) / (nextMs - beganMs)
    return value + (next - value) * part
  }

  #seek(atMs: number): void {
    const { timesMs } = this.#spec
    if (atMs < (timesMs[this.#position] ?? 0)) this.#position = 0
    // Short ways step by step, as they come again and again; long ones by halves.
    for (let steps = 0; steps < 8; steps++) {
      if ((timesMs[this.#position + 1] ?? Infinity) > atMs) return
      this.#position++
    }
    let [low, high] = [this.#position, timesMs.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((timesMs[middle] ?? Infinity) <= atMs) low = middle
      else high = middle - 1
    }
    this.#position = low
  }
}
