// Publishes a message so many times, one each interval. Deadlines are counted from the start, so a
// late turn does not shift the next ones, and turns that were missed are made up for: the number
// that goes out is exact. It knows no topic.

import { Task } from '@motewire/sdk'
import type { Clock } from '@motewire/sdk'

export class Series {
  readonly count: number
  readonly everyMs: number
  readonly #clock: Clock
  readonly #send: () => void
  readonly #startedAt: number
  readonly #task = new Task((now) => this.#handleTimeout(now))
  #sent = 0
  #isStopped = false

  /** Sends the first one at once. `everyMs` is 1 or more. */
  constructor(count: number, everyMs: number, clock: Clock, send: () => void) {
    this.count = count
    this.everyMs = everyMs
    this.#clock = clock
    this.#send = send
    this.#startedAt = clock.now()
    this.#handleTimeout(this.#startedAt)
  }

  get sent(): number {
    return this.#sent
  }

  get isRunning(): boolean {
    return !this.#isStopped && this.#sent < this.count
  }

  stop(): void {
    this.#isStopped = true
    this.#clock.cancel(this.#task)
  }

  #handleTimeout(now: number): void {
    while (this.isRunning && this.#dueAt() <= now) {
      this.#sent++
      this.#send()
    }
    if (this.isRunning) this.#clock.schedule(this.#dueAt(), this.#task)
  }

  #dueAt(): number {
    return this.#startedAt + this.#sent * this.everyMs
  }
}
