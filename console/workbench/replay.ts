// Publishes recorded messages again: at their own pace, so many times faster, or as fast as the
// broker takes them. Deadlines count from the start, so a late message shifts no other; no more
// than REPLAYS_IN_FLIGHT_MAX wait for the broker at a time, and their order stays. It knows no
// client.

import { Task } from '@motewire/sdk'
import type { Clock } from '@motewire/sdk'
import { REPLAYS_IN_FLIGHT_MAX } from '../limits.ts'
import type { ReplayView } from '../workbench-views.ts'
import type { RecordedMessage } from './recording.ts'

export interface ReplayOptions {
  /** Times faster than they came; Infinity: at once. */
  readonly speed: number
  /** Stands before each topic. */
  readonly prefix: string
  /** Number of the connection that publishes. */
  readonly connection: string
  readonly clock: Clock
  /** Settles when the broker has the message. */
  readonly publish: (message: Omit<RecordedMessage, 'at'>) => Promise<void>
}

export class Replay {
  /** Settles when the last message has, or when it was stopped. */
  readonly done: Promise<void>
  readonly #messages: readonly RecordedMessage[]
  readonly #options: ReplayOptions
  readonly #startedAt: number
  readonly #task = new Task(() => this.#proceed())
  #settle: () => void = () => undefined
  #next = 0
  #sent = 0
  #failed = 0
  #problem: string | null = null
  #isStopped = false

  /** Sends what is due at once. @param messages at least one; those there are now. */
  constructor(messages: readonly RecordedMessage[], options: ReplayOptions) {
    this.#messages = messages.slice()
    this.#options = options
    this.#startedAt = options.clock.now()
    this.done = new Promise((resolve) => (this.#settle = resolve))
    this.#proceed()
  }

  get isRunning(): boolean {
    return !this.#isStopped && this.#sent + this.#failed < this.#messages.length
  }

  /** What waits for the broker may still arrive. */
  stop(): void {
    this.#isStopped = true
    this.#options.clock.cancel(this.#task)
    this.#settle()
  }

  view(): ReplayView {
    const { speed, prefix, connection } = this.#options
    return {
      connection,
      speed: speed === Infinity ? null : speed,
      prefix,
      total: this.#messages.length,
      sent: this.#sent,
      failed: this.#failed,
      problem: this.#problem,
      isRunning: this.isRunning,
    }
  }

  #proceed(): void {
    const { clock } = this.#options
    while (!this.#isStopped && this.#next < this.#messages.length) {
      // Who settles goes on.
      if (this.#next - this.#sent - this.#failed >= REPLAYS_IN_FLIGHT_MAX) return
      const message = this.#messages[this.#next]!
      const dueAt = this.#dueAt(message)
      if (dueAt > clock.now()) {
        clock.schedule(dueAt, this.#task)
        return
      }
      this.#next++
      this.#send(message)
    }
  }

  #send({ at: _at, ...message }: RecordedMessage): void {
    const { publish, prefix } = this.#options
    publish({ ...message, topic: prefix + message.topic })
      .then(
        () => void this.#sent++,
        (error: unknown) => {
          this.#failed++
          this.#problem = error instanceof Error ? error.message : String(error)
        },
      )
      .finally(() => {
        if (this.#sent + this.#failed === this.#messages.length) this.#settle()
        else this.#proceed()
      })
  }

  #dueAt({ at }: RecordedMessage): number {
    const elapsedMs = at - (this.#messages[0]?.at ?? 0)
    return this.#startedAt + elapsedMs / this.#options.speed
  }
}
