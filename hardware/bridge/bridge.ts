// The byte plane: one port and one network side (TCP or UDP), bytes passed on as they come, both
// ways. Each side comes and goes on its own. A TCP connection never outlives the port's: when the
// device goes, the connection is cut, so that a broker sends the will and the device's next session
// starts on a connection of its own. When TCP goes, the port stays open and what it sends is
// dropped and counted. It knows nothing of MQTT, nor of what a port is: any two byte channels will
// do.

import type { ByteChannel, Clock, MotewireError } from '@motewire/sdk'
import type { Address } from './address.ts'
import { announceOn, checkAnnouncements } from './announcing-channel.ts'
import type { Heartbeat, Registration } from './announcing-channel.ts'
import { isOpen } from './endpoint.ts'
import type { EndpointHandler, EndpointSnapshot, EndpointState } from './endpoint.ts'
import { CHUNK_BYTES_MAX, Flow } from './flow.ts'
import type { FlowSnapshot, TargetState } from './flow.ts'
import { checkGathering, GatheringChannel } from './gathering-channel.ts'
import type { GatherOptions } from './gathering-channel.ts'
import { ListeningEndpoint } from './listening-endpoint.ts'
import type { Wrapping } from './listening-endpoint.ts'
import { NoticeReporter } from './notice.ts'
import type { BridgeNotice } from './notice.ts'
import { ReopeningEndpoint } from './reopening-endpoint.ts'
import type { ChannelSource } from './reopening-endpoint.ts'
import { Rfc2217ServerChannel } from '../rfc2217/server-channel.ts'
import type { ListenSource } from './listen-source.ts'
import { checkRange, timingOf } from './timing.ts'
import type { BridgeTiming } from './timing.ts'
import { wrapSource } from './wrap-source.ts'

export interface BridgeOptions extends BridgeTiming {
  /** The device: `serialSource(path, settings)`, or any other source of byte channels. */
  readonly port: ChannelSource
  /**
   * `tcpSource({ host, port })` to connect, `{ listen: { host, port } }` to be connected to,
   * `udpSource({ peers })` for datagrams.
   */
  readonly net: ChannelSource | ListenSource
  /**
   * Bytes from the port that wait while TCP takes none; when they are that many, the port is held
   * back. 131,072 to 16,777,216, default 262,144. Bytes to the port wait in the sender instead.
   */
  readonly bufferBytesMax?: number
  /** What the other side is told by the bridge itself, of which device and that it is there. */
  readonly registration?: Registration | undefined
  readonly heartbeat?: Heartbeat | undefined
  /** What the device is told by the bridge itself. */
  readonly deviceHeartbeat?: Heartbeat | undefined
  /** Gathers what the device sends into pieces. Default: passed on at once, as it comes. */
  readonly gather?: GatherOptions | undefined
  /** Told of each change that a person wants to know of. */
  readonly handleNotice?: (notice: BridgeNotice) => void
}

/** The bridge at one moment, as plain values. */
export interface BridgeSnapshot {
  readonly port: EndpointSnapshot
  readonly net: EndpointSnapshot & {
    /** The client that is connected to the server: `tcp 127.0.0.1:50123`. */
    readonly peer: string | undefined
    /** Clients that watch; only servers have such. */
    readonly viewers?: number
  }
  /** From the port to TCP. */
  readonly uplink: FlowSnapshot
  /** From TCP to the port. */
  readonly downlink: FlowSnapshot
  /** What else was counted, by name; messages and packets where the bridge knows them. */
  readonly counts?: Readonly<Record<string, number>>
}

const BUFFER_BYTES_MIN = 2 * CHUNK_BYTES_MAX
const BUFFER_BYTES_LIMIT = 1 << 24

export class Bridge {
  readonly #port: ReopeningEndpoint
  readonly #net: ReopeningEndpoint | ListeningEndpoint
  readonly #uplink: Flow
  readonly #downlink: Flow
  readonly #reporter: NoticeReporter
  readonly #netCounts: (() => Readonly<Record<string, number>>) | undefined
  #started: Promise<void> | undefined
  #stopped: Promise<void> | undefined

