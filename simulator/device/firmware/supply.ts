// The supply of one device, and what the brown-out detector of its chip makes of it: volts that sag
// steadily, as a battery's do, and dips. The chip is in reset from below the detector's level until
// above it, with the hysteresis of an ATmega328P (data sheet, 10.5 and 28.5); below 1.3 V it has
// had no power at all. Dips are longer than the 2 us that the detector overlooks. It draws from the
// random stream that it is given and knows no clock: times are milliseconds since the device was
// switched on. O(dips) a change.

import type { Prng } from '@motewire/sdk/kit'
import type { SupplySpec } from '../../scenario/index.ts'

const HYSTERESIS_VOLTS = 0.05
/** Power-on reset: falling, and rising again. */
const POWER_LOST_VOLTS = 1.3
const POWER_BACK_VOLTS = 1.4
const HOUR_MS = 3_600_000

/** `on`, or why the chip is held in reset. */
export type SupplyState = 'on' | 'brownOut' | 'power'

interface Dip {
  readonly volts: number
  readonly durationMs: number
  readonly everyMs: number
  isNow: boolean
  turnMs: number
}

export class Supply {
  readonly #volts: number
  readonly #sagPerMs: number
  readonly #falls: readonly number[]
  readonly #lowVolts: number
  readonly #highVolts: number
  readonly #dips: readonly Dip[]
  #state: SupplyState = 'on'
  #seenMs = 0
  /** How often the detector has reset the chip. */
  brownOuts = 0

  constructor({ volts, sagPerHour, brownOutVolts, dips }: SupplySpec, prng: Prng) {
    this.#volts = volts
    this.#sagPerMs = sagPerHour / HOUR_MS
    const half = HYSTERESIS_VOLTS / 2
    this.#lowVolts = brownOutVolts === undefined ? POWER_LOST_VOLTS : brownOutVolts - half
    this.#highVolts = brownOutVolts === undefined ? POWER_BACK_VOLTS : brownOutVolts + half
    // A millisecond later it is below, whatever rounding makes of the very moment.
    this.#falls = [this.#lowVolts, POWER_LOST_VOLTS].map((level) => {
      return sagPerHour === 0 ? Infinity : (volts - level) / this.#sagPerMs + 1
    })
    this.#dips = dips.map(({ startMs, durationMs, everyMs, spreadMs, volts: dipVolts }) => {
      const shiftMs = spreadMs === 0 ? 0 : prng.between(-spreadMs, spreadMs)
      return {
        volts: dipVolts,
        durationMs,
        everyMs: everyMs ?? Infinity,
        isNow: false,
        turnMs: Math.max(0, startMs + shiftMs),
      }
    })
  }

  get state(): SupplyState {
    return this.#state
  }

  /** When there may be another state; Infinity: never. */
  get turnMs(): number {
    const ahead = this.#falls.filter((atMs) => atMs > this.#seenMs)
    return Math.min(...ahead, ...this.#dips.map((dip) => dip.turnMs))
  }

  /** The state at a time that has reached `turnMs`. */
  turn(elapsedMs: number): SupplyState {
    this.#seenMs = elapsedMs
    for (const dip of this.#dips) {
      if (elapsedMs < dip.turnMs) continue
      dip.isNow = !dip.isNow
      dip.turnMs += dip.isNow ? dip.durationMs : dip.everyMs - dip.durationMs
    }
    const before = this.#state
    this.#state = this.#stateAt(this.#voltsAt(elapsedMs))
    if (this.#state === 'brownOut' && before === 'on') this.brownOuts++
    return this.#state
  }

  #stateAt(volts: number): SupplyState {
    if (volts <= POWER_LOST_VOLTS) return 'power'
    const level = this.#state === 'on' ? this.#lowVolts : this.#highVolts
    if (volts > level) return 'on'
    // Once without power, the cause stays that, whatever comes on the way up.
    return this.#state === 'power' ? 'power' : 'brownOut'
  }

  #voltsAt(elapsedMs: number): number {
    const sagged = this.#volts - this.#sagPerMs * elapsedMs
    const dips = this.#dips.filter(({ isNow }) => isNow).map(({ volts }) => volts)
    return Math.min(sagged, ...dips)
  }
}
