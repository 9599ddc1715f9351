// Time that passes so many times faster (or slower) than that of another clock, which moves it. Its
// tasks run in the order of their deadlines; they are late by what the other clock is late, times
// the factor. Unit: milliseconds of its own.

import { Task } from '@motewire/sdk/kit'
import type { Clock } from '@motewire/sdk'
import { EventQueue } from './event-queue.ts'

export class ScaledClock implements Clock {
  readonly #base: Clock
  readonly #factor: number
  readonly #originMs: number
  readonly #queue = new EventQueue()
  readonly #wakeTask: Task = new Task(() => this.#handleWake())
  #isRunning = false

  /** @param factor own milliseconds in one of the base clock; above 0. */
  constructor(base: Clock, factor: number) {
    this.#base = base
    this.#factor = factor
    this.#originMs = base.now()
  }

  now(): number {
    return (this.#base.now() - this.#originMs) * this.#factor
  }

  schedule(deadlineMs: number, task: Task): void {
    this.#queue.schedule(deadlineMs, task)
    if (!this.#isRunning) this.#arm(deadlineMs)
  }

  cancel(task: Task): void {
    this.#queue.cancel(task)
    if (this.#queue.size === 0) this.#base.cancel(this.#wakeTask)
  }

  defer(work: () => void): void {
    this.#base.defer(work)
  }

  #handleWake(): void {
    this.#isRunning = true
    try {
      // What falls due while these run waits for the next turn, so that IO is not kept out.
      const limitMs = this.now()
      for (let task = this.#queue.next(limitMs); task; task = this.#queue.next(limitMs)) {
        this.#queue.take(task)
        task.run(this.now())
      }
    } finally {
      this.#isRunning = false
      const wakeMs = this.#queue.wakeMs()
      if (wakeMs !== Infinity) this.#arm(wakeMs)
    }
  }

  /** Wakes at the deadline, or earlier when that was asked for before. */
  #arm(deadlineMs: number): void {
    const wakeMs = this.#originMs + deadlineMs / this.#factor
    if (!this.#wakeTask.isScheduled || wakeMs < this.#wakeTask.deadlineMs) {
      this.#base.schedule(wakeMs, this.#wakeTask)
    }
  }
}
