// One device of a fleet: the SDK's client on one side, the device model on the other, the counters
// between them. It is the Device that the model asks; all times are the fleet's clock. A model that
// throws stops this device only.

import { Client } from '@motewire/sdk'
import type {
  ByteChannel,
  ClientOptions,
  Clock,
  Grant,
  MotewireError,
  Outcome,
  QoS,
} from '@motewire/sdk'
import { Task } from '@motewire/sdk/kit'
import type { Prng } from '@motewire/sdk/kit'
import { ScenarioDevice } from '../device/index.ts'
import type {
  Device,
  DeviceModel,
  DevicePublishOptions,
  DevicePublishResult,
} from '../device/index.ts'
import type { DeviceRow } from '../report/index.ts'
import type { DevicePlan } from '../scenario/index.ts'
import type { LinkTrace, TraceSum } from '../world/index.ts'
import type { Tally } from './tally.ts'

export interface FleetDeviceOptions {
  readonly plan: DevicePlan
  readonly groupPosition: number
  readonly model: DeviceModel
  readonly brokerUrl: string
  readonly clock: Clock
  readonly wallNow: () => number
  readonly client: ClientOptions
  readonly tally: Tally
  readonly runStartedAtMs: number
  /** Makes the channel of each connection attempt; undefined: by the URL. */
  readonly openChannel: (() => ByteChannel) | undefined
  /** Of the run's digest; undefined when none is made. */
  readonly trace: LinkTrace | undefined
}

/** What a device that is offline may keep, unless the fleet says otherwise. */
const DEVICE_OUTBOX = { messagesMax: 1_000, bytesMax: 1 << 20, whenFull: 'drop-oldest' } as const

export class FleetDevice implements Device {
  readonly clientId: string
  readonly group: string
  readonly index: number
  readonly originMs: number
  readonly startMs: number
  readonly groupPosition: number
  readonly #plan: DevicePlan
  readonly #clock: Clock
  readonly #wallNow: () => number
  readonly #tally: Tally
  readonly #model: DeviceModel
  readonly #client: Client
  readonly #trace: LinkTrace | undefined
  #isOnline = false
  #connects = 0
  #isBroken = false
  #isOver = false
  #isMuted = false
  /** Messages of each QoS that have not ended. */
  readonly #open = [0, 0, 0]
  #published = 0
  #acked = 0
  #lost = 0

  constructor(options: FleetDeviceOptions) {
    const { plan, clock, brokerUrl, runStartedAtMs } = options
    this.#plan = plan
    this.#clock = clock
    this.#wallNow = options.wallNow
    this.#tally = options.tally
    this.#model = options.model
    this.clientId = plan.clientId
    this.group = plan.group.name
    this.index = plan.number
    this.originMs = runStartedAtMs
    this.startMs = runStartedAtMs + plan.startMs
    this.groupPosition = options.groupPosition
    this.#trace = options.trace
    this.#client = new Client(brokerUrl, clientOptionsOf(options))
    this.#watch()
  }

  /** Adds what this device did to the digest of the run. */
  addTrace(sum: TraceSum): void {
    this.#trace?.addTo(sum, this.#plan.index)
  }

  /** Number in the whole fleet. */
  get fleetNumber(): number {
    return this.#plan.index
  }

  /** Messages that its model has handed over of a stream; 0 when it has none. */
  sent(stream: number): number {
    return this.#model instanceof ScenarioDevice ? this.#model.sent(stream) : 0
  }

  /** Messages not confirmed yet. */
  get queued(): number {
    return this.#client.queued
  }

  /** The run is over: what is not confirmed now is told as still queued, not as lost. */
  countQueued(): void {
    this.#isOver = true
    for (const qos of [0, 1, 2] as const) {
      this.#tally.ledger.countQueued(qos, this.#open[qos]!, this.#client.inflight(qos))
    }
  }

