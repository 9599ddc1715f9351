// The promise of one `publishAsync`: settles once, with the delivery or with a PublishError, also
// when the caller's signal aborts or the deadline passes before the session knows the outcome.

import { reasonName } from './codec/index.ts'
import { NONE } from './core/index.ts'
import type { Delivery, Outcome } from './core/index.ts'
import { MotewireError } from './errors.ts'
import type { ErrorCode } from './errors.ts'
import { Task } from './kit/index.ts'
import type { Clock } from './runtime/index.ts'

export interface SettleOptions {
  /**
   * When it aborts, a message that was not sent yet is taken back (outcome 'dropped'); one that was
   * may still be delivered ('indeterminate').
   */
  readonly signal?: AbortSignal
  /** The same after this many milliseconds ('expired' or 'indeterminate'). Default: none. */
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
    const retryable =
      outcome === 'dropped' || outcome === 'indeterminate' || code === 'ERR_OUTBOX_FULL'
    super(code, message, { retryable })
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
  readonly #delivery: Delivery
  isSettled = false
  /** Where the message waits, once it does. */
  slot: number = NONE

  constructor(
    topic: string,
    options: SettleOptions,
    clock: Clock,
    delivery: Delivery,
    resolve: () => void,
    reject: (error: PublishError) => void,
  ) {
    this.#topic = topic
    this.#clock = clock
    this.#delivery = delivery
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
      this.#deadline = new Task(() => this.#withdraw('expired', late, 'ERR_OPERATION_TIMEOUT'))
      clock.schedule(clock.now() + deadlineMs, this.#deadline)
    }
  }

  settle(outcome: Outcome, reasonCode: number): void {
    if (this.isSettled) return
    if (outcome !== 'delivered') {
      const why = reasonCode === 0 ? outcome : `${outcome}: ${reasonName(reasonCode)}`
      // Without a word from the server it is our own outbox that refused it.
      const isFull = outcome === 'rejected' && reasonCode === 0
      const code = isFull ? 'ERR_OUTBOX_FULL' : CODES[outcome]
      return this.#giveUp(
        outcome,
        isFull ? 'found the outbox full' : `was ${why}`,
        code,
        reasonCode,
      )
    }
    this.#release()
    this.#resolve()
  }

  readonly #handleAbort = (): void =>
    this.#withdraw('dropped', 'was aborted', 'ERR_OPERATION_ABORTED')

  /** The caller waits no longer: takes the message back if it has not been sent. */
  #withdraw(outcome: 'dropped' | 'expired', what: string, code: ErrorCode): void {
    if (this.isSettled) return
    // Taking it back tells its outcome, which must find this settled already.
    this.isSettled = true
    const isTaken = this.#delivery.cancel(this.slot, this, outcome)
    this.isSettled = false
    this.#giveUp(isTaken ? outcome : 'indeterminate', what, code)
  }

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
