// The client: what an application holds. It checks what it is given and hands it to the session;
// the driver moves bytes and time, the announcer tells what happened.

import { Announcer } from './announcer.ts'
import type {
  ClientEvents,
  EndOptions,
  Grant,
  Message,
  PublishOptions,
  SubscribeOptions,
} from './client-types.ts'
import { PacketType, topicProblem } from './codec/index.ts'
import type { Properties, QoS } from './codec/index.ts'
import type { Capabilities, LinkState, Operation, PublishResult } from './core/index.ts'
import { checkDisconnect } from './connect-packet.ts'
import { Driver } from './driver.ts'
import { MotewireError, UsageError } from './errors.ts'
import { endedError, filtersOf, filtersProblem, subscriptionsOf } from './filters.ts'
import type { PendingOperation } from './filters.ts'
import type { MessageHandler } from './inbox.ts'
import { Task } from './kit/index.ts'
import { MessageStream } from './message-stream.ts'
import { checkedQos, checkProperties } from './option-checks.ts'
import { expiryOf, inboxOptions, sessionOptions } from './options.ts'
import type { ClientOptions } from './options.ts'
import { Requests } from './requests.ts'
import type { RequestOptions } from './requests.ts'
import { EventEmitter, sharedClock } from './runtime/index.ts'
import type { Clock } from './runtime/index.ts'
import { Settlement } from './settlement.ts'
import type { SettleOptions } from './settlement.ts'
import { statisticsOf } from './statistics.ts'
import type { Statistics } from './statistics.ts'
import type { Store } from './store/index.ts'
import { Targets } from './targets.ts'

const NO_OPTIONS: PublishOptions = {}
/** How long the server may take to close after our DISCONNECT. */
const CLOSE_PATIENCE_MS = 1_000

export class Client extends EventEmitter<ClientEvents> {
  readonly #announcer: Announcer
  readonly #driver: Driver
  readonly #clock: Clock
  readonly #store: Store | undefined
  readonly #keepsQos0: boolean
  #requests: Requests | undefined
  #streams: Set<MessageStream> | undefined
  /** The topic checked last: most publishers use few. */
  #lastTopic: string | undefined
  #endWaiters: (() => void)[] | undefined
  #drain: Task | undefined

  /**
   * @param url one broker, or several to be tried in turn.
   * @throws UsageError ERR_URL_INVALID, ERR_OPTION_INVALID, ERR_TOPIC_INVALID (will).
   */
  constructor(url: string | URL | readonly (string | URL)[], options: ClientOptions = {}) {
    super()
    const targets = new Targets([url].flat(), options)
    const clock = options.clock ?? sharedClock()
    const { store, pacer, queueQoSZero = true } = options
    this.#clock = clock
    this.#store = store
    this.#keepsQos0 = queueQoSZero
    this.#announcer = new Announcer(this, targets, inboxOptions(options))
    const session = sessionOptions(targets.credentials, options)
    const batchMs = options.budget?.batchMs ?? 0
    this.#driver = new Driver({ session, targets, clock, store, pacer, batchMs }, this.#announcer)
    this.#announcer.driver = this.#driver
  }

  get clientId(): string {
    return this.#driver.session.clientId
  }

  get connected(): boolean {
    return this.#driver.session.state === 'online'
  }

  /** idle, waiting (for the next attempt), dialing, greeting (CONNECT sent), online or ended. */
  get state(): LinkState {
    return this.#driver.session.state
  }

  /** What the server of this connection allows; undefined while there is none. */
  get capabilities(): Capabilities | undefined {
    return this.#driver.session.capabilities
  }

  /** Messages in the outbox: queued and in flight. */
  get queued(): number {
    return this.#driver.session.delivery.outbox.size
  }

  /** Of `queued`, the messages of this QoS that were sent and are not confirmed. */
  inflight(qos: QoS): number {
    return this.#driver.session.delivery.inflightOf(qos)
  }

  /**
   * Number of the last QoS 1 or 2 message accepted, counted over all lives of the store: where a
   * process that was killed goes on.
   */
  get lastSerial(): number {
    return this.#driver.session.delivery.log.lastSerial
  }

