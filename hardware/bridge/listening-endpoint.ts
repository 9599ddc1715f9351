// A side of a bridge that is connected to: a server with one client that writes and, where asked
// for, others that watch. Two writers on one serial line would tear each other's packets apart, so
// who comes while another one writes watches, takes its place, or is refused and counted.

import type { AddressInfo, Server, Socket } from 'node:net'
import { MotewireError, Task, TcpChannel } from '@motewire/sdk'
import type { ByteChannel, Clock } from '@motewire/sdk'
import { assert } from '@motewire/sdk/kit'
import { describeAddress } from './address.ts'
import type { Address } from './address.ts'
import type { Admission } from './admission.ts'
import { LISTENING, nextState } from './endpoint.ts'
import type {
  Endpoint,
  EndpointEvent,
  EndpointHandler,
  EndpointSnapshot,
  EndpointState,
} from './endpoint.ts'
import { admissionOf, serverOf } from './listen-source.ts'
import type { ListenSource } from './listen-source.ts'
import { Viewers } from './viewers.ts'

/** A client that vanished without a word would block the line for others. */
const KEEPALIVE_MS = 15_000

export interface ListeningTiming {
  readonly clock: Clock
  /** How long `stop` lets bytes leave before it cuts. */
  readonly stopTimeoutMs: number
}

/** Makes a channel that speaks more than bytes of one that does not. */
export type Wrapping = (channel: ByteChannel) => ByteChannel

