// From a scenario to its devices. Device i of n is a pure function of the scenario, its seed and i:
// its group, names, topics, start time and random numbers. Nothing is stored per device, so shards
// and workers need no more than the scenario and their number. device() is O(groups).
//
// Devices are numbered group by group. A device's random numbers hang on the seed, its group's name
// and its number in the group: other groups, added or resized, change nothing.

import { assert, Prng } from '@motewire/sdk/kit'
import { apportion } from './apportion.ts'
import { DEVICES_MAX } from './bounds.ts'
import { chosenDevices } from './only.ts'
import type {
  DeviceGroup,
  ProvisionerSpec,
  ProvisionSpec,
  Scenario,
  FirmwareSpec,
} from './scenario.ts'
import { Template } from './template.ts'
import type { PlaceholderValues } from './template.ts'

export interface ExpandOptions {
  /** Devices in all; default: as the scenario says. Divided exactly by largest remainder. */
  readonly devices?: number | undefined
  /** Part `index` (from 0) of `count`: every `count`th device. Default: the whole fleet. */
  readonly shard?: { readonly index: number; readonly count: number } | undefined
}

/** One device before it runs. */
export interface DevicePlan {
  /** Number in the whole fleet, from 0. */
  readonly index: number
  /** Number in its group, from 0: `{index}`. */
  readonly number: number
  readonly group: DeviceGroup
  readonly clientId: string
  readonly username: string | undefined
  readonly password: string | undefined
  /** Paths of PEM files, of devices that have a certificate of their own. */
  readonly cert: string | undefined
  readonly key: string | undefined
  /** One a stream of the group. */
  readonly topics: readonly string[]
  /** One a subscription of the group. */
  readonly filters: readonly string[]
  /** Real firmware that it runs, templates filled in; undefined: none. */
  readonly firmware: FirmwareSpec | undefined
  /** Where its shadow is told; undefined without one. */
  readonly reported: string | undefined
  /** Of who gives identities: what the device of a name is given. Undefined: it gives none. */
  readonly identityOf: ((id: string) => Readonly<Record<string, string>>) | undefined
  /** What it is before it has an identity; undefined: it has one. */
  readonly provision: ProvisionPlan | undefined
  /** When the device is switched on, milliseconds after the run began. */
  readonly startMs: number
  /** The device's own random numbers; fork one stream a purpose. */
  readonly prng: Prng
}

/** Of one device: templates filled in, and the request as it goes out. */
export interface ProvisionPlan extends Omit<ProvisionSpec, 'payload'> {
  readonly payload: string
}

export type OperatorPlan = Pick<
  DevicePlan,
  'index' | 'clientId' | 'username' | 'password' | 'cert' | 'key'
>

/** @throws AssertionError when a number is out of range; what users type is checked before. */
export function expand(scenario: Scenario, options: ExpandOptions = {}): FleetPlan {
  return new FleetPlan(scenario, options)
}

export class FleetPlan implements Iterable<DevicePlan> {
  readonly scenario: Scenario
  /** Devices of all shards. */
  readonly devicesTotal: number
  readonly shard: { readonly index: number; readonly count: number }
  /** Groups with the number of their devices in all shards. */
  readonly groups: readonly DeviceGroup[]
  readonly #templates: readonly GroupTemplates[]
  readonly #root: Prng
  /** Numbers of this shard's devices, where the scenario picks some; undefined: all. */
  readonly #chosen: readonly number[] | undefined

  constructor(scenario: Scenario, { devices, shard = { index: 0, count: 1 } }: ExpandOptions) {
    const { index, count } = shard
    assert(Number.isInteger(count) && count >= 1, `shard count ${count} is not from 1`)
    assert(Number.isInteger(index) && index >= 0 && index < count, `no shard ${index} of ${count}`)
    this.scenario = scenario
    this.shard = shard
    this.groups = resize(scenario.groups, devices)
    this.devicesTotal = this.groups.reduce((sum, group) => sum + group.devices, 0)
    this.#templates = this.groups.map((group) => new GroupTemplates(group, scenario))
    this.#root = new Prng(scenario.seed)
    const chosen = chosenDevices({ ...scenario, groups: this.groups })
    this.#chosen = chosen?.indices.filter((at) => at % count === index)
  }

