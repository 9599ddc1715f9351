// A fleet on a clock: switches devices on by the plan, counts what they do, and ends in good order.
// One task drives the ramp and one the marks for rates and lag, whatever the number of devices. A
// device that is refused or lost never holds up the others: each has its own client and backoff.
// It does not know where the clock's time comes from, nor what is printed.

import type { ByteChannel, Clock, ClientOptions } from '@motewire/sdk'
import { Prng, Task } from '@motewire/sdk/kit'
import { GroupModel, PayloadBuffer } from '../device/index.ts'
import type { Modules } from '../device/index.ts'
import { plannedSends } from '../scenario/index.ts'
import type { DevicePlan, FleetPlan } from '../scenario/index.ts'
import { Timeline } from '../report/index.ts'
import type { DeviceRow, FleetInspection, FleetSnapshot } from '../report/index.ts'
import { IDEAL_LINK, ImpairedChannel, LinkModel, LinkTrace, TraceSum } from '../world/index.ts'
import type { LinkSource } from '../world/index.ts'
import type { FleetDeviceOptions } from './device-options.ts'
import type { DevicesInspection, DeviceState } from './device-state.ts'
import { FleetDevice } from './fleet-device.ts'
import { Operator } from './operator.ts'
import { SentMessages } from './sent-messages.ts'
import { queuedOf, Tally } from './tally.ts'
import { brokerDialer, brokerOf } from './tcp-dialer.ts'
import type { Dialer } from './tcp-dialer.ts'

export interface FleetOptions {
  readonly plan: FleetPlan
  /** Where the devices connect. */
  readonly brokerUrl: string
  /** Brokers among which `dial` picks one for each device. Default 1. */
  readonly brokers?: number
  readonly clock: Clock
  /** The clock of this machine, by which its own lag is told. Default: `clock`. */
  readonly machineClock?: Clock | undefined
  /** Wall clock, milliseconds since 1970: only for the time stamps in payloads. */
  readonly wallNow: () => number
  /** Options all clients share: outbox bounds, source address, a channel of their own. */
  readonly client?: ClientOptions
  /** The TypeScript that the scenario names, loaded. Default: it names none. */
  readonly modules?: Modules | undefined
  /** Planned run time; undefined runs until `stop`. */
  readonly durationMs?: number | undefined
  /** Makes channels to the broker. Default: by `brokerUrl`. */
  readonly dial?: Dialer | undefined
  /** What lies between a group's devices and the broker, in the order of the plan's groups. */
  readonly links?: readonly (LinkSource | undefined)[] | undefined
  /** In virtual time: everything is traced for the digest, and there is no lag to watch. */
  readonly isVirtual?: boolean | undefined
}

/** Between marks for rates and charts. In virtual time nobody can look more often than this. */
const MARK_MS = 1_000
const VIRTUAL_MARK_MS = 60_000
/** A probe this often: how late this process runs its own schedule. */
const LAG_PROBE_MS = 20

export class Fleet implements FleetInspection, DevicesInspection {
  readonly #options: FleetOptions
  readonly #clock: Clock
  readonly #machineClock: Clock
  readonly #dial: Dialer
  readonly #tally: Tally
  readonly #sentMessages: SentMessages = new SentMessages()
  /** One a broker to whose devices the scenario has something to send. */
  readonly #operators: readonly Operator[]
  /** How the run went over time, for charts. */
  readonly timeline: Timeline
  readonly #devices: FleetDevice[] = []
  /** One a group, in the order of the plan. */
  readonly #models: readonly GroupModel[]
  /** Plans in the order of their start. */
  readonly #upcoming: DevicePlan[]
  #phase: FleetSnapshot['phase'] = 'starting'
  #startedAtMs = 0
  /** The last look, taken before the devices were disconnected. */
  #final: FleetSnapshot | undefined
  readonly #rampTask = new Task((now) => this.#startDue(now))
  readonly #markTask = new Task((now) => this.#mark(now))
  readonly #lagTask: Task = new Task((now) => this.#probeLag(now))
  readonly #drainTask = new Task(() => this.#checkDrained())
  #drainDeadlineMs = 0
  #onDrained: (() => void) | undefined

