// A fleet of equal sensors in real time that somebody steers by hand: a few settings instead of a
// scenario, and a link that can be switched to another profile while the devices run.

import { expand, parseScenario } from '../scenario/index.ts'
import type { FleetSnapshot } from '../report/index.ts'
import { completeLink, LinkModel, SwitchedLink } from '../world/index.ts'
import type { LinkProfileName } from '../world/index.ts'
import { RealRun } from './real-run.ts'
import type { Run } from './run.ts'
import type { RunPart } from './run-part.ts'

export interface SensorFleet {
  readonly devices: number
  /** Between two messages of a device. */
  readonly everyMs: number
  readonly qos: 0 | 1 | 2
  readonly link: LinkProfileName
}

/** Two hundred devices come up a second, so that a broker sees no storm. */
const RAMP_MS_EACH = 5
/** Longest wait for what is under way at the end. */
const DRAIN_MS = 10_000

export class SteeredRun implements Run {
  readonly #link: SwitchedLink
  readonly #run: RealRun
  /** Without user name and password. */
  readonly #brokerName: string
  #profile: LinkProfileName

  /** @throws UsageError `ERR_URL_INVALID`; ScenarioError for settings out of their bounds. */
  constructor(fleet: SensorFleet, brokerUrl: string) {
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

function modelOf(profile: LinkProfileName): LinkModel {
  return new LinkModel(completeLink({ profile }))
}

function scenarioOf({ devices, everyMs, qos }: SensorFleet): object {
  const temperature = { sensor: 'walk', min: 17, max: 26, step: 0.2, decimals: 1 }
  const topic = 'fleet/sensor-{index:05}/temperature'
  const publish = [{ topic, every: `${everyMs}ms`, qos, payload: { fields: { temperature } } }]
  return {
    version: 1,
    name: 'sensors',
    seed: 1,
    devices,
    ramp: { over: `${devices * RAMP_MS_EACH}ms` },
    groups: [{ name: 'sensor', weight: 1, publish }],
  }
}
