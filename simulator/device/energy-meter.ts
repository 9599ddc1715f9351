// What a device's messages cost its battery: radio time for each message and its bytes, and the
// current that it draws all the time. A model with two states; it does not know retransmissions,
// keepalives or temperature. Charges in mAh, currents in mA.

import type { EnergySpec } from '../scenario/index.ts'
import type { Device } from './device.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const MONTH_MS = 30 * DAY_MS
const YEAR_MS = 365 * DAY_MS

export class EnergyMeter {
  readonly #spec: EnergySpec
  #radioMs = 0
  #bytes = 0

  readonly #sinceMs: number

  /** @param sinceMs when the battery was new, on the scale of `Device.now`. */
  constructor(spec: EnergySpec, sinceMs: number) {
    this.#spec = spec
    this.#sinceMs = sinceMs
  }

  /** A message went out or came in. @param bytes of its topic and payload. */
  count(bytes: number): void {
    const { messageMs, bitsPerS } = this.#spec
    this.#radioMs += messageMs + (bytes * 8 * 1_000) / bitsPerS
    this.#bytes += bytes
  }

  /** What a day, a month and the battery come to at this rate; told as figures of the report. */
  tell(device: Device): void {
    const elapsedMs = device.now() - this.#sinceMs
    if (elapsedMs <= 0) return
    const { batteryMah, sleepMa, radioMa } = this.#spec
    const drawnMah = (sleepMa * elapsedMs + radioMa * this.#radioMs) / HOUR_MS
    device.measure('radio.secondsPerDay', (this.#radioMs / 1_000) * (DAY_MS / elapsedMs))
    device.measure('bytes.perMonth', this.#bytes * (MONTH_MS / elapsedMs))
    if (drawnMah === 0) return
    device.measure('battery.years', (batteryMah / drawnMah) * (elapsedMs / YEAR_MS))
  }
}