export class ListeningEndpoint implements Endpoint {
  readonly #server: Server
  readonly #source: ListenSource
  readonly #admission: Admission
  readonly #wrap: Wrapping
  readonly #viewers = new Viewers()
  readonly #handler: EndpointHandler
  readonly #timing: ListeningTiming
  readonly #task = new Task(() => {
    this.#viewers.closeAll('abort')
    this.#channel?.close('abort')
  })
  #address: Address
  #state: EndpointState = 'idle'
  #stateSinceMs: number
  #channel: ByteChannel | undefined
  #error: MotewireError | undefined
  #opens = 0
  #losses = 0
  #busy = 0
  #portAway = 0
  #denied = 0

  /** @throws UsageError `ERR_OPTION_INVALID` when the source asks for what cannot or may not be. */
  constructor(
    source: ListenSource,
    handler: EndpointHandler,
    timing: ListeningTiming,
    wrap: Wrapping = (channel) => channel,
  ) {
    this.#source = source
    this.#address = source.listen
    this.#admission = admissionOf(source)
    this.#wrap = wrap
    this.#handler = handler
    this.#timing = timing
    this.#stateSinceMs = timing.clock.now()
    this.#server = serverOf(source, (socket) => this.#handleConnection(socket))
  }

  get name(): string {
    const kind = this.#source.tls === undefined ? 'tcp' : 'tls'
    return `${kind} server ${describeAddress(this.#address)}`
  }

  get state(): EndpointState {
    return this.#state
  }

  /** Where it listens; the real port when 0 was asked for. */
  get address(): Address {
    return this.#address
  }

  /** The connected client: `tcp 127.0.0.1:50123`. */
  get peer(): string | undefined {
    return this.#channel?.name
  }

  get viewers(): number {
    return this.#viewers.count
  }

  /** Takes the port. Clients are refused until `start`. Rejects with `ERR_LISTEN_FAILED`. */
  async listen(): Promise<void> {
    const { host, port } = this.#address
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => reject(this.#listenError(error)))
      this.#server.listen({ host, port, exclusive: true }, resolve)
    })
    const bound = this.#server.address() as AddressInfo
    this.#address = { host, port: bound.port }
    this.#server.removeAllListeners('error')
    // Later errors are those of single connections that could not be accepted.
    this.#server.on('error', (error) => (this.#error = this.#listenError(error)))
  }

  start(): void {
    if (this.#state === 'idle') this.#move('listen')
  }

  halt(): void {
    if (this.#state === 'idle' || this.#isEnding()) return
    const channel = this.#channel
    this.#channel = undefined
    this.#move('halt')
    this.#viewers.closeAll('abort')
    channel?.close('abort')
  }

  stop(): Promise<void> {
    assert(!this.#isEnding(), 'an endpoint is stopped once')
    const { clock, stopTimeoutMs } = this.#timing
    return new Promise((resolve) => {
      this.#move('stop')
      clock.schedule(clock.now() + stopTimeoutMs, this.#task)
      // Calls back when the last connection has ended too, and when it never listened.
      this.#server.close(() => {
        clock.cancel(this.#task)
        this.#move('closed')
        resolve()
      })
      this.#viewers.closeAll('flush')
      this.#channel?.close('flush')
    })
  }

  write(bytes: Uint8Array): boolean {
    this.#viewers.show(bytes)
    return this.#channel?.write(bytes) ?? true
  }

  pause(): void {
    this.#channel?.pause()
  }

  resume(): void {
    this.#channel?.resume()
  }

  snapshot(): EndpointSnapshot {
    const error = this.#error
    return {
      name: this.name,
      state: this.#state,
      stateMs: this.#timing.clock.now() - this.#stateSinceMs,
      opens: this.#opens,
      losses: this.#losses,
      failures: 0,
      refused: { busy: this.#busy, portAway: this.#portAway, denied: this.#denied },
      error: error === undefined ? undefined : { code: error.code, message: error.message },
    }
  }

  #handleConnection(socket: Socket): void {
    if (!this.#isWelcome(socket)) {
      socket.on('error', () => {})
      socket.destroy()
      return
    }
    socket.setKeepAlive(true, KEEPALIVE_MS)
    const channel = this.#wrap(TcpChannel.accept(socket))
    if (this.#state === 'up' && this.#source.whenBusy === 'kick') this.#kick()
    if (this.#state === 'up') this.#viewers.add(channel)
    else this.#channel = channel
    channel.open({
      onOpen: () => {
        if (channel === this.#channel) this.#handleWriter()
      },
      onBytes: (bytes) => {
        if (channel === this.#channel && this.#state === 'up') this.#handler.handleBytes(bytes)
      },
      onDrain: () => {
        this.#viewers.handleDrain(channel)
        if (channel === this.#channel && this.#state === 'up') this.#handler.handleDrain()
      },
      onClose: (cause) => {
        this.#viewers.remove(channel)
        this.#handleClosed(channel, cause)
      },
    })
  }

  /** Whether there is a place for who comes; if not, why not is counted. */
  #isWelcome(socket: Socket): boolean {
    const { viewersMax = 0, whenBusy = 'refuse' } = this.#source
    if (!this.#admission.admits(socket.remoteAddress ?? '')) {
      this.#denied++
      return false
    }
    if (this.#state === 'listening') return true
    if (this.#state !== 'up') {
      this.#portAway++
      return false
    }
    if (whenBusy === 'kick' || this.#viewers.count < viewersMax) return true
    this.#busy++
    return false
  }

  #handleWriter(): void {
    this.#opens++
    this.#move('open')
  }

  #kick(): void {
    const old = this.#channel
    this.#channel = undefined
    const message = `${old?.name} gave way to another client`
    this.#handleLost(new MotewireError('ERR_LINK_CLOSED', message))
    old?.close('abort')
  }

  #handleClosed(channel: ByteChannel, cause: MotewireError | undefined): void {
    if (channel !== this.#channel) return
    this.#channel = undefined
    if (this.#state !== 'up') return
    this.#handleLost(cause)
    // Whoever was told may have ended it.
    if (this.state !== 'listening') return
    this.#channel = this.#viewers.promote()
    if (this.#channel !== undefined) this.#handleWriter()
  }

  #handleLost(cause: MotewireError | undefined): void {
    this.#error = cause
    this.#losses++
    this.#move('lost', cause)
  }

  #listenError(error: NodeJS.ErrnoException): MotewireError {
    const what = LISTEN_FAILURES[error.code ?? ''] ?? error.message
    return new MotewireError('ERR_LISTEN_FAILED', `${this.name} cannot listen: ${what}`, {
      cause: error,
    })
  }

  #isEnding(): boolean {
    return this.#state === 'stopping' || this.#state === 'stopped'
  }

  #move(event: EndpointEvent, error?: MotewireError): void {
    this.#state = nextState(LISTENING, this.#state, event)
    this.#stateSinceMs = this.#timing.clock.now()
    this.#handler.handleState(this.#state, error)
  }
}

const LISTEN_FAILURES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the address is in use',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'permission denied',
  ENOTFOUND: 'the host name is unknown',
}