  statistics(): Statistics {
    return statisticsOf(this.#driver.session, this.#clock.now())
  }

  /** Begins to connect, or does so at once instead of waiting for the next attempt. */
  start(): void {
    this.#driver.session.start(this.#clock.now())
    this.#driver.settle()
  }

  // Out.

  /**
   * Hands a message over. Never throws for the link's faults and never blocks. The payload is
   * borrowed until the outcome: do not change it.
   * @returns 'sent' (on its way), 'queued' (waits in the outbox), 'dropped' (outbox full, or the
   * server forbids it).
   * @throws UsageError ERR_TOPIC_INVALID for a topic that can never be published to,
   * ERR_OPTION_INVALID.
   */
  publish(
    topic: string,
    payload: Uint8Array | string,
    options: PublishOptions = NO_OPTIONS,
  ): PublishResult {
    return this.#publish(topic, payload, options, options.token)
  }

  /**
   * Publishes and settles with the delivery: at QoS 0 when the message was handed to the link, at
   * QoS 1 and 2 when the server confirmed it. Always settles.
   * @throws PublishError (as rejection) whose `outcome` says how else it ended.
   */
  publishAsync(
    topic: string,
    payload: Uint8Array | string,
    options: PublishOptions & SettleOptions = NO_OPTIONS,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const { delivery } = this.#driver.session
      const settlement = new Settlement(topic, options, this.#clock, delivery, resolve, reject)
      if (settlement.isSettled) return
      this.#publish(topic, payload, options, settlement)
      settlement.slot = delivery.lastSlot
    })
  }

