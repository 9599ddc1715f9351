// The real clock: performance.now() and one timer wheel for all tasks of the process, driven by a
// single setTimeout that is armed for the next task only. Ten thousand clients cost one timer.
// Precision: a task runs at the first whole millisecond at or after its deadline, never before.

import { performance } from 'node:perf_hooks'
import { TimerWheel } from '../kit/index.ts'
import type { Task } from '../kit/index.ts'
import type { Clock, SleepWatcher } from './clock.ts'
import { SleepWatch } from './sleep-watch.ts'

/** setTimeout counts in 32 bits; a longer wait is cut into parts. */
const TIMEOUT_MS_MAX = 2 ** 31 - 1

export class RealClock implements Clock {
  readonly #wheel = new TimerWheel(performance.now())
  #timer: NodeJS.Timeout | undefined
  #armedForMs = Infinity
  #isAdvancing = false
  #sleepWatch: SleepWatch | undefined

  now(): number {
    return performance.now()
  }

  schedule(deadlineMs: number, task: Task): void {
    this.#wheel.schedule(deadlineMs, task)
    // The wheel never runs a task before the next whole millisecond, so an earlier wake is useless.
    if (!this.#isAdvancing && deadlineMs < this.#armedForMs) this.#arm(performance.now())
  }

  cancel(task: Task): void {
    this.#wheel.cancel(task)
    // The armed timer may now wake for nothing, once; an empty wheel must not hold the process.
    if (this.#wheel.size === 0 && !this.#isAdvancing) this.#disarm()
  }

  defer(work: () => void): void {
    queueMicrotask(work)
  }

  wallNow(): number {
    return Date.now()
  }

  watchSleep(watcher: SleepWatcher): void {
    this.#sleepWatch ??= new SleepWatch()
    this.#sleepWatch.add(watcher)
  }

  unwatchSleep(watcher: SleepWatcher): void {
    this.#sleepWatch?.remove(watcher)
  }

  #arm(now: number): void {
    const wake = this.#wheel.nextWakeMs()
    if (wake === Infinity) {
      this.#disarm()
      return
    }
    if (this.#timer !== undefined && wake >= this.#armedForMs) return
    clearTimeout(this.#timer)
    this.#armedForMs = wake
    const wait = Math.min(Math.max(Math.ceil(wake - now), 1), TIMEOUT_MS_MAX)
    this.#timer = setTimeout(() => this.#handleTimeout(), wait)
  }

  #disarm(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#armedForMs = Infinity
  }

  #handleTimeout(): void {
    this.#timer = undefined
    this.#armedForMs = Infinity
    this.#isAdvancing = true
    try {
      this.#wheel.advance(performance.now())
    } finally {
      this.#isAdvancing = false
      this.#arm(performance.now())
    }
  }
}

let shared: RealClock | undefined

/** The clock that all clients of this process share unless they are given another. */
export function sharedClock(): RealClock {
  shared ??= new RealClock()
  return shared
}
