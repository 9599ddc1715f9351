// The broker's shell: listeners, channels of any kind, the store and the clock, around the pure
// core. Bytes that connections produce during one turn are written together once it is done, and
// never before what they promise is in the store.

import { sharedClock } from '@motewire/sdk'
import type { ByteChannel, Clock } from '@motewire/sdk'
import { Task } from '@motewire/sdk/kit'
import type { Gatekeeper } from './core/access.ts'
import { NEXT_TICK } from './core/agenda.ts'
import { BrokerCore } from './core/broker-core.ts'
import type { Connection } from './core/connection.ts'
import { DEFAULT_CORE_OPTIONS } from './core/options.ts'
import type { CoreOptions, LiveOptions } from './core/options.ts'
import type { BrokerControl, HostControl, HostView, ListenerView } from './control.ts'
import { doorOf, UserGate } from './gatekeeper.ts'
import { HostInspection } from './host-inspection.ts'
import type { WallClock } from './views.ts'
import { Line } from './line.ts'
import type { LineOrigin, LineOwner } from './line.ts'
import { Listener, listenerName } from './listener.ts'
import type { ListenerOptions } from './listener.ts'
import { BrokerStore } from './store/broker-store.ts'
import { SystemPublisher } from './system-publisher.ts'
import { UnservedLines } from './unserved-lines.ts'
import { UserAdmin } from './user-admin.ts'
import { VERSION } from './version.ts'

export interface BrokerOptions extends Partial<
  Omit<CoreOptions, 'version' | 'startedAtWallMs' | 'gatekeeper' | 'hostOfListener'>
> {
  /** Address to listen on. Default `127.0.0.1`. */
  readonly host?: string
  /** Port to listen on; 0 takes a free one. Default 1883. */
  readonly port?: number
  /** Instead of `host` and `port`: all places to listen on. */
  readonly listeners?: readonly ListenerOptions[]
  /** Name to password. Default: everybody may come in. */
  readonly users?: ReadonlyMap<string, string>
  /** Who may come in and do what, instead of `users`. */
  readonly gatekeeper?: Gatekeeper
  /** Default: the clock that the process shares. */
  readonly clock?: Clock
  /** Wall clock, for what people see. Default Date.now. */
  readonly wallNow?: () => number
  /** Folder for durable sessions, queues and retained messages. Default: they end with us. */
  readonly folder?: string
  /** Whether the disk itself is waited for, against a loss of power. Default false. */
  readonly isSynced?: boolean
  /** Between publications of `$SYS`; 0 switches them off. Default 10,000. */
  readonly systemIntervalMs?: number
}

const TICK_MS = 1_000
/** Of channels that are handed over; nobody asks for their traffic. */
const HANDED_OVER: LineOrigin = {
  listener: 'channel',
  traffic: { messagesIn: 0, messagesOut: 0 },
  isBare: false,
  handleGone: () => undefined,
}
/** How long a leaving broker waits for its last bytes to go. */
const STOP_PATIENCE_MS = 500

export class Broker extends HostInspection implements BrokerControl {
  readonly #options: BrokerOptions
  readonly #core: BrokerCore
  readonly #store: BrokerStore | undefined
  readonly #clock: Clock
  readonly #wall: WallClock
  readonly #unserved: UnservedLines
  /** When those were made that were not there at the start; only administrators make them. */
  readonly #hostsMade = new Map<string, number>()
  /** The first `#readyCount`: lines with bytes to write once the turn is over. */
  readonly #ready: (Line | undefined)[] = []
  #readyCount = 0
  readonly #listeners: Listener[]
  readonly #system: SystemPublisher
  readonly users: UserAdmin | undefined
  /** Rejects with `ERR_BROKER_STORE` when the store fails; all connections are cut by then. */
  readonly failed: Promise<never>
  #fail: (error: unknown) => void = () => undefined
  readonly #owner: LineOwner
  /** Runs the flush once the current turn is over. */
  readonly #defer: (work: () => void) => void
  #isFlushPlanned = false
  #isStopped = false
  #systemDueMs: number
  /** Ticks are whole seconds after this. */
  readonly #originMs: number
  readonly #tickTask: Task = new Task((now) => this.#handleTick(now))
  /** When the next tick is; Infinity while none is planned, and during one. */
  #tickMs = Infinity
  #isTicking = false
  #onAllClosed: (() => void) | undefined

