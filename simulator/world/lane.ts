// One direction of one connection: bytes go in now and come out when the link's rules say, in
// order, cut into segments. A late segment holds up those behind it, as in TCP. Bytes are copied
// once and handed out where they lie. Between them stand marks: the connection is open, ends, is
// reset. It does not know what the bytes mean nor who is at either end. A segment is O(rules).

import { Task } from '@motewire/sdk/kit'
import type { Prng } from '@motewire/sdk/kit'
import type { Clock } from '@motewire/sdk'
import { CUT, DROP, judgeAll } from './rule.ts'
import type { LinkRule } from './rule.ts'
import type { LinkTrace } from './trace.ts'

/** What stands between bytes. `lost`: TCP gave up a direction in which nothing passes any more. */
export const Mark = { open: 1, end: 2, reset: 3, lost: 4 } as const
export type Mark = (typeof Mark)[keyof typeof Mark]

export interface LaneReceiver {
  /** The bytes may be kept until the lane is told to go on, if the answer is false. */
  handleArrival(bytes: Uint8Array): boolean
  handleMark(mark: Mark): void
  /** There is room again after `push` answered false. */
  handleRoom(): void
}

/** What both directions of a connection go by. */
export interface LaneOptions {
  readonly clock: Clock
  readonly prng: Prng
  readonly trace: LinkTrace | undefined
  /** Largest segment. */
  readonly segmentBytes: number
  /** Bytes under way before `push` asks to wait; the last push may go beyond. */
  readonly bytesMax: number
  readonly giveUpMs: number
}

const EMPTY = new Uint8Array(0)
const BYTES_MIN = 128
/** Up to this length a loop beats TypedArray.set. */
const LOOP_BYTES_MAX = 48

export class Lane {
  readonly #options: LaneOptions
  readonly #direction: 0 | 1
  readonly #rules: readonly LinkRule[]
  readonly #receiver: LaneReceiver
  #bytes = EMPTY
  #start = 0
  #end = 0
  /** Entries from #head to #count: arrival, and length from 0 or a mark below 0. */
  readonly #arrivals: number[] = []
  readonly #sizes: number[] = []
  #head = 0
  #count = 0
  /** The last view handed out, and where it lies: most streams repeat a few lengths. */
  #view = EMPTY
  #viewBytes = EMPTY
  #viewStart = 0
  #lastArrivalMs = 0
  #isHole = false
  #isHeld = false
  #isFull = false
  readonly #task: Task = new Task((now) => this.#deliver(now))

  /** @param direction 0 from the device, 1 to it. */
  constructor(
    options: LaneOptions,
    direction: 0 | 1,
    rules: readonly LinkRule[],
    receiver: LaneReceiver,
  ) {
    this.#options = options
    this.#direction = direction
    this.#rules = rules
    this.#receiver = receiver
  }

  /** Bytes under way. */
  get size(): number {
    return this.#end - this.#start
  }

  /** Whether nothing passes any more. */
  get isHole(): boolean {
    return this.#isHole
  }

