// A side of a bridge that is connected to: a TCP server with one client. Who comes while another
// client is connected, or while the other side is away, is refused at once and counted: two writers
// on one serial line would tear each other's packets apart.

import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { MotewireError, Task, TcpChannel } from '@motewire/sdk'
import type { ByteChannel, Clock } from '@motewire/sdk'
import { assert } from '@motewire/sdk/kit'
import { describeAddress } from './address.ts'
import type { Address } from './address.ts'
import { LISTENING, nextState } from './endpoint.ts'
import type {
  Endpoint,
  EndpointEvent,
  EndpointHandler,
  EndpointSnapshot,
  EndpointState,
} from './endpoint.ts'

/** A client that vanished without a word would block the line for others. */
const KEEPALIVE_MS = 15_000

export interface ListeningTiming {
  readonly clock: Clock
  /** How long `stop` lets bytes leave before it cuts. */
  readonly stopTimeoutMs: number
}

export class ListeningEndpoint implements Endpoint {
  readonly #server: Server
  readonly #handler: EndpointHandler
  readonly #timing: ListeningTiming
  readonly #task = new Task(() => this.#channel?.close('abort'))
  #address: Address
  #state: EndpointState = 'idle'
  #stateSinceMs: number
  #channel: ByteChannel | undefined
  #error: MotewireError | undefined
  #opens = 0
  #losses = 0
  #busy = 0
  #portAway = 0

  constructor(address: Address, handler: EndpointHandler, timing: ListeningTiming) {
    this.#address = address
    this.#handler = handler
    this.#timing = timing
    this.#stateSinceMs = timing.clock.now()
    this.#server = createServer({ noDelay: true }, (socket) => this.#handleConnection(socket))
  }

  get name(): string {
    return `tcp server ${describeAddress(this.#address)}`
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
      this.#channel?.close('flush')
    })
  }

  write(bytes: Uint8Array): boolean {
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
      refused: { busy: this.#busy, portAway: this.#portAway },
      error: error === undefined ? undefined : { code: error.code, message: error.message },
    }
  }

  #handleConnection(socket: Socket): void {
    if (this.#state !== 'listening') {
      if (this.#state === 'up') this.#busy++
      else this.#portAway++
      socket.on('error', () => {})
      socket.destroy()
      return
    }
    socket.setKeepAlive(true, KEEPALIVE_MS)
    const channel = TcpChannel.accept(socket)
    this.#channel = channel
    channel.open({
      onOpen: () => {
        this.#opens++
        this.#move('open')
      },
      onBytes: (bytes) => {
        if (channel === this.#channel && this.#state === 'up') this.#handler.handleBytes(bytes)
      },
      onDrain: () => {
        if (channel === this.#channel && this.#state === 'up') this.#handler.handleDrain()
      },
      onClose: (cause) => this.#handleClosed(channel, cause),
    })
  }

  #handleClosed(channel: ByteChannel, cause: MotewireError | undefined): void {
    if (channel !== this.#channel) return
    this.#channel = undefined
    if (this.#state !== 'up') return
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
