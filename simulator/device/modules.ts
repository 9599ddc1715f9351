// The programs that a scenario brings along: device models and sensor functions in TypeScript, and
// real firmware, loaded before the run. Workers load what they need, each for itself; in one
// process an image is there once for all devices.

import { pathToFileURL } from 'node:url'
import { MotewireError } from '@motewire/sdk/errors'
import type { DeviceGroup, FirmwareSpec } from '../scenario/index.ts'
import type { DeviceModel, DeviceModelFactory } from './device.ts'
import { FirmwareShop } from './firmware-shop.ts'
import type { ReadAnalog } from './firmware-shop.ts'
import type { SampleFunction } from './sensors/function.ts'

export class Modules {
  readonly #byPath: ReadonlyMap<string, Readonly<Record<string, unknown>>>
  readonly #firmware: FirmwareShop | undefined

  private constructor(
    byPath: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
    firmware: FirmwareShop | undefined,
  ) {
    this.#byPath = byPath
    this.#firmware = firmware
  }

  /** For scenarios that bring none. */
  static readonly none: Modules = new Modules(new Map(), undefined)

  /**
   * Imports all that these groups name.
   * @param uartBridge URL of a UartBridgeModule (firmware/uart-bridge.ts), for groups with
   *   `firmware`.
   * @throws MotewireError `ERR_MODEL_LOAD` or `ERR_FIRMWARE_INVALID` that names the file.
   */
  static async load(groups: readonly DeviceGroup[], uartBridge?: string): Promise<Modules> {
    const byPath = new Map<string, Readonly<Record<string, unknown>>>()
    for (const path of new Set(groups.flatMap(pathsOf))) byPath.set(path, await importFile(path))
    const specs = groups.flatMap(({ firmware }) => firmware ?? [])
    const shop = specs.length === 0 ? undefined : await FirmwareShop.open(specs, uartBridge)
    return new Modules(byPath, shop)
  }

  model(path: string): DeviceModelFactory {
    return this.#export(path, 'model') as DeviceModelFactory
  }

  /** A device that runs real firmware. */
  firmware(spec: FirmwareSpec, readAnalog: ReadAnalog): DeviceModel {
    if (this.#firmware !== undefined) return this.#firmware.model(spec, readAnalog)
    throw new MotewireError('ERR_MODEL_LOAD', 'the firmware has not been loaded')
  }

  sample(path: string, name: string): SampleFunction {
    return this.#export(path, name) as SampleFunction
  }

  #export(path: string, name: string): unknown {
    const value = this.#byPath.get(path)?.[name]
    if (typeof value === 'function') return value
    throw new MotewireError('ERR_MODEL_LOAD', `${path} exports no function ${name}`)
  }
}

function pathsOf({ model, firmware, publish, sparkplug }: DeviceGroup): string[] {
  const metrics = [sparkplug, ...(sparkplug?.devices ?? [])].flatMap((one) => one?.metrics ?? [])
  const inputs = firmware?.kind === 'image' ? firmware.analog : []
  const fields = [...publish.flatMap(({ payload }) => payload.fields), ...metrics, ...inputs]
  const sensors = fields.map(({ sensor }) => sensor)
  const functions = sensors.flatMap((one) => (one.sensor === 'function' ? [one.path] : []))
  return model === undefined ? functions : [model.path, ...functions]
}

async function importFile(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const needsNewer = code === 'ERR_UNKNOWN_FILE_EXTENSION'
    const why = needsNewer
      ? 'this Node runs no TypeScript: take Node 22.18 or newer, `node --import tsx`, or a .js file'
      : message
    throw new MotewireError('ERR_MODEL_LOAD', `${path} cannot be loaded: ${why}`, { cause: error })
  }
}
