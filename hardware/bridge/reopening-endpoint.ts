// A side of a bridge that seeks its own connection: a serial port or a TCP client. Each connection
// is a new channel from the source; after a loss the next try comes with jittered exponential
// backoff, and a device that comes back is noticed by looking for it. It knows nothing of the other
// side.

import { Backoff, LinkError, Task } from '@motewire/sdk'
import type { BackoffOptions, ByteChannel, Clock, MotewireError } from '@motewire/sdk'
import { assert } from '@motewire/sdk/kit'
import type { Prng } from '@motewire/sdk/kit'
import { isOpen, nextState, REOPENING } from './endpoint.ts'
import type {
  Endpoint,
  EndpointEvent,
  EndpointHandler,
  EndpointSnapshot,
  EndpointState,
} from './endpoint.ts'
import { StallWatch } from './stall-watch.ts'
import type { WatchedPort } from './stall-watch.ts'

/** Where the connections of an endpoint come from. */
export interface ChannelSource extends WatchedPort {
  readonly name: string
  /** More for people: `115200 8N1`. */
  readonly detail?: string
  /** A new channel, not opened yet. */
  connect(): ByteChannel
  /** Whether the device is there at all. Without it, only trying tells. Must be quick. */
  isPresent?(): boolean
  /** What was counted on all channels, by name. */
  counts?(): Readonly<Record<string, number>>
}

export interface EndpointTiming {
  readonly clock: Clock
  readonly prng: Prng
  readonly backoff: BackoffOptions
  /** An attempt that takes longer is given up. */
  readonly openTimeoutMs: number
  /** How often an absent device is looked for. */
  readonly probeMs: number
  /** How long `stop` lets bytes leave before it cuts. */
  readonly stopTimeoutMs: number
  /** How long bytes to a port may stand still before it is called stalled. */
  readonly stallMs: number
}

/** What is known of a port besides its connection. */
export interface PortWatching {
  /** Whether it counts as `up` only once `confirm` has said so. Default false. */
  readonly isProbed?: boolean
}

/** How long the far side may take to close a connection that we have ended. */
const FAREWELL_MS = 1_000

export class ReopeningEndpoint implements Endpoint {
  readonly #source: ChannelSource
  readonly #handler: EndpointHandler
  readonly #timing: EndpointTiming
  readonly #backoff: Backoff
  readonly #task = new Task((now) => this.#handleTask(now))
  #state: EndpointState = 'idle'
  #stateSinceMs: number
  #openSinceMs = 0
  readonly #isProbed: boolean
  #isConfirmed = false
  /** Of a port; what happens to bytes on a network is TCP's affair. */
  readonly #stall: StallWatch | undefined
  #dueMs = 0
  /** The channel that counts; older ones may still be closing. */
  #channel: ByteChannel | undefined
  #channelsOpen = 0
  /** Ended by us, not yet closed by the far side; the next connection waits for that. */
  #leaving: ByteChannel | undefined
  readonly #farewellTask = new Task(() => this.#leaving?.close('abort'))
  #handleStopped: (() => void) | undefined
  #handleFreed: (() => void) | undefined
  #error: MotewireError | undefined
  #opens = 0
  #losses = 0
  #failures = 0

  /** @param port given for a port: whether it stalls, and what it speaks, is looked at. */
  constructor(
    source: ChannelSource,
    handler: EndpointHandler,
    timing: EndpointTiming,
    port?: PortWatching,
  ) {
    this.#source = source
    this.#handler = handler
    this.#timing = timing
    this.#backoff = new Backoff(timing.backoff, timing.prng)
    this.#stateSinceMs = timing.clock.now()
    this.#isProbed = port?.isProbed ?? false
    const handleStall = (isStalled: boolean): void => this.#handleStall(isStalled)
    const { clock, stallMs } = timing
    if (port !== undefined) this.#stall = new StallWatch(source, clock, stallMs, handleStall)
  }

  get name(): string {
    return this.#source.name
  }