  /** What it did so far. */
  row(): DeviceRow {
    return {
      index: this.#plan.index,
      clientId: this.clientId,
      group: this.group,
      connected: this.#isOnline,
      reconnects: Math.max(0, this.#connects - 1),
      published: this.#published,
      acked: this.#acked,
      lost: this.#lost,
      queued: this.#open.reduce((sum, messages) => sum + messages, 0),
    }
  }

  /** Switches the device on: firmware first, then the link. */
  start(): void {
    this.#guard(() => this.#model.start(this))
    this.#client.start()
  }

  stopPublishing(): void {
    this.#guard(() => this.#model.stop?.())
    // A model that does not care to stop is not heard any more.
    this.#isMuted = true
  }

  end(): Promise<void> {
    return this.#client.end()
  }

  #watch(): void {
    const client = this.#client
    const { group } = this.#plan
    client.on('connect', () => {
      if (this.#connects++ > 0) this.#tally.reconnects++
      this.#isOnline = true
      this.#tally.connected(this.groupPosition, 1)
      this.#guard(() => this.#model.handleOnline?.())
    })
    client.on('offline', (cause) => this.#handleOffline(cause))
    client.on('outcome', (outcome, _topic, qos, _reason, dueMs) =>
      this.#handleOutcome(outcome, qos, dueMs as number),
    )
    if (group.subscribe.length > 0 || this.#model.handleMessage !== undefined) {
      client.on('message', (topic, payload) => {
        this.#tally.received++
        this.#guard(() => this.#model.handleMessage?.(topic, payload))
      })
    }
  }

  #handleOffline(cause: MotewireError | undefined): void {
    if (cause !== undefined) this.#tally.failed(cause.message)
    if (!this.#isOnline) return
    this.#isOnline = false
    this.#tally.connected(this.groupPosition, -1)
    this.#guard(() => this.#model.handleOffline?.())
  }

  #handleOutcome(outcome: Outcome, qos: QoS, dueMs: number): void {
    if (this.#isOver) return
    this.#open[qos]!--
    this.#trace?.event(OUTCOME_EVENTS[outcome], this.now(), dueMs)
    if (outcome !== 'delivered') {
      this.#lost++
      this.#tally.lost(this.groupPosition, qos, outcome)
    } else {
      this.#acked++
      this.#tally.acked(this.groupPosition, qos, Math.max(0, this.now() - dueMs))
    }
  }

  /** The model is somebody else's code: what it throws ends this device, not the fleet. */
  #guard(run: () => void): void {
    if (this.#isBroken) return
    try {
      run()
    } catch (error) {
      this.#isBroken = true
      this.#tally.failed(`device ${this.clientId} stopped: ${(error as Error).message}`)
      void this.#client.end()
    }
  }

  // What the model asks.

  now(): number {
    return this.#clock.now()
  }

  wallMs(instantMs: number): number {
    return this.#wallNow() + instantMs - this.#clock.now()
  }

  task(run: (now: number) => void): Task {
    return new Task(run)
  }

  schedule(deadlineMs: number, task: Task): void {
    this.#clock.schedule(deadlineMs, task)
  }

  cancel(task: Task): void {
    this.#clock.cancel(task)
  }

  publish(
    topic: string,
    payload: Uint8Array | string,
    { qos, retain }: DevicePublishOptions,
    dueMs: number = this.now(),
  ): DevicePublishResult {
    if (this.#isMuted) return 'dropped'
    this.#tally.published(this.groupPosition, qos)
    this.#open[qos]!++
    this.#published++
    // The model reuses its buffer; the client keeps payloads until they are confirmed.
    const kept = typeof payload === 'string' ? payload : Buffer.from(payload)
    return this.#client.publish(topic, kept, { qos, retain, token: dueMs })
  }

  subscribe(filter: string, qos: QoS): void {
    const tell = ([grant]: Grant[]): void => {
      if (grant === undefined || grant.qos < 0x80) return
      this.#tally.failed(`broker refused the filter '${filter}' of ${this.clientId}`)
    }
    // It only rejects when the device has ended, and then nobody asks.
    this.#client.subscribe(filter, { qos }).then(tell, () => undefined)
  }

  random(purpose: string): Prng {
    return this.#plan.prng.fork(purpose)
  }

  countOverruns(messages: number): void {
    this.#tally.overruns += messages
  }

  measure(name: string, value: number): void {
    this.#tally.measures.record(name, value)
  }
}

/** What the trace calls outcomes; links use the numbers below 16. */
const OUTCOME_EVENTS: Readonly<Record<Outcome, number>> = {
  delivered: 16,
  rejected: 17,
  expired: 18,
  dropped: 19,
  superseded: 20,
  indeterminate: 21,
}

function clientOptionsOf({ plan, clock, client, openChannel }: FleetDeviceOptions): ClientOptions {
  const { clean, keepalive, protocolVersion, sessionExpiry, reconnect } = plan.group.connect
  return {
    reconnectPeriod: reconnect.firstMs,
    reconnectPeriodMaxMs: reconnect.maxMs,
    reconnectJitter: reconnect.isJittered,
    outbox: DEVICE_OUTBOX,
    ...client,
    ...(openChannel === undefined ? {} : { openChannel }),
    clientId: plan.clientId,
    clean,
    keepalive,
    protocolVersion,
    clock,
    seed: plan.clientId,
    payloads: 'borrow',
    // Most firmware keeps nothing over a restart and takes the session as it finds it.
    resume: 'adopt',
    ...(plan.username === undefined ? {} : { username: plan.username }),
    ...(plan.password === undefined ? {} : { password: plan.password }),
    ...(sessionExpiry === undefined
      ? {}
      : { properties: { sessionExpiryInterval: sessionExpiry } }),
  }
}
