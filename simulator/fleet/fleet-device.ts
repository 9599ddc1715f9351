// One device of a fleet: the SDK's client on one side, the device model on the other, the counters
// between them. It is the Device that the model asks; all times are the fleet's clock. A model that
// throws stops this device only.

import { Client } from '@motewire/sdk'
import type { Clock, Grant, MotewireError, Outcome, QoS } from '@motewire/sdk'
import { Task } from '@motewire/sdk/kit'
import type { Prng } from '@motewire/sdk/kit'
import { ScenarioDevice } from '../device/index.ts'
import type {
  Device,
  DeviceModel,
  DevicePublishOptions,
  DevicePublishResult,
  DeviceWill,
} from '../device/index.ts'
import type { DeviceRow } from '../report/index.ts'
import type { DevicePlan, ProvisionPlan } from '../scenario/index.ts'
import type { LinkTrace, TraceSum } from '../world/index.ts'
import { lifeOf } from './device-life.ts'
import type { DeviceLife, SwitchedDevice } from './device-life.ts'
import { clientOptionsOf } from './device-options.ts'
import type { FleetDeviceOptions } from './device-options.ts'
import type { DeviceState } from './device-state.ts'
import { OUTCOME_EVENTS } from './outcome-events.ts'
import { Provisioning } from './provisioning.ts'
import type { Identity } from './provisioning.ts'
import { Radio } from './radio.ts'
import type { SentMessage } from './sent-messages.ts'
import type { Tally } from './tally.ts'

export class FleetDevice implements Device, SwitchedDevice {
  readonly clientId: string
  readonly group: string
  readonly index: number
  readonly originMs: number
  /** Of the last boot. */
  startMs: number
  readonly groupPosition: number
  readonly #options: FleetDeviceOptions
  readonly #plan: DevicePlan
  readonly #clock: Clock
  readonly #wallNow: () => number
  readonly #tally: Tally
  readonly #trace: LinkTrace | undefined
  /** Undefined for a device that stays as it is switched on. */
  readonly #life: DeviceLife | undefined
  readonly #flash: Map<string, unknown> | undefined
  #model: DeviceModel
  /** Undefined while the power is off, and while it has no identity. */
  #client: Client | undefined
  /** Undefined but while a new device obtains an identity. */
  #provisioning: Provisioning | undefined
  #radio: Radio | undefined
  #identity: Identity | undefined
  #boots = 0
  /** Its model has been started. */
  #isRunning = false
  /** What happens to the link is the device's own doing. */
  #isSwitching = false
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
    const { plan, clock, runStartedAtMs } = options
    this.#options = options
    this.#plan = plan
    this.#clock = clock
    this.#wallNow = options.wallNow
    this.#tally = options.tally
    this.clientId = plan.clientId
    this.group = plan.group.name
    this.index = plan.number
    this.originMs = runStartedAtMs
    this.startMs = runStartedAtMs + plan.startMs
    this.groupPosition = options.groupPosition
    this.#trace = options.trace
    this.#model = options.makeModel()
    this.#life = lifeOf(plan, options.scenario, this, clock, runStartedAtMs)
    const keeps = this.#life !== undefined || plan.group.sparkplug !== undefined
    this.#flash = keeps ? new Map() : undefined
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

