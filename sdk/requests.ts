// Request and response over MQTT 5.0 [MQTT5 4.10]: a response topic of this client's own, and
// correlation data that tells the answers apart. Bound: REQUESTS_MAX requests without an answer.

import type { Message, PublishOptions } from './client-types.ts'
import { MotewireError, UsageError } from './errors.ts'
import { Task } from './kit/index.ts'
import type { Clock } from './runtime/index.ts'

export interface RequestOptions extends PublishOptions {
  /** How long to wait for the answer, milliseconds. Default 10,000. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

const REQUESTS_MAX = 10_000

interface Pending {
  readonly resolve: (message: Message) => void
  readonly reject: (error: MotewireError) => void
  readonly timer: Task
}

export class Requests {
  readonly #clock: Clock
  readonly #pending = new Map<number, Pending>()
  #last = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Registers a request; answers the correlation data for it. */
  open(
    topic: string,
    { timeoutMs = 10_000, signal }: RequestOptions,
    settle: Pick<Pending, 'resolve' | 'reject'>,
  ): Buffer {
    if (this.#pending.size >= REQUESTS_MAX) {
      throw new UsageError('ERR_OPTION_INVALID', `more than ${REQUESTS_MAX} requests are open`)
    }
    const id = ++this.#last
    const give = (code: string, what: string) => (): void => {
      this.#close(id)?.reject(
        new MotewireError(code, `request to '${topic}' ${what}`, { retryable: true }),
      )
    }
    const late = `had no answer within ${timeoutMs} ms`
    const timer = new Task(give('ERR_OPERATION_TIMEOUT', late))
    this.#clock.schedule(this.#clock.now() + timeoutMs, timer)
    signal?.addEventListener('abort', give('ERR_OPERATION_ABORTED', 'was aborted'), { once: true })
    this.#pending.set(id, { ...settle, timer })
    const correlationData = Buffer.alloc(8)
    correlationData.writeDoubleBE(id)
    return correlationData
  }

  /** An answer came; those nobody waits for any more are dropped. */
  handleResponse(message: Message): void {
    const data = message.packet.properties?.correlationData
    if (data?.length !== 8) return
    const id = Buffer.from(data.buffer, data.byteOffset, 8).readDoubleBE()
    this.#close(id)?.resolve(message)
  }

  /** The request could not be sent, or the client ended. */
  fail(correlationData: Buffer, error: MotewireError): void {
    this.#close(correlationData.readDoubleBE())?.reject(error)
  }

  failAll(error: MotewireError): void {
    for (const id of this.#pending.keys()) this.#close(id)?.reject(error)
  }

  #close(id: number): Pending | undefined {
    const pending = this.#pending.get(id)
    if (pending === undefined) return undefined
    this.#pending.delete(id)
    this.#clock.cancel(pending.timer)
    return pending
  }
}
