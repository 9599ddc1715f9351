// Drives one session with a clock, a channel and a store: opens what the session dials, moves bytes
// both ways, wakes it at its deadlines. It makes no protocol decision and tells no application.

import type { ByteChannel, ChannelHandler } from './channel/index.ts'
import type { ConnackPacket, PublishFrame, QoS } from './codec/index.ts'
import { Session } from './core/index.ts'
import type {
  Capabilities,
  Operation,
  Outcome,
  SessionHandler,
  SessionOptions,
} from './core/index.ts'
import { LinkError } from './errors.ts'
import type { MotewireError } from './errors.ts'
import { Task } from './kit/index.ts'
import type { ConnectPacer } from './pacer.ts'
import type { LinkTap } from './packet-tap.ts'
import { beginRead } from './payload-slab.ts'
import type { Clock, SleepWatcher } from './runtime/index.ts'
import type { Store } from './store/index.ts'
import type { Attempt, Targets } from './targets.ts'

/** Bytes waiting for the link before inbound data is held back. */
const HOLD_READING_BYTES = 262_144
/** A flush waits no longer once this many bytes wait. */
const BATCH_BYTES_MAX = 16_384

/** The notices that concern the application; those of the link stay here. */
export interface DriverHandler extends Omit<
  SessionHandler,
  'onDial' | 'onHangup' | 'onTransmitFull'
> {
  /** Sees the bytes of each connection; undefined when nobody looks. */
  readonly tap: LinkTap | undefined
  /** An attempt to connect begins. */
  onAttempt(): void
  /** The channel is open, and no byte has passed yet: the moment to begin to look. */
  onOpen(): void
  /** The store failed; the client goes on without it for now. */
  onStoreFailed(error: MotewireError): void
  /** The session has ended and the channel is closed. */
  onClosed(): void
}

export interface DriverOptions {
  readonly session: SessionOptions
  readonly targets: Targets
  readonly clock: Clock
  readonly store: Store | undefined
  readonly pacer: Pick<ConnectPacer, 'schedule'> | undefined
  /** How long bytes may wait for others to go with them; 0: not at all. */
  readonly batchMs: number
}

export class Driver implements SessionHandler, SleepWatcher {
  readonly session: Session
  readonly clock: Clock
  readonly #targets: Targets
  readonly #pacer: DriverOptions['pacer']
  readonly #batchMs: number
  readonly #handler: DriverHandler
  readonly #timer: Task = new WakeTask(this)
  #batchTimer: Task | undefined
  /** Made by the first publish, and then used by all. */
  #settlePlanned: (() => void) | undefined
  #channel: ByteChannel | undefined
  /** Counts dials: what was prepared for an earlier one comes too late. */
  #dials = 0
  #paced: Task | undefined
  #isWriting = false
  #isFlushPlanned = false
  /** Time of the turn that the planned flush ends; undefined until somebody asks. */
  #turnMs: number | undefined
  #isReadingHeld = false
  /** The application cannot take more for now. */
  #isInboxFull = false

  /** @throws MotewireError ERR_STORE_... when the store cannot be opened. */
  constructor(options: DriverOptions, handler: DriverHandler) {
    const { clock, store } = options
    this.#targets = options.targets
    this.#pacer = options.pacer
    this.#batchMs = options.batchMs
    this.#handler = handler
    this.clock = clock
    this.session = new Session(options.session, this)
    if (store !== undefined) this.#openStore(store)
    clock.watchSleep?.(this)
  }

  /** The machine slept. */
  handleSleep(ms: number): void {
    this.session.handleSleep(ms, this.clock.now())
    this.settle()
  }

