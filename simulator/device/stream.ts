// One stream of one device: takes readings on its schedule and makes messages of them, one each,
// only when something moved, many in one, or many at once. Starts by itself. It does not know links
// or brokers. O(fields) a reading.

import type { Task } from '@motewire/sdk/kit'
import type { StreamSpec } from '../scenario/index.ts'
import { BatchFormat } from './batch.ts'
import type { Device } from './device.ts'
import type { DeviceClock } from './device-clock.ts'
import type { EnergyMeter } from './energy-meter.ts'
import type { Pace } from './pace.ts'
import type { PayloadBuffer } from './payload-buffer.ts'
import { createPayload } from './create-payload.ts'
import type { PayloadFormat } from './payload-format.ts'
import { PeriodicTask } from './periodic-task.ts'
import { createSensors } from './sensors/create.ts'
import type { SensorContext } from './sensors/create.ts'
import { ExceptionFilter } from './sensors/exception.ts'
import type { Sensor } from './sensors/sensor.ts'

/** What all devices of a group share of a stream. */
export class StreamModel {
  readonly spec: StreamSpec
  /** Of one reading. */
  readonly payload: PayloadFormat
  /** Undefined unless readings are gathered. */
  readonly batch: BatchFormat | undefined

  /** @param position of the stream in its group. */
  constructor(spec: StreamSpec, position: number) {
    this.spec = spec
    this.batch = spec.batch > 1 ? new BatchFormat(spec.payload, position) : undefined
    this.payload = this.batch?.reading ?? createPayload(spec.payload, position)
  }
}

/** What the streams of one device share. */
export interface StreamSurroundings {
  readonly buffer: PayloadBuffer
  readonly clock: DeviceClock
  /** Undefined: as the clock goes. */
  readonly pace: Pace | undefined
  /** Undefined when nobody asks. */
  readonly energy: EnergyMeter | undefined
  readonly sensors: Omit<SensorContext, 'lead'>
}

export class Stream {
  readonly #device: Device
  readonly #model: StreamModel
  readonly #topic: string
  readonly #around: StreamSurroundings
  readonly #sensors: readonly Sensor[]
  readonly #filter: ExceptionFilter | undefined
  readonly #schedule: PeriodicTask
  /** Rewritten for each message. */
  readonly #stamp: { readonly id: string; seq: number; ts: number }
  readonly #gathered: Uint8Array[] = []
  /** The rest of a burst; undefined without one. */
  readonly #burstTask: Task | undefined
  #burstLeft = 0
  #burstDueMs = 0

  constructor(device: Device, model: StreamModel, topic: string, around: StreamSurroundings) {
    const { label, phase, everyMs, jitterMs, exception, burst } = model.spec
    this.#device = device
    this.#model = model
    this.#topic = topic
    this.#around = around
    this.#stamp = device.flash(label, () => ({ id: device.clientId, seq: 0, ts: 0 }))
    const prngOf = (name: string) => device.random(`${label}/value/${name}`)
    const sensors = createSensors(model.payload.varying, prngOf, around.sensors)
    const names = model.payload.varying.map(({ name }) => name)
    this.#filter =
      exception && new ExceptionFilter(sensors, names.indexOf(fieldName(model.spec)), exception)
    this.#sensors = this.#filter?.sensors ?? sensors
    if (burst !== undefined) this.#burstTask = device.task(() => this.#continueBurst())
    const phaseMs = phase === 'random' ? device.random(`${label}/phase`).unit() * everyMs : phase
    const trueMs = (durationMs: number): number => around.clock.trueMs(durationMs)
    this.#schedule = new PeriodicTask(
      device,
      {
        startMs: device.startMs,
        phaseMs: trueMs(phaseMs),
        everyMs: trueMs(everyMs),
        jitterMs: Math.min(jitterMs, trueMs(everyMs)),
        pace: around.pace,
      },
      `${label}/jitter`,
      (dueMs) => this.#handleDue(dueMs),
    )
    this.#schedule.start()
  }

  /** Messages handed over. */
  get sent(): number {
    return this.#stamp.seq
  }

  stop(): void {
    this.#schedule.stop()
    if (this.#burstTask) this.#device.cancel(this.#burstTask)
    // What was measured is not thrown away.
    if (this.#gathered.length > 0) this.#publishBatch(this.#device.now())
  }

  #handleDue(dueMs: number): void {
    const elapsedMs = dueMs - this.#device.originMs
    if (this.#filter?.isWorthSending(elapsedMs) === false) return
    this.#take(dueMs)
    const { burst } = this.#model.spec
    if (burst === undefined || this.#burstTask === undefined) return
    this.#burstLeft = burst.messages - 1
    this.#burstDueMs = dueMs
    this.#scheduleBurst(burst.spacingMs)
  }

  #scheduleBurst(spacingMs: number): void {
    if (this.#burstLeft === 0 || this.#burstTask === undefined) return
    this.#burstLeft--
    this.#burstDueMs += spacingMs
    this.#device.schedule(this.#burstDueMs, this.#burstTask)
  }

  #continueBurst(): void {
    const { burst } = this.#model.spec
    this.#take(this.#burstDueMs)
    this.#scheduleBurst(burst?.spacingMs ?? 0)
  }

  /** Takes a reading, and sends it unless readings are gathered. */
  #take(dueMs: number): void {
    const { payload, batch, spec } = this.#model
    const { buffer, clock } = this.#around
    this.#stamp.ts = Math.max(0, Math.round(clock.wallMs(dueMs)))
    const out = buffer.reserve(payload.bytesMax(this.#stamp.id.length))
    const elapsedMs = dueMs - this.#device.originMs
    const length = payload.encode(out, this.#stamp, this.#sensors, elapsedMs)
    if (batch === undefined) this.#send(length, dueMs)
    else {
      this.#gathered.push(buffer.view(length).slice())
      if (this.#gathered.length >= spec.batch) this.#publishBatch(dueMs)
    }
  }

  #publishBatch(dueMs: number): void {
    const { batch } = this.#model
    if (batch === undefined) return
    const length = batch.join(this.#around.buffer, this.#stamp, this.#gathered)
    this.#gathered.length = 0
    this.#send(length, dueMs)
  }

  #send(length: number, dueMs: number): void {
    this.#stamp.seq++
    const message = this.#around.buffer.view(length)
    this.#around.energy?.count(this.#topic.length + length)
    this.#device.publish(this.#topic, message, this.#model.spec, dueMs)
  }
}

function fieldName({ exception, payload }: StreamSpec): string {
  return exception === undefined ? '' : (payload.fields[exception.field]?.name ?? '')
}
