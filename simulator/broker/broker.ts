// The broker's shell: a TCP listener, channels of any kind, and the clock, around the pure core.
// Bytes that connections produce during one input are written together once it is done.

import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { sharedClock, TcpChannel } from '@motewire/sdk'
import type { ByteChannel, Clock } from '@motewire/sdk'
import { MotewireError } from '@motewire/sdk/errors'
import { Task } from '@motewire/sdk/kit'
import { BrokerCore } from './core/broker-core.ts'
import type { Connection, ConnectionHandler } from './core/connection.ts'
import { DEFAULT_CORE_OPTIONS } from './core/options.ts'
import type { CoreOptions } from './core/options.ts'
import { systemTopics } from './system-topics.ts'
import { clientsPage, clientView, statsOf, topicDetail, topicsPage } from './inspection.ts'
import type {
  BrokerInspection,
  BrokerStats,
  ClientView,
  Page,
  PageQuery,
  TopicDetail,
  TopicView,
} from './inspect.ts'
import { VERSION } from './version.ts'

/** Codes of the errors that a broker's start can end with. */
export const BROKER_ERROR_CODES = ['ERR_BROKER_PORT_IN_USE', 'ERR_BROKER_LISTEN'] as const
export type BrokerErrorCode = (typeof BROKER_ERROR_CODES)[number]

export interface BrokerOptions extends Partial<
  Omit<CoreOptions, 'version' | 'startedAtWallMs' | 'users'>
> {
  /** Address to listen on. Default `127.0.0.1`. */
  readonly host?: string
  /** Port to listen on; 0 takes a free one. Default 1883. */
  readonly port?: number
  /** Name to password. Default: everybody may come in. */
  readonly users?: ReadonlyMap<string, string>
  /** Default: the clock that the process shares. */
  readonly clock?: Clock
  /** Wall clock, for what people see. Default Date.now. */
  readonly wallNow?: () => number
}

const TICK_MS = 1_000
/** Between publications of `$SYS`, as Mosquitto's sys_interval. */
const SYSTEM_TICKS = 10
/** Answers waiting for a peer that does not read: beyond it we stop reading from it too. */
const HOLD_READING_BYTES = 1 << 20
const LISTEN_BACKLOG = 4_096
/** How long a leaving broker waits for its last bytes to go. */
const STOP_PATIENCE_MS = 500

/** What the shell knows of a connection. */
interface Line {
  readonly channel: ByteChannel
  isWriting: boolean
  isHeld: boolean
}

export class Broker implements BrokerInspection, ConnectionHandler {
  readonly #options: BrokerOptions
  readonly #core: BrokerCore
  readonly #clock: Clock
  readonly #toWall: (instantMs: number) => number
  readonly #lines = new Map<Connection, Line>()
  /** Channels that are closing: their connection is gone already. */
  readonly #closing = new Set<ByteChannel>()
  readonly #ready = new Set<Connection>()
  #isFlushPlanned = false
  #server: Server | undefined
  #ticks = 0
  readonly #tickTask: Task = new Task((now) => this.#handleTick(now))
  #onAllClosed: (() => void) | undefined

