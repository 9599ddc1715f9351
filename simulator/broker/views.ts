// From the core's objects to the plain values that people see (inspect.ts, control.ts). Pure
// functions; payloads are cut, times told in wall time.

import type { BrokerCore } from './core/broker-core.ts'
import type { MessageQueue } from './core/message-queue.ts'
import type { Message } from './core/message.ts'
import type { SharedGroup } from './core/router.ts'
import type { Session } from './core/session.ts'
import { lastPayloadOf, rateAt } from './core/topic-statistics.ts'
import type { TopicRecord } from './core/topic-statistics.ts'
import type { VirtualHost } from './core/virtual-host.ts'
import type { ClientDetail, MessageView, QueueView, TopicDetailOfOurs } from './control.ts'
import type { BrokerStats, ClientView, Page, PageQuery, TopicView } from './inspect.ts'

/** Payloads are shown up to here. */
const PAYLOAD_BYTES_MAX = 4096
const ROWS_MAX = 1000

/** The core's time, and how to tell it in wall time. */
export interface WallClock {
  now(): number
  toWall(instantMs: number): number
}

export function statsOf(core: BrokerCore, host: VirtualHost, clock: WallClock): BrokerStats {
  let queued = 0
  let connected = 0
  for (const session of host.sessions.values()) {
    queued += session.delivery.queued
    if (session.isConnected) connected++
  }
  for (const queue of host.queues.values()) queued += queue.depth
  const { version, startedAtWallMs } = core.options
  return {
    version,
    startedAt: startedAtWallMs,
    uptimeMs: clock.toWall(clock.now()) - startedAtWallMs,
    clientsConnected: connected,
    sessionsOffline: host.sessions.size - connected,
    connectsTotal: host.connectsTotal,
    subscriptions: host.subscriptionCount,
    topics: host.topicCount,
    retained: host.retained.size,
    messagesIn: host.messagesIn,
    messagesOut: host.messagesOut,
    messagesDropped: host.dropped,
    bytesIn: core.bytesIn,
    bytesOut: core.bytesOut,
    queued,
  }
}

export function clientView(session: Session, clock: WallClock): ClientView {
  const { connection, delivery } = session
  return {
    clientId: session.clientId,
    username: session.username,
    isConnected: connection !== undefined,
    address: connection?.address ?? '',
    protocolVersion: session.protocolVersion,
    clean: session.isClean,
    keepalive: session.keepaliveS,
    connectedAt: connection === undefined ? 0 : clock.toWall(connection.connectedAtMs),
    messagesIn: session.messagesIn,
    messagesOut: session.messagesOut,
    bytesIn: connection?.bytesIn ?? 0,
    bytesOut: connection?.bytesOut ?? 0,
    queued: delivery.queued,
    inflight: delivery.inflight,
    dropped: session.dropped,
    subscriptions: [...session.subscriptions.values()].map(({ subscription }) => ({
      filter: subscription.filter,
      qos: subscription.qos,
    })),
  }
}

export function clientDetailOf(session: Session, clock: WallClock): Omit<ClientDetail, 'events'> {
  const { delivery, will, absence } = session
  const expiresAtMs = absence?.expiresAtMs ?? Infinity
  return {
    ...clientView(session, clock),
    groups: session.groups,
    queuedBytes: delivery.waitingBytes,
    drops: { ...delivery.drops },
    denied: session.denied,
    isOverloaded: delivery.isFull,
    will:
      will === undefined
        ? undefined
        : { topic: will.topic, qos: will.qos ?? 0, bytes: will.payload.length },
    lastSeen: absence === undefined ? 0 : clock.toWall(absence.sinceMs),
    expiresAt: expiresAtMs === Infinity ? 0 : clock.toWall(expiresAtMs),
    deliveredByFilter: [...session.subscriptions].map(([filter, { delivered }]) => {
      return { filter, delivered }
    }),
  }
}

export function topicView(host: VirtualHost, record: TopicRecord, clock: WallClock): TopicView {
  const { topic, messagesIn, messagesOut, bytesIn, lastAtMs } = record
  const subscribers = new Set(host.router.entriesOf(topic).map(({ session }) => session))
  return {
    topic,
    messagesIn,
    messagesOut,
    bytesIn,
    ratePerSecond: rateAt(record, clock.now()),
    lastAt: clock.toWall(lastAtMs),
    hasRetained: host.retained.get(topic) !== undefined,
    subscribers: subscribers.size,
  }
}

export function topicDetail(
  host: VirtualHost,
  record: TopicRecord,
  clock: WallClock,
): TopicDetailOfOurs {
  const consumers = host.router
    .entriesOf(record.topic)
    .map(({ session, subscription, delivered }) => ({
      clientId: session.clientId,
      filter: subscription.filter,
      qos: subscription.qos,
      delivered,
      inflight: session.delivery.inflight,
    }))
  return {
    ...topicView(host, record, clock),
    firstAt: clock.toWall(record.firstAtMs),
    firstPublisher: record.firstPublisher,
    isSubscribedOnly: false,
    subscriberList: consumers.map(({ clientId, filter, qos }) => ({ clientId, filter, qos })),
    retainedPayload: host.retained.get(record.topic)?.payload,
    lastPayload: record.messagesIn === 0 ? undefined : lastPayloadOf(record),
    lastQos: record.lastQos,
    producers: record.producers.map(({ clientId, messages, lastAtMs }) => ({
      clientId,
      messages,
      lastAt: clock.toWall(lastAtMs),
    })),
    consumers,
  }
}

export function queueView(queue: MessageQueue): QueueView {
  const { name, depth, bytes, messagesIn, messagesOut, dropped } = queue
  const consumers = queue.consumers.map(consumerView)
  return { name, kind: 'queue', depth, bytes, messagesIn, messagesOut, dropped, consumers }
}

export function groupView({ name, members, messagesOut }: SharedGroup): QueueView {
  let depth = 0
  let bytes = 0
  let dropped = 0
  for (const { delivery } of new Set(members.map(({ session }) => session))) {
    depth += delivery.queued
    bytes += delivery.waitingBytes
    dropped += delivery.drops.queueFull
  }
  const consumers = members.map(consumerView)
  const messagesIn = messagesOut
  return { name, kind: 'shared', depth, bytes, messagesIn, messagesOut, dropped, consumers }
}

function consumerView({
  session,
  delivered,
}: {
  readonly session: Session
  readonly delivered: number
}): QueueView['consumers'][number] {
  const { clientId, isConnected, delivery } = session
  return { clientId, isConnected, inflight: delivery.inflight, delivered }
}

export function messageView(message: Message, clock: WallClock): MessageView {
  const { topic, qos, retain, publisher, payload } = message
  return {
    topic,
    qos,
    retain,
    publisher,
    receivedAt: clock.toWall(message.receivedAtMs),
    payloadBytes: payload.length,
    payload: payload.slice(0, PAYLOAD_BYTES_MAX),
  }
}

/** The rows whose name contains the search, cut to the page. */
export function pageOf<Row, View>(
  rows: Iterable<Row>,
  { search = '', offset = 0, limit = 100 }: PageQuery,
  nameOf: (row: Row) => string,
  viewOf: (row: Row) => View,
): Page<View> {
  const part = search.toLowerCase()
  const end = offset + Math.min(Math.max(limit, 1), ROWS_MAX)
  const found: Row[] = []
  let total = 0
  for (const row of rows) {
    if (part !== '' && !nameOf(row).toLowerCase().includes(part)) continue
    if (total >= offset && total < end) found.push(row)
    total++
  }
  return { total, rows: found.map(viewOf) }
}
