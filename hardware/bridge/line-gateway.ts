// The message plane for devices that speak no MQTT: each line of text becomes a message, and each
// message to the device a line. Serial.println is the whole client. The gateway has its own MQTT
// session for the port, so identity, credentials, store and reconnecting are the SDK's, and no
// secret crosses the line.
//
//   NAME/line       what the device has said (QoS 1)
//   NAME/cmd        what it is told
//   NAME/presence   retained: {"state": "up" | "silent" | "unplugged" | "gone", "reason": ...}
//
// Presence has three sources: the broker sends `gone` when the bridge goes (the will), the gateway
// the other states by the port and by the time since the last line.
// Bounds: the outbox of the client; a line of lineBytesMax bytes.

import { Client, Task } from '@motewire/sdk'
import type { ClientOptions, Clock } from '@motewire/sdk'
import { LineFraming } from '../framing/index.ts'
import type { FramingSnapshot } from '../framing/index.ts'
import type { BridgeSnapshot } from './bridge.ts'
import type { EndpointHandler, EndpointState } from './endpoint.ts'
import { CHUNK_BYTES_MAX, Flow } from './flow.ts'
import { NoticeReporter } from './notice.ts'
import type { BridgeNotice } from './notice.ts'
import { ReopeningEndpoint } from './reopening-endpoint.ts'
import type { ChannelSource } from './reopening-endpoint.ts'
import { timingOf } from './timing.ts'
import type { BridgeTiming } from './timing.ts'

export interface LineGatewayOptions extends BridgeTiming {
  readonly port: ChannelSource
  /** The broker, as for `connect`: `mqtt://host:1883`. */
  readonly brokerUrl: string
  /** Client id and first level of the topics: `pump-7`. No wildcards, no `/` at its ends. */
  readonly name: string
  /** Credentials, outbox, keepalive and everything else of the connection to the broker. */
  readonly client?: Omit<ClientOptions, 'clientId' | 'will' | 'clock'>
  /** Longest line, bytes. Default 4,096. */
  readonly lineBytesMax?: number
  /** Without a line for so long the device counts as silent. Default 0: never. */
  readonly silentAfterMs?: number
  readonly handleNotice?: (notice: BridgeNotice) => void
}

export type Presence = 'up' | 'silent' | 'unplugged' | 'gone'

export interface LineGatewaySnapshot extends BridgeSnapshot {
  readonly presence: Presence
  /** Commands that could not become a line. */
  readonly refused: number
  readonly lines: FramingSnapshot
}

const NO_FLOW = { droppedBytes: 0, waitingBytes: 0, pauses: 0 }
const LF = 0x0a

export class LineGateway {
  readonly #clock: Clock
  readonly #name: string
  readonly #port: ReopeningEndpoint
  readonly #client: Client
  readonly #lines: LineFraming
  readonly #downlink: Flow
  readonly #reporter: NoticeReporter
  readonly #silentAfterMs: number
  readonly #lineBytesMax: number
  readonly #silenceTask = new Task(() => this.#tell('silent', 'no line came in time'))
  readonly #startedMs: number
  #presence: Presence = 'gone'
  #connects = 0
  #bytes = 0
  #refused = 0
  #stopped: Promise<void> | undefined

  /** @throws UsageError when an option or the URL can never work. */
  constructor(options: LineGatewayOptions) {
    const timing = timingOf(options)
    const { port, name, brokerUrl, client = {}, lineBytesMax = 4_096 } = options
    this.#clock = timing.clock
    this.#startedMs = timing.clock.now()
    this.#name = name
    this.#lineBytesMax = lineBytesMax
    this.#silentAfterMs = options.silentAfterMs ?? 0
    this.#reporter = new NoticeReporter(options.handleNotice)
    this.#lines = new LineFraming(
      { handleFrame: (line) => this.#handleLine(line) },
      { frameBytesMax: lineBytesMax },
    )
    this.#port = new ReopeningEndpoint(port, this.#portHandler(port), timing)
    // A broker cannot be held back here: what finds no room is dropped and counted.
    const unstoppable = { pause: () => {}, resume: () => {} }
    this.#downlink = new Flow(unstoppable, this.#port, 2 * CHUNK_BYTES_MAX, 1)
    const will = {
      topic: `${name}/presence`,
      payload: presence('gone', 'the bridge has gone'),
      qos: 1,
      retain: true,
    } as const
    this.#client = new Client(brokerUrl, { ...client, clientId: name, will, clock: timing.clock })
    this.#client.on('connect', () => this.#handleConnect())
    this.#client.on('message', (_topic, payload) => this.#handleCommand(payload))
  }