  /** Devices of this shard. */
  get devices(): number {
    if (this.#chosen !== undefined) return this.#chosen.length
    const { index, count } = this.shard
    return Math.max(0, Math.ceil((this.devicesTotal - index) / count))
  }

  /** The devices of this shard, in the order of their numbers. */
  *[Symbol.iterator](): Iterator<DevicePlan> {
    if (this.#chosen !== undefined) {
      for (const at of this.#chosen) yield this.device(at)
      return
    }
    for (let at = this.shard.index; at < this.devicesTotal; at += this.shard.count) {
      yield this.device(at)
    }
  }

  /** Who sends what the stages say to the devices of this shard: as whom it connects. */
  operator(): OperatorPlan {
    const { broker, seed } = this.scenario
    const { index, count } = this.shard
    const id = `operator-${index}-of-${count}`
    const values = { index, group: 'operator', id, seed }
    const render = (text: string | undefined): string | undefined => {
      return text === undefined ? undefined : Template.of(text).render(values)
    }
    return {
      index,
      clientId: id,
      username: render(broker.username),
      password: render(broker.password),
      cert: render(broker.cert),
      key: render(broker.key),
    }
  }

  /** @param index of any device of the fleet, whichever its shard. */
  device(index: number): DevicePlan {
    const isKnown = Number.isInteger(index) && index >= 0 && index < this.devicesTotal
    assert(isKnown, `no device ${index} of ${this.devicesTotal}`)
    let number = index
    let position = 0
    for (; number >= this.#group(position).devices; position++) {
      number -= this.#group(position).devices
    }
    const group = this.#group(position)
    const prng = this.#root.fork(group.name).fork(number)
    const names = this.#templates[position]?.render(number)
    assert(names !== undefined, `no templates of group ${position}`)
    return { index, number, group, ...names, startMs: this.#startMs(position, number, prng), prng }
  }

  #group(position: number): DeviceGroup {
    const group = this.groups[position]
    assert(group !== undefined, `no group ${position}`)
    return group
  }

  #startMs(position: number, number: number, prng: Prng): number {
    // Who gives identities is there before those that ask for one.
    if (this.#group(position).provisioner !== undefined) return 0
    const { pace, start } = this.scenario.ramp
    const rampMs = 'overMs' in pace ? pace.overMs : (this.devicesTotal / pace.perSecond) * 1_000
    // Arrivals of a Poisson process, when their number is known, are independent and uniform.
    if (start === 'poisson') return rampMs * prng.fork('start').unit()
    return (rampMs * this.#startRank(position, number)) / this.devicesTotal
  }

  /**
   * The device's place in the order of starts, which mixes the groups evenly: device j of c stands
   * at (2j + 1) / 2c of the way. Counts the devices of all groups that stand before it. Whole
   * numbers below 2^53, so the same everywhere.
   */
  #startRank(position: number, number: number): number {
    const own = this.#group(position).devices
    let rank = 0
    for (const [other, { devices }] of this.groups.entries()) {
      const ahead = ((2 * number + 1) * devices - own) / (2 * own)
      const before = other < position ? Math.floor(ahead) + 1 : Math.ceil(ahead)
      rank += Math.min(Math.max(before, 0), devices)
    }
    return rank
  }
}

function resize(groups: readonly DeviceGroup[], total: number | undefined): readonly DeviceGroup[] {
  if (total === undefined) return groups
  const isFine = Number.isInteger(total) && total >= 1 && total <= DEVICES_MAX
  assert(isFine, `${total} devices, not 1 to ${DEVICES_MAX}`)
  const counts = apportion(
    total,
    groups.map(({ share }) => share),
  )
  return groups.map((group, position) => ({ ...group, devices: counts[position] ?? 0 }))
}

type Names = Pick<
  DevicePlan,
  | 'clientId'
  | 'username'
  | 'password'
  | 'cert'
  | 'key'
  | 'topics'
  | 'filters'
  | 'firmware'
  | 'reported'
  | 'provision'
  | 'identityOf'
>

function filledIn(
  firmware: FirmwareSpec | undefined,
  values: PlaceholderValues,
): FirmwareSpec | undefined {
  if (firmware === undefined) return undefined
  const render = (text: string): string => Template.of(text).render(values)
  const { publishes, subscribes } = firmware
  const told = { publishes: publishes?.map(render), subscribes: subscribes?.map(render) }
  if (firmware.kind === 'image') return { ...firmware, ...told }
  const { command, uart } = firmware
  return { ...firmware, ...told, command: command.map(render), uart: uart && render(uart) }
}

/** A group's templates, compiled once. */
class GroupTemplates {
  readonly #group: string
  readonly #seed: number | string
  readonly #credentials: DeviceGroup['credentials']
  readonly #clientId: Template
  readonly #username: Template | undefined
  readonly #password: Template | undefined
  readonly #cert: Template | undefined
  readonly #key: Template | undefined
  readonly #topics: readonly Template[]
  readonly #filters: readonly Template[]
  readonly #firmware: FirmwareSpec | undefined
  readonly #reported: Template | undefined
  readonly #identityOf: DevicePlan['identityOf']
  readonly #provision: ProvisionSpec | undefined
  readonly #newTemplates: Readonly<Record<NewName, Template | undefined>> | undefined

  constructor(group: DeviceGroup, { broker, seed }: Scenario) {
    const { name, clientId, publish, subscribe, shadow, lifecycle, provisioner } = group
    this.#group = name
    this.#credentials = group.credentials
    this.#seed = seed
    this.#clientId = Template.of(clientId)
    const given = (text: string | undefined) => (text === undefined ? undefined : Template.of(text))
    this.#username = given(broker.username)
    this.#password = given(broker.password)
    this.#cert = given(broker.cert)
    this.#key = given(broker.key)
    this.#topics = publish.map(({ topic }) => Template.of(topic))
    this.#filters = subscribe.map(({ filter }) => Template.of(filter))
    this.#firmware = group.firmware
    this.#reported = given(shadow?.reported)
    this.#identityOf = provisioner && identityOf(provisioner)
    this.#provision = lifecycle?.provision
    this.#newTemplates = lifecycle?.provision && templatesOf(lifecycle.provision)
  }

  render(index: number): Names {
    const nameless = { index, group: this.#group, id: '', seed: this.#seed }
    const clientId = this.#clientId.render(nameless)
    const values = { ...nameless, id: clientId }
    const rows = this.#credentials
    const row = rows?.[index % rows.length]
    return {
      clientId,
      username: row?.username ?? this.#username?.render(values),
      password: row?.password ?? this.#password?.render(values),
      cert: row?.cert ?? this.#cert?.render(values),
      key: row?.key ?? this.#key?.render(values),
      topics: this.#topics.map((topic) => topic.render(values)),
      filters: this.#filters.map((filter) => filter.render(values)),
      firmware: filledIn(this.#firmware, values),
      reported: this.#reported?.render(values),
      identityOf: this.#identityOf,
      provision: this.#renderProvision(values),
    }
  }

  #renderProvision(values: PlaceholderValues): ProvisionPlan | undefined {
    const [spec, templates] = [this.#provision, this.#newTemplates]
    if (spec === undefined || templates === undefined) return undefined
    const rendered = NEW_NAMES.map((name) => [name, templates[name]?.render(values)])
    const names = Object.fromEntries(rendered) as Pick<ProvisionSpec, NewName>
    const payload = JSON.stringify({ id: values.id, reply: names.response, ...spec.payload })
    return { ...spec, ...names, payload }
  }
}

function identityOf({
  clientId,
  username,
  password,
}: ProvisionerSpec): NonNullable<DevicePlan['identityOf']> {
  const templates = Object.entries({ clientId, username, password }).flatMap(([key, text]) => {
    return text === undefined ? [] : [[key, Template.of(text)] as const]
  })
  return (id) => {
    const values = { id, index: 0, group: '', seed: '' }
    return Object.fromEntries(templates.map(([key, template]) => [key, template.render(values)]))
  }
}

/** What of `provision` is a template. */
const NEW_NAMES = [
  'clientId',
  'username',
  'password',
  'cert',
  'key',
  'request',
  'response',
] as const
type NewName = (typeof NEW_NAMES)[number]

function templatesOf(spec: ProvisionSpec): Readonly<Record<NewName, Template | undefined>> {
  const templates = NEW_NAMES.map((name) => {
    const text = spec[name]
    return [name, text === undefined ? undefined : Template.of(text)]
  })
  return Object.fromEntries(templates) as Record<NewName, Template | undefined>
}
