// The programs that a scenario brings along: device models and sensor functions in TypeScript, and
// images for microcontrollers with the bridge that they need, loaded before the run. Workers load
// what they need, each for itself; in one process an image is there once for all devices. Emulators
// are imported with the first image, not before.

import { readFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { MotewireError } from '@motewire/sdk/errors'
import type { DeviceGroup } from '../scenario/index.ts'
import type { DeviceModel, DeviceModelFactory } from './device.ts'
import type { FirmwareModelOptions, MakeUartBridge } from './firmware/index.ts'
import type { SampleFunction } from './sensors/function.ts'

type FirmwareRunOptions = Omit<FirmwareModelOptions, 'flash' | 'makeBridge'>
type MakeFirmware = (options: FirmwareRunOptions) => DeviceModel

export class Modules {
  readonly #byPath: ReadonlyMap<string, Readonly<Record<string, unknown>>>
  readonly #images: ReadonlyMap<string, MakeFirmware>

  private constructor(
    byPath: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
    images: ReadonlyMap<string, MakeFirmware>,
  ) {
    this.#byPath = byPath
    this.#images = images
  }

  /** For scenarios that bring none. */
  static readonly none: Modules = new Modules(new Map(), new Map())

  /**
   * Imports all that these groups name.
   * @param uartBridge URL of a module that exports `makeUartBridge`, the bridge at the UART of real
   *   images; needed when a group has `firmware`.
   * @throws MotewireError `ERR_MODEL_LOAD` or `ERR_FIRMWARE_INVALID` that names the file.
   */
  static async load(groups: readonly DeviceGroup[], uartBridge?: string): Promise<Modules> {
    const byPath = new Map<string, Readonly<Record<string, unknown>>>()
    for (const path of new Set(groups.flatMap(pathsOf))) byPath.set(path, await importFile(path))
    const images = new Map<string, MakeFirmware>()
    const paths = groups.flatMap(({ firmware }) => firmware?.path ?? [])
    if (paths.length > 0) {
      const makeBridge = await importBridge(uartBridge)
      for (const path of new Set(paths)) images.set(path, await readImage(path, makeBridge))
    }
    return new Modules(byPath, images)
  }

  model(path: string): DeviceModelFactory {
    return this.#export(path, 'model') as DeviceModelFactory
  }

  /** A device that runs an image. */
  firmware(path: string, options: FirmwareRunOptions): DeviceModel {
    const make = this.#images.get(path)
    if (make !== undefined) return make(options)
    throw new MotewireError('ERR_MODEL_LOAD', `${path} has not been loaded`)
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
  const inputs = firmware?.analog ?? []
  const fields = [...publish.flatMap(({ payload }) => payload.fields), ...metrics, ...inputs]
  const sensors = fields.map(({ sensor }) => sensor)
  const functions = sensors.flatMap((one) => (one.sensor === 'function' ? [one.path] : []))
  return model === undefined ? functions : [model.path, ...functions]
}

async function readImage(path: string, makeBridge: MakeUartBridge): Promise<MakeFirmware> {
  const { FirmwareModel, flashOf } = await import('./firmware/index.ts')
  const fail = (cause: unknown): never => {
    const { code = 'ERR_MODEL_LOAD', message } = cause as Partial<MotewireError> & Error
    const isOurs = code === 'ERR_FIRMWARE_INVALID'
    throw new MotewireError(isOurs ? code : 'ERR_MODEL_LOAD', `${path}: ${message}`, { cause })
  }
  const image = await readFile(path).catch(fail)
  try {
    const flash = flashOf(image)
    return (options) => new FirmwareModel({ flash, makeBridge, ...options })
  } catch (error) {
    return fail(error)
  }
}

async function importBridge(url: string | undefined): Promise<MakeUartBridge> {
  if (url === undefined) {
    const message = 'real images need a bridge at their UART, and none was handed in (uartBridge)'
    throw new MotewireError('ERR_MODEL_LOAD', message)
  }
  const { makeUartBridge } = (await import(url)) as { makeUartBridge: MakeUartBridge }
  return makeUartBridge
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
