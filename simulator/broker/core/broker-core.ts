// The broker as a pure state machine: connections, who may come in, and the virtual hosts they come
// into. Time is an argument; channels and timers are the shell's (broker.ts). Inputs come through
// Connection; `handleTick` looks after everything that waits for time, and `agenda` tells when that
// is due.

import type { AuthPacket, ConnectPacket } from '@motewire/sdk/codec'
import type { AuthExchange, Identity } from './access.ts'
import { Agenda, NEXT_TICK } from './agenda.ts'
import { Connection } from './connection.ts'
import type { ConnectionHandler } from './connection-handler.ts'
import type { ConnectionOwner } from './connection.ts'
import { connackOf, expiryMsOf, keepaliveOf, packetRefusal, REFUSALS } from './handshake.ts'
import type { Refusal } from './handshake.ts'
import type { CoreOptions } from './options.ts'
import { mayPublish } from './publish-check.ts'
import { Rate } from './rate.ts'
import type { Session } from './session.ts'
import type { CoreStore } from './store.ts'
import { VirtualHost } from './virtual-host.ts'

/** An enhanced authentication that has begun. */
interface OpenExchange {
  readonly method: string
  readonly exchange: AuthExchange
  /** Undefined: a re-authentication of a connected client. */
  readonly packet: ConnectPacket | undefined
}

const NOTHING = new Uint8Array(0)

export class BrokerCore implements ConnectionOwner {
  readonly options: CoreOptions
  readonly hosts: Map<string, VirtualHost> = new Map()
  readonly connections: Set<Connection> = new Set()
  readonly agenda: Agenda = new Agenda()
  now = 0
  readonly #store: CoreStore | undefined
  /** Connections of each machine, if their number is limited. */
  readonly #byMachine = new Map<string, number>()
  readonly #exchanges = new Map<Connection, OpenExchange>()
  /** Method that each connected client came in with, for re-authentication. */
  readonly #methods = new Map<Connection, string>()
  /** Channels that were opened, whatever came over them. */
  acceptsTotal = 0
  connectsTotal = 0
  refusedTotal = 0
  packetsIn = 0
  packetsOut = 0
  bytesIn = 0
  bytesOut = 0
  connectedMax = 0
  #assignedIds = 0
  readonly #connects = new Rate(0)
  /** Before this no peer has been silent for too long: a lower bound. */
  #patienceEndsMs = Infinity

  constructor(options: CoreOptions, store?: CoreStore) {
    this.options = { ...options }
    this.#store = store
    for (const name of options.virtualHosts) this.openHost(name)
  }

