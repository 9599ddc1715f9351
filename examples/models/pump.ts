// A water pump as a device model: it fills a tank, reports its pressure, and obeys `on` and `off`.
//
//   npx motewire sim examples/models/pumps.yaml --duration 1m
//   npx motewire pub -t plant/pump-3/cmd -m off                        (in another terminal)
//
// Watch: `pump.bar` in the report. A model asks its Device for everything: the time, a
// later call, chance, the network. So it runs the same in real, scaled and virtual time.

import type { Device, DeviceModel } from '@motewire/simulator'

/** What the scenario may say under `model: { file: ./pump.ts, options: ... }`. */
interface PumpOptions {
  readonly everyMs?: number
  readonly barMax?: number
}

/** Called once for each device. */
export function model(options: PumpOptions): DeviceModel {
  return new Pump(options)
}

class Pump implements DeviceModel {
  readonly #everyMs: number
  readonly #barMax: number
  #device: Device | undefined
  #isRunning = true
  #bar = 1

  constructor({ everyMs = 5_000, barMax = 6 }: PumpOptions) {
    this.#everyMs = everyMs
    this.#barMax = barMax
  }

  /** The device is switched on. */
  start(device: Device): void {
    this.#device = device
    device.subscribe(`plant/${device.clientId}/cmd`, 1)
    const tick = device.task((now) => {
      this.#report(device)
      device.schedule(now + this.#everyMs, tick)
    })
    // Not all pumps at once: each begins at a random moment of its period.
    device.schedule(device.startMs + device.random('phase').unit() * this.#everyMs, tick)
  }

  handleMessage(_topic: string, payload: Uint8Array): void {
    this.#isRunning = new TextDecoder().decode(payload) !== 'off'
    if (this.#device) this.#report(this.#device)
  }

  #report(device: Device): void {
    const wanted = this.#isRunning ? this.#barMax : 0
    this.#bar += 0.3 * (wanted - this.#bar)
    const report = { running: this.#isRunning, bar: Number(this.#bar.toFixed(2)) }
    device.publish(`plant/${device.clientId}/state`, JSON.stringify(report), STATE)
    device.measure('pump.bar', this.#bar)
  }
}

const STATE = { qos: 1, retain: true } as const
