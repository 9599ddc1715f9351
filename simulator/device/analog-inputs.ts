// What the analog inputs of a device with a real image see: the sensors of the scenario, in volts.
// An input that has none sees 0. Sensors are sampled when the program looks. O(1) a look.

import type { FieldSpec, TrackSpec } from '../scenario/index.ts'
import type { Device } from './device.ts'
import type { Modules } from './modules.ts'
import { createSensors } from './sensors/create.ts'
import type { VaryingSpec } from './sensors/create.ts'
import type { Sensor } from './sensors/sensor.ts'
import { Vehicle } from './vehicle.ts'

export class AnalogInputs {
  readonly #device: Device
  readonly #volts = new Map<number, number>()
  readonly #sensors = new Map<number, Sensor>()

  constructor(
    device: Device,
    analog: readonly FieldSpec[],
    track: TrackSpec | undefined,
    modules: Modules,
  ) {
    this.#device = device
    const varying: { readonly name: string; readonly spec: VaryingSpec }[] = []
    for (const { name, sensor } of analog) {
      if (sensor.sensor === 'constant') this.#volts.set(Number(name), Number(sensor.value))
      else varying.push({ name, spec: sensor })
    }
    const vehicle = track && new Vehicle(track, device.random('track'))
    const prngOf = (name: string): ReturnType<Device['random']> => device.random(`analog/${name}`)
    const sensors = createSensors(varying, prngOf, { vehicle, modules })
    for (const [position, { name }] of varying.entries()) {
      this.#sensors.set(Number(name), sensors[position]!)
    }
  }

  /** Volts at an input. */
  read(channel: number, nowMs: number): number {
    const sensor = this.#sensors.get(channel)
    if (sensor === undefined) return this.#volts.get(channel) ?? 0
    return sensor.sample(nowMs - this.#device.originMs)
  }
}
