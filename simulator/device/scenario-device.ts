// The device model that a scenario file describes: streams of messages on their schedules, made of
// sensor readings, and subscriptions. What is the same for a whole group is made once (GroupModel);
// a device holds its topics, counters and sensors: 1.0 to 1.2 KiB of heap for one stream of two
// sensors (measured, 10,000 devices of examples/scenarios/sensors.yaml).

import type { DeviceGroup, StreamSpec } from '../scenario/index.ts'
import type { Device, DeviceModel } from './device.ts'
import { JsonPayload } from './payload.ts'
import type { PayloadBuffer } from './payload-buffer.ts'
import { PeriodicTask } from './periodic-task.ts'
import { createSensor } from './sensors/create.ts'
import type { Sensor } from './sensors/sensor.ts'

interface StreamModel {
  readonly spec: StreamSpec
  readonly payload: JsonPayload
}

/** What all devices of one group share. */
export class GroupModel {
  readonly #group: DeviceGroup
  readonly #streams: readonly StreamModel[]
  readonly #buffer: PayloadBuffer

  /** @param buffer shared by all groups of the process. */
  constructor(group: DeviceGroup, buffer: PayloadBuffer) {
    this.#group = group
    this.#buffer = buffer
    this.#streams = group.publish.map((spec, position) => {
      return { spec, payload: new JsonPayload(spec.payload, position) }
    })
  }

  /**
   * One device of the group.
   * @param topics of its streams, filled in (DevicePlan).
   * @param filters of its subscriptions, filled in.
   */
  device(topics: readonly string[], filters: readonly string[]): ScenarioDevice {
    return new ScenarioDevice(this.#group, this.#streams, topics, filters, this.#buffer)
  }
}

export class ScenarioDevice implements DeviceModel {
  readonly #group: DeviceGroup
  readonly #models: readonly StreamModel[]
  readonly #topics: readonly string[]
  readonly #filters: readonly string[]
  readonly #buffer: PayloadBuffer
  #streams: readonly Stream[] = []

  constructor(
    group: DeviceGroup,
    models: readonly StreamModel[],
    topics: readonly string[],
    filters: readonly string[],
    buffer: PayloadBuffer,
  ) {
    this.#group = group
    this.#models = models
    this.#topics = topics
    this.#filters = filters
    this.#buffer = buffer
  }

  start(device: Device): void {
    for (const [position, { qos }] of this.#group.subscribe.entries()) {
      device.subscribe(this.#filters[position] ?? '', qos)
    }
    this.#streams = this.#models.map((model, position) => {
      return new Stream(device, model, this.#topics[position] ?? '', this.#buffer)
    })
  }

  stop(): void {
    for (const stream of this.#streams) stream.stop()
  }

  /** Messages that a stream has handed over; their `seq` are 0 up to one less. */
  sent(stream: number): number {
    return this.#streams[stream]?.sent ?? 0
  }
}

/** One stream of one device. Starts by itself. */
class Stream {
  readonly #device: Device
  readonly #model: StreamModel
  readonly #topic: string
  readonly #buffer: PayloadBuffer
  readonly #sensors: readonly Sensor[]
  readonly #schedule: PeriodicTask
  /** Rewritten for each message. */
  readonly #stamp: { readonly id: string; seq: number; ts: number }

  constructor(device: Device, model: StreamModel, topic: string, buffer: PayloadBuffer) {
    const { label, phase, everyMs, jitterMs } = model.spec
    this.#device = device
    this.#model = model
    this.#topic = topic
    this.#buffer = buffer
    this.#stamp = { id: device.clientId, seq: 0, ts: 0 }
    this.#sensors = model.payload.varying.map(({ name, spec }) => {
      return createSensor(spec, device.random(`${label}/value/${name}`))
    })
    const phaseMs = phase === 'random' ? device.random(`${label}/phase`).unit() * everyMs : phase
    this.#schedule = new PeriodicTask(
      device,
      { firstMs: device.startMs + phaseMs, everyMs, jitterMs },
      `${label}/jitter`,
      (dueMs) => this.#publish(dueMs),
    )
    this.#schedule.start()
  }

  get sent(): number {
    return this.#stamp.seq
  }

  stop(): void {
    this.#schedule.stop()
  }

  #publish(dueMs: number): void {
    const { payload, spec } = this.#model
    const stamp = this.#stamp
    stamp.ts = Math.max(0, Math.round(this.#device.wallMs(dueMs)))
    const out = this.#buffer.reserve(payload.bytesMax(stamp.id.length))
    const elapsedMs = dueMs - this.#device.originMs
    const length = payload.encode(out, stamp, this.#sensors, elapsedMs)
    stamp.seq++
    this.#device.publish(this.#topic, this.#buffer.view(length), spec, dueMs)
  }
}
