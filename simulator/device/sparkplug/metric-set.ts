// The metrics of one Sparkplug node or device: takes readings, and tells those that have changed
// since they were told last (report by exception), as their decimals show them. All of them in a
// birth, with name and alias; in data with the alias alone.

import type { Prng } from '@motewire/sdk/kit'
import type { FieldSpec, Scalar } from '../../scenario/index.ts'
import { createSensors } from '../sensors/create.ts'
import type { SensorContext } from '../sensors/create.ts'
import type { Sensor } from '../sensors/sensor.ts'
import { DataType } from '../../sparkplug/index.ts'
import type { Metric, MetricValue } from '../../sparkplug/index.ts'

interface Entry {
  readonly name: string
  readonly alias: number
  readonly datatype: number
  readonly sensor: Sensor | undefined
  readonly valueOf: (reading: number) => MetricValue
  value: MetricValue
  isChanged: boolean
}

export class MetricSet {
  readonly #entries: readonly Entry[]

  /**
   * @param firstAlias aliases are unique over the node and its devices.
   * @param prngOf a stream for each metric.
   */
  constructor(
    fields: readonly FieldSpec[],
    firstAlias: number,
    prngOf: (name: string) => Prng,
    shared: Omit<SensorContext, 'lead'>,
  ) {
    const varying = fields.flatMap(({ name, sensor: spec }) => {
      return spec.sensor === 'constant' ? [] : [{ name, spec }]
    })
    const sensors = createSensors(varying, prngOf, shared)
    this.#entries = fields.map(({ name, sensor: spec }, position) => {
      const at = varying.findIndex((one) => one.name === name)
      const alias = firstAlias + position
      const rest = { name, alias, sensor: sensors[at], isChanged: false }
      if (spec.sensor === 'constant') {
        return { ...rest, value: spec.value, datatype: typeOf([spec.value]), valueOf: () => null }
      }
      if (spec.sensor === 'step') {
        const { values } = spec
        const valueOf = (reading: number): MetricValue => values[reading] ?? null
        return { ...rest, value: null, datatype: typeOf(values), valueOf }
      }
      const { decimals } = spec
      const valueOf = (reading: number): number => Number(reading.toFixed(decimals))
      const datatype = decimals === 0 ? DataType.int64 : DataType.double
      return { ...rest, value: null, datatype, valueOf }
    })
  }

  get size(): number {
    return this.#entries.length
  }

  /** Takes all readings; answers whether one has changed. */
  sample(elapsedMs: number): boolean {
    let isAny = false
    for (const entry of this.#entries) {
      if (entry.sensor === undefined) continue
      const value = entry.valueOf(entry.sensor.sample(elapsedMs))
      if (value === entry.value) continue
      entry.value = value
      entry.isChanged = true
      isAny = true
    }
    return isAny
  }

  /** All metrics, as a birth tells them. */
  birth(timestamp: number): Metric[] {
    return this.#entries.map((entry) => {
      const { name, alias, datatype, value } = entry
      entry.isChanged = false
      return { name, alias, timestamp, datatype, value }
    })
  }

  /** Those that have changed. */
  changes(timestamp: number): Metric[] {
    return this.#entries.flatMap((entry) => {
      if (!entry.isChanged) return []
      entry.isChanged = false
      const { alias, datatype, value } = entry
      return [{ alias, timestamp, datatype, value }]
    })
  }
}

/** One type for all values that a metric may have. */
function typeOf(values: readonly Scalar[]): number {
  const given = values.filter((value) => value !== null)
  if (given.every((value) => typeof value === 'boolean')) return DataType.boolean
  if (given.every((value) => typeof value === 'number')) {
    return given.every(Number.isInteger) ? DataType.int64 : DataType.double
  }
  return DataType.string
}
