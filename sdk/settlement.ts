// The promise of one `publishAsync`: settles once, with the delivery or with a PublishError, also
// when the caller's signal aborts or the deadline passes before the session knows the outcome.

import { reasonName } from './codec/index.ts'
import type { Outcome } from './core/index.ts'
import { MotewireError } from './errors.ts'
import type { ErrorCode } from './errors.ts'
import { Task } from './kit/index.ts'
import type { Clock } from './runtime/index.ts'

export interface SettleOptions {
  /** Rejects with outcome 'indeterminate' when it aborts; the message may still be delivered. */
  readonly signal?: AbortSignal
  /** The same after this many milliseconds. Default: no deadline. */
  readonly deadlineMs?: number
}

/** How a message ended that was not delivered. */
export class PublishError extends MotewireError {
  override readonly name = 'PublishError'
  readonly outcome: Exclude<Outcome, 'delivered'>
  /** The server's reason code, 0 when it said nothing. */
  readonly reasonCode: number

  constructor(
    code: ErrorCode,
    message: string,
    outcome: Exclude<Outcome, 'delivered'>,
    reasonCode = 0,
  ) {
    super(code, message, { retryable: outcome === 'dropped' || outcome === 'indeterminate' })
    this.outcome = outcome
    this.reasonCode = reasonCode
  }
}

const CODES: Readonly<Record<Exclude<Outcome, 'delivered'>, ErrorCode>> = {
  rejected: 'ERR_PUBLISH_REJECTED',
  expired: 'ERR_PUBLISH_EXPIRED',
  dropped: 'ERR_PUBLISH_DROPPED',
  superseded: 'ERR_PUBLISH_SUPERSEDED',
  indeterminate: 'ERR_PUBLISH_INDETERMINATE',
}

export class Settlement {
  readonly #topic: string
  readonly #clock: Clock
  readonly #resolve: () => void
  readonly #reject: (error: PublishError) => void
  readonly #signal: AbortSignal | undefined
  readonly #deadline: Task | undefined
  isSettled = false

  constructor(
    topic: string,
    options: SettleOptions,
    clock: Clock,
    resolve: () => void,
    reject: (error: PublishError) => void,
  ) {
    this.#topic = topic
    this.#clock = clock
    this.#resolve = resolve
    this.#reject = reject
    const { signal, deadlineMs } = options
    this.#signal = signal
    if (signal?.aborted === true) {
      this.#giveUp('dropped', 'was aborted before it was sent')
      return
    }
    signal?.addEventListener('abort', this.#handleAbort, { once: true })
    if (deadlineMs !== undefined) {
      const late = `was not confirmed within ${deadlineMs} ms`
      this.#deadline = new Task(() => this.#giveUp('indeterminate', late, 'ERR_OPERATION_TIMEOUT'))
      clock.schedule(clock.now() + deadlineMs, this.#deadline)
    }
  }

  settle(outcome: Outcome, reasonCode: number): void {
    if (this.isSettled) return
    if (outcome !== 'delivered') {
      const why = reasonCode === 0 ? outcome : `${outcome}: ${reasonName(reasonCode)}`
      return this.#giveUp(outcome, `was ${why}`, CODES[outcome], reasonCode)
    }
    this.#release()
    this.#resolve()
  }

  readonly #handleAbort = (): void => this.#giveUp('indeterminate', 'was aborted')

  #giveUp(
    outcome: Exclude<Outcome, 'delivered'>,
    what: string,
    code: ErrorCode = 'ERR_OPERATION_ABORTED',
    reasonCode = 0,
  ): void {
    if (this.isSettled) return
    this.#release()
    this.#reject(new PublishError(code, `message to '${this.#topic}' ${what}`, outcome, reasonCode))
  }

  #release(): void {
    this.isSettled = true
    if (this.#deadline !== undefined) this.#clock.cancel(this.#deadline)
    this.#signal?.removeEventListener('abort', this.#handleAbort)
  }
}
