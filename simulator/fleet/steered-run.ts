// A fleet in real time that somebody steers by hand: a few settings instead of a scenario, and
// links that can be switched while the devices run, of all of them or of one.

import { expand, parseScenario } from '../scenario/index.ts'
import type { FleetSnapshot } from '../report/index.ts'
import { completeLink, IDEAL_LINK, LinkModel, SwitchedLink } from '../world/index.ts'
import type { CompleteLink, LinkProfileName } from '../world/index.ts'
import type { DeviceState } from './device-state.ts'
import { RealRun } from './real-run.ts'
import type { Run } from './run.ts'
import type { RunPart } from './run-part.ts'

/** Sensors stand somewhere and tell a temperature, vehicles go round and tell where they are. */
export const STEERED_KINDS: readonly ['sensor', 'vehicle'] = ['sensor', 'vehicle']

export interface SteeredFleet {
  readonly kind: (typeof STEERED_KINDS)[number]
  readonly devices: number
  /** Between two messages of a device. */
  readonly everyMs: number
  readonly qos: 0 | 1 | 2
  readonly link: LinkProfileName
}

/** `cut` breaks the connection with its next bytes and refuses new ones. */
export type DeviceLink = LinkProfileName | 'cut'

/** Two hundred devices come up a second, so that a broker sees no storm. */
const RAMP_MS_EACH = 5
const CUT_LINK: CompleteLink = {
  ...IDEAL_LINK,
  outages: [{ startMs: 0, durationMs: Infinity, how: 'cut' }],
}
/** Longest wait for what is under way at the end. */
const DRAIN_MS = 10_000

export class SteeredRun implements Run {
  readonly #link: SwitchedLink
  readonly #run: RealRun
  /** Without user name and password. */
  readonly #brokerName: string
  #profile: LinkProfileName
  readonly #ownLinks = new Map<string, DeviceLink>()

  /** @throws UsageError `ERR_URL_INVALID`; ScenarioError for settings out of their bounds. */
  constructor(fleet: SteeredFleet, brokerUrl: string) {
    this.#brokerName = new URL(brokerUrl).host
    this.#profile = fleet.link
    this.#link = new SwitchedLink(modelOf(fleet.link))
    const plan = expand(parseScenario(JSON.stringify(scenarioOf(fleet)), 'fleet'))
    const where = { brokerUrls: [brokerUrl], sources: [], link: undefined }
    const time = { clock: { kind: 'real' }, durationMs: undefined, drainMs: DRAIN_MS } as const
    this.#run = new RealRun({ plan, ...where, ...time }, this.#link)
  }

  /** The profile that holds now. */
  get link(): LinkProfileName {
    return this.#profile
  }

  set link(profile: LinkProfileName) {
    this.#profile = profile
    this.#link.switchTo(modelOf(profile))
  }

  /** What a device has for itself; undefined: the link of all. */
  deviceLink(clientId: string): DeviceLink | undefined {
    return this.#ownLinks.get(clientId)
  }

  /**
   * @param link of this device alone, from its next bytes on; undefined: that of all again.
   * @returns whether there is such a device, switched on.
   */
  setDeviceLink(clientId: string, link: DeviceLink | undefined): boolean {
    if (!this.#run.fleet.devices.some((device) => device.clientId === clientId)) return false
    if (link === undefined) this.#ownLinks.delete(clientId)
    else this.#ownLinks.set(clientId, link)
    this.#link.switchDevice(clientId, link && modelOf(link))
    return true
  }

  states(): Generator<DeviceState> {
    return this.#run.states()
  }

  run(): Promise<RunPart> {
    return this.#run.run()
  }

  stop(): void {
    this.#run.stop()
  }

  snapshot(): FleetSnapshot {
    return { ...this.#run.snapshot(), broker: this.#brokerName }
  }
}

function modelOf(link: DeviceLink): LinkModel {
  return new LinkModel(link === 'cut' ? CUT_LINK : completeLink({ profile: link }))
}

function scenarioOf({ kind, devices, everyMs, qos }: SteeredFleet): object {
  return {
    version: 1,
    name: `${kind}s`,
    seed: 1,
    devices,
    ramp: { over: `${devices * RAMP_MS_EACH}ms` },
    groups: kind === 'sensor' ? sensorGroup(everyMs, qos) : vehicleGroups(everyMs, qos),
  }
}

function sensorGroup(everyMs: number, qos: number): object {
  const temperature = { sensor: 'walk', min: 17, max: 26, step: 0.2, decimals: 1 }
  const topic = 'fleet/sensor-{index:05}/temperature'
  const publish = [{ topic, every: `${everyMs}ms`, qos, payload: { fields: { temperature } } }]
  return [{ name: 'sensor', weight: 1, publish }]
}

/** Round trips through one city, so that they cross and meet. */
const LINES = {
  ring: [
    [52.5495, 13.3885],
    [52.5345, 13.4535],
    [52.4815, 13.4395],
    [52.4715, 13.3565],
    [52.5015, 13.2835],
    [52.5355, 13.3325],
  ],
  'east-west': [
    [52.5075, 13.3325],
    [52.5145, 13.3505],
    [52.5165, 13.3775],
    [52.5215, 13.4125],
    [52.5105, 13.4345],
    [52.5085, 13.3935],
    [52.5045, 13.3605],
  ],
  'north-south': [
    [52.5635, 13.3645],
    [52.5305, 13.3835],
    [52.5085, 13.3895],
    [52.4865, 13.3865],
    [52.4595, 13.3845],
    [52.4975, 13.4065],
    [52.5405, 13.4125],
  ],
}

function vehicleGroups(everyMs: number, qos: number): object[] {
  const figure = (name: string): object => ({ sensor: 'track', figure: name })
  const fields = {
    lat: figure('latitude'),
    lon: figure('longitude'),
    speed: figure('speed'),
    heading: figure('heading'),
  }
  const topic = 'fleet/{id}/position'
  const publish = [{ topic, every: `${everyMs}ms`, qos, payload: { fields } }]
  return Object.entries(LINES).map(([name, waypoints]) => {
    return { name, weight: 1, track: { waypoints, speed: '60km/h', stop: '5s' }, publish }
  })
}
