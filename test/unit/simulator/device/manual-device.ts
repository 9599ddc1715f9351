// A device on a clock that is moved by hand, which keeps what its model did. Time begins at 1 s so
// that nothing passes by mistaking zero for the start.

import { Prng, Task, TimerWheel } from '@motewire/sdk/kit'
import type {
  Device,
  DevicePublishOptions,
  DevicePublishResult,
} from '../../../../simulator/device/index.ts'

export interface SentMessage {
  /** Since the run began. */
  readonly atMs: number
  readonly dueMs: number
  readonly topic: string
  readonly payload: string
  /** The same as bytes. */
  readonly bytes: Uint8Array
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
}

/** 2024-01-01T00:00:00Z */
export const WALL_ORIGIN_MS = 1_704_067_200_000

export class ManualDevice implements Device {
  readonly clientId: string = 'room-7'
  readonly group: string = 'room'
  readonly index: number = 7
  readonly originMs: number = 1_000
  readonly startMs: number
  readonly sent: SentMessage[] = []
  readonly filters: string[] = []
  /** What its model said about the connection. */
  readonly links: string[] = []
  readonly failures: string[] = []
  readonly measured: [string, number][] = []
  overruns = 0
  readonly #wheel = new TimerWheel(1_000)
  readonly #prng: Prng
  readonly #flash = new Map<string, unknown>()
  #nowMs = 1_000

  constructor({ startMs = 0, seed = 1 }: { startMs?: number; seed?: number } = {}) {
    this.startMs = this.originMs + startMs
    this.#prng = new Prng(seed)
  }

  /** Tasks scheduled now. */
  get tasks(): number {
    return this.#wheel.size
  }

  /** Lets the time go by, each task in its own millisecond. */
  run(untilMs: number): void {
    for (let wake = this.#wheel.nextWakeMs(); wake <= this.originMs + untilMs;) {
      this.#nowMs = wake
      this.#wheel.advance(wake)
      wake = this.#wheel.nextWakeMs()
    }
    this.#nowMs = this.originMs + untilMs
  }

  /** The process was held up: all that was due meanwhile runs at once, late. */
  stall(untilMs: number): void {
    this.#nowMs = this.originMs + untilMs
    this.#wheel.advance(this.#nowMs)
  }

  now(): number {
    return this.#nowMs
  }

  wallMs(instantMs: number): number {
    return WALL_ORIGIN_MS + instantMs - this.originMs
  }

  task(run: (now: number) => void): Task {
    return new Task(run)
  }

  schedule(deadlineMs: number, task: Task): void {
    this.#wheel.schedule(deadlineMs, task)
  }

  cancel(task: Task): void {
    this.#wheel.cancel(task)
  }

  publish(
    topic: string,
    payload: Uint8Array | string,
    { qos, retain }: DevicePublishOptions,
    dueMs: number = this.#nowMs,
  ): DevicePublishResult {
    const text = typeof payload === 'string' ? payload : new TextDecoder().decode(payload)
    const atMs = this.#nowMs - this.originMs
    const bytes = Buffer.from(payload)
    const message = { topic, payload: text, bytes, qos, retain }
    this.sent.push({ atMs, dueMs: dueMs - this.originMs, ...message })
    return 'sent'
  }

  reconnect(): void {}

  connect(): void {
    this.links.push('connect')
  }

  fail(message: string): void {
    this.failures.push(message)
  }

  disconnect(how: 'goodbye' | 'silent'): void {
    this.links.push(how)
  }

  subscribe(filter: string): void {
    this.filters.push(filter)
  }

  random(purpose: string): Prng {
    return this.#prng.fork(purpose)
  }

  flash<Value>(name: string, make: () => Value): Value {
    if (!this.#flash.has(name)) this.#flash.set(name, make())
    return this.#flash.get(name) as Value
  }

  countOverruns(messages: number): void {
    this.overruns += messages
  }

  measure(name: string, value: number): void {
    this.measured.push([name, value])
  }
}