  #publish(
    topic: string,
    payload: Uint8Array | string,
    options: PublishOptions,
    token: unknown,
  ): PublishResult {
    if (topic !== this.#lastTopic) {
      const problem = topicProblem(topic)
      if (problem !== undefined) throw new UsageError('ERR_TOPIC_INVALID', problem)
      this.#lastTopic = topic
    }
    const { qos = 0, retain = false, properties, priority = 1 } = options
    if (properties !== undefined) checkProperties(properties, PacketType.publish)
    const driver = this.#driver
    const { delivery } = driver.session
    if (qos === 0) {
      const result = delivery.publishAtOnce(topic, payload, retain, properties, token)
      if (result !== undefined) {
        driver.planFlush()
        return result
      }
    } else checkedQos('qos', qos)
    if (driver.session.state === 'ended' || (qos === 0 && !this.#keepsQos0 && !this.connected)) {
      this.#announcer.onOutcome(token, 'dropped', 0, topic, qos)
      return 'dropped'
    }
    const now = driver.now()
    const expiresAtMs = expiryOf(options, now)
    const result = delivery.publish(
      topic,
      payload,
      qos,
      retain,
      properties,
      token,
      priority,
      expiresAtMs,
      now,
    )
    if (result === 'sent' || this.#store !== undefined || expiresAtMs !== Infinity) {
      driver.planFlush()
    }
    return result
  }

  /**
   * Asks and waits for the answer (5.0): publishes with a response topic of this client's own and
   * resolves with the message that carries the same correlation data.
   * @throws MotewireError ERR_OPERATION_TIMEOUT, ERR_OPERATION_ABORTED; PublishError (as
   * rejections).
   */
  request(
    topic: string,
    payload: Uint8Array | string,
    options: RequestOptions = {},
  ): Promise<Message> {
    this.#requests ??= new Requests(this, this.#clock)
    return this.#requests.send(topic, payload, options)
  }

  // In.

  /**
   * Subscribes to one filter or several, now or as soon as there is a link.
   * @returns what the server granted, one entry a filter, in order; `qos` >= 128 is a refusal.
   * @throws UsageError ERR_FILTER_INVALID; MotewireError ERR_CLIENT_ENDED (as rejections).
   */
  subscribe(topic: string | readonly string[], options: SubscribeOptions = {}): Promise<Grant[]> {
    const filters = filtersOf(topic)
    const subscriptions = subscriptionsOf(filters, options)
    const { properties } = options
    return this.#operate(filters, options, (token) => ({
      kind: 'subscribe',
      subscriptions,
      properties,
      token,
    }))
  }

  /** Takes filters back; the answer is one reason code a filter (0 in 3.x). */
  unsubscribe(topic: string | readonly string[], properties?: Properties): Promise<Grant[]> {
    const filters = filtersOf(topic)
    return this.#operate(filters, {}, (token) => ({
      kind: 'unsubscribe',
      filters,
      properties,
      token,
    }))
  }

  #operate(
    filters: readonly string[],
    options: SubscribeOptions,
    make: (token: PendingOperation) => Operation,
  ): Promise<Grant[]> {
    return new Promise((resolve, reject) => {
      const problem = filtersProblem(filters, options)
      if (problem !== undefined) return reject(new UsageError('ERR_FILTER_INVALID', problem))
      const { session } = this.#driver
      if (session.state === 'ended') return reject(endedError(this.clientId))
      if (!session.operate(make({ resolve, reject }))) {
        const message = 'more than 1000 subscribe and unsubscribe operations wait'
        return reject(new MotewireError('ERR_SUBSCRIBE_REFUSED', message, { retryable: true }))
      }
      this.#driver.settle()
    })
  }

  /**
   * Calls `run` for each received message that matches the filter, besides the 'message' event. It
   * does not subscribe. A promise that `run` returns holds the acknowledgement until it settles;
   * when too many are pending, reading from the link stops.
   * @returns what takes the handler away again.
   * @throws UsageError ERR_FILTER_INVALID.
   */
  handle(filter: string, run: MessageHandler): () => void {
    const problem = filtersProblem([filter], {})
    if (problem !== undefined) throw new UsageError('ERR_FILTER_INVALID', problem)
    return this.#announcer.inbox.add(filter, run)
  }

  /**
   * Received messages that match the filter, one after the other; each is acknowledged when the
   * loop asks for the next. Leaving the loop ends it, and so does the client's end.
   * @throws UsageError ERR_FILTER_INVALID.
   */
  messages(filter: string = '#'): AsyncIterableIterator<Message> {
    const problem = filtersProblem([filter], {})
    if (problem !== undefined) throw new UsageError('ERR_FILTER_INVALID', problem)
    const streams = (this.#streams ??= new Set())
    const stream = new MessageStream(this.#announcer.inbox, filter, () => streams.delete(stream))
    streams.add(stream)
    return stream
  }

  /**
   * Holds received messages back until `resume`: they wait unacknowledged, in order, and at the
   * bounds of the inbox reading stops. Pings and publishing go on.
   */
  pause(): void {
    this.#announcer.inbox.pause()
  }

  resume(): void {
    this.#announcer.inbox.resume()
  }

  /**
   * Authenticates anew on this connection (5.0, with an `authenticator`).
   * @throws MotewireError ERR_AUTH_UNAVAILABLE when there is no such connection now.
   */
  reauthenticate(): void {
    if (!this.#driver.session.reauthenticate()) {
      const message = `client '${this.clientId}' cannot authenticate anew now`
      throw new MotewireError('ERR_AUTH_UNAVAILABLE', message, { retryable: true })
    }
    this.#driver.settle()
  }

  // The end.

  /**
   * Ends the client for good: delivers what is queued for at most `drainMs`, says DISCONNECT,
   * closes. What could not be delivered settles as dropped or indeterminate; what a store keeps
   * goes on in its next life. Calling it twice is harmless.
   * @throws UsageError ERR_OPTION_INVALID for what a client may not say in DISCONNECT.
   */
  end(options: EndOptions = {}): Promise<void> {
    if (this.state === 'ended' && this.#endWaiters === undefined) return Promise.resolve()
    checkDisconnect(options, this.#driver.session.handshake.sessionExpiryS)
    return new Promise((resolve) => {
      const isFirst = this.#endWaiters === undefined
      this.#endWaiters ??= []
      this.#endWaiters.push(resolve)
      if (!isFirst) return
      this.#announcer.handleClosed = () => this.#finish()
      const until = this.#clock.now() + (options.drainMs ?? 0)
      this.#drain = new Task((now) => this.#awaitDrain(options, until, now))
      this.#awaitDrain(options, until, this.#clock.now())
    })
  }

  #awaitDrain(options: EndOptions, untilMs: number, now: number): void {
    const { session } = this.#driver
    if (!session.isDrained && now < untilMs) {
      this.#driver.settle()
      this.#clock.schedule(Math.min(untilMs, now + DRAIN_LOOK_MS), this.#drain!)
      return
    }
    session.end(options.reasonCode ?? 0, options.properties)
    this.#driver.close('flush')
    // A server that never closes its side must not hold us.
    if (this.#driver.isClosed) return
    this.#drain = new Task(() => this.#driver.close('abort'))
    this.#clock.schedule(now + CLOSE_PATIENCE_MS, this.#drain)
  }

  #finish(): void {
    if (this.#drain !== undefined) this.#clock.cancel(this.#drain)
    this.#requests?.failAll(endedError(this.clientId))
    for (const stream of this.#streams ?? []) stream.end()
    if (this.#store === undefined) this.#tellEnd()
    else {
      // A disk that fails now has been told already; the end comes all the same.
      const tell = (): void => this.#tellEnd()
      this.#store.close().then(tell, tell)
    }
  }

  #tellEnd(): void {
    const waiters = this.#endWaiters ?? []
    this.#endWaiters = undefined
    this.emit('close')
    this.emit('end')
    for (const resolve of waiters) resolve()
  }
}

/** While draining, whether all is delivered is looked at this often. */
const DRAIN_LOOK_MS = 10
