// Which devices of a fleet run, when the scenario picks some of them by client id. All keep their
// numbers, names, start times and random numbers, so a device does alone what it did among the
// others. O(devices of the whole fleet).

import type { Scenario } from './scenario.ts'
import { Template } from './template.ts'

export interface Chosen {
  /** Numbers in the fleet, ascending. */
  readonly indices: readonly number[]
  /** Client ids that no device has. */
  readonly unknown: readonly string[]
}

/** Undefined: all devices run. */
export function chosenDevices({ groups, seed, only }: Scenario): Chosen | undefined {
  if (only === undefined) return undefined
  const wanted = new Set(only)
  const indices: number[] = []
  let first = 0
  for (const { name, devices, clientId } of groups) {
    const template = Template.of(clientId)
    for (let number = 0; number < devices; number++) {
      const id = template.render({ index: number, group: name, id: '', seed })
      if (wanted.delete(id)) indices.push(first + number)
    }
    first += devices
  }
  return { indices, unknown: [...wanted] }
}
