// Report by exception: readings are taken as ever, but a message is worth sending only when one of
// them has moved by its deadband since the last message, or when the device was silent for long.
// O(fields) a reading.

import type { ExceptionSpec } from '../../scenario/index.ts'
import type { Sensor } from './sensor.ts'

/** A reading that was taken and waits to be written. */
class HeldSensor implements Sensor {
  readonly #sensor: Sensor
  value = 0

  constructor(sensor: Sensor) {
    this.#sensor = sensor
  }

  take(elapsedMs: number): void {
    this.value = this.#sensor.sample(elapsedMs)
  }

  sample(): number {
    return this.value
  }
}

export class ExceptionFilter {
  /** What the message is written from. */
  readonly sensors: readonly Sensor[]
  readonly #held: readonly HeldSensor[]
  readonly #watched: HeldSensor | undefined
  readonly #spec: ExceptionSpec
  #sentValue: number | undefined
  #sentAtMs = 0

  /** @param watched position of the field that decides. */
  constructor(sensors: readonly Sensor[], watched: number, spec: ExceptionSpec) {
    this.#held = sensors.map((sensor) => new HeldSensor(sensor))
    this.sensors = this.#held
    this.#watched = this.#held[watched]
    this.#spec = spec
  }

  /** Takes all readings. */
  isWorthSending(elapsedMs: number): boolean {
    for (const sensor of this.#held) sensor.take(elapsedMs)
    const { deadband, atLeastEveryMs = Infinity } = this.#spec
    const value = this.#watched?.value ?? 0
    const moved = this.#sentValue === undefined ? Infinity : Math.abs(value - this.#sentValue)
    const isStill = deadband === 0 ? moved === 0 : moved < deadband
    if (isStill && elapsedMs - this.#sentAtMs < atLeastEveryMs) return false
    this.#sentValue = value
    this.#sentAtMs = elapsedMs
    return true
  }
}
