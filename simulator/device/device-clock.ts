// A device's own clock, which is a little wrong: too fast or too slow, off from the start, or back
// in 1970 after each loss of power. Its messages say that time, and its periods go by it.

import type { WallClockSpec } from '../scenario/index.ts'
import type { Device } from './device.ts'

const MILLION = 1_000_000

export class DeviceClock {
  readonly #device: Device
  /** Seconds of this clock in one true second. */
  readonly #rate: number
  /** What it shows when the device is switched on. */
  readonly #startWallMs: number

  constructor(device: Device, { driftPpm, offsetMs, isLost }: WallClockSpec) {
    this.#device = device
    // Drawn only where asked for, so that other numbers of the device stay what they were.
    const isExact = driftPpm === 0 && offsetMs === 0
    const prng = isExact ? undefined : device.random('clock')
    this.#rate = 1 + (prng?.between(-driftPpm, driftPpm) ?? 0) / MILLION
    const offset = prng?.between(-offsetMs, offsetMs) ?? 0
    this.#startWallMs = isLost ? 0 : device.wallMs(device.startMs) + offset
  }

  /** What this clock shows at an instant on the scale of `Device.now`: milliseconds since 1970. */
  wallMs(instantMs: number): number {
    return this.#startWallMs + (instantMs - this.#device.startMs) * this.#rate
  }

  /** How long it truly takes until this clock has gone on by so much. */
  trueMs(durationMs: number): number {
    return durationMs / this.#rate
  }
}