  /** The host of this name, made if need be. */
  openHost(name: string): VirtualHost {
    let host = this.hosts.get(name)
    if (host === undefined) {
      host = new VirtualHost(name, this.options, this.#store, this.agenda)
      this.hosts.set(name, host)
    }
    return host
  }

  get defaultHost(): VirtualHost {
    return this.hosts.get(this.options.virtualHosts[0]!)!
  }

  /** A channel is open: the peer's CONNECT is awaited. */
  accept(handler: ConnectionHandler, now: number): Connection {
    const connection = new Connection(this, handler, now)
    this.connections.add(connection)
    this.acceptsTotal++
    this.#watchPatience(connection)
    this.#countMachine(handler.address, 1)
    return connection
  }

  #watchPatience({ patienceEndsMs }: Connection): void {
    if (patienceEndsMs >= this.#patienceEndsMs) return
    this.#patienceEndsMs = patienceEndsMs
    this.agenda.bring(patienceEndsMs)
  }

  #countMachine(address: string, change: 1 | -1): void {
    if (this.options.connectionsPerAddressMax === Infinity) return
    const machine = machineOf(address)
    const count = (this.#byMachine.get(machine) ?? 0) + change
    if (count === 0) this.#byMachine.delete(machine)
    else this.#byMachine.set(machine, count)
  }

  // CONNECT and AUTH.

  connect(connection: Connection, packet: ConnectPacket, now: number): void {
    const refusal =
      this.#floodRefusal(connection, now) ??
      packetRefusal(packet, this.options) ??
      this.#redirectOf(packet)
    if (refusal !== undefined) return this.#refuse(connection, packet, refusal, now)
    const method = packet.properties?.authenticationMethod
    if (method !== undefined) return this.#beginExchange(connection, packet, method, now)
    const { clientId, username, password } = packet
    const { address, listener } = connection.handler
    const [ownHost, name] = this.#splitUser(username, listener)
    const request = { clientId, username: name, password, address, listener }
    const identity = this.options.gatekeeper.signIn(request)
    if (identity === undefined) {
      return this.#refuse(connection, packet, REFUSALS.credentials, now)
    }
    this.#admit(connection, packet, identity, ownHost, {}, now)
  }

  #floodRefusal(connection: Connection, now: number): Refusal | undefined {
    const { clientsMax, connectsPerSecondMax, connectionsPerAddressMax } = this.options
    if (this.#connects.count(now) > connectsPerSecondMax) return REFUSALS.rate
    if (this.connections.size > clientsMax) return REFUSALS.full
    if (connectionsPerAddressMax === Infinity) return undefined
    const ofMachine = this.#byMachine.get(machineOf(connection.address)) ?? 0
    return ofMachine > connectionsPerAddressMax ? REFUSALS.full : undefined
  }

  #redirectOf(packet: ConnectPacket): Refusal | undefined {
    const redirect = this.options.gatekeeper.redirect?.(packet)
    if (redirect === undefined) return undefined
    const { serverReference, isPermanent } = redirect
    const reasonCode = isPermanent ? 0x9d : 0x9c
    return { reasonCode, returnCode: 3, reason: `use ${serverReference}`, serverReference }
  }

