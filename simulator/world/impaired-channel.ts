// Any byte channel behind a link that is not ideal. The device talks to this channel; what it
// writes reaches the inner one when the link's rules let it, and the same the other way. The inner
// channel may be TCP in real time or a DirectChannel in virtual time: the rules are the same. One
// object is one connection. Bounded: bytesMax under way each way, then the writer waits.
//
//   device ─write─► lane up ─► inner.write ─► peer
//   device ◄onBytes─ lane down ◄─ inner.onBytes

import { LinkError } from '@motewire/sdk/errors'
import { Task } from '@motewire/sdk/kit'
import type { ByteChannel, ChannelHandler, Clock } from '@motewire/sdk'
import { Lane, Mark } from './lane.ts'
import type { LaneOptions, LaneReceiver } from './lane.ts'
import type { Link } from './link.ts'
import { CUT, DROP, judgeAll } from './rule.ts'
import type { LinkTrace } from './trace.ts'

export interface ImpairedOptions {
  /** What the trace of the run is made of; default: none. */
  readonly trace?: LinkTrace | undefined
  /** Largest segment. Default 1,460: an Ethernet frame's worth. */
  readonly segmentBytes?: number
  /** Bytes under way each way before the writer waits. Default 65,536. */
  readonly bytesMax?: number
}

const SEGMENT_BYTES = 1_460
const LANE_BYTES = 65_536
/** What the trace calls the turns of a connection. */
const Turn = { dial: 1, open: 2, close: 3, cut: 4 } as const

export class ImpairedChannel implements ByteChannel {
  readonly name: string
  readonly #inner: ByteChannel
  readonly #link: Link
  readonly #clock: Clock
  readonly #trace: LinkTrace | undefined
  readonly #up: Lane
  readonly #down: Lane
  #handler: ChannelHandler | undefined
  /** Our side has asked for the end: no more bytes are taken or handed out. */
  #isClosing = false
  #isClosed = false
  #isInnerDialled = false
  #isInnerOpen = false
  #isInnerClosed = false
  #cause: LinkError | undefined
  #breakTask: Task | undefined

  constructor(inner: ByteChannel, link: Link, clock: Clock, options: ImpairedOptions = {}) {
    const { trace, segmentBytes = SEGMENT_BYTES, bytesMax = LANE_BYTES } = options
    this.name = inner.name
    this.#inner = inner
    this.#link = link
    this.#clock = clock
    this.#trace = trace
    const { prng, giveUpMs } = link
    const lane: LaneOptions = { clock, prng, trace, segmentBytes, bytesMax, giveUpMs }
    this.#up = new Lane(lane, 0, link.up, this.#towardsPeer())
    this.#down = new Lane(lane, 1, link.down, this.#towardsDevice())
  }

