// A Sparkplug host application that listens to all nodes of some groups and holds them to the
// standard: births first, bdSeq of the death that of the birth, seq without gaps. It tells its
// STATE, may go away now and then, and asks for a Rebirth when it has missed something, or every
// so often. What it finds are figures of the report. Bounded: NODES_MAX nodes, the rest is counted
// only.

import type { Device, DeviceWill } from '../device.ts'
import { PeriodicTask } from '../periodic-task.ts'
import type { SparkplugHostSpec } from '../../scenario/index.ts'
import { NAMESPACE, REBIRTH, stateTopic } from './edge-node.ts'
import { DataType, decodeSparkplug, encodeSparkplug } from '../../sparkplug/index.ts'
import type { SparkplugPayload } from '../../sparkplug/index.ts'

const NODES_MAX = 100_000
const WRAP = 256
/** A second Rebirth is asked for no sooner than this. */
const PATIENCE_MS = 5_000

interface Node {
  bdSeq: number | undefined
  /** Of the next message. */
  seq: number
  isAlive: boolean
  askedAtMs: number
  readonly commands: string
}

export class HostApplication {
  readonly #device: Device
  readonly #spec: SparkplugHostSpec
  readonly #nodes = new Map<string, Node>()
  readonly #tasks: PeriodicTask[] = []
  #faults = 0

  constructor(device: Device, spec: SparkplugHostSpec) {
    this.#device = device
    this.#spec = spec
    for (const group of spec.groups) device.subscribe(`${NAMESPACE}/${group}/#`, 1)
    const { offline, rebirthEveryMs } = spec
    if (offline !== undefined) {
      this.#every(offline.everyMs, offline.everyMs - offline.durationMs, () => this.#tell(false))
      this.#every(offline.everyMs, offline.everyMs, () => this.#tell(true))
    }
    if (rebirthEveryMs > 0) this.#every(rebirthEveryMs, rebirthEveryMs, () => this.#askAll())
  }

  /** Whoever finds the host gone finds it told. */
  static will(device: Device, { id }: SparkplugHostSpec): DeviceWill {
    const payload = new TextEncoder().encode(stateOf(device, false))
    return { topic: stateTopic(id), payload, qos: 1, retain: true }
  }

  handleOnline(): void {
    this.#tell(true)
  }

  /** What happens now is not heard: no node is known to be alive. */
  handleOffline(): void {
    for (const node of this.#nodes.values()) node.isAlive = false
  }

  stop(): void {
    this.#device.measure('sparkplug.faults', this.#faults)
    for (const task of this.#tasks) task.stop()
  }

  handleMessage(topic: string, payload: Uint8Array): void {
    const [, group, kind = '', name] = topic.split('/')
    if (group === 'STATE' || name === undefined || kind.endsWith('CMD')) return
    const told = decodeSparkplug(payload)
    if (told === undefined) return this.#find('malformed')
    const node = this.#node(`${group}/${name}`, `${NAMESPACE}/${group}/NCMD/${name}`)
    if (node === undefined) return this.#device.measure('sparkplug.ignored', 1)
    this.#device.measure('sparkplug.metrics', told.metrics.length)
    if (kind === 'NBIRTH') return this.#handleBirth(node, told)
    if (kind === 'NDEATH') return this.#handleDeath(node, told)
    this.#handleData(node, told)
  }

  #handleBirth(node: Node, told: SparkplugPayload): void {
    if (told.seq !== 0) this.#find('birthSeq')
    if (!told.metrics.some(({ name }) => name === REBIRTH)) this.#find('birthWithoutRebirth')
    node.bdSeq = bdSeqOf(told)
    if (node.bdSeq === undefined) this.#find('birthWithoutBdSeq')
    node.seq = 1
    node.isAlive = true
    this.#device.measure('sparkplug.nodeBirths', 1)
  }

  #handleDeath(node: Node, told: SparkplugPayload): void {
    // That of an earlier connection comes late and says nothing about this one.
    if (bdSeqOf(told) !== node.bdSeq) return this.#device.measure('sparkplug.staleDeaths', 1)
    node.isAlive = false
    this.#device.measure('sparkplug.nodeDeaths', 1)
  }

  #handleData(node: Node, { seq }: SparkplugPayload): void {
    if (!node.isAlive) {
      // A host that was away has missed the birth; that is no fault of the node.
      this.#device.measure('sparkplug.dataBeforeBirth', 1)
      return this.#ask(node)
    }
    const isGap = seq !== node.seq
    node.seq = ((seq ?? 0) + 1) % WRAP
    if (!isGap) return
    this.#find('seqGap')
    this.#ask(node)
  }

  #ask(node: Node): void {
    const now = this.#device.now()
    if (now - node.askedAtMs < PATIENCE_MS) return
    node.askedAtMs = now
    const timestamp = Math.round(this.#device.wallMs(now))
    const metric = { name: REBIRTH, timestamp, datatype: DataType.boolean, value: true }
    const payload = encodeSparkplug({ timestamp, metrics: [metric] })
    this.#device.measure('sparkplug.rebirthsAsked', 1)
    this.#device.publish(node.commands, payload, { qos: 0, retain: false })
  }

  #askAll(): void {
    for (const node of this.#nodes.values()) this.#ask(node)
  }

  #tell(online: boolean): void {
    const text = stateOf(this.#device, online)
    this.#device.publish(stateTopic(this.#spec.id), text, { qos: 1, retain: true })
  }

  #find(what: string): void {
    this.#device.measure(`sparkplug.fault.${what}`, 1)
    this.#faults++
  }

  #node(name: string, commands: string): Node | undefined {
    const known = this.#nodes.get(name)
    if (known !== undefined || this.#nodes.size >= NODES_MAX) return known
    const node = { bdSeq: undefined, seq: 0, isAlive: false, askedAtMs: -Infinity, commands }
    this.#nodes.set(name, node)
    return node
  }

  #every(everyMs: number, phaseMs: number, work: () => void): void {
    const schedule = { startMs: this.#device.startMs, phaseMs, everyMs, jitterMs: 0 }
    const task = new PeriodicTask(this.#device, schedule, 'sparkplug', work)
    this.#tasks.push(task)
    task.start()
  }
}

function stateOf(device: Device, online: boolean): string {
  return JSON.stringify({ online, timestamp: Math.round(device.wallMs(device.now())) })
}

function bdSeqOf({ metrics }: SparkplugPayload): number | undefined {
  const value = metrics.find(({ name }) => name === 'bdSeq')?.value
  return typeof value === 'number' ? value : undefined
}
