// The message plane: one port, one broker, and MQTT understood in between. The device keeps its own
// session; the bridge passes only whole packets, notices a reset, cuts the broker's connection
// without a DISCONNECT then, so that the will is sent, and never sends more than the device's
// receive buffer holds. Each session of the device is one connection to the broker.
//
//   device ─bytes─► guard ─packets─► flow ─► broker
//   device ◄─bytes─ flow ◄─ pacer ◄─packets─ splitter ◄─ broker
//
// It knows nothing of topics. Bounds: those of Flow, PacketGuard and DownlinkPacer.

import { Task } from '@motewire/sdk'
import type { Clock } from '@motewire/sdk'
import { DownlinkPacer, makeUplinkGuard, PacketSplitter } from '../framing/index.ts'
import type {
  BreakReason,
  FrameGuardHandler,
  MqttFraming,
  PacerOptions,
  PacerSnapshot,
  PacketGuardOptions,
  UplinkGuard,
  UplinkSnapshot,
} from '../framing/index.ts'
import type { BridgeSnapshot } from './bridge.ts'
import type { ConnectRewrite } from './connect-rewrite.ts'
import { rewriteConnect } from './connect-rewrite.ts'
import { isOpen } from './endpoint.ts'
import type { EndpointHandler, EndpointState } from './endpoint.ts'
import { CHUNK_BYTES_MAX, Flow } from './flow.ts'
import { NoticeReporter } from './notice.ts'
import type { BridgeNotice } from './notice.ts'
import { countsOf } from './counts.ts'
import { ReopeningEndpoint } from './reopening-endpoint.ts'
import type { ChannelSource } from './reopening-endpoint.ts'
import { timingOf } from './timing.ts'
import type { BridgeTiming } from './timing.ts'

export interface MqttBridgeOptions extends BridgeTiming {
  /** The device. */
  readonly port: ChannelSource
  /** The broker: `tcpSource({ host, port })`. */
  readonly broker: ChannelSource
  /** Default `raw`. */
  readonly framing?: MqttFraming
  /** Only for `raw`, except for packetBytesMax. */
  readonly guard?: PacketGuardOptions
  readonly downlink?: PacerOptions
  /** Longest packet taken from the broker; longer ones are refused. Default 65,536 bytes. */
  readonly brokerPacketBytesMax?: number
  /** What the broker is told instead of, or besides, what the device says of itself. */
  readonly identity?: ConnectRewrite
  readonly handleNotice?: (notice: BridgeNotice) => void
}

export interface MqttBridgeSnapshot extends BridgeSnapshot {
  readonly mqtt: {
    /** Whether the device has a session. */
    readonly isInSession: boolean
    readonly sessions: number
    readonly fromDevice: UplinkSnapshot
    readonly toDevice: PacerSnapshot
  }
}

const PACKET_BYTES_MAX = 65_536
/** A CONNECT that has waited longer for the broker is one that the device has given up. */
const CONNECT_HELD_MS_MAX = 15_000
/** Tells the device that the broker has gone; 3.1.1 has no better word for it. */
const SERVER_GONE = Uint8Array.of(0xe0, 0)
/** The device may still have this much of its buffer in use when it tells its size. */
const FRAME_OVERHEAD_BYTES = 8

export class MqttBridge {
  readonly #clock: Clock
  readonly #port: ReopeningEndpoint
  readonly #net: ReopeningEndpoint
  readonly #uplink: Flow
  readonly #downlink: Flow
  readonly #guard: UplinkGuard
  readonly #pacer: DownlinkPacer
  readonly #reporter: NoticeReporter
  readonly #identity: ConnectRewrite | undefined
  readonly #brokerPacketBytesMax: number
  readonly #task = new Task((now) => this.#handleTimeout(now))
  #splitter: PacketSplitter | undefined
  #connectHeldMs = 0
  #sessions = 0
  #isFlowFull = false
  #isPortHeld = false
  #isNetHeld = false
  #stopped: Promise<void> | undefined