  open(handler: ChannelHandler): void {
    this.#handler = handler
    const now = this.#clock.now()
    this.#trace?.event(Turn.dial, now, 0)
    this.#planBreak(now)
    const delayMs = judgeAll(this.#link.handshake, 0, now, this.#link.prng)
    const isRefused = delayMs === CUT || !this.#up.pushMark(Mark.open, now + Math.max(delayMs, 0))
    // Nobody answers when the attempt is dropped: the caller's patience ends it.
    if (isRefused && delayMs !== DROP) {
      this.#finish(new LinkError('ERR_LINK_REFUSED', `${this.name} cannot be reached`))
    }
  }

  write(bytes: Uint8Array): boolean {
    if (this.#isClosing || !this.#isInnerOpen) return true
    const answer = this.#up.push(bytes, this.#clock.now())
    if (answer === 'cut') this.#cut()
    // The bytes are copied, but the next ones have to wait.
    return answer !== 'full'
  }

  pause(): void {
    this.#down.hold()
  }

  resume(): void {
    this.#down.resume()
  }

  close(how: 'flush' | 'abort' = 'flush'): void {
    if (this.#isClosed) return
    const now = this.#clock.now()
    if (how === 'flush' && this.#isInnerOpen) {
      if (this.#isClosing) return
      this.#isClosing = true
      this.#down.resume()
      if (!this.#up.pushMark(Mark.end, now)) this.#cut()
      return
    }
    this.#isClosing = true
    this.#down.clear()
    // Where nothing passes any more the peer is not told: its side stays half open until it, or TCP
    // in the end, gives up.
    if (!this.#up.isHole) {
      this.#up.clear()
      this.#up.pushMark(Mark.reset, now)
    }
    this.#finish(undefined)
  }

  /** Breaks the connection now, as far as either side can see. */
  cut(): void {
    this.#cut()
  }

  /** Some links break a connection by themselves: at random, or when an outage begins. */
  #planBreak(now: number): void {
    let breakMs = Infinity
    for (const rule of this.#link.beginning) {
      breakMs = Math.min(breakMs, rule.begin?.(now, this.#link.prng) ?? Infinity)
    }
    if (breakMs === Infinity) return
    this.#breakTask = new Task(() => this.#cut())
    this.#clock.schedule(breakMs, this.#breakTask)
  }

  // What arrives at the peer's side.

  #towardsPeer(): LaneReceiver {
    return {
      handleArrival: (bytes) => this.#inner.write(bytes),
      handleMark: (mark) => {
        if (mark === Mark.open) return this.#openInner()
        if (mark === Mark.lost) return this.#cut()
        this.#closeInner(mark === Mark.reset ? 'abort' : 'flush')
      },
      handleRoom: () => {
        if (!this.#isClosing) this.#handler?.onDrain()
      },
    }
  }

  #openInner(): void {
    if (this.#isClosed) return
    this.#isInnerDialled = true
    this.#inner.open({
      onOpen: () => {
        this.#isInnerOpen = true
        if (!this.#down.pushMark(Mark.open, this.#clock.now())) this.#cut()
      },
      onBytes: (bytes) => {
        const answer = this.#down.push(bytes, this.#clock.now())
        if (answer === 'full') this.#inner.pause()
        else if (answer === 'cut') this.#cut()
      },
      onDrain: () => this.#up.resume(),
      onClose: (cause) => {
        this.#isInnerClosed = true
        this.#cause = cause
        if (!this.#isClosed && !this.#down.pushMark(Mark.end, this.#clock.now())) this.#cut()
      },
    })
  }

  // What arrives at the device.

  #towardsDevice(): LaneReceiver {
    return {
      handleArrival: (bytes) => {
        if (!this.#isClosing) this.#handler?.onBytes(bytes)
        return true
      },
      handleMark: (mark) => {
        if (mark === Mark.lost) return this.#cut()
        if (mark === Mark.end) return this.#finish(this.#cause)
        this.#trace?.event(Turn.open, this.#clock.now(), 0)
        if (!this.#isClosing) this.#handler?.onOpen()
      },
      handleRoom: () => this.#inner.resume(),
    }
  }

  // The end.

  #cut(): void {
    this.#trace?.event(Turn.cut, this.#clock.now(), 0)
    this.#up.clear()
    this.#down.clear()
    this.#closeInner('abort')
    // An error costs its stack trace; an abandoned attempt that ends at last has no use for it.
    if (this.#isClosed) return
    this.#finish(new LinkError('ERR_LINK_LOST', `${this.name} was cut`))
  }

  #closeInner(how: 'flush' | 'abort'): void {
    if (this.#isInnerDialled && !this.#isInnerClosed) this.#inner.close(how)
  }

  #finish(cause: LinkError | undefined): void {
    if (this.#isClosed) return
    this.#isClosed = true
    const wasClosing = this.#isClosing
    this.#isClosing = true
    if (this.#breakTask !== undefined) this.#clock.cancel(this.#breakTask)
    this.#trace?.event(Turn.close, this.#clock.now(), 0)
    this.#clock.defer(() => this.#handler?.onClose(wasClosing ? undefined : cause))
  }
}
