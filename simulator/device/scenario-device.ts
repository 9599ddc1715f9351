// The device model that a scenario file describes: streams of messages on their schedules, made of
// sensor readings, and subscriptions; or firmware in TypeScript that the scenario names. What is
// the same for a whole group is made once (GroupModel); a device holds its topics, counters and
// sensors: 1.0 to 1.2 KiB of heap for one stream of two sensors (measured, 10,000 devices of
// examples/scenarios/sensors.yaml).

import type { DeviceGroup } from '../scenario/index.ts'
import { CommandDesk } from './command-desk.ts'
import type { Device, DeviceModel } from './device.ts'
import { DeviceClock } from './device-clock.ts'
import { EnergyMeter } from './energy-meter.ts'
import { Modules } from './modules.ts'
import type { PayloadBuffer } from './payload-buffer.ts'
import { Stream, StreamModel } from './stream.ts'
import { Vehicle } from './vehicle.ts'

/** What all devices of one group share. */
export class GroupModel {
  readonly #group: DeviceGroup
  readonly #streams: readonly StreamModel[]
  readonly #buffer: PayloadBuffer
  readonly #modules: Modules

  /**
   * @param buffer shared by all groups of the process.
   * @param modules those that the scenario names, loaded.
   */
  constructor(group: DeviceGroup, buffer: PayloadBuffer, modules: Modules = Modules.none) {
    this.#group = group
    this.#buffer = buffer
    this.#modules = modules
    this.#streams = group.publish.map((spec, position) => new StreamModel(spec, position))
  }

  /**
   * One device of the group: firmware of its own, or what the scenario says.
   * @param topics of its streams, filled in (DevicePlan).
   * @param filters of its subscriptions, filled in.
   */
  device(topics: readonly string[], filters: readonly string[]): DeviceModel {
    const { model } = this.#group
    if (model !== undefined) return this.#modules.model(model.path)(model.options)
    return new ScenarioDevice(this.#group, this.#streams, {
      topics,
      filters,
      buffer: this.#buffer,
      modules: this.#modules,
    })
  }
}

interface Surroundings {
  readonly topics: readonly string[]
  readonly filters: readonly string[]
  readonly buffer: PayloadBuffer
  readonly modules: Modules
}

export class ScenarioDevice implements DeviceModel {
  readonly #group: DeviceGroup
  readonly #models: readonly StreamModel[]
  readonly #around: Surroundings
  #streams: readonly Stream[] = []
  #device: Device | undefined
  #desk: CommandDesk | undefined
  #energy: EnergyMeter | undefined

  constructor(group: DeviceGroup, models: readonly StreamModel[], around: Surroundings) {
    this.#group = group
    this.#models = models
    this.#around = around
  }

  start(device: Device): void {
    const { topics, filters, buffer, modules } = this.#around
    const { subscribe, track, wallClock } = this.#group
    for (const [position, { qos }] of subscribe.entries()) {
      device.subscribe(filters[position] ?? '', qos)
    }
    const vehicle = track && new Vehicle(track, device.random('track'))
    const clock = new DeviceClock(device, wallClock)
    const { commands, energy } = this.#group
    this.#device = device
    this.#desk = commands && new CommandDesk(device, commands)
    this.#energy = energy && new EnergyMeter(energy)
    const around = { buffer, clock, energy: this.#energy, sensors: { vehicle, modules } }
    this.#streams = this.#models.map((model, position) => {
      return new Stream(device, model, topics[position] ?? '', around)
    })
  }

  stop(): void {
    for (const stream of this.#streams) stream.stop()
    this.#desk?.stop()
    if (this.#device) this.#energy?.tell(this.#device)
  }

  handleMessage(topic: string, payload: Uint8Array): void {
    this.#energy?.count(topic.length + payload.length)
    this.#desk?.handleMessage(topic, payload)
  }

  /** Messages that a stream has handed over; their `seq` are 0 up to one less. */
  sent(stream: number): number {
    return this.#streams[stream]?.sent ?? 0
  }
}
