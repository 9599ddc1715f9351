// The gateway: one port, one MQTT session of its own, and a device in between whose language it
// does not know. Identity, credentials, TLS, store and reconnecting are the SDK's, so no secret
// crosses the line, and what the device says waits for the broker in a bounded outbox.
//
//   NAME/presence   retained: {"state": ..., "reason": ...}
//
// Presence has three sources: the port (`unplugged`: the cable), the device (`up`, `asleep`,
// `silent`: the microcontroller), and the broker, which says `gone` when the bridge goes (the
// will).
// Bounds: outbox and inbox of the client; a message to the device is held back at the broker.

import { Client, Task } from '@motewire/sdk'
import type { ClientOptions, Clock, QoS } from '@motewire/sdk'
import type { BridgeSnapshot } from '../bridge/bridge.ts'
import { isOpen } from '../bridge/endpoint.ts'
import type { EndpointHandler, EndpointState } from '../bridge/endpoint.ts'
import { CHUNK_BYTES_MAX, Flow } from '../bridge/flow.ts'
import { NoticeReporter } from '../bridge/notice.ts'
import type { BridgeNotice } from '../bridge/notice.ts'
import { ReopeningEndpoint } from '../bridge/reopening-endpoint.ts'
import type { ChannelSource } from '../bridge/reopening-endpoint.ts'
import { timingOf } from '../bridge/timing.ts'
import type { BridgeTiming } from '../bridge/timing.ts'
import type { Device, DeviceFactory, DeviceHost, DeviceMessage, DeviceState } from './device.ts'

export interface GatewayOptions extends BridgeTiming {
  readonly port: ChannelSource
  /** The broker, as for `connect`: `mqtt://host:1883`, `mqtts://host`. */
  readonly brokerUrl: string
  /** First level of the gateway's own topics: `pump-7`. No wildcards, no `/` at its ends. */
  readonly name: string
  /** What the device speaks: `lineDevice(...)`, `mqttDevice(...)`, and so on. */
  readonly device: DeviceFactory
  /** Everything of the connection to the broker. `clientId` defaults to the name. */
  readonly client?: Omit<ClientOptions, 'will' | 'clock' | 'manualAcks' | 'payloads'>
  /** Default `NAME/presence`. */
  readonly presenceTopic?: string
  readonly handleNotice?: (notice: BridgeNotice) => void
}

/** `unplugged`: the cable; `gone`: the bridge itself; the others: the device. */
export type Presence = DeviceState | 'unplugged' | 'gone'

export interface GatewaySnapshot extends BridgeSnapshot {
  readonly presence: Presence
  readonly counts: Readonly<Record<string, number>>
}

const DRAIN_MS = 1_000

export class Gateway {
  readonly #options: GatewayOptions
  readonly #clock: Clock
  readonly #name: string
  readonly #presenceTopic: string
  readonly #port: ReopeningEndpoint
  /** Both made at the start: the file of a store belongs to a gateway that runs. */
  #client: Client | undefined
  #device: Device | undefined
  readonly #downlink: Flow
  readonly #reporter: NoticeReporter
  readonly #task = new Task((now) => this.#handleDue(now))
  #stateSinceMs: number
  #presence: Presence = 'gone'
  #uplinkBytes = 0
  #lost = 0
  #unheard = 0
  #isDeviceHolding = false
  #isLineFull = false
  #isHeld = false
  #stopped: Promise<void> | undefined

