// Resets emulated microcontrollers at random positions of what they send, while they publish
// through the bridge to a broker, and looks at what a subscriber of `#` sees of it. The firmware is
// the echo program: five messages a second of a known form, a will, and its reset cause after each
// CONNACK.

import { connectAsync, sharedClock } from '@motewire/sdk'
import type { Clock } from '@motewire/sdk'
import { Prng } from '@motewire/sdk/kit'
import type { FirmwareName } from '@motewire/hardware'
import type { Microcontroller } from '@motewire/simulator/firmware'
import { microcontroller } from './firmware.ts'

export interface ResetRunOptions {
  readonly brokerUrl: string
  readonly image: FirmwareName
  readonly devices: number
  /** For each device. */
  readonly resets: number
  readonly seed: number
  /** Joins a device to the broker; answers how to end it. */
  readonly join: (device: Microcontroller) => Promise<() => Promise<void>> | (() => Promise<void>)
  /** Longest wait for a device to publish again. A device that does not is given up. */
  readonly recoveryMsMax: number
  /** Is told of each device that has come back. */
  readonly handleBack?: () => void
}

export interface ResetRunResult {
  readonly resets: number
  readonly messages: number
  /** Messages that no device has sent like that, at most ten of them. */
  readonly corrupt: readonly string[]
  /** Resets after which the will came before the device was back. */
  readonly wills: number
  /** From the start of the program after a reset to its first message, sorted, milliseconds. */
  readonly recoveryMs: readonly number[]
  /** Devices that did not come back in time. */
  readonly stuck: number
}

/** Positions, in bytes since the last CONNACK, at which a reset strikes. */
const POSITION_MAX = 400
const START_UP_MS = 65

const FORMS: Readonly<Record<string, RegExp>> = {
  up: /^\d{5} abcdefghijklmnopqrstuvwxyz$/,
  boot: /^\d\d$/,
  will: /^gone$/,
}

export async function runResets(options: ResetRunOptions): Promise<ResetRunResult> {
  const clock = sharedClock()
  const subscriber = await connectAsync(options.brokerUrl, { clientId: 'watcher' })
  await subscriber.subscribe('#', { qos: 0 })
  const corrupt: string[] = []
  let messages = 0
  const devices = Array.from({ length: options.devices }, (_, index) => {
    return new Victim(`d${index}`, options, clock, new Prng(`${options.seed}/${index}`))
  })
  const byId = new Map(devices.map((device) => [device.id, device]))
  subscriber.on('message', (topic, payload) => {
    messages++
    const [kind = '', id = '', ...more] = topic.split('/')
    const device = byId.get(id)
    const isKnown = device !== undefined && more.length === 0
    if (isKnown && FORMS[kind]?.test(payload.toString('latin1')) === true) device.handle(kind)
    else if (corrupt.length < 10) corrupt.push(`${topic} ${payload.toString('latin1')}`)
  })
  await Promise.all(devices.map((device) => device.run()))
  await subscriber.end()
  return {
    resets: devices.reduce((sum, device) => sum + device.resets, 0),
    messages,
    corrupt,
    wills: devices.reduce((sum, device) => sum + device.wills, 0),
    recoveryMs: devices.flatMap((device) => device.recoveryMs).toSorted((a, b) => a - b),
    stuck: devices.filter((device) => device.isStuck).length,
  }
}

/** One device and what is known of it. */
class Victim {
  readonly id: string
  readonly recoveryMs: number[] = []
  resets = 0
  wills = 0
  isStuck = false
  readonly #options: ResetRunOptions
  readonly #clock: Clock
  readonly #prng: Prng
  readonly #mcu: Microcontroller
  #startedMs = 0
  #hasWill = false
  #hasBooted = false
  #isBack = false
  #handleBack: (() => void) | undefined

  constructor(id: string, options: ResetRunOptions, clock: Clock, prng: Prng) {
    this.id = id
    this.#options = options
    this.#clock = clock
    this.#prng = prng
    this.#mcu = microcontroller(options.image, id, clock, { startUpMs: START_UP_MS })
    this.#mcu.handleReset = () => this.#handleReset()
  }

  /** Something of the right form has come from this device. */
  handle(kind: string): void {
    if (kind === 'will') this.#hasWill = true
    // A message from before the reset may still be on its way; its boot message is not.
    if (kind === 'boot') this.#hasBooted = true
    if (kind !== 'up' || !this.#hasBooted || this.#isBack) return
    this.#isBack = true
    if (this.resets > 0) {
      this.recoveryMs.push(this.#clock.now() - this.#startedMs)
      if (this.#hasWill) this.wills++
      this.#options.handleBack?.()
    }
    this.#handleBack?.()
  }

  async run(): Promise<void> {
    const leave = await this.#options.join(this.#mcu)
    this.#startedMs = this.#clock.now() + START_UP_MS
    this.#mcu.start()
    await this.#back()
    while (this.resets < this.#options.resets && !this.isStuck) {
      // At most a few messages further; the position is that of the UART, not of a packet.
      const position = 1 + Math.floor(this.#prng.unit() * POSITION_MAX)
      const struck = new Promise<void>((resolve) => (this.#handleStruck = resolve))
      this.#mcu.resetAfterBytes(position)
      await struck
      await this.#back()
    }
    this.#mcu.stop()
    await leave()
  }

  #handleStruck: (() => void) | undefined

  #handleReset(): void {
    this.resets++
    this.#startedMs = this.#clock.now() + START_UP_MS
    this.#hasWill = this.#hasBooted = this.#isBack = false
    this.#handleStruck?.()
  }

  /** Waits until the device publishes again. */
  #back(): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer)
        this.#handleBack = undefined
        resolve()
      }
      const timer = setTimeout(() => {
        this.isStuck = true
        finish()
      }, this.#options.recoveryMsMax)
      this.#handleBack = finish
      if (this.#isBack) finish()
    })
  }
}
