// A test of a line whose TX is joined to its RX: sends numbered blocks of pseudo-random bytes and
// says what of it came back. A block is a COBS frame with a CRC, so damage, loss and foreign bytes
// are told apart, and the test is in step again at the next block. Never more is under way than the
// smallest driver buffers: a line that loses bytes at that pace loses them by itself.
//
//   block: number (4 bytes), 60 bytes that follow from it; 67 to 68 bytes on the line

import { Prng, Task } from '@motewire/sdk'
import type { ByteChannel, Clock, MotewireError } from '@motewire/sdk'
import { CobsFraming } from '../framing/index.ts'

export interface LoopbackOptions {
  /** Bits a second on the line, start and stop bits included. */
  readonly baud: number
  /** Bits that a byte takes: 10 for 8N1. */
  readonly bitsPerByte: number
  /** How long blocks are sent. 100 to 3,600,000 ms, default 5,000. */
  readonly durationMs?: number
  readonly clock: Clock
}

export interface LoopbackResult {
  /** Why the port ended early. */
  readonly error: MotewireError | undefined
  readonly sentBlocks: number
  /** Came back whole, each counted once. */
  readonly goodBlocks: number
  /** Frames with a wrong CRC. */
  readonly damagedBlocks: number
  /** Bytes that came, whatever they were. */
  readonly receivedBytes: number
  /** Bytes a second that came back, from the first block sent to the last one received. */
  readonly bytesPerSecond: number
  /** What the line can carry at its baud rate. */
  readonly lineBytesPerSecond: number
  /** From handing the first block over to having it back; undefined when none came. */
  readonly roundTripMs: number | undefined
}

/** What the result means, in one line. */
export interface LoopbackVerdict {
  readonly isGood: boolean
  readonly text: string
}

const BLOCK_BYTES = 64
const UNDER_WAY_BLOCKS_MIN = 8
/** What drivers have room for: 4 KiB. */
const UNDER_WAY_BLOCKS_MAX = 56
/** Enough to keep a line busy over the wait of a converter. */
const UNDER_WAY_MS = 50
/** Beyond the time on the line: converters wait 16 ms before they hand bytes over. */
const PATIENCE_MS = 250

/** Opens the channel, tests it, closes it. */
export function testLoopback(
  channel: ByteChannel,
  options: LoopbackOptions,
): Promise<LoopbackResult> {
  return new Promise((resolve) => new LoopbackRun(channel, options, resolve).start())
}

class LoopbackRun {
  readonly #channel: ByteChannel
  readonly #clock: Clock
  readonly #options: LoopbackOptions
  readonly #resolve: (result: LoopbackResult) => void
  readonly #framing: CobsFraming
  readonly #task = new Task((now) => this.#handleTimeout(now))
  /** Numbers of blocks that have not come back, and when they are given up. */
  readonly #underWay = new Map<number, number>()
  #isBlocked = false
  #startMs = 0
  #lastMs = 0
  #sent = 0
  #good = 0
  #received = 0
  #roundTripMs: number | undefined

  constructor(
    channel: ByteChannel,
    options: LoopbackOptions,
    resolve: (result: LoopbackResult) => void,
  ) {
    this.#channel = channel
    this.#clock = options.clock
    this.#options = options
    this.#resolve = resolve
    this.#framing = new CobsFraming({ handleFrame: (block) => this.#handleBlock(block) })
  }