  /** @throws UsageError `ERR_OPTION_INVALID` when a number is outside of its range. */
  constructor(options: GatewayOptions) {
    const timing = timingOf(options)
    const { port, name, presenceTopic = `${name}/presence` } = options
    this.#options = options
    this.#clock = timing.clock
    this.#stateSinceMs = timing.clock.now()
    this.#name = name
    this.#presenceTopic = presenceTopic
    this.#reporter = new NoticeReporter(options.handleNotice)
    this.#port = new ReopeningEndpoint(port, this.#portHandler(port), timing, {
      isProbed: true,
    })
    const isLineFull = (isFull: boolean): void => {
      this.#isLineFull = isFull
      this.#holdClient()
    }
    const broker = { pause: () => isLineFull(true), resume: () => isLineFull(false) }
    this.#downlink = new Flow(broker, this.#port, 2 * CHUNK_BYTES_MAX, 1)
  }

  /**
   * Begins, and keeps at it until `stop`. An absent device or broker is waited for.
   * @throws UsageError when the URL or an option of client or device can never work, MotewireError
   * `ERR_STORE_...` when the store cannot be opened; as a rejection.
   */
  async start(): Promise<void> {
    if (this.#stopped !== undefined || this.#client !== undefined) return
    const client = this.#makeClient()
    this.#client = client
    try {
      this.#device = this.#options.device(this.#host(client), this.#clock.now())
    } catch (error) {
      await this.stop()
      throw error
    }
    client.start()
    this.#port.start()
  }

  /** Ends in good order: presence becomes `gone`, what is queued has a second to leave. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  /** Closes the port for another program, until `takeBack`; settles when the device is free. */
  lend(): Promise<void> {
    return this.#port.lend()
  }

  takeBack(): void {
    this.#port.takeBack()
  }

  snapshot(): GatewaySnapshot {
    const client = this.#client
    const { connects, losses } = client?.statistics() ?? { connects: 0, losses: 0 }
    const sought: EndpointState = client === undefined ? 'idle' : 'waiting'
    const state: EndpointState = client?.connected === true ? 'up' : sought
    const stateMs = this.#clock.now() - this.#stateSinceMs
    const net = { name: `mqtt ${this.#name}`, state, stateMs, opens: connects, losses, failures: 0 }
    const refused = { busy: 0, portAway: 0 }
    return {
      port: this.#port.snapshot(),
      net: { ...net, refused, error: undefined, peer: undefined },
      uplink: { bytes: this.#uplinkBytes, droppedBytes: 0, waitingBytes: 0, pauses: 0 },
      downlink: this.#downlink.snapshot(),
      presence: this.#presence,
      counts: {
        ...this.#device?.counts(),
        messagesQueued: client?.queued ?? 0,
        messagesLost: this.#lost,
        messagesUnheard: this.#unheard,
      },
    }
  }

  async #stop(): Promise<void> {
    this.#clock.cancel(this.#task)
    this.#tell('gone', 'the bridge was stopped')
    await Promise.all([this.#port.stop(), this.#client?.end({ drainMs: DRAIN_MS })])
    this.#clock.cancel(this.#task)
  }

  // The port.

  #portHandler(source: ChannelSource): EndpointHandler {
    let wasUp = false
    return {
      handleState: (state, error) => {
        const isUp = isOpen(state)
        this.#reporter.report('port', source, state, error)
        // The connection is the same, only what is known of it has changed.
        if (isUp && wasUp) return
        this.#downlink.handleTarget(isUp ? 'ready' : 'away')
        const now = this.#clock.now()
        if (isUp) {
          this.#tell('up', 'the port is open')
          this.#device?.handleOpen(now)
        } else if (wasUp) {
          this.#device?.handleClose(now)
          if (state !== 'stopping') {
            const why = state === 'lent' ? 'the port is lent' : 'the port was closed'
            this.#tell('unplugged', error?.message ?? why)
          }
        }
        wasUp = isUp
        this.#schedule()
      },
      handleBytes: (bytes) => {
        this.#uplinkBytes += bytes.length
        this.#device?.handleBytes(bytes, this.#clock.now())
        this.#schedule()
      },
      handleDrain: () => this.#downlink.handleDrain(),
    }
  }

  // The broker.

  #makeClient(): Client {
    const { brokerUrl, client: options = {} } = this.#options
    const payload = presencePayload('gone', 'the bridge has gone')
    const will = { topic: this.#presenceTopic, payload, qos: 1, retain: true } as const
    const own = { clientId: this.#name, packetBytesMax: CHUNK_BYTES_MAX }
    const client = new Client(brokerUrl, { ...own, ...options, will, clock: this.#clock })
    this.#listen(client)
    return client
  }

  #listen(client: Client): void {
    const handleBroker = (isUp: boolean): void => {
      this.#stateSinceMs = this.#clock.now()
      this.#device?.handleBroker(isUp, this.#stateSinceMs)
      this.#schedule()
    }
    let wasUp = false
    let failure: string | undefined
    client.on('connect', () => {
      wasUp = true
      failure = undefined
      this.#reporter.tell('net', `mqtt ${this.#name} is connected`)
      // The will may have been sent meanwhile.
      if (this.#presence !== 'gone') this.#publishPresence('the broker is back')
      handleBroker(true)
    })
    client.on('offline', (cause) => {
      const why = cause?.message ?? 'the broker closed the connection'
      // Most tries fail as the one before did.
      const isNews = wasUp || (cause !== undefined && cause.code !== failure)
      failure = cause?.code
      if (isNews) this.#reporter.tell('net', `mqtt ${this.#name}: ${why}; trying again`)
      if (wasUp) handleBroker(false)
      wasUp = false
    })
    client.on('outcome', (outcome) => {
      if (outcome !== 'delivered') this.#lost++
    })
    client.on('message', (topic, payload, { qos, retain }) => {
      this.#handleMessage({ topic, payload, qos, retain })
    })
    // What cannot be told to a listener would end the process.
    client.on('error', () => undefined)
  }

  #handleMessage(message: DeviceMessage): void {
    if (!isOpen(this.#port.state)) {
      this.#unheard++
      return
    }
    this.#device?.handleMessage(message, this.#clock.now())
    this.#schedule()
  }

  // The device.

  #host(client: Client): DeviceHost {
    return {
      get isBrokerUp() {
        return client.connected
      },
      send: (bytes) => this.#downlink.handleBytes(bytes),
      publish: ({ topic, payload, qos, retain }) => {
        // Kept by the client until the outcome.
        return client.publish(topic, new Uint8Array(payload), { qos, retain }) !== 'dropped'
      },
      subscribe: (filter, qos, handleGrant) => {
        this.#subscribe(client, filter, qos, handleGrant)
      },
      // The promise fails only when the client ends.
      unsubscribe: (filter) => void client.unsubscribe(filter).catch(() => undefined),
      tell: (state, reason, isNews) => {
        if (isOpen(this.#port.state)) this.#tell(state, reason, isNews)
      },
      confirm: () => this.#port.confirm(),
      hold: (isHeld) => {
        this.#isDeviceHolding = isHeld
        this.#holdClient()
      },
    }
  }

  /** Restored by the client after each connect. */
  #subscribe(client: Client, filter: string, qos: QoS, handleGrant?: (qos: number) => void): void {
    client.subscribe(filter, { qos }).then(
      ([grant]) => handleGrant?.(grant?.qos ?? REFUSED),
      () => handleGrant?.(REFUSED),
    )
  }

  #holdClient(): void {
    const mustHold = this.#isDeviceHolding || this.#isLineFull
    if (mustHold === this.#isHeld) return
    this.#isHeld = mustHold
    if (mustHold) this.#client?.pause()
    else this.#client?.resume()
  }

  #schedule(): void {
    const dueMs = this.#device?.pollTimeout() ?? Infinity
    if (dueMs === Infinity || this.#stopped !== undefined) this.#clock.cancel(this.#task)
    else this.#clock.schedule(dueMs, this.#task)
  }

  #handleDue(now: number): void {
    this.#device?.handleTimeout(now)
    this.#schedule()
  }

  #tell(state: Presence, reason: string, isNews = false): void {
    if (state === this.#presence && !isNews) return
    this.#presence = state
    this.#publishPresence(reason)
  }

  #publishPresence(reason: string): void {
    const payload = presencePayload(this.#presence, reason)
    this.#client?.publish(this.#presenceTopic, payload, { qos: 1, retain: true })
  }
}

/** Unspecified error [MQTT5 3.9.3]. */
const REFUSED = 0x80

function presencePayload(state: Presence, reason: string): string {
  return JSON.stringify({ state, reason })
}
