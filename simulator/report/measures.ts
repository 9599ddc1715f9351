// What device models measure beyond messages, by name: battery years, radio seconds, the time that
// a command took. Any number of values in five numbers a name, so that processes and shards add up
// without loss. It does not know what a name means. O(1) a value.

import { MotewireError } from '@motewire/sdk/errors'

/** The values of one name. All zeros without any. */
export interface MeasureSummary {
  readonly count: number
  readonly sum: number
  readonly min: number
  readonly mean: number
  readonly max: number
}

interface Sums {
  count: number
  sum: number
  min: number
  max: number
}

/** Names in one run; a model that makes up a name a message is stopped by this. */
const NAMES_MAX = 200
const NAME = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$/i

export class Measures {
  /** In the order of their first values. */
  readonly #byName = new Map<string, Sums>()

  /**
   * @param name letters and digits with points between: `battery.years`.
   * @throws MotewireError `ERR_MEASURE_INVALID` for another name, for a value that is no number,
   *   and for more than 200 names.
   */
  record(name: string, value: number): void {
    const sums = this.#byName.get(name) ?? this.#add(name)
    if (!Number.isFinite(value)) {
      throw new MotewireError('ERR_MEASURE_INVALID', `measure ${name} got ${value}, no number`)
    }
    sums.count++
    sums.sum += value
    if (value < sums.min) sums.min = value
    if (value > sums.max) sums.max = value
  }

  /** Takes over all values of another process. */
  merge(others: Readonly<Record<string, MeasureSummary>>): void {
    for (const [name, { count, sum, min, max }] of Object.entries(others)) {
      if (count === 0) continue
      const sums = this.#byName.get(name) ?? this.#add(name)
      sums.count += count
      sums.sum += sum
      sums.min = Math.min(sums.min, min)
      sums.max = Math.max(sums.max, max)
    }
  }

  /** By name, in alphabetical order, so that equal runs give equal text. */
  summary(): Record<string, MeasureSummary> {
    const names = [...this.#byName].toSorted(([one], [other]) => (one < other ? -1 : 1))
    return Object.fromEntries(
      names.map(([name, sums]) => [name, { ...sums, mean: sums.sum / sums.count }]),
    )
  }

  #add(name: string): Sums {
    if (!NAME.test(name) || this.#byName.size >= NAMES_MAX) {
      const why = NAME.test(name) ? `are more than ${NAMES_MAX} names` : 'is no name like a.b'
      throw new MotewireError('ERR_MEASURE_INVALID', `measure ${name.slice(0, 64)} ${why}`)
    }
    const sums = { count: 0, sum: 0, min: Infinity, max: -Infinity }
    this.#byName.set(name, sums)
    return sums
  }
}
