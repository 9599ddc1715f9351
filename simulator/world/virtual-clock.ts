// Virtual time: it stands still while anything runs and jumps to what is due next. Order is exact
// and repeatable: by deadline, then by scheduling; deferred work runs before time moves on, in its
// own order. It does not wait, and knows nothing of the real time. O(1) an event (event-queue.ts).

import { assert } from '@motewire/sdk/kit'
import type { Task } from '@motewire/sdk/kit'
import type { Clock } from '@motewire/sdk'
import { EventQueue } from './event-queue.ts'

/** Deferred work that defers more work: beyond this, time would never move on. */
const DEFERRED_MAX = 10_000_000
const DONE = (): void => undefined

export class VirtualClock implements Clock {
  readonly #queue: EventQueue
  /** The first `#deferredCount` are to be run. It is never shortened: a new one would cost more. */
  readonly #deferred: (() => void)[] = []
  #deferredCount = 0
  #now: number
  #events = 0

  constructor(nowMs: number = 0) {
    this.#now = nowMs
    this.#queue = new EventQueue()
  }

  now(): number {
    return this.#now
  }

  /** Tasks run so far. */
  get events(): number {
    return this.#events
  }

  schedule(deadlineMs: number, task: Task): void {
    this.#queue.schedule(deadlineMs, task)
  }

  cancel(task: Task): void {
    this.#queue.cancel(task)
  }

  defer(work: () => void): void {
    this.#deferred[this.#deferredCount++] = work
  }

  /** Runs deferred work until there is none. Time does not move. */
  settle(): void {
    const deferred = this.#deferred
    for (let i = 0; i < this.#deferredCount; i++) {
      assert(i < DEFERRED_MAX, 'deferred work never ends')
      const work = deferred[i]!
      deferred[i] = DONE
      work()
    }
    this.#deferredCount = 0
  }

  /** Runs the next task, if one is due at or before `limitMs`; answers whether it did. */
  step(limitMs: number = Infinity): boolean {
    this.settle()
    const task = this.#queue.next(limitMs)
    if (task === undefined) return false
    this.#run(task)
    return true
  }

  /** Runs everything due up to and including `endMs`, which then is the time. */
  runUntil(endMs: number): void {
    assert(endMs >= this.#now, `time ${endMs} is before ${this.#now}`)
    this.settle()
    const queue = this.#queue
    for (let task = queue.next(endMs); task !== undefined; task = queue.next(endMs)) {
      this.#run(task)
    }
    this.#now = endMs
  }

  /** Same, for so many milliseconds. */
  advance(ms: number): void {
    this.runUntil(this.#now + ms)
  }

  #run(task: Task): void {
    this.#queue.take(task)
    // A task scheduled for the past runs now: time never goes back.
    if (task.deadlineMs > this.#now) this.#now = task.deadlineMs
    this.#events++
    task.run(this.#now)
    if (this.#deferredCount > 0) this.settle()
  }
}
