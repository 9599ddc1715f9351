// Request and response over MQTT 5.0 [MQTT5 4.10]: a response topic of this client's own, and
// correlation data that tells the answers apart. Bound: REQUESTS_MAX requests without an answer.

import type { Grant, Message, PublishOptions, ReceivedPacket } from './client-types.ts'
import { MotewireError, UsageError } from './errors.ts'
import { Task } from './kit/index.ts'
import type { Clock } from './runtime/index.ts'

export interface RequestOptions extends PublishOptions {
  /** How long to wait for the answer, milliseconds. Default 10,000. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

const REQUESTS_MAX = 10_000
const ID_BYTES = 8

interface Pending {
  readonly resolve: (message: Message) => void
  readonly reject: (error: MotewireError) => void
  readonly timer: Task
}

/** The client, as far as requests ask it. */
interface Requester {
  readonly clientId: string
  subscribe(topic: string, options: { qos: 1 }): Promise<Grant[]>
  handle(filter: string, run: (...message: [string, Buffer, ReceivedPacket]) => void): () => void
  publishAsync(topic: string, payload: Uint8Array | string, options: PublishOptions): Promise<void>
}

export class Requests {
  readonly #client: Requester
  readonly #clock: Clock
  readonly #pending = new Map<number, Pending>()
  #last = 0
  #ready: Promise<string> | undefined

  constructor(client: Requester, clock: Clock) {
    this.#client = client
    this.#clock = clock
  }

  /** Publishes the question; settles with the answer. */
  async send(
    topic: string,
    payload: Uint8Array | string,
    options: RequestOptions,
  ): Promise<Message> {
    this.#ready ??= this.#listen()
    const responseTopic = await this.#ready
    return new Promise((resolve, reject) => {
      const correlationData = this.#open(topic, options, { resolve, reject })
      const properties = { ...options.properties, responseTopic, correlationData }
      this.#client
        .publishAsync(topic, payload, { ...options, properties })
        .catch((error: MotewireError) => this.#take(correlationData)?.reject(error))
    })
  }

  failAll(error: MotewireError): void {
    for (const id of this.#pending.keys()) this.#close(id)?.reject(error)
  }

  /** Subscribes to the topic of the answers; tried anew when the server refuses it. */
  async #listen(): Promise<string> {
    const topic = `motewire/responses/${this.#client.clientId}`
    const remove = this.#client.handle(topic, (from, payload, packet) => {
      // An answer that nobody waits for any more is dropped.
      const data = packet.properties?.correlationData
      if (data !== undefined) this.#take(data)?.resolve({ topic: from, payload, packet })
    })
    const [grant] = await this.#client.subscribe(topic, { qos: 1 })
    if (grant !== undefined && grant.qos < 0x80) return topic
    remove()
    this.#ready = undefined
    const message = `server refused the response topic '${topic}'`
    throw new MotewireError('ERR_SUBSCRIBE_REFUSED', message)
  }

  /** Registers a request; answers the correlation data for it. */
  #open(
    topic: string,
    { timeoutMs = 10_000, signal }: RequestOptions,
    settle: Pick<Pending, 'resolve' | 'reject'>,
  ): Buffer {
    if (this.#pending.size >= REQUESTS_MAX) {
      throw new UsageError('ERR_OPTION_INVALID', `more than ${REQUESTS_MAX} requests are open`)
    }
    const id = ++this.#last
    const give = (code: string, what: string) => (): void => {
      const message = `request to '${topic}' ${what}`
      this.#close(id)?.reject(new MotewireError(code, message, { retryable: true }))
    }
    const late = `had no answer within ${timeoutMs} ms`
    const timer = new Task(give('ERR_OPERATION_TIMEOUT', late))
    this.#clock.schedule(this.#clock.now() + timeoutMs, timer)
    signal?.addEventListener('abort', give('ERR_OPERATION_ABORTED', 'was aborted'), { once: true })
    this.#pending.set(id, { ...settle, timer })
    const correlationData = Buffer.alloc(ID_BYTES)
    correlationData.writeDoubleBE(id)
    return correlationData
  }

  /** The request that this correlation data belongs to, which is over then. */
  #take(data: Uint8Array): Pending | undefined {
    if (data.length !== ID_BYTES) return undefined
    return this.#close(Buffer.from(data.buffer, data.byteOffset, ID_BYTES).readDoubleBE())
  }

  #close(id: number): Pending | undefined {
    const pending = this.#pending.get(id)
    if (pending === undefined) return undefined
    this.#pending.delete(id)
    this.#clock.cancel(pending.timer)
    return pending
  }
}
