// A fleet in real or scaled time in this process. Brokers are reached over TCP; in scaled time it
// may also be our own broker in this process, whose time is scaled like that of the devices.

import { sharedClock } from '@motewire/sdk'
import type { Clock } from '@motewire/sdk'
import { Task } from '@motewire/sdk/kit'
import type { FleetSnapshot } from '../report/index.ts'
import type { FleetPlan } from '../scenario/index.ts'
import { completeLink, IDEAL_LINK, ScaledClock } from '../world/index.ts'
import type { LinkSource } from '../world/index.ts'
import type { DeviceState } from './device-state.ts'
import { EmbeddedBroker } from './embedded-broker.ts'
import { Fleet } from './fleet.ts'
import { brokerFaultsOf, linkSources } from './links.ts'
import type { Run, RunSpec } from './run.ts'
import { partOf } from './run-part.ts'
import type { RunPart } from './run-part.ts'
import { brokerDialer, checkCertificates } from './tcp-dialer.ts'
import type { DialledDevice, Dialer } from './tcp-dialer.ts'
import { subscriberOf, VerifyingSubscriber } from './verifying-subscriber.ts'

export class RealRun implements Run {
  readonly fleet: Fleet
  readonly #spec: RunSpec
  readonly #clock: Clock
  readonly #embedded: EmbeddedBroker | undefined
  readonly #verifying: VerifyingSubscriber | undefined
  #end: (() => void) | undefined
  #isStopping = false

  /**
   * @param over the link of all groups, whatever the plan says.
   * @throws UsageError `ERR_URL_INVALID`; `ERR_OPTION_INVALID` for a file that cannot be read.
   */
  constructor(spec: RunSpec, over?: LinkSource) {
    const { plan, clock, brokerUrls, durationMs, modules } = spec
    this.#spec = spec
    const isScaled = clock.kind === 'scaled'
    this.#clock = isScaled ? new ScaledClock(sharedClock(), clock.factor) : sharedClock()
    const wallOriginMs = Date.now() - this.#clock.now()
    const wallNow = (): number => (isScaled ? wallOriginMs + this.#clock.now() : Date.now())
    const isEmbedded = brokerUrls.length === 0
    if (isEmbedded) {
      const faults = brokerFaultsOf(plan)
      this.#embedded = new EmbeddedBroker({ clock: this.#clock, wallNow, faults })
    }
    const rules = this.#embedded?.rules ?? []
    // Without sockets the line must be there, or answers would come from inside a write.
    const fallback = isEmbedded ? IDEAL_LINK : undefined
    const link = spec.link === undefined ? fallback : completeLink(spec.link)
    const links = over ? plan.groups.map(() => over) : linkSources(plan, link, rules)
    this.fleet = new Fleet({
      plan,
      // With several brokers the dialer picks one for each device.
      brokerUrl: brokerUrls[0] ?? 'mqtt://embedded',
      brokers: Math.max(1, brokerUrls.length),
      clock: this.#clock,
      machineClock: sharedClock(),
      wallNow,
      durationMs,
      modules,
      links,
      dial: this.#dialer(),
    })
    if (!plan.scenario.verify) return
    const around = { plan, fleet: this.fleet, clock: this.#clock, wallNow }
    this.#verifying =
      this.#embedded === undefined
        ? new VerifyingSubscriber({ ...around, brokerUrls })
        : subscriberOf(around, this.#embedded)
  }

  async run(): Promise<RunPart> {
    const { durationMs, drainMs } = this.#spec
    const timer = new Task(() => this.#end?.())
    const ended = new Promise<void>((resolve) => (this.#end = resolve))
    try {
      await this.#verifying?.start()
    } catch (error) {
      await this.#verifying?.end()
      throw error
    }
    this.fleet.start()
    if (durationMs !== undefined) this.#clock.schedule(this.#clock.now() + durationMs, timer)
    if (!this.#isStopping) await ended
    this.#clock.cancel(timer)
    await this.fleet.stop(drainMs)
    await this.#verifying?.settle(drainMs)
    await this.#embedded?.stop()
    return partOf(this.fleet)
  }

  stop(): void {
    if (this.#isStopping) {
      this.fleet.hurry()
      this.#verifying?.hurry()
    }
    this.#isStopping = true
    this.#end?.()
  }

  snapshot(): FleetSnapshot {
    return this.fleet.snapshot()
  }

  states(): Generator<DeviceState> {
    return this.fleet.states()
  }

  #dialer(): Dialer {
    const { brokerUrls, sources, plan } = this.#spec
    const embedded = this.#embedded
    if (embedded !== undefined)
      return ({ clientId }) =>
        () =>
          embedded.dial(clientId)
    checkCertificates(plan)
    checkCertificates(newDevices(plan))
    return brokerDialer({ urls: brokerUrls, sources, trust: plan.scenario.broker })
  }
}

/** Those that have certificates of their own while they have no identity. */
function* newDevices(plan: FleetPlan): Generator<DialledDevice> {
  for (const device of plan) if (device.provision) yield { ...device, ...device.provision }
}
