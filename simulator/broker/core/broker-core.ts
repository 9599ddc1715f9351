// The broker as a pure state machine: connections, sessions, routing, retained messages, wills and
// expiry. Time is an argument; channels and timers are the shell's (broker.ts). Inputs come through
// Connection; `handleTick` is due once a second and looks after everything that waits for time.

import type {
  ConnackPacket,
  ConnectPacket,
  Properties,
  SubscribePacket,
  Subscription,
} from '@motewire/sdk/codec'
import type { Capabilities } from '@motewire/sdk/core'
import { Connection } from './connection.ts'
import type { ConnectionHandler, ConnectionOwner } from './connection.ts'
import type { Message } from './message.ts'
import { forwarded } from './message.ts'
import type { CoreOptions } from './options.ts'
import { RetainedStore } from './retained.ts'
import { Router } from './router.ts'
import { ServerSession } from './server-session.ts'
import type { SubscriptionEntry } from './server-session.ts'
import { TopicStatistics } from './topic-statistics.ts'

export class BrokerCore implements ConnectionOwner {
  readonly options: CoreOptions
  readonly router: Router = new Router()
  readonly retained: RetainedStore
  readonly topics: TopicStatistics
  readonly sessions: Map<string, ServerSession> = new Map()
  readonly connections: Set<Connection> = new Set()
  connectsTotal = 0
  messagesIn = 0
  messagesOut = 0
  bytesIn = 0
  bytesOut = 0
  /** Drops of sessions that are gone; those of living ones are counted there. */
  droppedBefore = 0
  #assignedIds = 0

  constructor(options: CoreOptions) {
    this.options = options
    this.retained = new RetainedStore(options.retained)
    this.topics = new TopicStatistics(options.topicsMax)
  }

  /** A channel is open: the peer's CONNECT is awaited. */
  accept(address: string, handler: ConnectionHandler, now: number): Connection {
    const connection = new Connection(this, address, handler, now)
    this.connections.add(connection)
    return connection
  }

  /** Routes a message, retains it if it says so; answers how many took it. */
  publish(message: Message, now: number): number {
    if (message.retain) this.retained.put(message, now)
    const deliveries = this.router.route(message, now)
    this.messagesIn++
    this.messagesOut += deliveries
    this.topics.count(message, deliveries, now)
    return deliveries
  }

  // CONNECT.

  connect(connection: Connection, packet: ConnectPacket, now: number): void {
    const refusal = this.#refusalOf(connection, packet)
    if (refusal !== undefined) return connection.refuse(...refusal)
    const isAssigned = packet.clientId === ''
    const clientId = isAssigned ? `auto-${++this.#assignedIds}` : packet.clientId
    const known = this.sessions.get(clientId)
    // Another connection of this client ends; its will is due like after any loss.
    known?.connection?.close(0x8e, true, now)
    let session = this.sessions.get(clientId)
    if (session !== undefined && packet.clean) {
      this.#destroy(session)
      session = undefined
    }
    const sessionPresent = session !== undefined
    session ??= new ServerSession(clientId, this.options.queue)
    this.sessions.set(clientId, session)
    this.#open(connection, session, packet)
    this.connectsTotal++
    connection.send(
      connackOf(packet, sessionPresent, isAssigned ? clientId : undefined, this.options),
    )
    session.delivery.handleOnline(this.#capabilitiesOf(packet), true, now)
    if (!sessionPresent) session.receipts.clear()
  }

  /** Reason code of 5.0 and return code of 3.x; undefined when the client may come in. */
  #refusalOf(connection: Connection, packet: ConnectPacket): [number, number] | undefined {
    const { users, clientsMax, sessionsMax } = this.options
    if (packet.properties?.authenticationMethod !== undefined) return [0x8c, 5]
    // A 3.x client without an identifier has nothing to come back to [MQTT311-3.1.3-8].
    const isNameless = packet.clientId === '' && packet.protocolVersion < 5
    if (isNameless && (!packet.clean || packet.protocolVersion === 3)) return [0x85, 2]
    if (users !== undefined) {
      const expected = users.get(packet.username ?? '')
      const given = Buffer.from(packet.password ?? '').toString()
      if (expected === undefined || expected !== given) return [0x86, 4]
    }
    const isNew = !this.sessions.has(packet.clientId)
    const isFull =
      this.connections.size > clientsMax || (isNew && this.sessions.size >= sessionsMax)
    return isFull && !connection.isClosed ? [0x97, 3] : undefined
  }