  /** The run is over: what is not confirmed now is told as still queued, not as lost. */
  countQueued(): void {
    this.#isOver = true
    for (const qos of [0, 1, 2] as const) {
      this.#tally.ledger.countQueued(qos, this.#open[qos]!, this.#client?.inflight(qos))
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

  /** How it does now. */
  state(): DeviceState {
    return { ...this.row(), position: this.#model.position?.() }
  }

  /** Switches the device on. */
  start(): void {
    if (this.#life === undefined) this.boot()
    else this.#life.powerOn()
  }

  stopPublishing(): void {
    this.#life?.end()
    if (this.#isRunning) this.#guard(() => this.#model.stop?.())
    void this.#provisioning?.end()
    // A model that does not care to stop is not heard any more.
    this.#isMuted = true
  }

  async end(): Promise<void> {
    await Promise.all([this.#client?.end(), this.#provisioning?.end()])
  }

  // What its life does to it.

  /** Firmware first, then the link. */
  boot(): void {
    if (this.#boots++ > 0) {
      this.#model = this.#options.makeModel()
      this.startMs = this.#clock.now()
    }
    const { provision } = this.#plan
    const identity = this.#flash?.get(IDENTITY) as Identity | undefined
    if (provision === undefined || identity !== undefined) this.#run(identity)
    else this.#provision(provision)
  }

  /** As a new device, which boots in earnest once it knows who it is. */
  #provision(provision: ProvisionPlan): void {
    const radio = new Radio(this.#clock)
    this.#radio = radio
    this.#provisioning = new Provisioning({
      device: this.#options,
      provision,
      radio,
      prng: this.random('provision'),
      whenFailed: (message) => {
        if (!this.#isSwitching) this.#tally.failed(message)
      },
      whenDone: (identity) => {
        this.#provisioning = undefined
        this.#flash?.set(IDENTITY, identity)
        this.startMs = this.#clock.now()
        if (!this.#isMuted) this.#run(identity)
      },
    })
    this.#provisioning.start()
  }

  /** @param identity what the device has learnt since it was made. */
  #run(identity: Identity | undefined): void {
    this.#identity = identity
    this.#isRunning = true
    if (this.#model.connectsItself !== true) this.#client = this.#makeClient()
    this.#guard(() => this.#model.start(this))
    this.#client?.start()
  }

  #makeClient(): Client {
    const will = this.#model.will?.(this)
    // Who has a will may want to die by it.
    if (this.#life || will || this.#model.connectsItself) this.#radio ??= new Radio(this.#clock)
    const options = { ...this.#options, plan: { ...this.#plan, ...this.#identity } }
    const nextWill = (): DeviceWill | undefined => this.#model.will?.(this)
    const settings = clientOptionsOf(options, this.#radio, will, nextWill)
    const client = new Client(this.#options.brokerUrl, settings)
    this.#watch(client)
    return client
  }

  powerOff(): void {
    const [client, provisioning] = [this.#client, this.#provisioning]
    if (this.#isRunning) this.#guard(() => this.#model.powerOff?.())
    this.#isRunning = false
    this.#switch(() => this.#radio?.off('silent'))
    this.#client = undefined
    this.#provisioning = undefined
    this.#radio = undefined
    this.#boots++
    void client?.end()
    void provisioning?.end()
  }

  connect(): void {
    this.#later(() => {
      if (this.#client !== undefined && this.#radio?.isOn === true) return
      this.#client ??= this.#makeClient()
      this.wake()
    })
  }

  disconnect(how: 'goodbye' | 'silent'): void {
    this.#later(() => this.#switch(() => this.#radio?.off(how)))
  }

  /** Once the current callback is over, unless the power has gone or the run is over by then. */
  #later(run: () => void): void {
    const boot = this.#boots
    this.#clock.defer(() => {
      if (boot === this.#boots && !this.#isMuted) run()
    })
  }

  reconnect(): void {
    this.#clock.defer(() => this.#switch(() => this.#radio?.cut()))
  }

  sleep(): void {
    this.#switch(() => this.#radio?.off('goodbye'))
  }

  wake(): void {
    this.#radio?.on()
    // A later attempt may be planned.
    this.#client?.start()
    this.#provisioning?.start()
  }

  #switch(run: () => void): void {
    this.#isSwitching = true
    run()
    this.#isSwitching = false
  }

  #watch(client: Client): void {
    const { group } = this.#plan
    client.on('connect', () => {
      if (this.#connects++ > 0) this.#tally.reconnects++
      this.#isOnline = true
      this.#tally.connected(this.groupPosition, 1)
      this.#guard(() => this.#model.handleOnline?.())
    })
    client.on('offline', (cause) => this.#handleOffline(cause))
    client.on('outcome', (outcome, _topic, qos, _reason, sent) =>
      this.#handleOutcome(outcome, qos, sent as SentMessage),
    )
    if (group.subscribe.length > 0 || this.#model.handleMessage !== undefined) {
      client.on('message', (topic, payload) => {
        this.#tally.received++
        this.#guard(() => this.#model.handleMessage?.(topic, payload))
      })
    }
  }

  #handleOffline(cause: MotewireError | undefined): void {
    if (cause !== undefined && !this.#isSwitching) this.#tally.failed(cause.message)
    if (!this.#isOnline) return
    this.#isOnline = false
    this.#tally.connected(this.groupPosition, -1)
    this.#guard(() => this.#model.handleOffline?.())
  }

  #handleOutcome(outcome: Outcome, qos: QoS, sent: SentMessage): void {
    const { dueMs } = sent
    this.#options.sentMessages.giveBack(sent)
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
      this.#life?.end()
      void this.#client?.end()
    }
  }

  // What the model asks.

  fail(message: string): void {
    this.#guard(() => {
      throw new Error(message)
    })
  }

  now(): number {
    return this.#clock.now()
  }

  wallMs(instantMs: number): number {
    return this.#wallNow() + instantMs - this.#clock.now()
  }

  task(run: (now: number) => void): Task {
    if (this.#life === undefined) return new Task(run)
    // What an earlier boot has planned is gone with its power.
    const boot = this.#boots
    return new Task((now) => {
      if (boot === this.#boots) run(now)
    })
  }

  flash<Value>(name: string, make: () => Value): Value {
    if (this.#flash === undefined) return make()
    if (!this.#flash.has(name)) this.#flash.set(name, make())
    return this.#flash.get(name) as Value
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
    const client = this.#client
    if (this.#isMuted || client === undefined) return 'dropped'
    this.#tally.published(this.groupPosition, qos)
    this.#open[qos]!++
    this.#published++
    // The model reuses its buffer; the client keeps payloads until they are confirmed.
    const token = this.#options.sentMessages.take(payload, dueMs)
    return client.publish(topic, token.payload, { qos, retain, token })
  }

  subscribe(filter: string, qos: QoS): void {
    const tell = ([grant]: Grant[]): void => {
      if (grant === undefined || grant.qos < 0x80) return
      this.#tally.failed(`broker refused the filter '${filter}' of ${this.clientId}`)
    }
    // It only rejects when the device has ended, and then nobody asks.
    this.#client?.subscribe(filter, { qos }).then(tell, () => undefined)
  }

  random(purpose: string): Prng {
    // Each boot has numbers of its own, or a device would live the same day again and again.
    const { prng } = this.#plan
    return this.#boots <= 1 ? prng.fork(purpose) : prng.fork(`${purpose}@${this.#boots}`)
  }

  countOverruns(messages: number): void {
    this.#tally.overruns += messages
  }

  measure(name: string, value: number): void {
    this.#tally.measures.record(name, value)
  }
}

/** In flash. */
const IDENTITY = 'identity'
