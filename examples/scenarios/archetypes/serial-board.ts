// A board with real firmware on a bad cable: an emulated ATmega328P runs the image `sensor-slip` of
// the C library, and each byte of its line may be damaged, in both directions; now and then the
// cable is out for a while. SLIP with its check sum finds the next packet after any damage. For
// 12-serial-board.yaml.

import { readFileSync } from 'node:fs'
import { firmwarePath, SlipFraming } from '@motewire/hardware'
import type { ByteChannel, ChannelHandler, Prng } from '@motewire/sdk'
import type { Device, DeviceModel } from '@motewire/simulator'
import { firmwareModels, flashOf } from '@motewire/simulator/firmware'
import type { UartChannel } from '@motewire/simulator/firmware'

interface BoardOptions {
  /** Part of the bytes with a flipped bit. Default 0.01. */
  readonly flip?: number
  /** Mean time between unplugs, milliseconds. Default two minutes. */
  readonly unplugEveryMs?: number
}

const flash = flashOf(readFileSync(firmwarePath('sensor-slip'), 'utf8'))
/** Bytes of a frame; the image's packets are far shorter. */
const FRAME_BYTES_MAX = 256
/** Below this a frame is no MQTT packet but a word between the firmware and its bridge. */
const FIRST_PACKET = 0x10
/** How long the cable is out. */
const UNPLUGGED_MS = { least: 5_000, most: 60_000 }

export function model(options: BoardOptions): DeviceModel {
  return firmwareModels({
    flash,
    line: (uart, device) => new BadLine(uart, device, options),
    readAnalog: (device, _channel, nowMs) => 2.5 + Math.sin(nowMs / 60_000 + device.index),
  })({})
}

class BadLine implements ByteChannel {
  readonly name: string
  readonly #uart: UartChannel
  readonly #device: Device
  readonly #framing: SlipFraming
  readonly #prng: Prng
  readonly #flip: number
  #handler: ChannelHandler | undefined
  #isPlugged = true
  #told = 0

  constructor(uart: UartChannel, device: Device, options: BoardOptions) {
    const { flip = 0.01, unplugEveryMs = 120_000 } = options
    this.name = uart.name
    this.#uart = uart
    this.#device = device
    this.#flip = flip
    this.#prng = device.random('line')
    const handleFrame = (frame: Uint8Array): void => {
      if ((frame[0] ?? 0) >= FIRST_PACKET) this.#handler?.onBytes(frame)
    }
    this.#framing = new SlipFraming({ handleFrame }, { frameBytesMax: FRAME_BYTES_MAX })
    const turn = device.task((now) => {
      this.#isPlugged = !this.#isPlugged
      if (!this.#isPlugged) device.measure('line.unplugged', 1)
      this.#framing.clear()
      const { least, most } = UNPLUGGED_MS
      const plugged = this.#prng.exponential(unplugEveryMs)
      device.schedule(now + (this.#isPlugged ? plugged : this.#prng.between(least, most)), turn)
    })
    device.schedule(device.now() + this.#prng.exponential(unplugEveryMs), turn)
  }

  open(handler: ChannelHandler): void {
    this.#handler = handler
    this.#uart.open({ ...handler, onBytes: (bytes) => this.#receive(bytes) })
  }

  /** @param packet one whole packet. */
  write(packet: Uint8Array): boolean {
    return !this.#isPlugged || this.#uart.write(this.#damaged(this.#framing.encode(packet)))
  }

  pause(): void {
    this.#uart.pause()
  }

  resume(): void {
    this.#uart.resume()
  }

  close(): void {
    this.#uart.close()
  }

  #receive(bytes: Uint8Array): void {
    if (!this.#isPlugged) return
    this.#framing.handleBytes(this.#damaged(bytes))
    const { damaged } = this.#framing.snapshot()
    for (; this.#told < damaged; this.#told++) this.#device.measure('line.damaged', 1)
  }

  #damaged(bytes: Uint8Array): Uint8Array {
    return bytes.map((byte) => (this.#prng.chance(this.#flip) ? byte ^ this.#bit() : byte))
  }

  #bit(): number {
    return 1 << Math.floor(this.#prng.unit() * 8)
  }
}