  /** `host:user` names one of our hosts; any other user name is the listener's host's. */
  #splitUser(
    username: string | undefined,
    listener: string,
  ): [host: VirtualHost, name: string | undefined] {
    const colon = username?.indexOf(':') ?? -1
    const named = colon > 0 ? this.hosts.get(username!.slice(0, colon)) : undefined
    if (named !== undefined) return [named, username!.slice(colon + 1)]
    const ofListener = this.hosts.get(this.options.hostOfListener.get(listener) ?? '')
    return [ofListener ?? this.defaultHost, username]
  }

  #beginExchange(connection: Connection, packet: ConnectPacket, method: string, now: number): void {
    const exchange = this.options.gatekeeper.beginExchange?.(method)
    if (exchange === undefined) return this.#refuse(connection, packet, REFUSALS.method, now)
    this.#exchanges.set(connection, { method, exchange, packet })
    const input = packet.properties?.authenticationData ?? NOTHING
    this.#stepExchange(connection, input, now)
  }

  isAuthenticating(connection: Connection): boolean {
    return this.#exchanges.has(connection)
  }

  authenticate(connection: Connection, packet: AuthPacket, now: number): void {
    const method = packet.properties?.authenticationMethod
    if (packet.reasonCode === 0x19) {
      const known = this.#methods.get(connection)
      const exchange =
        method === known && method !== undefined
          ? this.options.gatekeeper.beginExchange?.(method)
          : undefined
      if (exchange === undefined || method === undefined) return connection.close(0x82, true, now)
      this.#exchanges.set(connection, { method, exchange, packet: undefined })
    }
    const open = this.#exchanges.get(connection)
    // AUTH without an exchange, or of another method [MQTT5-4.12.0-5, -6].
    if (open === undefined || open.method !== method) {
      if (connection.session !== undefined) return connection.close(0x82, true, now)
      return connection.refuse(REFUSALS.method, now)
    }
    this.#stepExchange(connection, packet.properties?.authenticationData ?? NOTHING, now)
  }

  #stepExchange(connection: Connection, input: Uint8Array, now: number): void {
    const { method, exchange, packet } = this.#exchanges.get(connection)!
    const step = exchange.step(input)
    if (step.kind === 'continue') {
      const properties = { authenticationMethod: method, authenticationData: step.answer }
      return this.#ask(connection, { type: 'auth', reasonCode: 0x18, properties }, now)
    }
    this.#exchanges.delete(connection)
    if (step.kind === 'failure') {
      if (packet === undefined) return connection.close(0x87, true, now, 'authentication failed')
      return this.#refuse(connection, packet, REFUSALS.exchange, now)
    }
    const properties = { authenticationMethod: method, authenticationData: step.answer }
    if (packet === undefined) {
      return this.#ask(connection, { type: 'auth', reasonCode: 0, properties }, now)
    }
    this.#methods.set(connection, method)
    const [host, username] = this.#splitUser(step.identity.username, connection.handler.listener)
    const identity = { ...step.identity, username }
    this.#admit(connection, packet, identity, host, properties, now)
  }

  #ask(connection: Connection, packet: AuthPacket, now: number): void {
    if (connection.send(packet)) return
    if (connection.session !== undefined) connection.close(0x95, true, now)
    else connection.abort('the client takes no packet as large as AUTH', now)
  }

  #refuse(connection: Connection, packet: ConnectPacket, refusal: Refusal, now: number): void {
    this.refusedTotal++
    const name = packet.clientId === '' ? '(none)' : packet.clientId
    const { reason } = refusal
    this.defaultHost.timeline.add(name, 'refused', `${reason}, from ${connection.address}`, now)
    connection.refuse(refusal, now)
  }

  // A client comes in.

  #admit(
    connection: Connection,
    packet: ConnectPacket,
    identity: Identity,
    host: VirtualHost,
    authentication: Parameters<typeof connackOf>[1]['authentication'],
    now: number,
  ): void {
    const isAssigned = packet.clientId === ''
    const clientId = isAssigned ? this.#nextId() : packet.clientId
    const isNew = !host.sessions.has(clientId)
    if (isNew && host.sessions.size >= this.options.sessionsMax) {
      return this.#refuse(connection, packet, REFUSALS.full, now)
    }
    const access = this.options.gatekeeper.accessOf?.(identity, clientId)
    if (packet.will !== undefined && !mayPublish(access, packet.will.topic)) {
      return this.#refuse(connection, packet, REFUSALS.willTopic, now)
    }
    // Another connection of this client ends; its will is due like after any loss.
    host.sessions.get(clientId)?.connection?.close(0x8e, true, now)
    let session = host.sessions.get(clientId)
    if (session !== undefined && packet.clean) {
      host.destroy(session, now)
      session = undefined
    }
    const sessionPresent = session !== undefined
    session ??= host.openSession(clientId)
    const keepaliveS = keepaliveOf(packet, this.options.keepaliveMaxS)
    this.#openSession(session, connection, packet, identity, keepaliveS)
    if (session.access !== access) {
      session.access = access
      host.router.forgetRoutes()
    }
    this.#keepSession(host, session)
    connection.attach(host, session, packet, keepaliveS)
    this.#watchPatience(connection)
    this.#countConnect(host)
    host.timeline.add(clientId, 'connected', connection.address, now)
    const { expiryMs } = session
    const assignedId = isAssigned ? clientId : undefined
    const acceptance = { sessionPresent, assignedId, keepaliveS, expiryMs, authentication }
    if (!connection.send(connackOf(packet, acceptance, this.options))) {
      return connection.abort('the client takes no packet as large as CONNACK', now)
    }
    session.delivery.handleOnline(connection, now)
    host.handleOnline(session)
    session.pull(now)
  }

  #countConnect(host: VirtualHost): void {
    this.connectsTotal++
    host.connectsTotal++
    this.connectedMax = Math.max(this.connectedMax, this.connections.size)
  }

  #nextId(): string {
    for (;;) {
      const id = `auto-${++this.#assignedIds}`
      const isTaken = [...this.hosts.values()].some(({ sessions }) => sessions.has(id))
      if (!isTaken) return id
    }
  }

  #openSession(
    session: Session,
    connection: Connection,
    packet: ConnectPacket,
    { username, groups }: Identity,
    keepaliveS: number,
  ): void {
    session.connection = connection
    session.username = username
    session.groups = groups
    session.protocolVersion = packet.protocolVersion
    session.isClean = packet.clean
    session.keepaliveS = keepaliveS
    session.absence = undefined
    session.will = packet.will
    session.expiryMs = expiryMsOf(packet, this.options)
  }

  /** Durable sessions are noted in the store, if there is one. */
  #keepSession(host: VirtualHost, session: Session): void {
    const store = this.#store
    if (store === undefined || session.expiryMs === 0) return
    store.noteSession(host.name, session)
    session.delivery.ledger ??= store.ledgerOf(host.name, session.clientId)
  }

  // The end of a connection.

  handleLost(connection: Connection, isWillDue: boolean, reason: string, now: number): void {
    this.connections.delete(connection)
    this.#exchanges.delete(connection)
    this.#methods.delete(connection)
    this.#countMachine(connection.address, -1)
    const { session, host } = connection
    if (session === undefined || host === undefined || session.connection !== connection) return
    host.timeline.add(session.clientId, 'disconnected', reason, now)
    host.handleLost(session, isWillDue, now)
  }

  /** Asks anew what each session may do: the rules have changed. O(sessions). */
  refreshAccess(): void {
    for (const host of this.hosts.values()) {
      for (const session of host.sessions.values()) {
        // Nobody knows whose session it is that came out of the store, until its client is back.
        if (!session.isConnected && session.username === undefined) continue
        session.access = this.options.gatekeeper.accessOf?.(session, session.clientId)
      }
      host.router.forgetRoutes()
    }
  }

  // Time.

  /** Silent peers, delayed wills, sessions at their end; whoever waits says anew until when. */
  handleTick(now: number): void {
    this.now = now
    this.agenda.dueMs = Infinity
    if (now > this.#patienceEndsMs) this.#checkPatience(now)
    this.agenda.bring(this.#patienceEndsMs)
    for (const host of this.hosts.values()) host.handleTick(now)
  }

  /**
   * Goes on with what was too much for one turn, if the agenda says that there is any; false when
   * some is left. O(virtual hosts).
   */
  workOff(now: number): boolean {
    if (this.agenda.dueMs !== NEXT_TICK) return true
    let isDone = true
    for (const host of this.hosts.values()) isDone = host.workOff(now) && isDone
    return isDone
  }

  /** Gives up silent peers [MQTT5-3.1.2-22]. */
  #checkPatience(now: number): void {
    let endsMs = Infinity
    // A set may lose members while it is walked: those it has not come to are still visited.
    for (const connection of this.connections) {
      const { patienceEndsMs, session } = connection
      if (now <= patienceEndsMs) endsMs = Math.min(endsMs, patienceEndsMs)
      else {
        const reason = session === undefined ? 'no CONNECT in time' : 'keepalive timeout'
        connection.close(0x8d, true, now, reason)
      }
    }
    this.#patienceEndsMs = endsMs
  }

  /**
   * The broker goes down: 5.0 clients are told. Wills are not sent by a server that leaves in
   * order.
   */
  shutdown(now: number): void {
    for (const connection of this.connections) connection.close(0x8b, false, now)
  }

  /** Ends all connections without a word. */
  abortAll(reason: string, now: number): void {
    for (const connection of this.connections) connection.abort(reason, now)
  }
}

/** The address without its port. */
function machineOf(address: string): string {
  const colon = address.lastIndexOf(':')
  return colon === -1 ? address : address.slice(0, colon)
}