  /** @throws UsageError `ERR_OPTION_INVALID` when a number is outside of its range. */
  constructor(options: BridgeOptions) {
    const { bufferBytesMax = 4 * CHUNK_BYTES_MAX, port, net } = options
    checkRange('bufferBytesMax', bufferBytesMax, BUFFER_BYTES_MIN, BUFFER_BYTES_LIMIT)
    const timing = timingOf(options)
    const { clock } = timing
    const { registration, heartbeat, deviceHeartbeat, gather } = options
    const announced = { registration, heartbeat }
    for (const what of [announced, { heartbeat: deviceHeartbeat }]) checkAnnouncements(what)
    checkGathering(gather ?? {})
    this.#netCounts = 'listen' in net ? undefined : net.counts?.bind(net)
    this.#reporter = new NoticeReporter(options.handleNotice)
    const device = wrapSource(port, (channel) => {
      const gathered = gather === undefined ? channel : new GatheringChannel(channel, gather, clock)
      return announceOn(gathered, { heartbeat: deviceHeartbeat }, clock)
    })
    this.#port = new ReopeningEndpoint(device, this.#portHandler(port), timing, {})
    const announce = (channel: ByteChannel): ByteChannel => announceOn(channel, announced, clock)
    const speak = 'listen' in net ? wrapping(net, port, clock) : announce
    this.#net =
      'listen' in net
        ? new ListeningEndpoint(net, this.#netHandler(), timing, (one) => announce(speak(one)))
        : new ReopeningEndpoint(wrapSource(net, announce), this.#netHandler(), timing)
    const pauseAtBytes = bufferBytesMax - 2 * CHUNK_BYTES_MAX + 1
    this.#uplink = new Flow(this.#port, this.#net, bufferBytesMax, pauseAtBytes)
    // A sender on TCP can always be held back, so nothing more than must be waits here.
    this.#downlink = new Flow(this.#net, this.#port, 2 * CHUNK_BYTES_MAX, 1)
  }

  /** Where the server listens; undefined for a client. */
  get address(): Address | undefined {
    return this.#net instanceof ListeningEndpoint ? this.#net.address : undefined
  }

  /**
   * Begins to bridge and keeps at it until `stop`. An absent device or broker is no failure: it is
   * waited for. Rejects with `ERR_LISTEN_FAILED` when the server's address cannot be had.
   */
  start(): Promise<void> {
    this.#started ??= this.#start()
    return this.#started
  }

  /** Ends for good and closes everything; settles when that is done. May be called at any time. */
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

  snapshot(): BridgeSnapshot {
    return {
      port: this.#port.snapshot(),
      net: { ...this.#net.snapshot(), ...this.#clients() },
      uplink: this.#uplink.snapshot(),
      downlink: this.#downlink.snapshot(),
      counts: this.#netCounts?.() ?? {},
    }
  }

  get #peer(): string | undefined {
    return this.#net instanceof ListeningEndpoint ? this.#net.peer : undefined
  }

  #clients(): { readonly peer: string | undefined; readonly viewers?: number } {
    if (!(this.#net instanceof ListeningEndpoint)) return { peer: undefined }
    return { peer: this.#net.peer, viewers: this.#net.viewers }
  }

  async #start(): Promise<void> {
    if (this.#stopped !== undefined) return
    if (this.#net instanceof ListeningEndpoint) await this.#net.listen()
    if (this.#stopped === undefined) this.#port.start()
  }

  async #stop(): Promise<void> {
    // A server that is still taking its port must have it before it can give it back.
    await this.#started?.catch(() => undefined)
    // TCP first: the end of the port would cut it, and what was written could not leave.
    await Promise.all([this.#net.stop(), this.#port.stop()])
  }

  #portHandler(source: ChannelSource): EndpointHandler {
    let wasUp = false
    return {
      handleState: (state, error) => {
        const isUp = isOpen(state)
        this.#reporter.report('port', source, state, error)
        if (isUp && !wasUp) this.#uplink.handleSourceUp()
        this.#downlink.handleTarget(targetState(state))
        if (isUp) this.#net.start()
        else if (wasUp) this.#net.halt()
        wasUp = isUp
      },
      handleBytes: (bytes) => this.#uplink.handleBytes(bytes),
      handleDrain: () => this.#downlink.handleDrain(),
    }
  }

  #netHandler(): EndpointHandler {
    return {
      handleState: (state, error) => this.#handleNetState(state, error),
      handleBytes: (bytes) => this.#downlink.handleBytes(bytes),
      handleDrain: () => this.#uplink.handleDrain(),
    }
  }

  #handleNetState(state: EndpointState, error: MotewireError | undefined): void {
    const { name } = this.#net
    this.#reporter.report('net', { name, detail: this.#peer }, state, error)
    if (state === 'up') this.#downlink.handleSourceUp()
    else this.#downlink.handleSourceDown()
    this.#uplink.handleTarget(targetState(state))
  }
}

/** RFC 2217, where it is asked for: the client drives whichever port is open. */
function wrapping({ rfc2217 }: ListenSource, port: ChannelSource, clock: Clock): Wrapping {
  if (rfc2217 === undefined) return (channel) => channel
  const options = { ...rfc2217, control: () => port.control?.(), clock }
  return (channel) => new Rfc2217ServerChannel(channel, options)
}

function targetState(state: EndpointState): TargetState {
  if (isOpen(state)) return 'ready'
  return state === 'opening' ? 'coming' : 'away'
}
