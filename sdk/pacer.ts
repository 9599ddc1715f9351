// Spreads the connection attempts of a whole process over time, so that ten thousand clients which
// lost the same broker do not knock at its door in the same second. First come, first served.

import { Task } from './kit/index.ts'
import { sharedClock } from './runtime/index.ts'
import type { Clock } from './runtime/index.ts'

export interface ConnectPacerOptions {
  /** Attempts a second, more than 0. */
  readonly perSecond: number
  /** Attempts that may go at once after a quiet time. Default 1. */
  readonly burst?: number
  readonly clock?: Clock
}

export class ConnectPacer {
  readonly #intervalMs: number
  readonly #burstMs: number
  readonly #clock: Clock
  /** When the next attempt may go. */
  #nextMs = -Infinity

  constructor({ perSecond, burst = 1, clock }: ConnectPacerOptions) {
    this.#intervalMs = 1000 / perSecond
    this.#burstMs = (burst - 1) * this.#intervalMs
    this.#clock = clock ?? sharedClock()
  }

  /**
   * Runs `attempt` when its turn comes, perhaps at once. Undefined when it ran; else the task that
   * waits, to be cancelled on the clock.
   */
  schedule(attempt: () => void): Task | undefined {
    const now = this.#clock.now()
    const turnMs = Math.max(this.#nextMs, now - this.#burstMs)
    this.#nextMs = turnMs + this.#intervalMs
    if (turnMs <= now) {
      attempt()
      return undefined
    }
    const task = new Task(attempt)
    this.#clock.schedule(turnMs, task)
    return task
  }
}