  #open(connection: Connection, session: ServerSession, packet: ConnectPacket): void {
    const { properties, protocolVersion, clean, keepalive } = packet
    session.connection = connection
    session.username = packet.username
    session.protocolVersion = protocolVersion
    session.isClean = clean
    session.keepaliveS = keepalive
    session.expiresAtMs = Infinity
    session.willDueMs = Infinity
    session.will = packet.will
    const expiryS = properties?.sessionExpiryInterval ?? 0
    session.expiryMs =
      protocolVersion < 5
        ? clean
          ? 0
          : Infinity
        : expiryS === 0xffffffff
          ? Infinity
          : expiryS * 1000
    connection.attach(session, keepalive)
  }

  #capabilitiesOf({ protocolVersion, properties, keepalive }: ConnectPacket): Capabilities {
    const { inflightMax } = this.options
    const window = Math.min(properties?.receiveMaximum ?? inflightMax, 65_535)
    return {
      protocolVersion,
      inflightMax: window,
      inflightQos2Max: window,
      qosMax: 2,
      retainAvailable: true,
      packetBytesMax: properties?.maximumPacketSize ?? Infinity,
      topicAliasMaximum: 0,
      keepalive,
      wildcardSubscriptionAvailable: true,
      subscriptionIdentifiersAvailable: true,
      sharedSubscriptionAvailable: true,
      assignedClientId: undefined,
    }
  }

  // The end of a connection.

  /** A connection has ended; called once for each, by itself. */
  handleLost(connection: Connection, isWillDue: boolean, now: number): void {
    this.connections.delete(connection)
    const { session } = connection
    if (session === undefined || session.connection !== connection) return
    session.connection = undefined
    session.transmit.clear()
    session.delivery.handleOffline(false)
    if (!isWillDue) session.will = undefined
    if (session.will !== undefined) {
      const delayMs = (session.will.properties?.willDelayInterval ?? 0) * 1000
      // The will goes out with the session at the latest [MQTT5-3.1.3-9].
      session.willDueMs = now + Math.min(delayMs, session.expiryMs)
      if (session.willDueMs <= now) this.#publishWill(session, now)
    }
    if (session.expiryMs === 0) this.#destroy(session)
    else session.expiresAtMs = now + session.expiryMs
  }

  #publishWill(session: ServerSession, now: number): void {
    const { will } = session
    session.will = undefined
    session.willDueMs = Infinity
    if (will === undefined) return
    const { willDelayInterval: _delay, ...properties } = will.properties ?? {}
    this.publish(
      {
        topic: will.topic,
        payload: typeof will.payload === 'string' ? Buffer.from(will.payload) : will.payload,
        qos: will.qos ?? 0,
        retain: will.retain ?? false,
        properties: forwarded(properties),
        publisher: session.clientId,
      },
      now,
    )
  }

  #destroy(session: ServerSession): void {
    for (const entry of session.subscriptions.values()) this.router.remove(entry)
    session.subscriptions.clear()
    session.delivery.abandon()
    this.droppedBefore += session.dropped
    if (this.sessions.get(session.clientId) === session) this.sessions.delete(session.clientId)
  }

  // Subscriptions.

  /** One reason code a filter, in order. */
  subscribe(session: ServerSession, packet: SubscribePacket): number[] {
    const id = packet.properties?.subscriptionIdentifier
    const identifier = typeof id === 'number' ? id : undefined
    return packet.subscriptions.map((subscription) => {
      const known = session.subscriptions.get(subscription.filter)
      const isFull = session.subscriptions.size >= this.options.subscriptionsPerClientMax
      if (known === undefined && isFull) return session.protocolVersion === 5 ? 0x97 : 0x80
      if (known !== undefined) this.router.remove(known)
      const filter = unsharedFilter(subscription.filter)
      const entry: SubscriptionEntry = { session, subscription, filter, identifier }
      this.#fresh.set(subscription, known === undefined)
      session.subscriptions.set(subscription.filter, entry)
      this.router.add(entry)
      return subscription.qos
    })
  }

  /** Whether a subscription was new, for its retain handling; lives as long as its packet. */
  readonly #fresh = new WeakMap<Subscription, boolean>()

  /** Retained messages for the filters just granted [MQTT5 3.3.1.3]. */
  deliverRetained(
    session: ServerSession,
    { subscriptions, properties }: SubscribePacket,
    reasonCodes: readonly number[],
    now: number,
  ): void {
    const id = properties?.subscriptionIdentifier
    const identifiers = typeof id === 'number' ? [id] : undefined
    subscriptions.forEach((subscription, i) => {
      const { filter, retainHandling = 0 } = subscription
      const isWanted =
        retainHandling === 0 || (retainHandling === 1 && this.#fresh.get(subscription) === true)
      if (reasonCodes[i]! >= 0x80 || !isWanted || filter.startsWith('$share/')) return
      for (const message of this.retained.matching(filter, now)) {
        const qos = message.qos < subscription.qos ? message.qos : subscription.qos
        if (session.deliver(message, qos, true, identifiers, now)) this.messagesOut++
      }
    })
  }

  /** The reason code: 0, or 0x11 when there was no such subscription. */
  unsubscribe(session: ServerSession, filter: string): number {
    const entry = session.subscriptions.get(filter)
    if (entry === undefined) return 0x11
    session.subscriptions.delete(filter)
    this.router.remove(entry)
    return 0
  }

  // Time.

  /** Due once a second: silent peers, delayed wills, sessions at their end. */
  handleTick(now: number): void {
    // A set may lose members while it is walked: those it has not come to are still visited.
    for (const connection of this.connections) connection.checkPatience(now)
    for (const session of this.sessions.values()) {
      if (session.isConnected) continue
      if (session.willDueMs <= now) this.#publishWill(session, now)
      if (session.expiresAtMs <= now) this.#destroy(session)
    }
  }

  /**
   * The broker goes down: 5.0 clients are told. Wills are not sent by a server that leaves in
   * order.
   */
  shutdown(now: number): void {
    for (const connection of this.connections) connection.close(0x8b, false, now)
  }
}

function unsharedFilter(filter: string): string {
  return filter.startsWith('$share/') ? filter.split('/').slice(2).join('/') : filter
}

function connackOf(
  packet: ConnectPacket,
  sessionPresent: boolean,
  assignedId: string | undefined,
  options: CoreOptions,
): ConnackPacket {
  // 3.1 knows no Session Present: the byte is reserved there.
  const isKnown = sessionPresent && packet.protocolVersion > 3
  const properties: Properties = {
    maximumPacketSize: options.packetBytesMax,
    ...(assignedId === undefined ? {} : { assignedClientIdentifier: assignedId }),
  }
  return { type: 'connack', sessionPresent: isKnown, reasonCode: 0, properties }
}
