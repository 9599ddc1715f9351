// One attempt to reach the other side, on its way through its stages: a socket, a proxy's answer, a
// TLS handshake, a WebSocket upgrade. It ends once: with a stream that carries bytes, or with what
// went wrong. It knows nothing of the bytes that follow.

import type { EventEmitter } from 'node:events'
import type { OnReadOpts } from 'node:net'
import type { Duplex } from 'node:stream'
import type { LinkError } from '../errors.ts'
import { linkFailure } from './link-failure.ts'

/** Brings one attempt under way; it ends with `attempt.succeed` or `attempt.fail`. */
export type Dial = (attempt: Attempt) => void

export interface AttemptHandler {
  /** `readsIntoOnread`: its bytes come through the attempt's `onread`, not as 'data'. */
  handleStream(stream: Duplex, readsIntoOnread: boolean): void
  /** `cause` is undefined when the other side closed without saying why. */
  handleFailure(cause: LinkError | undefined): void
}

export class Attempt {
  /** Who is being talked to at this stage, for messages: the proxy first, then the other side. */
  subject: string
  /** Given to a plain socket, it reads without a buffer of its own. */
  readonly onread: OnReadOpts
  readonly #handler: AttemptHandler
  #stage: EventEmitter | undefined
  #stop: (() => void) | undefined
  #letGo: (() => void) | undefined
  #cause: LinkError | undefined
  #isOver = false

  constructor(subject: string, onread: OnReadOpts, handler: AttemptHandler) {
    this.subject = subject
    this.onread = onread
    this.#handler = handler
  }

  /** True once it has succeeded, failed or been given up: a stage that comes late does nothing. */
  get isOver(): boolean {
    return this.#isOver
  }

  /**
   * Waits for `event` of this stage and goes on with `next`; its 'close' is the end of the attempt.
   * The listeners of a stage that another has taken over stay, so that no 'error' is without one,
   * but the newer stage says what happened.
   */
  follow(stage: EventEmitter, event: string, next: () => void, stop: () => void): void {
    const handleError = (error: Error): void => {
      if (this.#stage === stage) this.#cause ??= linkFailure(this.subject, error)
    }
    const handleClose = (): void => {
      if (this.#stage === stage) this.#endWithFailure()
    }
    const handleReady = (): void => {
      if (!this.#isOver) next()
    }
    stage.on('error', handleError).once('close', handleClose).once(event, handleReady)
    this.#stage = stage
    this.#stop = stop
    this.#letGo = () => stage.off('error', handleError).off('close', handleClose)
  }

  /** The stream carries bytes from now on; its errors are the handler's. */
  succeed(stream: Duplex, readsIntoOnread = false): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#handler.handleStream(stream, readsIntoOnread)
    this.#letGo?.()
    this.#stage = undefined
    this.#letGo = undefined
    this.#stop = undefined
  }

  /** Stops; the handler hears of it when the stage has closed. Given up without a cause. */
  fail(cause?: LinkError): void {
    if (this.#isOver) return
    this.#cause ??= cause
    if (this.#stop === undefined) process.nextTick(() => this.#endWithFailure())
    else this.#stop()
  }

  #endWithFailure(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#handler.handleFailure(this.#cause)
  }
}
