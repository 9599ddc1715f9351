// Notices that the machine slept. The monotonic clock of a process stands still meanwhile, the
// system's uptime goes on (CLOCK_BOOTTIME on Linux); a wall clock that somebody sets changes
// neither. Looks every two seconds while anybody watches and never keeps a process alive.

import { uptime } from 'node:os'
import { performance } from 'node:perf_hooks'
import type { SleepWatcher } from './clock.ts'

const LOOK_EVERY_MS = 2_000
/** Less is rounding (uptime counts hundredths of a second) or a stopped debugger. */
const SLEEP_MS_MIN = 1_000

export class SleepWatch {
  readonly #watchers = new Set<SleepWatcher>()
  #timer: NodeJS.Timeout | undefined
  #driftMs = 0

  add(watcher: SleepWatcher): void {
    this.#watchers.add(watcher)
    if (this.#timer !== undefined) return
    this.#driftMs = drift()
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref()
  }

  remove(watcher: SleepWatcher): void {
    this.#watchers.delete(watcher)
    if (this.#watchers.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #look(): void {
    const now = drift()
    const sleptMs = now - this.#driftMs
    this.#driftMs = now
    if (sleptMs < SLEEP_MS_MIN) return
    for (const watcher of this.#watchers) watcher.handleSleep(sleptMs)
  }
}

function drift(): number {
  return uptime() * 1000 - performance.now()
}
