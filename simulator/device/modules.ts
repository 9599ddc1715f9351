// The TypeScript that a scenario brings along: device models and sensor functions, imported before
// the run. In a process of its own each time, so workers load what they need.

import { pathToFileURL } from 'node:url'
import { MotewireError } from '@motewire/sdk/errors'
import type { DeviceGroup } from '../scenario/index.ts'
import type { DeviceModelFactory } from './device.ts'
import type { SampleFunction } from './sensors/function.ts'

export class Modules {
  readonly #byPath: ReadonlyMap<string, Readonly<Record<string, unknown>>>

  private constructor(byPath: ReadonlyMap<string, Readonly<Record<string, unknown>>>) {
    this.#byPath = byPath
  }

  /** For scenarios that bring none. */
  static readonly none: Modules = new Modules(new Map())

  /**
   * Imports all that these groups name.
   * @throws MotewireError `ERR_MODEL_LOAD` that names the file.
   */
  static async load(groups: readonly DeviceGroup[]): Promise<Modules> {
    const byPath = new Map<string, Readonly<Record<string, unknown>>>()
    for (const path of new Set(groups.flatMap(pathsOf))) byPath.set(path, await importFile(path))
    return new Modules(byPath)
  }

  model(path: string): DeviceModelFactory {
    return this.#export(path, 'model') as DeviceModelFactory
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

function pathsOf({ model, publish, sparkplug }: DeviceGroup): string[] {
  const metrics = [sparkplug, ...(sparkplug?.devices ?? [])].flatMap((one) => one?.metrics ?? [])
  const fields = [...publish.flatMap(({ payload }) => payload.fields), ...metrics]
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