  /**
   * Sends bytes on their way. `full`: they are, but wait for `handleRoom` before the next. `cut`:
   * the link breaks.
   */
  push(bytes: Uint8Array, now: number): 'fine' | 'full' | 'cut' {
    const { segmentBytes, bytesMax } = this.#options
    for (let at = 0; at < bytes.length && !this.#isHole; at += segmentBytes) {
      const length = Math.min(segmentBytes, bytes.length - at)
      if (!this.#pushSegment(bytes, at, length, now)) return 'cut'
    }
    if (this.#end - this.#start <= bytesMax) return 'fine'
    this.#isFull = true
    return 'full'
  }

  #pushSegment(bytes: Uint8Array, at: number, length: number, now: number): boolean {
    const { prng, trace, giveUpMs } = this.#options
    const verdict = judgeAll(this.#rules, length, now, prng)
    if (verdict === CUT) return false
    if (verdict === DROP) {
      this.#isHole = true
      this.#add(now + giveUpMs, -Mark.lost)
      return true
    }
    const arrivalMs = Math.max(now + verdict, this.#lastArrivalMs)
    trace?.segment(this.#direction, now, arrivalMs, bytes, at, length)
    this.#store(bytes, at, length)
    this.#add(arrivalMs, length)
    return true
  }

  /** Sends a mark behind the bytes; like them it may never arrive, or be cut (false). */
  pushMark(mark: Mark, now: number): boolean {
    if (this.#isHole) return true
    const verdict = judgeAll(this.#rules, 0, now, this.#options.prng)
    if (verdict === CUT) return false
    if (verdict === DROP) {
      this.#isHole = true
      this.#add(now + this.#options.giveUpMs, -Mark.lost)
    } else this.#add(Math.max(now + verdict, this.#lastArrivalMs), -mark)
    return true
  }

  /** Nothing of what is under way arrives. */
  clear(): void {
    this.#options.clock.cancel(this.#task)
    this.#head = this.#count
    this.#start = this.#end
    this.#isFull = false
    this.#rest()
  }

  /** The receiver takes nothing until `resume`. */
  hold(): void {
    this.#isHeld = true
  }

  resume(): void {
    if (!this.#isHeld) return
    this.#isHeld = false
    if (this.#head < this.#count) this.#arm()
  }

  #add(arrivalMs: number, size: number): void {
    this.#lastArrivalMs = arrivalMs
    this.#arrivals[this.#count] = arrivalMs
    this.#sizes[this.#count] = size
    this.#count++
    if (this.#count - this.#head === 1 && !this.#isHeld) this.#arm()
  }

  #arm(): void {
    this.#options.clock.schedule(this.#arrivals[this.#head]!, this.#task)
  }

  #store(bytes: Uint8Array, at: number, length: number): void {
    if (this.#end + length > this.#bytes.length) this.#makeRoom(length)
    const target = this.#bytes
    const start = this.#end
    if (length <= LOOP_BYTES_MAX) {
      for (let i = 0; i < length; i++) target[start + i] = bytes[at + i]!
    } else target.set(length === bytes.length ? bytes : bytes.subarray(at, at + length), start)
    this.#end = start + length
  }

  /** Always into a new buffer: the receiver may still hold a part of the old one. */
  #makeRoom(length: number): void {
    const held = this.#end - this.#start
    let size = Math.max(BYTES_MIN, this.#bytes.length)
    while (size < held + length) size *= 2
    const larger = new Uint8Array(size)
    larger.set(this.#bytes.subarray(this.#start, this.#end))
    this.#bytes = larger
    this.#start = 0
    this.#end = held
  }

  #deliver(now: number): void {
    while (this.#head < this.#count && !this.#isHeld && this.#arrivals[this.#head]! <= now) {
      const size = this.#sizes[this.#head++]!
      if (size < 0) this.#receiver.handleMark(-size as Mark)
      else {
        const bytes = this.#viewOf(this.#start, size)
        this.#start += size
        if (!this.#receiver.handleArrival(bytes)) this.#isHeld = true
      }
    }
    if (this.#head < this.#count) {
      if (!this.#isHeld) this.#arm()
    } else this.#rest()
    if (this.#isFull && this.#end - this.#start <= this.#options.bytesMax) {
      this.#isFull = false
      this.#receiver.handleRoom()
    }
  }

  /** Nothing is under way: begins anew, unless the receiver still holds a part. */
  #rest(): void {
    this.#head = 0
    this.#count = 0
    if (this.#isHeld) return
    this.#start = 0
    this.#end = 0
    // A burst must not hold its memory for ever.
    if (this.#bytes.length > this.#options.bytesMax) this.#bytes = EMPTY
  }

  #viewOf(start: number, length: number): Uint8Array {
    const bytes = this.#bytes
    const view = this.#view
    const isSame = this.#viewBytes === bytes && this.#viewStart === start
    if (isSame && view.length === length) return view
    this.#viewBytes = bytes
    this.#viewStart = start
    return (this.#view = bytes.subarray(start, start + length))
  }
}
