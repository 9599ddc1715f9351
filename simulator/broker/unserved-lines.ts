// Lines without a connection: those that are being opened, which is their channel's affair, and
// those whose connection has ended and whose peer has not closed its side. It gives a peer so long
// and then cuts it. It does not know what is served. O(lines) at a cut.

import type { Clock } from '@motewire/sdk'
import { Task } from '@motewire/sdk/kit'
import type { Line } from './line.ts'

/** A peer that never closes its side would hold a socket for ever. */
const CLOSE_PATIENCE_MS = 10_000

export class UnservedLines {
  readonly #clock: Clock
  /** Until when each is waited for; those that close follow one another in time. */
  readonly #untilMs = new Map<Line, number>()
  readonly #task: Task = new Task((now) => this.#cutLate(now))

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get size(): number {
    return this.#untilMs.size
  }

  [Symbol.iterator](): IterableIterator<Line> {
    return this.#untilMs.keys()
  }

  /** @param isAwaited the peer is to close its side. */
  add(line: Line, isAwaited: boolean): void {
    const untilMs = isAwaited ? this.#clock.now() + CLOSE_PATIENCE_MS : Infinity
    this.#untilMs.set(line, untilMs)
    if (isAwaited && !this.#task.isScheduled) this.#clock.schedule(untilMs, this.#task)
  }

  delete(line: Line): void {
    this.#untilMs.delete(line)
    if (this.size === 0) this.#clock.cancel(this.#task)
  }

  cutAll(): void {
    for (const { channel } of this) channel.close('abort')
  }

  #cutLate(now: number): void {
    let nextMs = Infinity
    for (const [{ channel }, untilMs] of this.#untilMs) {
      if (untilMs <= now) channel.close('abort')
      else nextMs = Math.min(nextMs, untilMs)
    }
    if (nextMs !== Infinity) this.#clock.schedule(nextMs, this.#task)
  }
}
