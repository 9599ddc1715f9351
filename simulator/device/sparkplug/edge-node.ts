// A Sparkplug B edge node with its devices, as firmware: births after each connection, data by
// exception, NDEATH as the will, Rebirth on command, and silence while its primary host is away
// (Eclipse Sparkplug 3.0, chapters 5 and 6). The node's identifier is the client id. bdSeq lives in
// flash and counts connections; seq counts messages since the birth; both wrap after 255.

import type { Device, DeviceModel, DevicePublishOptions, DeviceWill } from '../device.ts'
import type { DeviceClock } from '../device-clock.ts'
import type { Pace } from '../pace.ts'
import { PeriodicTask } from '../periodic-task.ts'
import type { SensorContext } from '../sensors/create.ts'
import type { SparkplugSpec } from '../../scenario/index.ts'
import { MetricSet } from './metric-set.ts'
import { DataType, decodeSparkplug, encodeSparkplug } from '../../sparkplug/index.ts'
import type { Metric, SparkplugPayload } from '../../sparkplug/index.ts'

export const NAMESPACE = 'spBv1.0'
const WRAP = 256
export const REBIRTH = 'Node Control/Rebirth'
/** Births and data. */
const PLAIN: DevicePublishOptions = { qos: 0, retain: false }

const decoder = new TextDecoder()

export interface EdgeNodeSurroundings {
  readonly clock: DeviceClock
  readonly pace: Pace | undefined
  readonly sensors: Omit<SensorContext, 'lead'>
}

interface Part {
  /** Undefined: the node itself. */
  readonly name: string | undefined
  readonly metrics: MetricSet
}

export class EdgeNode implements Pick<DeviceModel, 'stop' | 'handleOnline' | 'handleOffline'> {
  readonly #device: Device
  readonly #spec: SparkplugSpec
  readonly #around: EdgeNodeSurroundings
  readonly #schedule: PeriodicTask
  readonly #parts: readonly Part[]
  readonly #kept: { bdSeq: number }
  #seq = 0
  #isOnline = false
  #isHostOnline: boolean
  #isBorn = false

  constructor(device: Device, spec: SparkplugSpec, around: EdgeNodeSurroundings) {
    this.#device = device
    this.#spec = spec
    this.#around = around
    this.#kept = keptOf(device)
    this.#isHostOnline = spec.primaryHost === undefined
    this.#parts = partsOf(device, spec, around.sensors)
    device.subscribe(`${NAMESPACE}/${spec.group}/NCMD/${device.clientId}`, 1)
    device.subscribe(`${NAMESPACE}/${spec.group}/DCMD/${device.clientId}/#`, 1)
    if (spec.primaryHost !== undefined) device.subscribe(stateTopic(spec.primaryHost), 1)
    const everyMs = around.clock.trueMs(spec.everyMs)
    const phaseMs = device.random('sparkplug/phase').unit() * everyMs
    const schedule = { startMs: device.startMs, phaseMs, everyMs, jitterMs: 0, pace: around.pace }
    this.#schedule = new PeriodicTask(device, schedule, 'sparkplug', (dueMs) => this.#scan(dueMs))
    this.#schedule.start()
  }

  /** NDEATH of the connection that is about to be made. */
  static will(device: Device, { group }: SparkplugSpec): DeviceWill {
    const kept = keptOf(device)
    kept.bdSeq = (kept.bdSeq + 1) % WRAP
    const topic = `${NAMESPACE}/${group}/NDEATH/${device.clientId}`
    return { topic, payload: deathOf(device, kept.bdSeq), qos: 1, retain: false }
  }

  stop(): void {
    this.#schedule.stop()
  }