  #openStore(store: Store): void {
    const { log } = this.session.delivery
    log.wallOffsetMs = (this.clock.wallNow?.() ?? Date.now()) - this.clock.now()
    const stored = store.open({
      onCommitted: () => {
        this.session.handleCommitted()
        this.settle()
      },
      onStoreFailed: (error) => this.#handler.onStoreFailed(error),
    })
    this.session.restore(stored)
  }

  get isClosed(): boolean {
    return this.#channel === undefined
  }

  /** Time of what the application does. Until the flush that ends its turn, the clock stands. */
  now(): number {
    if (!this.#isFlushPlanned || this.#batchMs > 0) return this.clock.now()
    return (this.#turnMs ??= this.clock.now())
  }

  /** Bytes go out once the current callback is over, or a little later when batching. */
  planFlush(): void {
    if (this.#isFlushPlanned) return
    this.#isFlushPlanned = true
    if (this.#batchMs === 0 || this.session.transmitBytes > BATCH_BYTES_MAX) {
      this.clock.defer(this.#settlePlanned ?? this.#makeSettlePlanned())
      return
    }
    this.#batchTimer ??= new Task(this.#settlePlanned ?? this.#makeSettlePlanned())
    this.clock.schedule(this.clock.now() + this.#batchMs, this.#batchTimer)
  }

  /** Apart, because a function with a closure in it allocates at each call, 40 bytes a publish. */
  #makeSettlePlanned(): () => void {
    return (this.#settlePlanned = () => this.#settleAsPlanned())
  }

  #settleAsPlanned(): void {
    this.#isFlushPlanned = false
    this.#turnMs = undefined
    this.settle()
  }

  /** After every input: bytes out, then the next deadline. */
  settle(): void {
    this.#flush()
    this.#holdReading()
    const deadline = this.session.pollTimeout()
    if (deadline === Infinity) this.clock.cancel(this.#timer)
    // The timer may fire too early: it then looks again. Moving it for each packet would cost more.
    else if (!this.#timer.isScheduled || deadline < this.#timer.deadlineMs) {
      this.clock.schedule(deadline, this.#timer)
    }
  }

  /** The application is behind (or caught up): reading stops, sending and pings go on. */
  setInboxFull(isFull: boolean): void {
    this.#isInboxFull = isFull
    this.#holdReading()
  }

  /** The session has ended: closes what is left, at once or once it is written. */
  close(how: 'flush' | 'abort'): void {
    this.clock.unwatchSleep?.(this)
    this.clock.cancel(this.#timer)
    if (this.#batchTimer !== undefined) this.clock.cancel(this.#batchTimer)
    if (this.#paced !== undefined) this.clock.cancel(this.#paced)
    if (this.#channel === undefined) this.#handler.onClosed()
    else this.#channel.close(how)
  }

  /** Of the task below only. */
  handleTimer(now: number): void {
    this.session.handleTimeout(now)
    this.settle()
  }

  // What the session says: the link's part is done here, the rest is passed on.

  onConnect(connack: ConnackPacket, capabilities: Capabilities): void {
    this.#handler.onConnect(connack, capabilities)
  }

  onOffline(cause: MotewireError | undefined, retryInMs: number | undefined): void {
    this.#handler.onOffline(cause, retryInMs)
  }

  onMessage(frame: PublishFrame): void {
    this.#handler.onMessage(frame)
  }

  onOutcome(token: unknown, outcome: Outcome, reasonCode: number, topic: string, qos: QoS): void {
    this.#handler.onOutcome(token, outcome, reasonCode, topic, qos)
  }

  onOperation(operation: Operation, reasonCodes: readonly number[] | undefined): void {
    this.#handler.onOperation(operation, reasonCodes)
  }

  onTransmitFull(): void {
    this.#flush()
  }

  onHangup(how: 'flush' | 'abort'): void {
    if (how === 'flush') this.#flush(true)
    const channel = this.#channel
    if (this.session.state !== 'ended') this.#channel = undefined
    channel?.close(how)
  }

  onDial(): void {
    const dial = ++this.#dials
    this.#handler.onAttempt()
    const prepare = (): void => {
      this.#paced = undefined
      let attempt: Attempt | Promise<Attempt>
      try {
        attempt = this.#targets.prepare()
      } catch (error) {
        return this.#failDial(dial, error)
      }
      if (!('then' in attempt)) return this.#open(dial, attempt)
      attempt.then(
        (prepared) => this.#open(dial, prepared),
        (error: unknown) => this.#failDial(dial, error),
      )
    }
    if (this.#pacer === undefined) return prepare()
    this.session.handleDialing(true, this.clock.now())
    this.#paced = this.#pacer.schedule(prepare)
  }

  #open(dial: number, { open, changes }: Attempt): void {
    if (dial !== this.#dials || this.session.state !== 'dialing') return
    this.session.change(changes)
    this.session.handleDialing(false, this.clock.now())
    const channel = open()
    this.#channel = channel
    this.#isWriting = false
    this.#isReadingHeld = false
    channel.open(new Link(this, channel))
    this.settle()
  }

  /** The application could not say how to connect: like a link that could not be made. */
  #failDial(dial: number, cause: unknown): void {
    if (dial !== this.#dials || this.session.state !== 'dialing') return
    const message = `credentials could not be had: ${(cause as Error).message}`
    this.session.handleClose(
      new LinkError('ERR_CREDENTIALS_FAILED', message, { cause }),
      this.clock.now(),
    )
    this.settle()
  }

  // The channel: each says which one it is, because an earlier one may still have something to say.

  handleOpen(channel: ByteChannel): void {
    if (this.#channel !== channel) return
    this.#handler.onOpen()
    this.session.handleOpen(this.clock.now())
    this.settle()
  }

  handleBytes(channel: ByteChannel, bytes: Uint8Array): void {
    if (this.#channel !== channel) return
    this.#handler.tap?.handleReceived(bytes)
    beginRead()
    this.session.handleBytes(bytes, this.clock.now())
    this.settle()
  }

  handleDrain(channel: ByteChannel): void {
    if (this.#channel !== channel) return
    this.#isWriting = false
    this.session.handleTransmitted(this.clock.now())
    this.settle()
  }

  handleClose(channel: ByteChannel, cause: MotewireError | undefined): void {
    if (this.#channel !== channel) return
    this.#channel = undefined
    this.session.handleClose(cause, this.clock.now())
    this.settle()
    if (this.session.state === 'ended') this.#handler.onClosed()
  }

  /** Writes what the channel takes. `isLast`: the connection ends, nothing waits for the store. */
  #flush(isLast: boolean = false): void {
    const channel = this.#channel
    if (channel === undefined || this.#isWriting) return
    for (;;) {
      const bytes = this.session.pollTransmit(isLast)
      if (bytes === undefined) return
      this.#handler.tap?.handleSent(bytes)
      if (!channel.write(bytes)) {
        this.#isWriting = true
        return
      }
      this.session.handleTransmitted(this.clock.now())
    }
  }

  /** A peer that sends but does not read must not make our answers pile up. */
  #holdReading(): void {
    const mustHold = this.#isInboxFull || this.session.transmitBytes > HOLD_READING_BYTES
    if (mustHold === this.#isReadingHeld || this.#channel === undefined) return
    this.#isReadingHeld = mustHold
    this.session.handleReading(!mustHold, this.clock.now())
    if (mustHold) this.#channel.pause()
    else this.#channel.resume()
  }
}

/** Wakes a driver. A class, because a closure and its context cost 100 bytes. */
class WakeTask extends Task {
  readonly #driver: Driver

  constructor(driver: Driver) {
    super()
    this.#driver = driver
  }

  override run(now: number): void {
    this.#driver.handleTimer(now)
  }
}

/** What one channel says, with its name to it. An object, because four closures cost 300 bytes. */
class Link implements ChannelHandler {
  readonly #driver: Driver
  readonly #channel: ByteChannel

  constructor(driver: Driver, channel: ByteChannel) {
    this.#driver = driver
    this.#channel = channel
  }

  onOpen(): void {
    this.#driver.handleOpen(this.#channel)
  }

  onBytes(bytes: Uint8Array): void {
    this.#driver.handleBytes(this.#channel, bytes)
  }

  onDrain(): void {
    this.#driver.handleDrain(this.#channel)
  }

  onClose(cause: MotewireError | undefined): void {
    this.#driver.handleClose(this.#channel, cause)
  }
}
