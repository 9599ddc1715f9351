// What devices with real firmware are made of, loaded before a run: images, each once for all
// devices that run it, the bridge at their UARTs, and programs that emulate boards. Emulators are
// imported with the first group that needs them, not before.

import { readFile } from 'node:fs/promises'
import { MotewireError } from '@motewire/sdk/errors'
import type { FirmwareSpec, ImageSpec } from '../scenario/index.ts'
import type { Device, DeviceModel } from './device.ts'
import type * as firmwareRoom from './firmware/index.ts'
import type { Flash, MakeBoard, UartBridgeModule } from './firmware/index.ts'

type Firmware = typeof firmwareRoom

/** Volts at an analog input of a device. */
export type ReadAnalog = (device: Device, channel: number, nowMs: number) => number

export class FirmwareShop {
  readonly #firmware: Firmware
  readonly #bridge: UartBridgeModule
  readonly #flashes: ReadonlyMap<string, Flash>

  private constructor(
    firmware: Firmware,
    bridge: UartBridgeModule,
    flashes: ReadonlyMap<string, Flash>,
  ) {
    this.#firmware = firmware
    this.#bridge = bridge
    this.#flashes = flashes
  }

  /**
   * @param uartBridge URL of a UartBridgeModule.
   * @throws MotewireError `ERR_MODEL_LOAD` or `ERR_FIRMWARE_INVALID` that names the file.
   */
  static async open(
    specs: readonly FirmwareSpec[],
    uartBridge: string | undefined,
  ): Promise<FirmwareShop> {
    if (uartBridge === undefined) {
      const message = 'real firmware needs a bridge at its UART, and none was handed in'
      throw new MotewireError('ERR_MODEL_LOAD', message)
    }
    const firmware = await import('./firmware/index.ts')
    const flashes = new Map<string, Flash>()
    for (const spec of specs) {
      if (spec.kind === 'program') {
        firmware.checkProgram(spec)
        continue
      }
      const flash = flashes.get(spec.path) ?? (await flashOf(firmware, spec.path))
      flashes.set(spec.path, flash)
      checkSpec(spec, flash)
    }
    return new FirmwareShop(
      firmware,
      (await import(new URL(uartBridge).href)) as UartBridgeModule,
      flashes,
    )
  }

  /** The model of one device. */
  model(spec: FirmwareSpec, readAnalog: ReadAnalog): DeviceModel {
    return new this.#firmware.FirmwareModel({
      makeBoard: this.#boards(spec, readAnalog),
      makeBridge: this.#bridge.makeUartBridge,
      framing: spec.framing,
      subscribes: spec.subscribes,
    })
  }

  #boards(spec: FirmwareSpec, readAnalog: ReadAnalog): MakeBoard {
    const { programBoards, emulatedBoards } = this.#firmware
    if (spec.kind === 'program') return programBoards(spec, this.#bridge.serialPort)
    const { path, driftPpm, line, eeprom, supply } = spec
    const flash = this.#flashes.get(path)
    if (flash === undefined) throw new MotewireError('ERR_MODEL_LOAD', `${path} is not loaded`)
    return emulatedBoards({ flash, driftPpm, line, eeprom, supply, readAnalog })
  }
}

function checkSpec({ path, eeprom, supply }: ImageSpec, { chip, memoryBytes }: Flash): void {
  if (supply !== undefined && chip !== 'atmega328p') {
    const why = 'its brown-out detector watches the regulator in the chip, not the supply'
    throw new MotewireError('ERR_FIRMWARE_INVALID', `${path}: no supply for an ${chip}: ${why}`)
  }
  const end = Math.max(0, ...eeprom.map(({ address, bytes }) => address + bytes.length))
  if (end <= memoryBytes) return
  const what = `eeprom has ${end} bytes, where the ${chip} of the image has ${memoryBytes}`
  throw new MotewireError('ERR_FIRMWARE_INVALID', `${path}: ${what}`)
}

async function flashOf(firmware: Firmware, path: string): Promise<Flash> {
  try {
    return firmware.flashOf(await readFile(path))
  } catch (cause) {
    const { code, message } = cause as Partial<MotewireError> & Error
    const own = code === 'ERR_FIRMWARE_INVALID' ? code : 'ERR_MODEL_LOAD'
    throw new MotewireError(own, `${path}: ${message}`, { cause })
  }
}
