// Before a run in real time: which limit of this machine it will hit, before it does. Estimates of
// memory and processor time are told as such; files and ports are counted.

import { readFileSync } from 'node:fs'
import { availableParallelism, freemem } from 'node:os'
import type { DevicePlan, FleetPlan } from '../scenario/index.ts'

export interface Machine {
  /** Open files that one process may have. */
  readonly files: number
  /** Ports that the system gives out. */
  readonly ports: number
  readonly freeBytes: number
  readonly cores: number
}

export interface Need {
  readonly devices: number
  readonly workers: number
  readonly brokers: number
  /** Source addresses; 0 when the system chooses. */
  readonly sources: number
  readonly messagesPerSecond: number
  /** Whether the broker runs in the process of the fleet, with a socket of its own a device. */
  readonly isBrokerInside: boolean
}

export interface Obstacle {
  readonly limit: 'files' | 'ports' | 'memory' | 'processor'
  /** Whether it is counted, not estimated. */
  readonly isCertain: boolean
  readonly message: string
}

/** What Node, the program and its pipes have open. */
const OWN_FILES = 64
/** Measured with 18,000 devices of one stream on Node 20 (bench/sockets.ts). */
const DEVICE_BYTES = 24_576
/** Processor time of a QoS 1 message over TCP, fleet side, at 5,000 a second, same place. */
const MESSAGE_CPU_S = 60e-6

export function obstaclesOf(need: Need, machine: Machine): Obstacle[] {
  const { devices, workers, messagesPerSecond: rate, isBrokerInside } = need
  const obstacles: Obstacle[] = []
  const add = (limit: Obstacle['limit'], isCertain: boolean, message: string): void => {
    obstacles.push({ limit, isCertain, message })
  }
  const files = Math.ceil(devices / workers) * (isBrokerInside ? 2 : 1) + OWN_FILES
  if (files > machine.files) {
    const enough = Math.ceil(devices / Math.max(1, machine.files - OWN_FILES))
    add(
      'files',
      true,
      `${whole(files)} open files a process, but ${whole(machine.files)} are allowed: ` +
        (isBrokerInside ? 'use a broker of its own, ' : '') +
        `at least --workers ${enough}, or a higher limit (ulimit -n)`,
    )
  }
  const portsShort = portShortage(need, machine.ports)
  if (portsShort !== undefined) add('ports', true, portsShort)
  const bytes = devices * DEVICE_BYTES
  if (bytes > machine.freeBytes) {
    const free = mebibytes(machine.freeBytes)
    const told = `about ${mebibytes(bytes)} MiB of memory, but ${free} MiB are free`
    add('memory', false, told)
  }
  const cores = rate * MESSAGE_CPU_S
  const usable = Math.min(workers, machine.cores)
  if (cores > usable) {
    const told =
      `${whole(rate)} messages a second take about ${cores.toFixed(1)} cores, ` +
      `but ${workers} workers can use ${usable}`
    add('processor', false, told)
  }
  return obstacles
}

/**
 * A port serves one connection to each broker where the system chooses the source, and one in all
 * where the source is named, because it is bound before the broker is known.
 */
function portShortage({ devices, brokers, sources }: Need, ports: number): string | undefined {
  const isNamed = sources > 0
  const connections = Math.ceil(devices / (isNamed ? sources : brokers))
  if (connections <= ports) return undefined
  return (
    `${whole(connections)} connections from one address${isNamed ? '' : ' to one broker'}, ` +
    `but the system gives out ${whole(ports)} ports: use --sources with at least ` +
    `${Math.ceil(devices / ports)} addresses${isNamed ? '' : ', or more brokers'}`
  )
}

/** Messages that the whole plan makes in a second, once all devices run. */
export function messagesPerSecond(plan: FleetPlan): number {
  const share = plan.devices / Math.max(1, plan.devicesTotal)
  const perGroup = plan.groups.map(({ devices, publish }: DevicePlan['group']) => {
    return publish.reduce((sum, { everyMs }) => sum + (devices * 1_000) / everyMs, 0)
  })
  return share * perGroup.reduce((sum, rate) => sum + rate, 0)
}

export function thisMachine(): Machine {
  return {
    files: openFilesMax(),
    ports: portsMax(),
    freeBytes: freemem(),
    cores: availableParallelism(),
  }
}

function openFilesMax(): number {
  const report = process.report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } }
  const soft = Number(report.userLimits?.open_files?.soft)
  return Number.isFinite(soft) ? soft : Infinity
}

function portsMax(): number {
  try {
    const [low = 0, high = 0] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
      .trim()
      .split(/\s+/)
      .map(Number)
    return high - low + 1
  } catch {
    // Not Linux: what most systems give out (RFC 6335, dynamic ports).
    return 16_384
  }
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function mebibytes(bytes: number): string {
  return whole(bytes / 2 ** 20)
}