  constructor(options: BrokerOptions = {}) {
    this.#options = options
    this.#clock = options.clock ?? sharedClock()
    const wallNow = options.wallNow ?? Date.now
    const offset = wallNow() - this.#clock.now()
    this.#toWall = (instantMs) => instantMs + offset
    this.#core = new BrokerCore({
      ...DEFAULT_CORE_OPTIONS,
      ...options,
      users: options.users,
      version: VERSION,
      startedAtWallMs: wallNow(),
    })
    this.#clock.schedule(this.#clock.now() + TICK_MS, this.#tickTask)
  }

  /**
   * Listens on TCP.
   * @throws MotewireError `ERR_BROKER_PORT_IN_USE` or `ERR_BROKER_LISTEN`.
   */
  start(): Promise<{ port: number }> {
    const { host = '127.0.0.1', port = 1883 } = this.#options
    const server = createServer((socket) => this.#handleSocket(socket))
    return new Promise((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        this.#clock.cancel(this.#tickTask)
        reject(listenError(error, host, port))
      })
      server.listen({ host, port, backlog: LISTEN_BACKLOG }, () => {
        this.#server = server
        const address = server.address()
        resolve({ port: typeof address === 'object' && address !== null ? address.port : port })
      })
    })
  }

  #handleSocket(socket: Socket): void {
    const address = `${socket.remoteAddress ?? 'unknown'}:${socket.remotePort ?? 0}`
    this.accept(TcpChannel.accept(socket), address)
  }

  /** Serves a client over any channel; it is opened here. */
  accept(channel: ByteChannel, address: string): void {
    const line: Line = { channel, isWriting: false, isHeld: false }
    let connection: Connection | undefined
    channel.open({
      onOpen: () => {
        connection = this.#core.accept(address, this, this.#clock.now())
        this.#lines.set(connection, line)
      },
      onBytes: (bytes) => {
        if (connection === undefined) return
        connection.handleBytes(bytes, this.#clock.now())
        this.#holdReading(connection, line)
      },
      onDrain: () => {
        line.isWriting = false
        if (connection === undefined) return
        connection.handleTransmitted(this.#clock.now())
        this.#write(connection, line)
        this.#holdReading(connection, line)
      },
      onClose: () => {
        if (connection !== undefined) {
          this.#lines.delete(connection)
          connection.handleClose(this.#clock.now())
        }
        this.#closing.delete(channel)
        if (this.#lines.size === 0 && this.#closing.size === 0) this.#onAllClosed?.()
      },
    })
  }

  /** Tells 5.0 clients, closes all connections and the listener; settles when they are closed. */
  async stop(): Promise<void> {
    this.#clock.cancel(this.#tickTask)
    const closed = new Promise<void>((resolve) => this.#server?.close(() => resolve()) ?? resolve())
    this.#server = undefined
    this.#core.shutdown(this.#clock.now())
    if (this.#lines.size > 0 || this.#closing.size > 0) {
      const cut = new Task(() => {
        for (const channel of this.#closing) channel.close('abort')
        for (const { channel } of this.#lines.values()) channel.close('abort')
      })
      this.#clock.schedule(this.#clock.now() + STOP_PATIENCE_MS, cut)
      await new Promise<void>((resolve) => (this.#onAllClosed = resolve))
      this.#clock.cancel(cut)
    }
    await closed
  }

  // What the core asks.

  onTransmitReady(connection: Connection): void {
    this.#ready.add(connection)
    if (this.#isFlushPlanned) return
    this.#isFlushPlanned = true
    this.#clock.defer(this.#flush)
  }

  onTransmitFull(connection: Connection): void {
    const line = this.#lines.get(connection)
    if (line !== undefined) this.#write(connection, line)
  }

  onHangup(connection: Connection, how: 'flush' | 'abort'): void {
    const line = this.#lines.get(connection)
    if (line === undefined) return
    if (how === 'flush') this.#write(connection, line)
    this.#lines.delete(connection)
    this.#ready.delete(connection)
    this.#closing.add(line.channel)
    line.channel.close(how)
  }

  readonly #flush = (): void => {
    this.#isFlushPlanned = false
    for (const connection of this.#ready) {
      const line = this.#lines.get(connection)
      if (line !== undefined) this.#write(connection, line)
    }
    this.#ready.clear()
  }

  #write(connection: Connection, line: Line): void {
    if (line.isWriting) return
    for (;;) {
      const bytes = connection.pollTransmit()
      if (bytes === undefined) return
      if (!line.channel.write(bytes)) {
        line.isWriting = true
        return
      }
      connection.handleTransmitted(this.#clock.now())
    }
  }

  #holdReading(connection: Connection, line: Line): void {
    const mustHold = connection.transmitBytes > HOLD_READING_BYTES
    if (mustHold === line.isHeld) return
    line.isHeld = mustHold
    if (mustHold) line.channel.pause()
    else line.channel.resume()
  }

  #handleTick(now: number): void {
    this.#core.handleTick(now)
    if (this.#ticks++ % SYSTEM_TICKS === 0) {
      for (const [topic, value] of systemTopics(this.stats())) {
        const payload = Buffer.from(value)
        const message = {
          topic,
          payload,
          qos: 0,
          retain: true,
          properties: undefined,
          publisher: '',
        } as const
        this.#core.retained.put(message, now)
        this.#core.router.route(message, now)
      }
    }
    this.#clock.schedule(now + TICK_MS, this.#tickTask)
  }

  // What people ask.

  stats(): BrokerStats {
    return statsOf(this.#core, this.#clock.now(), this.#toWall)
  }

  clients(query: PageQuery = {}): Page<ClientView> {
    return clientsPage(this.#core, query, this.#toWall)
  }

  client(clientId: string): ClientView | undefined {
    const session = this.#core.sessions.get(clientId)
    return session === undefined ? undefined : clientView(session, this.#toWall)
  }

  topics(query: PageQuery = {}): Page<TopicView> {
    return topicsPage(this.#core, query, this.#clock.now(), this.#toWall)
  }

  topic(name: string): TopicDetail | undefined {
    return topicDetail(this.#core, name, this.#clock.now(), this.#toWall)
  }

  disconnect(clientId: string): boolean {
    const connection = this.#core.sessions.get(clientId)?.connection
    connection?.close(0x98, true, this.#clock.now())
    return connection !== undefined
  }

  publish(topic: string, payload: Uint8Array, options: { qos: 0 | 1 | 2; retain: boolean }): void {
    const message = { topic, payload, ...options, properties: undefined, publisher: '' }
    this.#core.publish(message, this.#clock.now())
  }
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): MotewireError {
  const isTaken = error.code === 'EADDRINUSE'
  const what = isTaken ? 'is in use' : `cannot be listened on (${error.code})`
  const code: BrokerErrorCode = isTaken ? 'ERR_BROKER_PORT_IN_USE' : 'ERR_BROKER_LISTEN'
  return new MotewireError(code, `broker port ${port} on ${host} ${what}`, { cause: error })
}
