// Tasks in the exact order of their deadlines, fractions of a millisecond included; equal deadlines
// run in the order of scheduling. A heap of four branches: a world has a few hundred tasks at a
// time, and a heap of those stays in the processor's first cache, which the slots of a timer wheel
// do not. It does not know what time it is; `next` tells what is due. schedule, cancel and take are
// O(log n), and O(1) for what is due behind most others, as is common; next is O(1). 16 bytes each.

import { assert } from '@motewire/sdk/kit'
import type { Task } from '@motewire/sdk/kit'

/** Children of place p are at 4p + 1 to 4p + 4. */
const BRANCH_BITS = 2
const BRANCHES = 1 << BRANCH_BITS
const PLACES_MIN = 64

export class EventQueue {
  /** `task.slot` is its place here. */
  readonly #tasks: Task[] = []
  /** Deadlines of the tasks, beside each other so that a comparison touches no task. */
  #deadlines = new Float64Array(PLACES_MIN)
  #sequence = 0

  /** Tasks scheduled now. */
  get size(): number {
    return this.#tasks.length
  }

  /** A task already scheduled is moved, not doubled. */
  schedule(deadlineMs: number, task: Task): void {
    // The message only when needed: to write a fraction out in digits costs more than all the rest.
    if (!Number.isFinite(deadlineMs)) assert(false, `deadline ${deadlineMs}`)
    const isLater = deadlineMs >= task.deadlineMs
    task.deadlineMs = deadlineMs
    task.sequence = this.#sequence++
    if (task.slot === -1) {
      this.#reserve()
      const last = this.#tasks.length
      this.#tasks.push(task)
      this.#rise(task, last)
    } else if (isLater) this.#sink(task, task.slot)
    else this.#rise(task, task.slot)
  }

  cancel(task: Task): void {
    if (task.slot !== -1) this.take(task)
  }

  /** The task due first, if that is at or before `limitMs`; it stays scheduled. */
  next(limitMs: number): Task | undefined {
    return this.#tasks.length > 0 && this.#deadlines[0]! <= limitMs ? this.#tasks[0] : undefined
  }

  /** When the first task is due; Infinity when there is none. */
  wakeMs(): number {
    return this.#tasks.length > 0 ? this.#deadlines[0]! : Infinity
  }

  /** Takes a task out, to run it. */
  take(task: Task): void {
    const place = task.slot
    task.slot = -1
    const last = this.#tasks.pop()!
    if (last === task) return
    if (isBefore(last, task)) this.#rise(last, place)
    else this.#sink(last, place)
  }

  #reserve(): void {
    if (this.#tasks.length < this.#deadlines.length) return
    const larger = new Float64Array(this.#deadlines.length * 2)
    larger.set(this.#deadlines)
    this.#deadlines = larger
  }

  /** Puts a task at `place` or nearer to the root; what is in its way goes down. */
  #rise(task: Task, place: number): void {
    const tasks = this.#tasks
    const deadlines = this.#deadlines
    const { deadlineMs } = task
    while (place > 0) {
      const parent = (place - 1) >> BRANCH_BITS
      const parentMs = deadlines[parent]!
      if (parentMs < deadlineMs) break
      const above = tasks[parent]!
      if (parentMs === deadlineMs && above.sequence < task.sequence) break
      tasks[place] = above
      deadlines[place] = parentMs
      above.slot = place
      place = parent
    }
    tasks[place] = task
    deadlines[place] = deadlineMs
    task.slot = place
  }

  /** Puts a task at `place` or farther from the root; what is due before it comes up. */
  #sink(task: Task, place: number): void {
    const tasks = this.#tasks
    const deadlines = this.#deadlines
    const count = tasks.length
    const { deadlineMs } = task
    for (;;) {
      const first = (place << BRANCH_BITS) + 1
      if (first >= count) break
      let child = first
      let childMs = deadlines[first]!
      const end = Math.min(first + BRANCHES, count)
      for (let other = first + 1; other < end; other++) {
        const otherMs = deadlines[other]!
        if (otherMs > childMs) continue
        if (otherMs === childMs && tasks[other]!.sequence > tasks[child]!.sequence) continue
        child = other
        childMs = otherMs
      }
      if (childMs > deadlineMs) break
      const below = tasks[child]!
      if (childMs === deadlineMs && below.sequence > task.sequence) break
      tasks[place] = below
      deadlines[place] = childMs
      below.slot = place
      place = child
    }
    tasks[place] = task
    deadlines[place] = deadlineMs
    task.slot = place
  }
}

function isBefore(one: Task, other: Task): boolean {
  if (one.deadlineMs !== other.deadlineMs) return one.deadlineMs < other.deadlineMs
  return one.sequence < other.sequence
}
