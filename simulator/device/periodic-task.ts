// A thing done again and again on an absolute schedule: time k is due at start + phase + k *
// every, by the pace of the schedule where that has one of its own, plus a random delay below the
// jitter drawn for each. Being late shifts nothing that follows. A device that was held up for
// longer than a period does its late work once, skips the times that have passed meanwhile, as
// real firmware would, and tells how many (overruns). O(1) a time.

import { assert } from '@motewire/sdk/kit'
import type { Prng, Task } from '@motewire/sdk/kit'
import type { Device } from './device.ts'
import type { Pace } from './pace.ts'

/** Milliseconds on the scale of `Device.now`. */
export interface PeriodicSchedule {
  readonly startMs: number
  readonly phaseMs: number
  readonly everyMs: number
  /** 0 to `everyMs`, so that times stay in order. */
  readonly jitterMs: number
  /** Undefined: as the clock goes. */
  readonly pace?: Pace | undefined
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
    this.#task = device.task((now) => this.#handleDue(now))
  }

  start(): void {
    this.#arm()
  }

  stop(): void {
    this.#device.cancel(this.#task)
  }

  #arm(): void {
    const { jitterMs } = this.#schedule
    const delayMs = this.#jitter === undefined ? 0 : this.#jitter.unit() * jitterMs
    const dueMs = this.#trueMs(this.#next)
    if (dueMs === Infinity) return
    this.#dueMs = dueMs + delayMs
    this.#device.schedule(this.#dueMs, this.#task)
  }

  /** When time `number` is due, without jitter. */
  #trueMs(number: number): number {
    const { startMs, phaseMs, everyMs, pace } = this.#schedule
    if (pace === undefined) return startMs + phaseMs + number * everyMs
    const { originMs } = this.#device
    const firstMs = pace.scheduleMs(startMs - originMs) + phaseMs
    return originMs + pace.trueMs(firstMs + number * everyMs)
  }

  #handleDue(now: number): void {
    const dueMs = this.#dueMs
    this.#next++
    const missed = this.#missedBy(now)
    if (missed > 0) {
      this.#next += missed
      this.#device.countOverruns(missed)
    }
    // Armed before the work, so that the work may stop it.
    this.#arm()
    this.#work(dueMs)
  }

  /** Times whose last possible moment has passed. One that is due just now is not late. */
  #missedBy(now: number): number {
    const { everyMs, jitterMs, pace } = this.#schedule
    const lateMs = now - (this.#trueMs(this.#next) + jitterMs)
    if (!(lateMs > 0)) return 0
    const { originMs } = this.#device
    // In the time of the schedule, which may have stood still.
    const passedMs =
      pace === undefined
        ? lateMs
        : pace.scheduleMs(now - originMs) - pace.scheduleMs(now - lateMs - originMs)
    return Math.ceil(passedMs / everyMs)
  }
}
