// The clock contract: everything that knows the time. Protocol code never calls it; it is handed
// `now` and answers with deadlines. Implementations: RealClock (here), ManualClock (testing),
// VirtualClock (simulator/world). Unit: milliseconds, monotonic, fractions allowed, any origin.

import type { Task } from '../kit/index.ts'

export interface Clock {
  /** Monotonic milliseconds. Stable during one callback only if the implementation says so. */
  now(): number
  /** Runs `task` once at or after `deadlineMs`. A task already scheduled is moved, not doubled. */
  schedule(deadlineMs: number, task: Task): void
  /** Takes back a scheduled task; does nothing when it is not scheduled. */
  cancel(task: Task): void
  /** Runs `work` once the current callback has returned, before time moves on. */
  defer(work: () => void): void
  /** Milliseconds since 1970, for dates that outlive the process. Default: the system's. */
  wallNow?(): number
  /** Tells `watcher` when the machine slept, until `unwatchSleep`. */
  watchSleep?(watcher: SleepWatcher): void
  unwatchSleep?(watcher: SleepWatcher): void
}

export interface SleepWatcher {
  /** The machine slept for `ms` that `now` did not count. */
  handleSleep(ms: number): void
}
