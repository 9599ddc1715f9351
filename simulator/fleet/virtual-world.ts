// One world in virtual time: some devices, their links and a broker on one clock that jumps from
// event to event. What happens in it depends on the scenario and its seed alone, never on how fast
// this process is or when it looks up.

import { setImmediate } from 'node:timers/promises'
import type { BrokerOptions } from '../broker/index.ts'
import type { Modules } from '../device/index.ts'
import type { FleetPlan } from '../scenario/index.ts'
import { completeLink, IDEAL_LINK, VirtualClock } from '../world/index.ts'
import type { LinkSettings } from '../world/index.ts'
import { EmbeddedBroker } from './embedded-broker.ts'
import { Fleet } from './fleet.ts'
import { hearsBroker } from './interaction.ts'
import { brokerFaultsOf, linkSources } from './links.ts'
import { subscriberOf } from './verifying-subscriber.ts'
import type { VerifyingSubscriber } from './verifying-subscriber.ts'

export interface VirtualWorldOptions {
  readonly plan: FleetPlan
  /** The TypeScript that the scenario names, loaded. */
  readonly modules?: Modules | undefined
  readonly durationMs: number | undefined
  /** Virtual milliseconds that what is under way gets at the end. */
  readonly drainMs: number
  /** For groups that have no link of their own; default: a line that adds nothing. */
  readonly link?: LinkSettings | undefined
  readonly broker?: BrokerOptions | undefined
}

/** After so much virtual time promises settle. Fixed, so that a run is always the same. */
const TURN_MS = 60_000
/** After so much real time other things of this process get their chance, milliseconds. */
const HOLD_MS = 20
/** Same, while waiting for the end. */
const DRAIN_TURN_MS = 500
/** 2026-01-01 UTC: payloads must not depend on when the run was made. */
const EPOCH_MS = 1_767_225_600_000

export class VirtualWorld {
  readonly clock: VirtualClock = new VirtualClock()
  readonly fleet: Fleet
  readonly embedded: EmbeddedBroker
  readonly #options: VirtualWorldOptions
  readonly #verifying: VerifyingSubscriber | undefined
  #isStopping = false

  constructor(options: VirtualWorldOptions) {
    this.#options = options
    const { plan, durationMs, link, broker, modules } = options
    const { clock } = this
    const wallNow = (): number => EPOCH_MS + clock.now()
    // Each world has a broker: what it tells of itself to nobody would take longer than a device.
    const unseen = { topicsMax: 0, ...broker }
    const own = hearsBroker(plan) ? unseen : { systemIntervalMs: 0, ...unseen }
    this.embedded = new EmbeddedBroker({
      clock,
      wallNow,
      faults: brokerFaultsOf(plan),
      broker: own,
    })
    const fallback = link === undefined ? IDEAL_LINK : completeLink(link)
    this.fleet = new Fleet({
      plan,
      brokerUrl: 'mqtt://embedded',
      clock,
      wallNow,
      durationMs,
      modules,
      dial:
        ({ clientId }) =>
        () =>
          this.embedded.dial(clientId),
      links: linkSources(plan, fallback, this.embedded.rules),
      isVirtual: true,
    })
    if (!plan.scenario.verify) return
    const { fleet, embedded } = this
    this.#verifying = subscriberOf({ plan, fleet, clock, wallNow, isVirtual: true }, embedded)
  }

  /** Runs to the end; settles when all devices and the broker are gone. */
  async run(): Promise<void> {
    const { durationMs = Infinity, drainMs } = this.#options
    const { clock, fleet } = this
    // It stands in the queue before all devices, and so it hears the first message.
    void this.#verifying?.start()
    fleet.start()
    let heldSinceMs = performance.now()
    while (clock.now() < durationMs && !this.#isStopping) {
      clock.runUntil(Math.min(clock.now() + TURN_MS, durationMs))
      await settled()
      if (performance.now() - heldSinceMs < HOLD_MS) continue
      await setImmediate()
      heldSinceMs = performance.now()
    }
    await this.#runWhile(fleet.stop(drainMs))
    if (this.#verifying) await this.#runWhile(this.#verifying.settle(drainMs))
    await this.#runWhile(this.embedded.stop())
  }

  /** Ends the run after the current turn, in good order. */
  stop(): void {
    this.#isStopping = true
  }

  async #runWhile(work: Promise<void>): Promise<void> {
    let isDone = false
    const done = work.then(() => (isDone = true))
    for (;;) {
      await setImmediate()
      if (isDone) return void (await done)
      this.clock.advance(DRAIN_TURN_MS)
    }
  }
}

/** Once every promise that can settle has: Node empties its microtasks before the next tick. */
function settled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve))
}
