// The client: drives one Session with a clock and a channel, and turns its notices into events and
// promises. All protocol decisions are the session's; all bytes go through the channel.

import type { ByteChannel, ChannelHandler } from './channel/index.ts'
import { topicProblem } from './codec/index.ts'
import type { Properties, PublishFrame, QoS } from './codec/index.ts'
import { Session } from './core/index.ts'
import type {
  Capabilities,
  LinkState,
  Operation,
  Outcome,
  PublishResult,
  SessionHandler,
} from './core/index.ts'
import type {
  ClientEvents,
  EndOptions,
  Grant,
  PublishOptions,
  SubscribeOptions,
} from './client-types.ts'
import { MotewireError, UsageError } from './errors.ts'
import { endedError, filtersOf, filtersProblem, grantsOf, subscriptionsOf } from './filters.ts'
import type { PendingOperation } from './filters.ts'
import { Task } from './kit/index.ts'
import { brokerUrl, channelOpener, checkedQos, sessionOptions } from './options.ts'
import type { ClientOptions } from './options.ts'
import { PayloadSlab } from './payload-slab.ts'
import { Settlement } from './settlement.ts'
import type { SettleOptions } from './settlement.ts'
import { EventEmitter, sharedClock } from './runtime/index.ts'
import type { Clock } from './runtime/index.ts'

/** Bytes waiting for the link before inbound data is held back. */
const HOLD_READING_BYTES = 262_144
const NO_OPTIONS: PublishOptions = {}

export class Client extends EventEmitter<ClientEvents> {
  readonly #session: Session
  readonly #clock: Clock
  readonly #openChannel: () => ByteChannel
  readonly #slab: PayloadSlab | undefined
  readonly #timer: Task
  #channel: ByteChannel | undefined
  #isWriting = false
  #isFlushPlanned = false
  #isReadingHeld = false
  #attempts = 0
  #endWaiters: (() => void)[] | undefined
  #drainDeadlineMs = Infinity
  #endOptions: EndOptions = {}

  constructor(url: string | URL, options: ClientOptions = {}) {
    super()
    const parsed = brokerUrl(url)
    this.#openChannel = channelOpener(parsed, options)
    this.#clock = options.clock ?? sharedClock()
    this.#slab = options.payloads === 'borrow' ? undefined : new PayloadSlab()
    this.#timer = new Task((now) => this.#handleTimer(now))
    this.#session = new Session(sessionOptions(parsed, options), this.#notices())
  }

  get clientId(): string {
    return this.#session.clientId
  }

  get connected(): boolean {
    return this.#session.state === 'online'
  }

  /** idle, waiting (for the next attempt), dialing, greeting (CONNECT sent), online or ended. */
  get state(): LinkState {
    return this.#session.state
  }

  /** What the server of this connection allows; undefined while there is none. */
  get capabilities(): Capabilities | undefined {
    return this.#session.capabilities
  }

  /** Messages in the outbox: queued and in flight. */
  get queued(): number {
    return this.#session.outboxSize
  }

  /** Begins to connect, or does so at once instead of waiting for the next attempt. */
  start(): void {
    this.#session.start(this.#clock.now())
    this.#settle()
  }

  /**
   * Hands a message over. Never throws for the link's faults and never blocks. The payload is
   * borrowed until the outcome: do not change it.
   * @returns 'sent' (on its way), 'queued' (waits in the outbox), 'dropped' (outbox full, or the
   * server forbids it).
   * @throws UsageError ERR_TOPIC_INVALID for a topic that can never be published to.
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
      const settlement = new Settlement(topic, options, this.#clock, resolve, reject)
      if (settlement.isSettled) return
      this.#publish(topic, payload, options, settlement)
    })
  }

  #publish(
    topic: string,
    payload: Uint8Array | string,
    options: PublishOptions,
    token: unknown,
  ): PublishResult {
    const qos = options.qos === undefined ? 0 : checkedQos('qos', options.qos)
    if (topic !== this.#lastTopic) {
      const problem = topicProblem(topic)
      if (problem !== undefined) throw new UsageError('ERR_TOPIC_INVALID', problem)
      this.#lastTopic = topic
    }
    const { retain = false, properties } = options
    if (this.#session.state === 'ended') {
      this.#handleOutcome(token, 'dropped', 0, topic, qos)
      return 'dropped'
    }
    const now = this.#clock.now()
    const result = this.#session.publish(topic, payload, qos, retain, properties, token, now)
    if (!this.#isFlushPlanned && result === 'sent') this.#planFlush()
    return result
  }

  /** The topic checked last: most publishers use few. */
  #lastTopic = ''