  constructor(options: BrokerOptions = {}) {
    const clock = options.clock ?? sharedClock()
    const wallNow = options.wallNow ?? Date.now
    const offsetMs = wallNow() - clock.now()
    const wall = { now: () => clock.now(), toWall: (instantMs: number) => instantMs + offsetMs }
    const { folder, isSynced = false } = options
    const store = folder === undefined ? undefined : new BrokerStore({ folder, isSynced }, offsetMs)
    const core = new BrokerCore(
      {
        ...DEFAULT_CORE_OPTIONS,
        ...options,
        gatekeeper: options.gatekeeper ?? doorOf(options.users),
        hostOfListener: hostsOf(options.listeners ?? []),
        version: VERSION,
        startedAtWallMs: wallNow(),
      },
      store,
    )
    store?.restore(core, clock.now())
    super(core, core.defaultHost, wall)
    this.#options = options
    this.#clock = clock
    this.#unserved = new UnservedLines(clock)
    this.#wall = wall
    this.#core = core
    this.#system = new SystemPublisher(core, wall, options.clock === undefined)
    const { gatekeeper } = core.options
    this.users = gatekeeper instanceof UserGate ? new UserAdmin(gatekeeper, core, wall) : undefined
    this.#store = store
    this.failed = new Promise((_resolve, reject) => (this.#fail = reject))
    this.#defer = options.clock === undefined ? setImmediate : (work) => clock.defer(work)
    this.#owner = {
      enter: () => this.#enter(),
      now: () => clock.now(),
      commit: () => this.#commit(),
      mayWrite: () => store?.isHeld !== true,
      admit: (line) => this.#admit(line),
      handleReady: (line) => this.#handleReady(line),
      handleEnded: (line, how) => this.#unserved.add(line, how === 'flush'),
      handleGone: (line) => this.#handleGone(line),
    }
    const { host = '127.0.0.1', port = 1883 } = options
    const places = options.listeners ?? [{ name: 'tcp', host, port }]
    this.#listeners = places.map((place) => this.#listenerAt(place))
    this.#originMs = clock.now()
    this.#systemDueMs = this.#systemMs > 0 ? this.#originMs : Infinity
    core.agenda.onNearer = () => this.#planTick()
    // What no connection asked for is written at the next tick.
    if (store !== undefined) store.onNoted = () => this.#planTick(NEXT_TICK)
    this.#planTick()
  }

  /**
   * Listens on all its places; answers the first one's port.
   * @throws MotewireError `ERR_BROKER_PORT_IN_USE` or `ERR_BROKER_LISTEN`.
   */
  async start(): Promise<{ port: number }> {
    try {
      const ports: number[] = []
      for (const listener of this.#listeners) {
        ports.push(await listener.open())
        listener.since = this.#wallNow()
      }
      return { port: ports[0] ?? 0 }
    } catch (error) {
      this.#stopTicking()
      await Promise.all(this.#listeners.map((listener) => listener.close()))
      this.#store?.close()
      throw error
    }
  }

  /** Serves a client over any channel; it is opened here. */
  accept(channel: ByteChannel, address: string): void {
    this.#open(new Line(channel, address, HANDED_OVER, this.#owner))
  }

  #listenerAt(place: ListenerOptions): Listener {
    const listener: Listener = new Listener(place, (channel, address, isBare) => {
      this.#open(new Line(channel, address, isBare ? bareOrigin : origin, this.#owner))
    })
    const origin: LineOrigin = {
      listener: listener.name,
      traffic: listener.traffic,
      isBare: false,
      handleGone: (line: Line) => {
        listener.connectedNow--
        listener.bytesInBefore += line.bytesIn
        listener.bytesOutBefore += line.bytesOut
      },
    }
    const bareOrigin: LineOrigin = { ...origin, isBare: true }
    return listener
  }

  #open(line: Line): void {
    line.channel.open(line)
    if (line.isWaiting) this.#unserved.add(line, false)
  }