  /** Begins, and keeps at it until `stop`. An absent device or broker is waited for. */
  start(): Promise<void> {
    if (this.#stopped !== undefined) return Promise.resolve()
    this.#client.start()
    this.#port.start()
    // Restored by the client after each connect; it fails only when the client ends.
    this.#client.subscribe(`${this.#name}/cmd`, { qos: 1 }).catch(() => undefined)
    return Promise.resolve()
  }

  /** Ends in good order: presence becomes `gone`, what is queued has a second to leave. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  snapshot(): LineGatewaySnapshot {
    const error = undefined
    const opens = this.#connects
    const refused = { busy: 0, portAway: 0 }
    const stateMs = this.#clock.now() - this.#startedMs
    const state: EndpointState = this.#client.connected ? 'up' : 'waiting'
    const name = `mqtt ${this.#name}`
    return {
      port: this.#port.snapshot(),
      net: { name, state, stateMs, opens, losses: 0, failures: 0, refused, error, peer: undefined },
      uplink: { ...NO_FLOW, bytes: this.#bytes },
      downlink: this.#downlink.snapshot(),
      refused: this.#refused,
      presence: this.#presence,
      lines: this.#lines.snapshot(),
    }
  }

  async #stop(): Promise<void> {
    this.#clock.cancel(this.#silenceTask)
    this.#tell('gone', 'the bridge was stopped')
    await Promise.all([this.#port.stop(), this.#client.end({ drainMs: 1_000 })])
  }

  #portHandler(source: ChannelSource): EndpointHandler {
    let wasUp = false
    return {
      handleState: (state, error) => {
        this.#reporter.report('port', source, state, error)
        this.#downlink.handleTarget(state === 'up' ? 'ready' : 'away')
        if (state === 'up') {
          this.#lines.clear()
          this.#tell('up', 'the port is open')
          this.#awaitLine()
        } else if (wasUp && state !== 'stopping') {
          this.#clock.cancel(this.#silenceTask)
          this.#tell('unplugged', error?.message ?? 'the port was closed')
        }
        wasUp = state === 'up'
      },
      handleBytes: (bytes) => {
        this.#bytes += bytes.length
        this.#lines.handleBytes(bytes)
      },
      handleDrain: () => this.#downlink.handleDrain(),
    }
  }

  #handleLine(line: Uint8Array): void {
    if (this.#presence === 'silent') this.#tell('up', 'lines come again')
    this.#awaitLine()
    // Kept by the client until it is confirmed.
    this.#client.publish(`${this.#name}/line`, new Uint8Array(line), { qos: 1 })
  }

  #handleConnect(): void {
    this.#connects++
    this.#reporter.tell('net', `mqtt ${this.#name} is connected`)
    // The will may have been sent meanwhile.
    if (this.#presence !== 'gone') this.#publishPresence('the broker is back')
  }

  /** A command with a line break in it would be two; the device gets neither. */
  #handleCommand(payload: Uint8Array): void {
    const isTooLong = payload.length > this.#lineBytesMax
    if (isTooLong || payload.includes(LF) || this.#port.state !== 'up') {
      this.#refused++
      return
    }
    this.#downlink.handleBytes(this.#lines.encode(payload))
  }

  #awaitLine(): void {
    if (this.#silentAfterMs === 0) return
    this.#clock.schedule(this.#clock.now() + this.#silentAfterMs, this.#silenceTask)
  }

  #tell(state: Presence, reason: string): void {
    if (state === this.#presence) return
    this.#presence = state
    this.#publishPresence(reason)
  }

  #publishPresence(reason: string): void {
    const payload = presence(this.#presence, reason)
    this.#client.publish(`${this.#name}/presence`, payload, { qos: 1, retain: true })
  }
}

function presence(state: Presence, reason: string): string {
  return JSON.stringify({ state, reason })
}