  /** @throws UsageError `ERR_OPTION_INVALID` when a number is outside of its range. */
  constructor(options: MqttBridgeOptions) {
    const timing = timingOf(options)
    this.#clock = timing.clock
    this.#identity = options.identity
    const { brokerPacketBytesMax = PACKET_BYTES_MAX, guard } = options
    // A frame holds the packets of both directions.
    const frameBytesMax = guard?.packetBytesMax ?? PACKET_BYTES_MAX
    this.#brokerPacketBytesMax = Math.min(brokerPacketBytesMax, frameBytesMax)
    this.#reporter = new NoticeReporter(options.handleNotice, 'because the session is over')
    this.#port = new ReopeningEndpoint(options.port, this.#portHandler(options.port), timing, {
      isProbed: true,
    })
    this.#net = new ReopeningEndpoint(options.broker, this.#netHandler(), timing)
    this.#uplink = new Flow(this.#heldPort(), this.#net, 4 * CHUNK_BYTES_MAX, CHUNK_BYTES_MAX)
    this.#downlink = new Flow(this.#heldNet(), this.#port, 2 * CHUNK_BYTES_MAX, 1)
    this.#guard = this.#makeGuard(options)
    this.#pacer = new DownlinkPacer(
      {
        handleDownlink: (packet) => this.#send(packet),
        handleUplink: (packet) => this.#uplink.handleBytes(packet),
      },
      options.downlink,
    )
  }

  /** Begins to bridge and keeps at it until `stop`. An absent device or broker is waited for. */
  start(): Promise<void> {
    if (this.#stopped === undefined) this.#port.start()
    return Promise.resolve()
  }

  /** Ends for good; the broker sees an end without a DISCONNECT, unless the device has said one. */
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

  snapshot(): MqttBridgeSnapshot {
    const fromDevice = this.#guard.snapshot()
    const toDevice = this.#pacer.snapshot()
    return {
      port: this.#port.snapshot(),
      net: { ...this.#net.snapshot(), peer: undefined },
      uplink: this.#uplink.snapshot(),
      downlink: this.#downlink.snapshot(),
      counts: { sessions: this.#sessions, ...countsOf(fromDevice, toDevice) },
      mqtt: {
        isInSession: this.#guard.isInSession,
        sessions: this.#sessions,
        fromDevice,
        toDevice,
      },
    }
  }

  async #stop(): Promise<void> {
    await Promise.all([this.#net.stop(), this.#port.stop()])
    this.#clock.cancel(this.#task)
  }

  #makeGuard({ framing = 'raw', guard }: MqttBridgeOptions): UplinkGuard {
    const handler: FrameGuardHandler = {
      handleConnect: (packet, isReset) => this.#handleConnect(packet, isReset),
      handlePacket: (packet) => this.#handlePacket(packet),
      handleBreak: (reason) => this.#handleBreak(reason),
      handleHello: ({ windowBytes }) => {
        this.#port.confirm()
        this.#pacer.resize(windowBytes - FRAME_OVERHEAD_BYTES)
      },
    }
    return makeUplinkGuard(framing, handler, guard)
  }

  // The device.

  #portHandler(source: ChannelSource): EndpointHandler {
    let wasUp = false
    return {
      handleState: (state, error) => {
        const isUp = isOpen(state)
        this.#reporter.report('port', source, state, error)
        // The connection is the same, only what is known of it has changed.
        if (isUp && wasUp) return
        wasUp = isUp
        if (isUp) this.#uplink.handleSourceUp()
        this.#downlink.handleTarget(isUp ? 'ready' : 'away')
        if (state !== 'opening') this.#guard.endSession()
        if (!isUp) this.#cut()
      },
      handleBytes: (bytes) => {
        this.#guard.handleBytes(bytes, this.#clock.now())
        this.#schedule()
      },
      handleDrain: () => this.#downlink.handleDrain(),
    }
  }

  #handleConnect(packet: Uint8Array, isReset: boolean): void {
    this.#port.confirm()
    if (isReset) this.#reporter.tell('port', `${this.#port.name}: the device was reset`)
    this.#cut()
    this.#sessions++
    this.#connectHeldMs = this.#clock.now()
    this.#net.start()
    const sent = this.#identity === undefined ? packet : rewriteConnect(packet, this.#identity)
    this.#uplink.handleBytes(sent)
  }

  #handlePacket(packet: Uint8Array): void {
    if (this.#pacer.handleUplink(packet, this.#clock.now())) return
    this.#uplink.handleBytes(packet)
  }

  #handleBreak(reason: BreakReason): void {
    const what = { stalled: 'stopped in the middle of a packet', ...BREAKS }[reason]
    this.#reporter.tell('port', `${this.#port.name}: the device ${what}`)
    this.#cut()
    this.#send(SERVER_GONE)
  }

  // The broker.

  #netHandler(): EndpointHandler {
    let wasUp = false
    return {
      handleState: (state, error) => {
        this.#reporter.report('net', { name: this.#net.name }, state, error)
        if (state === 'up' && this.#isConnectStale) {
          this.#handleNetLost()
          return
        }
        this.#uplink.handleTarget(this.#targetOf(state))
        if (state === 'up') this.#handleNetUp()
        else this.#downlink.handleSourceDown()
        const isLost = wasUp && (state === 'waiting' || state === 'failed')
        wasUp = state === 'up'
        if (isLost || state === 'failed') this.#handleNetLost()
      },
      handleBytes: (bytes) => {
        this.#splitter?.handleBytes(bytes)
        this.#holdNet()
        this.#schedule()
      },
      handleDrain: () => this.#uplink.handleDrain(),
    }
  }

  /** Whether the broker has come too late for the CONNECT that waits. */
  get #isConnectStale(): boolean {
    return this.#clock.now() - this.#connectHeldMs > CONNECT_HELD_MS_MAX
  }

  /** While a CONNECT waits for the broker, it waits through all the tries. */
  #targetOf(state: EndpointState): 'ready' | 'coming' | 'away' {
    if (state === 'up') return 'ready'
    const isWanted = this.#splitter === undefined && this.#guard.isInSession
    return state === 'opening' || (state === 'waiting' && isWanted) ? 'coming' : 'away'
  }

  #handleNetUp(): void {
    this.#downlink.handleSourceUp()
    const splitter: PacketSplitter = new PacketSplitter(
      {
        handlePacket: (packet) => {
          if (this.#splitter === splitter) this.#pacer.handlePacket(packet, this.#clock.now())
        },
        handleOversized: (qos, id) => this.#refuse(qos, id),
        handleMalformed: () => this.#handleNetLost(),
      },
      this.#brokerPacketBytesMax,
    )
    this.#splitter = splitter
  }

  /** The session is over because of the broker; the device is told. */
  #handleNetLost(): void {
    const wasInSession = this.#guard.isInSession
    this.#guard.endSession()
    this.#cut()
    if (wasInSession) this.#send(SERVER_GONE)
  }

  #refuse(qos: number, id: number): void {
    this.#reporter.tell('net', `${this.#net.name}: a message was too long for the device`)
    if (qos > 0) this.#uplink.handleBytes(Uint8Array.of(qos === 1 ? 0x40 : 0x50, 2, id >> 8, id))
  }

  // Both.

  /** Ends the connection without a DISCONNECT; what belonged to the session is forgotten. */
  #cut(): void {
    this.#splitter = undefined
    this.#pacer.clear()
    this.#net.leave()
    this.#holdNet()
  }

  #send(packet: Uint8Array): void {
    this.#downlink.handleBytes(this.#guard.encode(packet))
  }

  #schedule(): void {
    const guardMs = this.#isPortHeld ? Infinity : this.#guard.pollTimeout()
    const dueMs = Math.min(guardMs, this.#pacer.pollTimeout())
    if (dueMs === Infinity) this.#clock.cancel(this.#task)
    else this.#clock.schedule(dueMs, this.#task)
  }

  #handleTimeout(now: number): void {
    if (!this.#isPortHeld) this.#guard.handleTimeout(now)
    this.#pacer.handleTimeout(now)
    this.#holdNet()
    this.#schedule()
  }

  #heldPort(): { pause(): void; resume(): void } {
    return {
      pause: () => {
        this.#isPortHeld = true
        this.#port.pause()
      },
      resume: () => {
        this.#isPortHeld = false
        this.#guard.handleResume(this.#clock.now())
        this.#port.resume()
      },
    }
  }

  /** The broker is held back by the line and by the device. */
  #heldNet(): { pause(): void; resume(): void } {
    const set = (isFull: boolean): void => {
      this.#isFlowFull = isFull
      this.#holdNet()
    }
    return { pause: () => set(true), resume: () => set(false) }
  }

  #holdNet(): void {
    const mustHold = this.#isFlowFull || this.#pacer.isFull
    if (mustHold === this.#isNetHeld) return
    this.#isNetHeld = mustHold
    if (mustHold) this.#net.pause()
    else this.#net.resume()
  }
}

const BREAKS = {
  malformed: 'sent something that is no MQTT packet',
  oversized: 'announced a packet that is too long',
} as const
