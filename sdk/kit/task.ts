// A unit of deferred work, owned and reused by whoever schedules it, so that arming a timer
// allocates nothing. The fields after `run` belong to the clock that holds the task.

export class Task {
  /** What happens at the deadline. `now` is the clock's time at the call. */
  readonly run: (now: number) => void
  /** Milliseconds of the clock that holds the task. */
  deadlineMs = 0
  /** Order among equal deadlines. */
  sequence = 0
  /** Where the holder keeps the task; -1 when it is not scheduled. */
  slot = -1
  next: Task | undefined = undefined
  previous: Task | undefined = undefined

  constructor(run: (now: number) => void) {
    this.run = run
  }

  get isScheduled(): boolean {
    return this.slot !== -1
  }
}
