// For tests of code that uses the SDK: a clock that only moves when told to, an in-memory link and
// an in-memory store.

import { TimerWheel } from './kit/index.ts'
import type { Task } from './kit/index.ts'
import type { Clock, SleepWatcher } from './runtime/index.ts'

export { MemoryChannel, memoryPipe } from './channel/memory.ts'
export type { MemoryPipeOptions } from './channel/memory.ts'
export { MemoryStore } from './store/memory-store.ts'
export type { MemoryStoreOptions } from './store/memory-store.ts'

/** A clock whose time is yours. Deferred work runs before time moves on. */
export class ManualClock implements Clock {
  readonly #wheel: TimerWheel
  readonly #deferred: (() => void)[] = []
  readonly #sleepers = new Set<SleepWatcher>()
  /** Wall time at `now` 0. */
  #wallAtZeroMs = 0
  #now: number

  constructor(nowMs = 0) {
    this.#now = nowMs
    this.#wheel = new TimerWheel(nowMs)
  }

  now(): number {
    return this.#now
  }

  schedule(deadlineMs: number, task: Task): void {
    this.#wheel.schedule(deadlineMs, task)
  }

  cancel(task: Task): void {
    this.#wheel.cancel(task)
  }

  defer(work: () => void): void {
    this.#deferred.push(work)
  }

  wallNow(): number {
    return this.#wallAtZeroMs + this.#now
  }

  watchSleep(watcher: SleepWatcher): void {
    this.#sleepers.add(watcher)
  }

  unwatchSleep(watcher: SleepWatcher): void {
    this.#sleepers.delete(watcher)
  }

  /** The machine sleeps: the wall clock goes on, `now` does not. */
  sleep(ms: number): void {
    this.#wallAtZeroMs += ms
    for (const sleeper of this.#sleepers) sleeper.handleSleep(ms)
    this.settle()
  }

  /** Runs deferred work until there is none. */
  settle(): void {
    for (let work = this.#deferred.shift(); work; work = this.#deferred.shift()) work()
  }

  /** Moves on by `ms`, running each task at its time. */
  advance(ms: number): void {
    const end = this.#now + ms
    this.settle()
    for (let wake = this.#wheel.nextWakeMs(); wake <= end; wake = this.#wheel.nextWakeMs()) {
      this.#now = wake
      this.#wheel.advance(wake)
      this.settle()
    }
    this.#now = end
  }
}
