// The device model that a scenario file describes: streams of messages on their schedules, made of
// sensor readings, and subscriptions; or firmware in TypeScript that the scenario names. What is
// the same for a whole group is made once (GroupModel); a device holds its topics, counters and
// sensors: 1.0 to 1.2 KiB of heap for one stream of two sensors (measured, 10,000 devices of
// examples/scenarios/sensors.yaml).

import type { DeviceGroup, DevicePlan, FirmwareSpec, Stage } from '../scenario/index.ts'
import { AnalogInputs } from './analog-inputs.ts'
import { CommandDesk } from './command-desk.ts'
import type { Device, DeviceModel, DeviceWill, GeoPosition } from './device.ts'
import { DeviceClock } from './device-clock.ts'
import { EnergyMeter } from './energy-meter.ts'
import { Modules } from './modules.ts'
import { Pace } from './pace.ts'
import type { PayloadBuffer } from './payload-buffer.ts'
import { ProvisioningDesk } from './provisioning-desk.ts'
import { ShadowDesk } from './shadow-desk.ts'
import { EdgeNode } from './sparkplug/edge-node.ts'
import { HostApplication } from './sparkplug/host.ts'
import { Stream, StreamModel } from './stream.ts'
import { Vehicle } from './vehicle.ts'

/** What all devices of one group share. */
export class GroupModel {
  readonly #group: DeviceGroup
  readonly #streams: readonly StreamModel[]
  readonly #buffer: PayloadBuffer
  readonly #modules: Modules
  readonly #pace: Pace | undefined

  /**
   * @param buffer shared by all groups of the process.
   * @param modules those that the scenario names, loaded.
   * @param stages of the scenario.
   */
  constructor(
    group: DeviceGroup,
    buffer: PayloadBuffer,
    modules: Modules = Modules.none,
    stages: readonly Stage[] = [],
  ) {
    this.#group = group
    this.#pace = Pace.of(stages, group.name)
    this.#buffer = buffer
    this.#modules = modules
    this.#streams = group.publish.map((spec, position) => new StreamModel(spec, position))
  }

  /**
   * One device of the group: firmware of its own, or what the scenario says.
   * @param names its topics, filters and firmware, filled in.
   */
  device(names: DeviceNames): DeviceModel {
    const { model } = this.#group
    const { firmware } = names
    if (model !== undefined) return this.#modules.model(model.path)(model.options)
    if (firmware !== undefined) return this.#firmwareDevice(firmware)
    return new ScenarioDevice(this.#group, this.#streams, {
      names,
      buffer: this.#buffer,
      modules: this.#modules,
      pace: this.#pace,
    })
  }

  #firmwareDevice(firmware: FirmwareSpec): DeviceModel {
    const { track } = this.#group
    let inputs: AnalogInputs | undefined
    return this.#modules.firmware(firmware, (device, channel, nowMs) => {
      const analog = firmware.kind === 'image' ? firmware.analog : []
      inputs ??= new AnalogInputs(device, analog, track, this.#modules)
      return inputs.read(channel, nowMs)
    })
  }
}

/** Of a device's plan: what its model publishes and subscribes to. */
export type DeviceNames = Pick<
  DevicePlan,
  'topics' | 'filters' | 'firmware' | 'reported' | 'identityOf'
>

interface Surroundings {
  readonly names: DeviceNames
  readonly buffer: PayloadBuffer
  readonly modules: Modules
  readonly pace: Pace | undefined
}

export class ScenarioDevice implements DeviceModel {
  readonly #group: DeviceGroup
  readonly #models: readonly StreamModel[]
  readonly #around: Surroundings
  #streams: readonly Stream[] = []
  #device: Device | undefined
  #desk: CommandDesk | undefined
  #shadow: ShadowDesk | undefined
  #node: EdgeNode | undefined
  #host: HostApplication | undefined
  #provisioning: ProvisioningDesk | undefined
  #energy: EnergyMeter | undefined
  #vehicle: Vehicle | undefined

  constructor(group: DeviceGroup, models: readonly StreamModel[], around: Surroundings) {
    this.#group = group
    this.#models = models
    this.#around = around
  }

  will(device: Device): DeviceWill | undefined {
    const { sparkplug, sparkplugHost } = this.#group
    if (sparkplug !== undefined) return EdgeNode.will(device, sparkplug)
    return sparkplugHost && HostApplication.will(device, sparkplugHost)
  }

  start(device: Device): void {
    const { names, buffer, modules, pace } = this.#around
    const { topics, filters, reported = '', identityOf } = names
    const { subscribe, track, wallClock } = this.#group
    for (const [position, { qos }] of subscribe.entries()) {
      device.subscribe(filters[position] ?? '', qos)
    }
    const vehicle = track && new Vehicle(track, device.random('track'))
    this.#vehicle = vehicle
    const clock = new DeviceClock(device, wallClock)
    const { commands, shadow, energy } = this.#group
    this.#device = device
    this.#desk = commands && new CommandDesk(device, commands)
    this.#shadow = shadow && new ShadowDesk(device, shadow, reported)
    this.#energy = energy && device.flash('energy', () => new EnergyMeter(energy, device.startMs))
    const around = { buffer, clock, pace, energy: this.#energy, sensors: { vehicle, modules } }
    const { sparkplug, sparkplugHost, provisioner } = this.#group
    this.#provisioning =
      provisioner && identityOf && new ProvisioningDesk(device, provisioner, identityOf)
    this.#node = sparkplug && new EdgeNode(device, sparkplug, around)
    this.#host = sparkplugHost && new HostApplication(device, sparkplugHost)
    this.#streams = this.#models.map((model, position) => {
      return new Stream(device, model, topics[position] ?? '', around)
    })
  }

  stop(): void {
    for (const stream of this.#streams) stream.stop()
    this.#desk?.stop()
    this.#shadow?.stop()
    this.#node?.stop()
    this.#host?.stop()
    this.#provisioning?.stop()
    if (this.#device) this.#energy?.tell(this.#device)
  }

  handleMessage(topic: string, payload: Uint8Array): void {
    this.#energy?.count(topic.length + payload.length)
    this.#node?.handleMessage(topic, payload)
    this.#host?.handleMessage(topic, payload)
    this.#provisioning?.handleMessage(payload)
    // The filter of the desired state is the last one.
    const isDesired = this.#shadow !== undefined && topic === this.#around.names.filters.at(-1)
    if (isDesired) this.#shadow?.handleDesired(payload)
    else this.#desk?.handleMessage(topic, payload)
  }

  handleOnline(): void {
    this.#node?.handleOnline()
    this.#host?.handleOnline()
  }

  handleOffline(): void {
    this.#node?.handleOffline()
    this.#host?.handleOffline()
  }

  /** That of its last reading. */
  position(): GeoPosition | undefined {
    return this.#vehicle?.position
  }

  /** Messages that a stream has handed over; their `seq` are 0 up to one less. */
  sent(stream: number): number {
    return this.#streams[stream]?.sent ?? 0
  }
}
