// What a device does a while after it was asked to, one thing after the other. All take the same
// time, so they stay in order. Bounded: what is asked faster than it is done is refused.

import type { Task } from '@motewire/sdk/kit'
import type { Device } from './device.ts'

/** Things that wait, unless its maker says otherwise. */
const WAITING_MAX = 16

interface Waiting<Item> {
  readonly item: Item
  readonly dueMs: number
}

export class DelayLine<Item> {
  readonly #device: Device
  readonly #delayMs: number
  readonly #work: (item: Item, dueMs: number) => void
  readonly #task: Task
  readonly #waitingMax: number
  readonly #waiting: Waiting<Item>[] = []
  #isOpen = true

  /** @param work gets the time at which it was due. */
  constructor(
    device: Device,
    delayMs: number,
    work: (item: Item, dueMs: number) => void,
    waitingMax: number = WAITING_MAX,
  ) {
    this.#waitingMax = waitingMax
    this.#device = device
    this.#delayMs = delayMs
    this.#work = work
    this.#task = device.task((now) => this.#doDue(now))
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** False when too many wait already. */
  add(item: Item): boolean {
    if (this.#waiting.length >= this.#waitingMax) return false
    const dueMs = this.#device.now() + this.#delayMs
    this.#waiting.push({ item, dueMs })
    if (this.#waiting.length === 1) this.#device.schedule(dueMs, this.#task)
    return true
  }

  stop(): void {
    this.#isOpen = false
    this.#device.cancel(this.#task)
  }

  #doDue(now: number): void {
    for (let next = this.#waiting[0]; next !== undefined && next.dueMs <= now;) {
      this.#waiting.shift()
      this.#work(next.item, next.dueMs)
      next = this.#waiting[0]
    }
    const [next] = this.#waiting
    if (next !== undefined) this.#device.schedule(next.dueMs, this.#task)
  }
}