  #admit(line: Line): Connection {
    this.#unserved.delete(line)
    return this.#core.accept(line, this.#enter())
  }

  #handleGone(line: Line): void {
    this.#unserved.delete(line)
    if (this.#isQuiet) this.#onAllClosed?.()
  }

  get #isQuiet(): boolean {
    return this.#unserved.size === 0 && this.#core.connections.size === 0
  }

  /** Tells 5.0 clients, closes all connections and the listeners; settles when they are closed. */
  async stop(): Promise<void> {
    this.#stopTicking()
    const closed = Promise.all(this.#listeners.map((listener) => listener.close()))
    this.#core.shutdown(this.#clock.now())
    if (!this.#isQuiet) {
      const cut = new Task(() => this.#unserved.cutAll())
      this.#clock.schedule(this.#clock.now() + STOP_PATIENCE_MS, cut)
      await new Promise<void>((resolve) => (this.#onAllClosed = resolve))
      this.#clock.cancel(cut)
    }
    await closed
    this.#store?.close()
  }

  /** Makes permanent what the store was told; false: nothing may be confirmed any more. */
  #commit(): boolean {
    try {
      this.#store?.commit()
      return true
    } catch (error) {
      this.#stopTicking()
      for (const listener of this.#listeners) void listener.close()
      this.#core.abortAll('the store has failed', this.#clock.now())
      this.#fail(error)
      return false
    }
  }

  // What the lines ask.

  /** The time. A tick comes before all else of its instant, whenever it was planned. */
  #enter(): number {
    const now = this.#clock.now()
    if (now >= this.#tickMs) this.#handleTick(now)
    return now
  }

  #handleReady(line: Line): void {
    this.#ready[this.#readyCount++] = line
    this.#planFlush()
  }

  #planFlush(): void {
    if (this.#isFlushPlanned) return
    this.#isFlushPlanned = true
    this.#defer(this.#flush)
  }

  readonly #flush = (): void => {
    this.#isFlushPlanned = false
    const now = this.#enter()
    const isDone = this.#core.workOff(now)
    // Writing may make others ready: they are visited in the same walk.
    for (let i = 0; i < this.#readyCount; i++) {
      this.#ready[i]!.write(now)
      this.#ready[i] = undefined
    }
    this.#readyCount = 0
    if (!isDone) this.#planFlush()
  }

  get #systemMs(): number {
    return this.#options.systemIntervalMs ?? 10_000
  }

  /** At the first whole second at which there is something to do: a quiet broker sleeps. */
  #planTick(dueMs: number = this.#core.agenda.dueMs): void {
    if (this.#isStopped || this.#isTicking) return
    const now = this.#clock.now()
    const earliestMs = Math.max(Math.min(dueMs, this.#systemDueMs), now)
    if (earliestMs === Infinity) return
    const seconds = Math.ceil((earliestMs - this.#originMs) / TICK_MS)
    const wholeMs = this.#originMs + seconds * TICK_MS
    const tickMs = wholeMs > now ? wholeMs : wholeMs + TICK_MS
    if (tickMs >= this.#tickMs) return
    this.#tickMs = tickMs
    this.#clock.schedule(tickMs, this.#tickTask)
  }

  #stopTicking(): void {
    this.#isStopped = true
    this.#tickMs = Infinity
    this.#clock.cancel(this.#tickTask)
  }

  #handleTick(now: number): void {
    this.#tickMs = Infinity
    this.#clock.cancel(this.#tickTask)
    this.#isTicking = true
    this.#core.handleTick(now)
    if (!this.#commit()) return
    if (now >= this.#systemDueMs) {
      this.#systemDueMs = now + this.#systemMs
      this.#system.publish(now)
    }
    this.#isTicking = false
    this.#planTick()
  }

  // Virtual hosts and listeners.

  hosts(): readonly HostView[] {
    return [...this.#core.hosts.values()].map(({ name, sessions, queues }) => {
      const { clientsConnected, topics, retained, messagesIn, messagesOut } =
        this.host(name)!.stats()
      const counts = { clientsConnected, topics, retained, messagesIn, messagesOut }
      const startedAt = Math.round(this.#hostsMade.get(name) ?? this.#core.options.startedAtWallMs)
      return { name, startedAt, ...counts, sessions: sessions.size, queues: queues.size }
    })
  }

  host(name: string): HostControl | undefined {
    const host = this.#core.hosts.get(name)
    return host === undefined ? undefined : new HostInspection(this.#core, host, this.#wall)
  }

  createHost(name: string): HostControl {
    if (!this.#core.hosts.has(name)) this.#hostsMade.set(name, this.#wallNow())
    return new HostInspection(this.#core, this.#core.openHost(name), this.#wall)
  }

  #wallNow(): number {
    return Math.round(this.#wall.toWall(this.#clock.now()))
  }

  listeners(): readonly ListenerView[] {
    const defaultHost = this.#core.defaultHost.name
    const views = new Map(
      this.#listeners.map(({ name, view, options }) => {
        return [name, { ...view, virtualHost: options.virtualHost ?? defaultHost }]
      }),
    )
    const count = (listener: string, bytesIn: number, bytesOut: number): void => {
      const view = views.get(listener)
      if (view === undefined) return
      view.bytesIn += bytesIn
      view.bytesOut += bytesOut
    }
    for (const { handler, bytesIn, bytesOut } of this.#core.connections) {
      count(handler.listener, bytesIn, bytesOut)
    }
    for (const { listener, bytesIn, bytesOut } of this.#unserved) count(listener, bytesIn, bytesOut)
    return [...views.values()]
  }

  get storeBytes(): number | undefined {
    return this.#store?.size
  }

  /** What it runs with, defaults filled in. */
  get settings(): CoreOptions {
    return this.#core.options
  }

  /** Undefined: what it holds ends with it. */
  get folder(): string | undefined {
    return this.#options.folder
  }

  /** Holds for the next client, session or queue; nobody who is in is put out. */
  reconfigure(change: LiveOptions): void {
    Object.assign(this.#core.options, change)
  }

  setAccepting(name: string, isAccepting: boolean): boolean {
    const listener = this.#listeners.find((one) => one.name === name)
    if (listener !== undefined && listener.isAccepting !== isAccepting) {
      listener.isAccepting = isAccepting
      listener.since = this.#wallNow()
    }
    return listener !== undefined
  }
}

function hostsOf(listeners: readonly ListenerOptions[]): Map<string, string> {
  const hosts = new Map<string, string>()
  for (const listener of listeners) {
    if (listener.virtualHost !== undefined) hosts.set(listenerName(listener), listener.virtualHost)
  }
  return hosts
}