  /**
   * Subscribes to one filter or several, now or as soon as there is a link.
   * @returns what the server granted, one entry a filter, in order; `qos` >= 128 is a refusal.
   * @throws UsageError ERR_FILTER_INVALID; MotewireError ERR_CLIENT_ENDED (as rejections).
   */
  subscribe(topic: string | readonly string[], options: SubscribeOptions = {}): Promise<Grant[]> {
    const filters = filtersOf(topic)
    const subscriptions = subscriptionsOf(filters, options)
    const { properties } = options
    return this.#operate(filters, (token) => ({
      kind: 'subscribe',
      subscriptions,
      properties,
      token,
    }))
  }

  /** Takes filters back; the answer is one reason code a filter (0 in 3.x). */
  unsubscribe(topic: string | readonly string[], properties?: Properties): Promise<Grant[]> {
    const filters = filtersOf(topic)
    return this.#operate(filters, (token) => ({ kind: 'unsubscribe', filters, properties, token }))
  }

  #operate(
    filters: readonly string[],
    make: (token: PendingOperation) => Operation,
  ): Promise<Grant[]> {
    return new Promise((resolve, reject) => {
      const problem = filtersProblem(filters)
      if (problem !== undefined) return reject(new UsageError('ERR_FILTER_INVALID', problem))
      if (this.#session.state === 'ended') return reject(endedError(this.clientId))
      if (!this.#session.operate(make({ resolve, reject }))) {
        const message = 'more than 1000 subscribe and unsubscribe operations wait'
        return reject(new MotewireError('ERR_SUBSCRIBE_REFUSED', message, { retryable: true }))
      }
      this.#settle()
    })
  }

  /**
   * Ends the client for good: delivers what is queued for at most `drainMs`, says DISCONNECT,
   * closes. What could not be delivered settles as dropped or indeterminate. Calling it twice is
   * harmless.
   */
  end(options: EndOptions = {}): Promise<void> {
    if (this.#session.state === 'ended' && this.#channel === undefined) return Promise.resolve()
    return new Promise((resolve) => {
      const isFirst = this.#endWaiters === undefined
      this.#endWaiters ??= []
      this.#endWaiters.push(resolve)
      if (!isFirst) return
      this.#endOptions = options
      this.#drainDeadlineMs = this.#clock.now() + (options.drainMs ?? 0)
      this.#settle()
    })
  }

  // What the session says.

  #notices(): SessionHandler {
    return {
      onDial: () => this.#dial(),
      onHangup: (how) => this.#hangUp(how),
      onTransmitFull: () => this.#flush(),
      onConnect: (connack) => {
        this.#attempts = 0
        this.emit('connect', connack)
      },
      onOffline: (cause, retryInMs) => this.#handleOffline(cause, retryInMs),
      onMessage: (frame) => this.#handleMessage(frame),
      onOutcome: (token, outcome, reasonCode, topic, qos) =>
        this.#handleOutcome(token, outcome, reasonCode, topic, qos),
      onOperation: (operation, reasonCodes) => this.#handleOperation(operation, reasonCodes),
    }
  }

  #handleOffline(cause: MotewireError | undefined, retryInMs: number | undefined): void {
    if (cause !== undefined && this.listenerCount('error') > 0) this.emit('error', cause)
    this.emit('offline', cause, retryInMs)
    this.emit('close')
  }

  #handleOutcome(
    token: unknown,
    outcome: Outcome,
    reasonCode: number,
    topic: string,
    qos: QoS,
  ): void {
    const isOurs = token instanceof Settlement
    if (isOurs) token.settle(outcome, reasonCode)
    this.emit('outcome', outcome, topic, qos, reasonCode, isOurs ? undefined : token)
  }

  #handleMessage(frame: PublishFrame): void {
    const { bytes, payloadStart, payloadEnd, qos, retain, dup, packetId, properties } = frame
    const payload =
      this.#slab === undefined
        ? Buffer.from(bytes.buffer, bytes.byteOffset + payloadStart, payloadEnd - payloadStart)
        : this.#slab.copy(bytes, payloadStart, payloadEnd)
    this.emit('message', frame.topic, payload, { qos, retain, dup, packetId, properties })
  }

  #handleOperation(operation: Operation, reasonCodes: readonly number[] | undefined): void {
    const pending = operation.token as PendingOperation
    if (reasonCodes === undefined) pending.reject(endedError(this.clientId))
    else pending.resolve(grantsOf(operation, reasonCodes))
  }

  // The channel.

  #dial(): void {
    if (this.#attempts++ > 0) this.emit('reconnect')
    const channel = this.#openChannel()
    this.#channel = channel
    this.#isWriting = false
    this.#isReadingHeld = false
    channel.open(this.#channelHandler(channel))
  }

  #channelHandler(channel: ByteChannel): ChannelHandler {
    const isCurrent = (): boolean => this.#channel === channel
    return {
      onOpen: () => {
        if (!isCurrent()) return
        this.#session.handleOpen(this.#clock.now())
        this.#settle()
      },
      onBytes: (bytes) => {
        if (!isCurrent()) return
        this.#session.handleBytes(bytes, this.#clock.now())
        this.#settle()
      },
      onDrain: () => {
        if (!isCurrent()) return
        this.#isWriting = false
        this.#session.handleTransmitted(this.#clock.now())
        this.#settle()
      },
      onClose: (cause) => {
        if (!isCurrent()) return
        this.#channel = undefined
        this.#session.handleClose(cause, this.#clock.now())
        this.#settle()
      },
    }
  }

  #hangUp(how: 'flush' | 'abort'): void {
    if (how === 'flush') this.#flush()
    const channel = this.#channel
    if (this.#session.state !== 'ended') this.#channel = undefined
    channel?.close(how)
  }

  #planFlush(): void {
    this.#isFlushPlanned = true
    this.#clock.defer(this.#settlePlanned)
  }

  readonly #settlePlanned = (): void => {
    this.#isFlushPlanned = false
    this.#settle()
  }

  /** Writes what the channel takes. */
  #flush(): void {
    const channel = this.#channel
    if (channel === undefined || this.#isWriting) return
    for (;;) {
      const bytes = this.#session.pollTransmit()
      if (bytes === undefined) return
      if (!channel.write(bytes)) {
        this.#isWriting = true
        return
      }
      this.#session.handleTransmitted(this.#clock.now())
    }
  }

  /** After every input: bytes out, then the next deadline. */
  #settle(): void {
    this.#flush()
    this.#holdReading()
    if (this.#endWaiters !== undefined) this.#advanceEnd()
    const deadline = Math.min(this.#session.pollTimeout(), this.#drainDeadline())
    if (deadline === Infinity) this.#clock.cancel(this.#timer)
    // The timer may fire too early: it then looks again. Moving it for each packet would cost more.
    else if (!this.#timer.isScheduled || deadline < this.#timer.deadlineMs) {
      this.#clock.schedule(deadline, this.#timer)
    }
  }

  #handleTimer(now: number): void {
    this.#session.handleTimeout(now)
    this.#settle()
  }

  /** A peer that sends but does not read must not make our answers pile up. */
  #holdReading(): void {
    const mustHold = this.#session.transmitBytes > HOLD_READING_BYTES
    if (mustHold === this.#isReadingHeld || this.#channel === undefined) return
    this.#isReadingHeld = mustHold
    if (mustHold) this.#channel.pause()
    else this.#channel.resume()
  }

  // The end.

  #drainDeadline(): number {
    return this.#endWaiters !== undefined && this.#session.state !== 'ended'
      ? this.#drainDeadlineMs
      : Infinity
  }

  #advanceEnd(): void {
    const now = this.#clock.now()
    if (this.#session.state !== 'ended') {
      if (!this.#session.isDrained && now < this.#drainDeadlineMs) return
      const wasDialled = this.#channel !== undefined
      this.#session.end(this.#endOptions.reasonCode ?? 0, this.#endOptions.properties)
      // A server that never closes its side must not hold us: the timer cuts it short.
      if (wasDialled && this.#channel !== undefined) {
        this.#clock.schedule(now + CLOSE_PATIENCE_MS, this.#closeTimer)
        return
      }
    }
    if (this.#channel !== undefined) return
    this.#clock.cancel(this.#closeTimer)
    const waiters = this.#endWaiters ?? []
    this.#endWaiters = undefined
    this.emit('close')
    this.emit('end')
    for (const resolve of waiters) resolve()
  }

  readonly #closeTimer: Task = new Task(() => this.#channel?.close('abort'))
}

/** How long the server may take to close after our DISCONNECT. */
const CLOSE_PATIENCE_MS = 1_000