  handleOnline(): void {
    this.#isOnline = true
    if (this.#isHostOnline) this.#bear()
  }

  handleOffline(): void {
    this.#isOnline = false
    this.#isBorn = false
    // The host tells again whether it is there.
    this.#isHostOnline = this.#spec.primaryHost === undefined
  }

  handleMessage(topic: string, payload: Uint8Array): void {
    const { primaryHost } = this.#spec
    if (primaryHost !== undefined && topic === stateTopic(primaryHost)) {
      return this.#handleState(payload)
    }
    const wanted = decodeSparkplug(payload)?.metrics.find(({ name }) => name === REBIRTH)
    if (wanted?.value !== true || !this.#isBorn) return
    this.#device.measure('sparkplug.rebirths', 1)
    this.#bear()
  }

  /** A host that goes takes the births with it: data would reach nobody. */
  #handleState(payload: Uint8Array): void {
    const isOnline = isStateOnline(decoder.decode(payload))
    if (isOnline === undefined || isOnline === this.#isHostOnline) return
    this.#isHostOnline = isOnline
    if (isOnline && this.#isOnline) return this.#bear()
    if (!this.#isBorn) return
    this.#isBorn = false
    // The broker publishes NDEATH, and the next connection waits for the host.
    this.#device.reconnect()
  }

  #bear(): void {
    const now = this.#device.now()
    const timestamp = this.#wallMs(now)
    this.#seq = 0
    this.#isBorn = true
    for (const { name, metrics } of this.#parts) {
      metrics.sample(now - this.#device.originMs)
      const own = metrics.birth(timestamp)
      const all = name === undefined ? [...this.#control(timestamp), ...own] : own
      this.#publish('BIRTH', name, all, now)
    }
    this.#device.measure('sparkplug.births', 1)
  }

  #control(timestamp: number): Metric[] {
    const { bdSeq } = this.#kept
    return [
      { name: 'bdSeq', timestamp, datatype: DataType.int64, value: bdSeq },
      { name: REBIRTH, timestamp, datatype: DataType.boolean, value: false },
    ]
  }

  #scan(dueMs: number): void {
    const elapsedMs = dueMs - this.#device.originMs
    for (const { name, metrics } of this.#parts) {
      const isChanged = metrics.sample(elapsedMs)
      if (!isChanged || !this.#isBorn) continue
      this.#publish('DATA', name, metrics.changes(this.#wallMs(dueMs)), dueMs)
    }
  }

  #publish(what: string, part: string | undefined, metrics: Metric[], dueMs: number): void {
    const { group } = this.#spec
    const { clientId } = this.#device
    const kind = part === undefined ? `N${what}` : `D${what}`
    const topic = `${NAMESPACE}/${group}/${kind}/${clientId}${part === undefined ? '' : `/${part}`}`
    const payload: SparkplugPayload = { timestamp: this.#wallMs(dueMs), seq: this.#seq, metrics }
    this.#seq = (this.#seq + 1) % WRAP
    this.#device.publish(topic, encodeSparkplug(payload), PLAIN, dueMs)
  }

  #wallMs(instantMs: number): number {
    return Math.max(0, Math.round(this.#around.clock.wallMs(instantMs)))
  }
}

export function stateTopic(host: string): string {
  return `${NAMESPACE}/STATE/${host}`
}

/** Undefined for text that is no state. */
function isStateOnline(text: string): boolean | undefined {
  try {
    const state = JSON.parse(text) as { online?: unknown } | null
    return typeof state?.online === 'boolean' ? state.online : undefined
  } catch {
    return undefined
  }
}

function keptOf(device: Device): { bdSeq: number } {
  return device.flash('sparkplug', () => ({ bdSeq: WRAP - 1 }))
}

function deathOf(device: Device, bdSeq: number): Uint8Array {
  const timestamp = Math.round(device.wallMs(device.now()))
  const metric = { name: 'bdSeq', timestamp, datatype: DataType.int64, value: bdSeq }
  return encodeSparkplug({ timestamp, metrics: [metric] })
}

function partsOf(
  device: Device,
  { metrics, devices }: SparkplugSpec,
  shared: Omit<SensorContext, 'lead'>,
): Part[] {
  let alias = 1
  const make = (name: string | undefined, fields: SparkplugSpec['metrics']): Part => {
    const prngOf = (field: string) => device.random(`sparkplug/${name ?? ''}/${field}`)
    const set = new MetricSet(fields, alias, prngOf, shared)
    alias += set.size
    return { name, metrics: set }
  }
  return [make(undefined, metrics), ...devices.map(({ name, metrics: own }) => make(name, own))]
}