  constructor(options: FleetOptions) {
    this.#options = options
    this.#clock = options.clock
    this.#machineClock = options.machineClock ?? options.clock
    const { plan } = options
    this.#dial = options.dial ?? brokerDialer({ urls: [options.brokerUrl] })
    this.#tally = new Tally(plan.groups.length)
    this.timeline = new Timeline(options.durationMs)
    const buffer = new PayloadBuffer()
    this.#models = plan.groups.map((group) => {
      return new GroupModel(group, buffer, options.modules, plan.scenario.stages)
    })
    this.#upcoming = [...plan].toSorted((a, b) => a.startMs - b.startMs || a.index - b.index)
    for (const device of this.#upcoming) this.#groupCounts(device).devices++
    this.#tally.all.devices = this.#upcoming.length
    this.#operators = this.#makeOperators()
  }

  get #isVirtual(): boolean {
    return this.#options.isVirtual ?? false
  }

  get #markMs(): number {
    return this.#isVirtual ? Math.min(VIRTUAL_MARK_MS, this.timeline.stepMs) : MARK_MS
  }

  /** Hash of everything that happened so far; undefined in real time. */
  get digest(): TraceSum | undefined {
    if (!this.#isVirtual) return undefined
    const sum = new TraceSum()
    for (const device of this.#devices) device.addTrace(sum)
    return sum
  }

  /** Counters and histograms, live. */
  get tally(): Tally {
    return this.#tally
  }

  get devices(): readonly FleetDevice[] {
    return this.#devices
  }

  /** What each device that was switched on did, in the order of starts. */
  *rows(): Generator<DeviceRow> {
    for (const device of this.#devices) yield device.row()
  }

  *states(): Generator<DeviceState> {
    for (const device of this.#devices) yield device.state()
  }

  start(): void {
    const now = this.#clock.now()
    this.#startedAtMs = now
    this.#phase = 'running'
    this.#tally.mark(now)
    this.#clock.schedule(now + this.#markMs, this.#markTask)
    if (!this.#isVirtual) this.#planProbe(this.#machineClock.now())
    for (const operator of this.#operators) operator.start(now)
    this.#startDue(now)
  }

  /**
   * Stops publishing, waits at most `drainMs` for what is under way, then disconnects everything.
   * Resolves when all connections are closed.
   */
  async stop(drainMs: number): Promise<void> {
    if (this.#phase === 'ended') return
    this.#phase = 'draining'
    this.#clock.cancel(this.#rampTask)
    for (const operator of this.#operators) operator.stop()
    for (const device of this.#devices) device.stopPublishing()
    this.#drainDeadlineMs = this.#clock.now() + drainMs
    await new Promise<void>((resolve) => {
      this.#onDrained = resolve
      this.#checkDrained()
    })
    this.#final = this.snapshot()
    for (const device of this.#devices) device.countQueued()
    await Promise.all([...this.#operators, ...this.#devices].map((one) => one.end()))
    this.#clock.cancel(this.#markTask)
    this.#machineClock.cancel(this.#lagTask)
    this.#phase = 'ended'
    this.#final = { ...this.#final, phase: 'ended' }
  }

  /** While it stops: waits no longer. */
  hurry(): void {
    if (this.#phase !== 'draining') return
    this.#drainDeadlineMs = this.#clock.now()
    this.#checkDrained()
  }

  snapshot(): FleetSnapshot {
    if (this.#final !== undefined) return this.#final
    const { plan, brokerUrl, durationMs } = this.#options
    const tally = this.#tally
    const now = this.#clock.now()
    return {
      scenario: plan.scenario.name,
      broker: brokerUrl,
      phase: this.#phase,
      elapsedMs: this.#phase === 'starting' ? 0 : now - this.#startedAtMs,
      durationMs,
      devices: tally.all.devices,
      started: tally.started,
      connected: tally.all.connected,
      published: tally.all.published,
      acked: tally.all.acked,
      lost: tally.all.lost,
      queued: queuedOf(tally.all),
      reconnects: tally.reconnects,
      errors: tally.errors,
      publishesPerSecond: tally.ratePerSecond(now),
      ackLatencyMs: tally.ackLatency.summary(),
      lagMs: tally.lag.summary(),
      groups: plan.groups.map(({ name }, position) => {
        const counts = tally.groups[position]!
        const { devices, connected, published, acked } = counts
        return { name, devices, connected, published, acked, queued: queuedOf(counts) }
      }),
    }
  }

  #groupCounts(device: DevicePlan): Tally['all'] {
    return this.#tally.groups[this.#positionOf(device)]!
  }

  #positionOf(device: DevicePlan): number {
    return this.#options.plan.groups.indexOf(device.group)
  }

  #startDue(now: number): void {
    const { clock, brokerUrl, wallNow, client = {} } = this.#options
    while (this.#tally.started < this.#upcoming.length) {
      const plan = this.#upcoming[this.#tally.started]!
      const dueMs = this.#startedAtMs + plan.startMs
      if (dueMs > now) {
        clock.schedule(dueMs, this.#rampTask)
        return
      }
      this.#tally.started++
      const groupPosition = this.#positionOf(plan)
      const trace = this.#isVirtual ? new LinkTrace() : undefined
      const device = new FleetDevice({
        plan,
        scenario: this.#options.plan.scenario,
        trace,
        ...this.#openersFor(plan, groupPosition, trace),
        groupPosition,
        makeModel: () => this.#models[groupPosition]!.device(plan),
        brokerUrl,
        clock,
        wallNow,
        client,
        tally: this.#tally,
        sentMessages: this.#sentMessages,
        runStartedAtMs: this.#startedAtMs,
      })
      this.#devices.push(device)
      device.start()
    }
  }

  /** How a device reaches the broker: over its link, if it has one. */
  #openersFor(
    plan: DevicePlan,
    groupPosition: number,
    trace: LinkTrace | undefined,
  ): Pick<FleetDeviceOptions, 'openChannel' | 'openNewChannel'> {
    const { links, clock } = this.#options
    const source = links?.[groupPosition]
    const link = source?.link(plan.prng.fork('link'), this.#startedAtMs, plan.clientId)
    const over = (dial: () => ByteChannel): (() => ByteChannel) =>
      link === undefined ? dial : () => new ImpairedChannel(dial(), link, clock, { trace })
    const openChannel = over(this.#dial(plan))
    if (plan.provision?.cert === undefined) return { openChannel }
    const { cert, key } = plan.provision
    return { openChannel, openNewChannel: over(this.#dial({ ...plan, cert, key })) }
  }

  #makeOperators(): Operator[] {
    const { plan, brokerUrl, brokers = 1, clock } = this.#options
    return Array.from({ length: brokers }, (_, broker) => {
      const devices = this.#upcoming.filter((device) => brokerOf(device, brokers) === broker)
      return { broker, sends: plannedSends(plan.scenario, devices) }
    })
      .filter(({ sends }) => sends.length > 0)
      .map(({ broker, sends }) => {
        // Dialled as the devices of its broker are.
        const dial = this.#dial({ ...plan.operator(), index: broker })
        const link = new LinkModel(IDEAL_LINK).link(new Prng('operator'), clock.now())
        const openChannel = (): ByteChannel => new ImpairedChannel(dial(), link, clock)
        return new Operator({ plan, brokerUrl, clock, tally: this.#tally, openChannel, sends })
      })
  }

  #mark(now: number): void {
    this.#tally.mark(now)
    const elapsedMs = now - this.#startedAtMs
    if (this.timeline.isDue(elapsedMs)) {
      const { all, reconnects, errors } = this.#tally
      this.timeline.add(elapsedMs, { ...all, queued: queuedOf(all), reconnects, errors })
    }
    this.#clock.schedule(now + this.#markMs, this.#markTask)
  }

  #probeLag(now: number): void {
    this.#tally.lag.record(Math.max(0, now - this.#lagTask.deadlineMs))
    this.#planProbe(now)
  }

  #planProbe(now: number): void {
    this.#machineClock.schedule(now + LAG_PROBE_MS, this.#lagTask)
  }

  #checkDrained(): void {
    const now = this.#clock.now()
    // In virtual time waiting is free, and then a device's end hangs on no other device.
    const isDrained = !this.#isVirtual && queuedOf(this.#tally.all) === 0
    if (isDrained || now >= this.#drainDeadlineMs) {
      this.#onDrained?.()
      return
    }
    this.#clock.schedule(Math.min(now + 20, this.#drainDeadlineMs), this.#drainTask)
  }
}
