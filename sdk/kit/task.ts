// A unit of deferred work, owned and reused by whoever schedules it, so that arming a timer
// allocates nothing. The fields after the work belong to the clock that holds the task.

export class Task {
  readonly #work: ((now: number) => void) | undefined
  /** Milliseconds of the clock that holds the task. */
  deadlineMs = 0
  /** Order among equal deadlines. */
  sequence = 0
  /** Where the holder keeps the task; -1 when it is not scheduled. */
  slot = -1
  next: Task | undefined = undefined
  previous: Task | undefined = undefined

  /** @param work left out by a class that has a `run` of its own, and thus needs no closure. */
  constructor(work?: (now: number) => void) {
    this.#work = work
  }

  /** What happens at the deadline. `now` is the clock's time at the call. */
  run(now: number): void {
    this.#work?.(now)
  }

  get isScheduled(): boolean {
    return this.slot !== -1
  }
}
