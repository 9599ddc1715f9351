// A thing done again and again on an absolute schedule: time k is due at first + k * every, plus a
// random delay below the jitter drawn for each. Being late shifts nothing that follows. A device
// that was held up for longer than a period does its late work once, skips the times that have
// passed meanwhile, as real firmware would, and tells how many (overruns).
// O(1) a time.

import { assert, Task } from '@motewire/sdk/kit'
import type { Prng } from '@motewire/sdk/kit'
import type { Device } from './device.ts'

/** Milliseconds on the scale of `Device.now`. */
export interface PeriodicSchedule {
  readonly firstMs: number
  readonly everyMs: number
  /** 0 to `everyMs`, so that times stay in order. */
  readonly jitterMs: number
}

export class PeriodicTask {
  readonly #device: Device
  readonly #schedule: PeriodicSchedule
  readonly #work: (dueMs: number) => void
  readonly #task: Task
  /** Undefined without jitter. */
  readonly #jitter: Prng | undefined
  /** Number of the next time. */
  #next = 0
  #dueMs = 0

  /**
   * @param purpose names the random numbers of the jitter.
   * @param work gets the time at which it was due, not the time it is.
   */
  constructor(
    device: Device,
    schedule: PeriodicSchedule,
    purpose: string,
    work: (dueMs: number) => void,
  ) {
    const { everyMs, jitterMs } = schedule
    assert(everyMs > 0, `period of ${everyMs} ms`)
    assert(jitterMs >= 0 && jitterMs <= everyMs, `jitter of ${jitterMs} ms, period ${everyMs} ms`)
    this.#device = device
    this.#schedule = schedule
    this.#work = work
    this.#jitter = jitterMs === 0 ? undefined : device.random(purpose)
    this.#task = new Task((now) => this.#handleDue(now))
  }

  start(): void {
    this.#arm()
  }

  stop(): void {
    this.#device.cancel(this.#task)
  }

  #arm(): void {
    const { firstMs, everyMs, jitterMs } = this.#schedule
    const delayMs = this.#jitter === undefined ? 0 : this.#jitter.unit() * jitterMs
    this.#dueMs = firstMs + this.#next * everyMs + delayMs
    this.#device.schedule(this.#dueMs, this.#task)
  }

  #handleDue(now: number): void {
    const { firstMs, everyMs, jitterMs } = this.#schedule
    const dueMs = this.#dueMs
    this.#next++
    // Times whose last possible moment has passed. One that is due just now is not late.
    const lateMs = now - (firstMs + this.#next * everyMs + jitterMs)
    if (lateMs > 0) {
      const missed = Math.ceil(lateMs / everyMs)
      this.#next += missed
      this.#device.countOverruns(missed)
    }
    // Armed before the work, so that the work may stop it.
    this.#arm()
    this.#work(dueMs)
  }
}
