// Whether all devices of a fleet have client ids of their own: a broker gives a client id to the
// last one that connects, so two devices with the same one would throw each other out for ever.
// Also the length that MQTT 3.1 allows. Groups whose ids begin or end differently are compared by
// that alone; only for others every id is made. O(devices) time and memory then, else O(groups^2).

import type { DeviceGroup } from './scenario.ts'
import { Template } from './template.ts'
import type { PlaceholderValues } from './template.ts'

/** MQTT 3.1 allows no longer ones. */
const CLIENT_ID_LENGTH_MAX_V3 = 23

export interface ClientIdFault {
  readonly group: DeviceGroup
  readonly found: string
  readonly expected: string
}

export function clientIdFaults(
  groups: readonly DeviceGroup[],
  seed: number | string,
): ClientIdFault[] {
  const series = groups
    .filter(({ devices }) => devices > 0)
    .map((group) => new ClientIds(group, seed))
  return series.flatMap((one, position) => {
    const long = one.tooLong()
    if (long !== undefined) return [long]
    for (const other of series.slice(0, position)) {
      const shared = one.sharedWith(other)
      if (shared === undefined) continue
      const expected = `client ids that group ${other.group.name} does not have`
      return [{ group: one.group, found: `client id ${JSON.stringify(shared)}`, expected }]
    }
    return []
  })
}

/** All client ids of one group. */
class ClientIds {
  readonly group: DeviceGroup
  readonly #seed: number | string
  readonly #template: Template
  readonly #head: string
  readonly #tail: string
  #all: ReadonlySet<string> | undefined

  constructor(group: DeviceGroup, seed: number | string) {
    this.group = group
    this.#seed = seed
    this.#template = Template.of(group.clientId)
    const { head, tail } = this.#template.frame(this.#values(0))
    this.#head = head
    this.#tail = tail
  }

  tooLong(): ClientIdFault | undefined {
    const id = this.#at(this.group.devices - 1)
    if (this.group.connect.protocolVersion !== 3 || id.length <= CLIENT_ID_LENGTH_MAX_V3) return
    const found = `client id ${JSON.stringify(id)} of ${id.length} characters`
    const expected = `at most ${CLIENT_ID_LENGTH_MAX_V3} with protocolVersion: 3`
    return { group: this.group, found, expected }
  }

  /** The first id of this group that the other one has too. */
  sharedWith(other: ClientIds): string | undefined {
    const isFarApart =
      !(this.#head.startsWith(other.#head) || other.#head.startsWith(this.#head)) ||
      !(this.#tail.endsWith(other.#tail) || other.#tail.endsWith(this.#tail))
    if (isFarApart) return undefined
    other.#all ??= new Set(Array.from({ length: other.group.devices }, (_, at) => other.#at(at)))
    for (let index = 0; index < this.group.devices; index++) {
      const id = this.#at(index)
      if (other.#all.has(id)) return id
    }
    return undefined
  }

  #at(index: number): string {
    return this.#template.render(this.#values(index))
  }

  #values(index: number): PlaceholderValues {
    return { index, group: this.group.name, id: '', seed: this.#seed }
  }
}