  start(): void {
    this.#channel.open({
      onOpen: () => {
        this.#startMs = this.#lastMs = this.#clock.now()
        this.#advance(this.#startMs)
      },
      onBytes: (bytes) => {
        this.#received += bytes.length
        this.#framing.handleBytes(bytes)
        this.#advance(this.#clock.now())
      },
      onDrain: () => {
        this.#isBlocked = false
        this.#advance(this.#clock.now())
      },
      onClose: (error) => this.#finish(error),
    })
  }

  get #lineBytesPerSecond(): number {
    return this.#options.baud / this.#options.bitsPerByte
  }

  get #underWayMax(): number {
    const blocks = Math.ceil((this.#lineBytesPerSecond * UNDER_WAY_MS) / 1_000 / BLOCK_BYTES)
    return Math.min(UNDER_WAY_BLOCKS_MAX, Math.max(UNDER_WAY_BLOCKS_MIN, blocks))
  }

  get #endMs(): number {
    return this.#startMs + (this.#options.durationMs ?? 5_000)
  }

  #advance(now: number): void {
    while (!this.#isBlocked && now < this.#endMs && this.#underWay.size < this.#underWayMax) {
      this.#sendBlock(now)
    }
    const [due = Infinity] = this.#underWay.values()
    if (now >= this.#endMs && due === Infinity) this.#channel.close('abort')
    else this.#clock.schedule(Math.max(now, Math.min(due, Math.max(now, this.#endMs))), this.#task)
  }

  #handleTimeout(now: number): void {
    for (const [number, due] of this.#underWay) if (due <= now) this.#underWay.delete(number)
    this.#advance(now)
  }

  #sendBlock(now: number): void {
    const number = this.#sent++
    // The framing's buffer is used again at the next block, the channel may keep this one.
    const bytes = this.#framing.encode(blockOf(number)).slice()
    const queuedBytes = (this.#underWay.size + 1) * bytes.length
    const lineMs = (2_000 * queuedBytes) / this.#lineBytesPerSecond
    this.#underWay.set(number, now + lineMs + PATIENCE_MS)
    this.#isBlocked = !this.#channel.write(bytes)
  }

  #handleBlock(block: Uint8Array): void {
    if (block.length !== BLOCK_BYTES) return
    const number = Buffer.from(block).readUInt32BE()
    const isOurs = number < this.#sent && Buffer.from(block).equals(blockOf(number))
    if (!isOurs || !this.#underWay.delete(number)) return
    this.#good++
    this.#lastMs = this.#clock.now()
    this.#roundTripMs ??= this.#lastMs - this.#startMs
  }

  #finish(error: MotewireError | undefined): void {
    this.#clock.cancel(this.#task)
    const seconds = (this.#lastMs - this.#startMs) / 1_000
    const wireBytes = this.#framing.encode(blockOf(0)).length
    this.#resolve({
      error,
      sentBlocks: this.#sent,
      goodBlocks: this.#good,
      damagedBlocks: this.#framing.snapshot().damaged,
      receivedBytes: this.#received,
      bytesPerSecond: seconds === 0 ? 0 : (this.#good * wireBytes) / seconds,
      lineBytesPerSecond: this.#lineBytesPerSecond,
      roundTripMs: this.#roundTripMs,
    })
  }
}

/** Every value of a byte comes in a block sooner or later; the same number gives the same block. */
function blockOf(number: number): Uint8Array {
  const block = Buffer.alloc(BLOCK_BYTES)
  block.writeUInt32BE(number)
  const prng = new Prng(number)
  for (let at = 4; at < BLOCK_BYTES; at++) block[at] = prng.below(256)
  return block
}

/** What a person is told, with what to do about it. */
export function loopbackVerdict(result: LoopbackResult): LoopbackVerdict {
  const { error, sentBlocks, goodBlocks, damagedBlocks, receivedBytes } = result
  const bad = (text: string): LoopbackVerdict => ({ isGood: false, text })
  if (error !== undefined) return bad(error.message)
  if (receivedBytes === 0) return bad('nothing came back; join TX and RX, and nothing else to them')
  if (goodBlocks === 0 && damagedBlocks === 0) {
    return bad(
      `${receivedBytes} bytes came, none of them ours; a device answers where a wire should be`,
    )
  }
  const lost = sentBlocks - goodBlocks
  if (lost === 0) return { isGood: true, text: `all of ${sentBlocks} blocks came back whole` }
  const advice =
    damagedBlocks === 0
      ? 'bytes get lost: a device may be connected as well, or flow control is on without its wires'
      : 'look at the wire, its length and the ground, or take a lower speed'
  return bad(`${lost} of ${sentBlocks} blocks did not come back whole; ${advice}`)
}
