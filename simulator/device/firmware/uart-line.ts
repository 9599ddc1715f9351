// What goes wrong on the wires of one device: bytes flipped and lost between its UART and whoever
// holds the other end, resets of the chip when it has sent so many bytes, a cable that is out now
// and then. It draws from the random stream that it is given and knows no clock: times are
// milliseconds since the device was switched on. O(1) a byte.

import type { Prng } from '@motewire/sdk/kit'
import type { UartLineSpec } from '../../scenario/index.ts'

/** What has happened so far. */
export interface UartLineCounts {
  readonly flipped: number
  readonly dropped: number
  readonly resets: number
  readonly unplugged: number
}

interface Cable {
  readonly durationMs: number
  readonly everyMs: number
  isOut: boolean
  /** When it is pulled or plugged in next. */
  turnMs: number
}

export class UartLine {
  readonly #flipShare: number
  readonly #dropShare: number
  readonly #resetAtBytes: readonly number[]
  readonly #resetEveryBytes: number
  readonly #noise: Prng
  readonly #chance: Prng
  readonly #cables: readonly Cable[]
  #flipped = 0
  #dropped = 0
  #resets = 0
  #unplugged = 0
  /** Bytes that the chip has sent since it was switched on. */
  #sentBytes = 0
  #resetDue: number

  /**
   * @param spec what is left out does not go wrong.
   * @param prng the device's own; used for nothing else.
   */
  constructor(spec: Partial<UartLineSpec>, prng: Prng) {
    const { flipShare = 0, dropShare = 0, resetAtBytes = [], resetEveryBytes = 0 } = spec
    this.#flipShare = flipShare
    this.#dropShare = dropShare
    this.#resetAtBytes = resetAtBytes
    this.#resetEveryBytes = resetEveryBytes
    this.#noise = prng.fork('noise')
    this.#chance = prng.fork('resets')
    this.#cables = (spec.unplugs ?? []).map(({ startMs, durationMs, spreadMs, everyMs }) => {
      const shiftMs = spreadMs === 0 ? 0 : prng.between(-spreadMs, spreadMs)
      return {
        durationMs,
        everyMs: everyMs ?? Infinity,
        isOut: false,
        turnMs: Math.max(0, startMs + shiftMs),
      }
    })
    this.#resetDue = this.#nextReset()
  }

  get counts(): UartLineCounts {
    return {
      flipped: this.#flipped,
      dropped: this.#dropped,
      resets: this.#resets,
      unplugged: this.#unplugged,
    }
  }

  /** A byte as it arrives; undefined: it does not. */
  carry(byte: number): number | undefined {
    if (this.#dropShare > 0 && this.#noise.chance(this.#dropShare)) {
      this.#dropped++
      return undefined
    }
    if (this.#flipShare === 0 || !this.#noise.chance(this.#flipShare)) return byte
    this.#flipped++
    return byte ^ (1 << this.#noise.below(8))
  }

  /** The chip has sent a byte. True: it is reset at this one. */
  handleSent(): boolean {
    if (++this.#sentBytes < this.#resetDue) return false
    this.#resets++
    this.#resetDue = this.#nextReset()
    return true
  }

  get isPlugged(): boolean {
    return this.#cables.every(({ isOut }) => !isOut)
  }

  /** When the cable is pulled or plugged in next; Infinity: never. */
  get turnMs(): number {
    return Math.min(...this.#cables.map((cable) => cable.turnMs))
  }

  /** Pulls and plugs in what is due. */
  turn(elapsedMs: number): void {
    const wasPlugged = this.isPlugged
    for (const cable of this.#cables) {
      if (elapsedMs < cable.turnMs) continue
      cable.isOut = !cable.isOut
      cable.turnMs += cable.isOut ? cable.durationMs : cable.everyMs - cable.durationMs
    }
    if (wasPlugged && !this.isPlugged) this.#unplugged++
  }

  #nextReset(): number {
    const planned = this.#resetAtBytes.find((bytes) => bytes > this.#sentBytes) ?? Infinity
    if (this.#resetEveryBytes === 0) return planned
    const drawn = Math.ceil(this.#chance.exponential(this.#resetEveryBytes))
    return Math.min(planned, this.#sentBytes + Math.max(1, drawn))
  }
}