  get state(): EndpointState {
    return this.#state
  }

  start(): void {
    if (this.#state === 'idle') this.#open('start')
  }

  halt(): void {
    if (this.#state === 'idle' || this.#isEnding()) return
    const channel = this.#detach()
    this.#move('halt')
    channel?.close('abort')
  }

  /**
   * As `halt`, but in order: what was written leaves, and a next connection is not begun before the
   * far side has closed this one. Only then has a broker sent the will, and does not take the next
   * connection of the same client for a move of the session.
   */
  leave(): void {
    if (!isOpen(this.#state)) {
      this.halt()
      return
    }
    const { clock } = this.#timing
    const channel = this.#detach()
    this.#leaving = channel
    clock.schedule(clock.now() + FAREWELL_MS, this.#farewellTask)
    this.#move('halt')
    channel?.close('flush')
  }

  stop(): Promise<void> {
    assert(!this.#isEnding(), 'an endpoint is stopped once')
    const { clock, stopTimeoutMs } = this.#timing
    return new Promise((resolve) => {
      this.#handleStopped = resolve
      this.#move('stop')
      clock.schedule(clock.now() + stopTimeoutMs, this.#task)
      this.#channel?.close('flush')
      this.#finishStop()
    })
  }

  /**
   * Closes the connection for the sake of another program, and seeks none until `takeBack`. Settles
   * when the device is free.
   */
  lend(): Promise<void> {
    if (this.#state === 'lent' || this.#isEnding()) return Promise.resolve()
    const channel = this.#detach()
    this.#move('lend')
    channel?.close('abort')
    if (this.#channelsOpen === 0) return Promise.resolve()
    return new Promise((resolve) => (this.#handleFreed = resolve))
  }

  takeBack(): void {
    if (this.#state === 'lent') this.#open('return')
  }

  /** Something whole has come of what the device should speak. */
  confirm(): void {
    this.#isConfirmed = true
    if (this.#state === 'probing') this.#move('confirm')
  }

  write(bytes: Uint8Array): boolean {
    const isTaken = this.#channel?.write(bytes) ?? true
    if (!isTaken) this.#stall?.handleBlocked(this.#timing.clock.now())
    return isTaken
  }

  pause(): void {
    this.#channel?.pause()
  }

  resume(): void {
    this.#channel?.resume()
  }

  snapshot(): EndpointSnapshot {
    const error = this.#error
    return {
      name: this.name,
      state: this.#state,
      stateMs: this.#timing.clock.now() - this.#stateSinceMs,
      opens: this.#opens,
      losses: this.#losses,
      failures: this.#failures,
      refused: { busy: 0, portAway: 0 },
      error: error === undefined ? undefined : { code: error.code, message: error.message },
    }
  }

  #open(event: 'start' | 'due' | 'appear' | 'return'): void {
    const { clock, openTimeoutMs } = this.#timing
    this.#move(event)
    // Whoever was told may have ended it.
    if (this.#state !== 'opening') return
    clock.schedule(clock.now() + openTimeoutMs, this.#task)
    if (this.#leaving === undefined) this.#connect()
  }

  #connect(): void {
    const channel = this.#source.connect()
    this.#channel = channel
    this.#channelsOpen++
    channel.open({
      onOpen: () => {
        if (channel !== this.#channel || this.#state !== 'opening') return
        this.#timing.clock.cancel(this.#task)
        this.#opens++
        this.#isConfirmed = !this.#isProbed
        this.#openSinceMs = this.#timing.clock.now()
        this.#move(this.#openEvent)
      },
      onBytes: (bytes) => {
        if (channel === this.#channel && isOpen(this.#state)) this.#handler.handleBytes(bytes)
      },
      onDrain: () => {
        if (channel !== this.#channel || !isOpen(this.#state)) return
        this.#stall?.handleDrain()
        this.#handler.handleDrain()
      },
      onClose: (cause) => this.#handleClosed(channel, cause),
    })
  }

  #handleClosed(channel: ByteChannel, cause: MotewireError | undefined): void {
    this.#channelsOpen--
    if (this.#channelsOpen === 0) this.#handleFreed?.()
    const hasLeft = channel === this.#leaving
    if (hasLeft) {
      this.#leaving = undefined
      this.#timing.clock.cancel(this.#farewellTask)
    }
    if (hasLeft && this.#state === 'opening') this.#connect()
    else if (this.#state === 'stopping') this.#finishStop()
    else if (channel === this.#channel) this.#handleEnd(cause)
  }

  /** The connection, or the attempt at one, is over. */
  #handleEnd(cause: MotewireError | undefined): void {
    const { clock } = this.#timing
    const now = clock.now()
    this.#channel = undefined
    this.#error = cause
    this.#stall?.clear()
    if (isOpen(this.#state)) {
      this.#losses++
      this.#backoff.handleConnectionEnd(now - this.#openSinceMs)
    } else this.#failures++
    const isAbsent = this.#source.isPresent?.() === false
    this.#dueMs = isAbsent ? Infinity : now + this.#backoff.nextDelayMs()
    if (cause?.retryable === false) {
      clock.cancel(this.#task)
      this.#move('refuse', cause)
      return
    }
    this.#scheduleNext(now)
    this.#move(isAbsent ? 'vanish' : 'lost', cause)
  }

  #handleTask(now: number): void {
    if (this.#state === 'opening') this.#handleOpenTimeout()
    else if (this.#state === 'stopping') this.#channel?.close('abort')
    else if (this.#state === 'waiting' && now >= this.#dueMs) this.#open('due')
    else if (this.#state === 'waiting' || this.#state === 'absent') this.#probe(now)
  }

  #handleOpenTimeout(): void {
    const message = `${this.name} did not answer within ${this.#timing.openTimeoutMs} ms`
    const channel = this.#detach()
    this.#handleEnd(new LinkError('ERR_LINK_TIMEOUT', message))
    channel?.close('abort')
  }

  #probe(now: number): void {
    const isPresent = this.#source.isPresent?.() ?? true
    if (this.#state === 'absent' && isPresent) {
      this.#open('appear')
      return
    }
    const isVanished = this.#state === 'waiting' && !isPresent
    if (isVanished) this.#dueMs = Infinity
    this.#scheduleNext(now)
    if (isVanished) this.#move('vanish', this.#error)
  }

  /** Wakes for the next try, or earlier to look for the device. */
  #scheduleNext(now: number): void {
    const probeMs = this.#source.isPresent === undefined ? Infinity : now + this.#timing.probeMs
    this.#timing.clock.schedule(Math.min(this.#dueMs, probeMs), this.#task)
  }

  /** Forgets the channel, so that nothing it still says is heard. It goes on to close. */
  #detach(): ByteChannel | undefined {
    const channel = this.#channel
    this.#channel = undefined
    this.#stall?.clear()
    this.#timing.clock.cancel(this.#task)
    return channel
  }

  get #openEvent(): 'open' | 'probe' {
    return this.#isConfirmed ? 'open' : 'probe'
  }

  #handleStall(isStalled: boolean): void {
    if (!isOpen(this.#state)) return
    const message = `${this.name} takes no bytes; flow control or the device holds them up`
    if (isStalled) this.#move('stall', (this.#error = new LinkError('ERR_LINK_TIMEOUT', message)))
    else if (this.#state === 'stalled') {
      this.#error = undefined
      this.#move(this.#openEvent)
    }
  }

  #isEnding(): boolean {
    return this.#state === 'stopping' || this.#state === 'stopped'
  }

  #finishStop(): void {
    if (this.#channelsOpen > 0) return
    this.#detach()
    this.#move('closed')
    this.#handleStopped?.()
  }

  #move(event: EndpointEvent, error?: MotewireError): void {
    this.#state = nextState(REOPENING, this.#state, event)
    this.#stateSinceMs = this.#timing.clock.now()
    this.#handler.handleState(this.#state, error)
  }
}
