// Turns the notices of a session into events, promises and calls of handlers. What a listener
// throws never reaches the session: it is told as 'error', or thrown anew where nobody else stands.

import type { ClientEvents, ReceivedPacket } from './client-types.ts'
import type { ConnackPacket, ProtocolVersion, PublishFrame, QoS } from './codec/index.ts'
import type { Operation, Outcome, Ticket } from './core/index.ts'
import type { Driver, DriverHandler } from './driver.ts'
import { MotewireError } from './errors.ts'
import { endedError, grantsOf } from './filters.ts'
import type { PendingOperation } from './filters.ts'
import { Inbox } from './inbox.ts'
import type { InboxOptions, InboxOwner } from './inbox.ts'
import { PacketTap } from './packet-tap.ts'
import type { LinkTap } from './packet-tap.ts'
import type { EventEmitter } from './runtime/index.ts'
import { Settlement } from './settlement.ts'
import type { Targets } from './targets.ts'

const TOO_LARGE = 'filters take more bytes than a packet to this server may have'

export class Announcer implements DriverHandler, InboxOwner {
  readonly #inboxOptions: InboxOptions
  #inbox: Inbox | undefined
  readonly #events: EventEmitter<ClientEvents>
  readonly #targets: Targets
  /** Set as soon as there is one: it is made with this announcer. */
  driver: Driver | undefined
  tap: LinkTap | undefined
  /** The client has ended and its channel is closed. */
  handleClosed: (() => void) | undefined
  #isOnline = false

  constructor(events: EventEmitter<ClientEvents>, targets: Targets, options: InboxOptions) {
    this.#events = events
    this.#targets = targets
    this.#inboxOptions = options
  }

  /** Made when somebody wants messages: most devices only publish. */
  get inbox(): Inbox {
    return (this.#inbox ??= new Inbox(this.#inboxOptions, this))
  }

  // The link.

  onAttempt(): void {
    if (this.#targets.attempts > 0) this.#tell('reconnect')
  }

  /** Only now, because who calls `connect` can listen only after the first attempt has begun. */
  onOpen(): void {
    const isSeen =
      this.#events.listenerCount('packetsend') > 0 ||
      this.#events.listenerCount('packetreceive') > 0
    if (isSeen) this.tap ??= this.#makeTap()
    this.tap?.handleOpen()
  }

  #makeTap(): LinkTap {
    return new PacketTap(
      (): ProtocolVersion => this.driver?.session.handshake.protocolVersion ?? 4,
      (packet, bytes) => this.#tell('packetsend', packet, bytes),
      (packet, bytes) => this.#tell('packetreceive', packet, bytes),
    )
  }

  onConnect(connack: ConnackPacket): void {
    this.#isOnline = true
    this.#targets.handleOnline()
    this.#tell('connect', connack)
  }

  onOffline(cause: MotewireError | undefined, retryInMs: number | undefined): void {
    const wasOnline = this.#isOnline
    this.#isOnline = false
    const isRedirected = this.#targets.handleEnd(cause, wasOnline)
    if (cause !== undefined && this.#events.listenerCount('error') > 0) this.#tell('error', cause)
    this.#tell('offline', cause, isRedirected ? 0 : retryInMs)
    this.#tell('close')
    const driver = this.driver
    if (isRedirected && driver !== undefined) {
      driver.clock.defer(() => {
        driver.session.start(driver.clock.now())
        driver.settle()
      })
    }
  }

  onStoreFailed(error: MotewireError): void {
    if (this.#events.listenerCount('error') > 0) this.#tell('error', error)
  }

  onClosed(): void {
    this.handleClosed?.()
  }

  // Messages in.

  get hasListeners(): boolean {
    return this.#events.listenerCount('message') > 0
  }

  onMessage(frame: PublishFrame): void {
    if (this.#inbox !== undefined || this.hasListeners) this.inbox.handle(frame)
  }

  emitMessage(topic: string, payload: Buffer, packet: ReceivedPacket): void {
    try {
      this.#events.emit('message', topic, payload, packet)
    } catch (error) {
      this.handleFault(error, topic)
    }
  }

  defer(): Ticket | undefined {
    return this.driver?.session.reception.defer()
  }

  redeem(ticket: Ticket): void {
    this.driver?.session.reception.redeem(ticket)
    this.driver?.planFlush()
  }

  setFull(isFull: boolean): void {
    this.driver?.setInboxFull(isFull)
  }

  // Messages out.

  onOutcome(token: unknown, outcome: Outcome, reasonCode: number, topic: string, qos: QoS): void {
    const isOurs = token instanceof Settlement
    if (isOurs) token.settle(outcome, reasonCode)
    try {
      this.#events.emit('outcome', outcome, topic, qos, reasonCode, isOurs ? undefined : token)
    } catch (error) {
      this.#throwLater(error)
    }
  }

  onOperation(operation: Operation, reasonCodes: readonly number[] | undefined): void {
    const pending = operation.token as PendingOperation
    const session = this.driver?.session
    if (reasonCodes !== undefined) pending.resolve(grantsOf(operation, reasonCodes))
    else if (session === undefined || session.state === 'ended') {
      pending.reject(endedError(session?.clientId ?? ''))
    } else pending.reject(new MotewireError('ERR_PACKET_TOO_LARGE', TOO_LARGE))
  }

  // Faults.

  /** A handler or listener of the application threw. */
  handleFault(cause: unknown, topic: string): void {
    const message = `handler of a message to '${topic}' failed: ${(cause as Error).message}`
    const error = new MotewireError('ERR_HANDLER_FAILED', message, { cause })
    if (this.#events.listenerCount('error') > 0) this.#tell('error', error)
    else this.#throwLater(error)
  }

  #tell<E extends keyof ClientEvents>(event: E, ...args: Parameters<ClientEvents[E]>): void {
    try {
      // The emitter cannot see that the parameters of a generic event fit.
      ;(this.#events.emit as (event: E, ...args: unknown[]) => boolean).call(
        this.#events,
        event,
        ...args,
      )
    } catch (error) {
      this.#throwLater(error)
    }
  }

  /** Outside of the session, so that it stays whole; the process hears of it as usual. */
  #throwLater(error: unknown): void {
    queueMicrotask(() => {
      throw error
    })
  }
}
