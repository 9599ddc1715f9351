// Firmware updates in waves, as two device models: a server that offers an image in pieces and
// opens wave after wave, and devices that fetch it, may fail, and tell their version. For
// 07-ota-in-waves.yaml; all of it goes over MQTT, so links and brokers feel it.

import type { Device, DeviceModel } from '@motewire/simulator'

interface OtaOptions {
  readonly role: 'server' | 'device'
  readonly pieces?: number
  readonly pieceBytes?: number
  /** Shares of the fleet, opened one after the other. */
  readonly waves?: readonly number[]
  readonly waveMs?: number
  /** Failed devices that halt the roll-out. */
  readonly haltAt?: number
}

export function model(options: OtaOptions): DeviceModel {
  return options.role === 'server' ? new OtaServer(options) : new OtaDevice(options)
}

const KEPT = { qos: 1, retain: true } as const
const decoder = new TextDecoder()

class OtaServer implements DeviceModel {
  readonly #options: OtaOptions
  readonly #failed = new Set<string>()
  #device: Device | undefined

  constructor(options: OtaOptions) {
    this.#options = options
  }

  start(device: Device): void {
    const { pieces = 64, pieceBytes = 1_024, waves = [1], waveMs = 60_000 } = this.#options
    this.#device = device
    device.subscribe('fleet/+/firmware', 1)
    const bytes = new Uint8Array(pieceBytes)
    for (let piece = 0; piece < pieces; piece++) {
      bytes.fill(piece % 256)
      device.publish(`ota/2/piece/${piece}`, bytes, KEPT)
    }
    let next = 0
    const open = device.task((now) => {
      device.publish('ota/2/wave', String(waves[next++]), KEPT)
      if (next < waves.length && !this.#isHalted) device.schedule(now + waveMs, open)
    })
    device.schedule(device.startMs + waveMs / 4, open)
  }

  get #isHalted(): boolean {
    return this.#failed.size >= (this.#options.haltAt ?? Infinity)
  }

  handleMessage(topic: string, payload: Uint8Array): void {
    if (decoder.decode(payload) !== 'failed' || this.#isHalted) return
    this.#failed.add(topic)
    if (this.#isHalted) this.#device?.measure('ota.halted', 1)
  }
}

class OtaDevice implements DeviceModel {
  readonly #pieces: number
  readonly #seen = new Set<string>()
  #device: Device | undefined
  #turn = 1
  #isBusy = false

  constructor({ pieces = 64 }: OtaOptions) {
    this.#pieces = pieces
  }

  start(device: Device): void {
    this.#device = device
    this.#turn = device.random('wave').unit()
    this.#tell('1')
    device.subscribe('ota/2/wave', 1)
  }

  handleMessage(topic: string, payload: Uint8Array): void {
    const device = this.#device
    if (!device) return
    if (topic === 'ota/2/wave') {
      if (this.#isBusy || this.#turn > Number(decoder.decode(payload))) return
      this.#isBusy = true
      device.subscribe('ota/2/piece/+', 1)
      return
    }
    // A piece may come twice after a reconnect.
    this.#seen.add(topic)
    device.measure('ota.bytes', payload.length)
    if (this.#seen.size !== this.#pieces) return
    const rebootMs = device.random('reboot').between(2_000, 10_000)
    device.schedule(
      device.now() + rebootMs,
      device.task(() => this.#finish(device)),
    )
  }

  /** 0.5 % never come back, 1 % tell a wrong version, the others are new. */
  #finish(device: Device): void {
    const luck = device.random('luck').unit()
    if (luck >= 0.015) device.measure('ota.updated', 1)
    else device.measure(luck < 0.005 ? 'ota.bricked' : 'ota.wrong', 1)
    this.#tell(luck < 0.005 ? 'failed' : luck < 0.015 ? '1.9' : '2')
  }

  #tell(version: string): void {
    this.#device?.publish(`fleet/${this.#device.clientId}/firmware`, version, KEPT)
  }
}
