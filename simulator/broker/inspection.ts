// Looks into a broker core and answers in plain values (inspect.ts). O(rows looked at): searches
// walk all topics or sessions, pages are cut from that.

import type { BrokerCore } from './core/broker-core.ts'
import type { ServerSession } from './core/server-session.ts'
import { rateAt } from './core/topic-statistics.ts'
import type { TopicRecord } from './core/topic-statistics.ts'
import type { BrokerStats, ClientView, Page, PageQuery, TopicDetail, TopicView } from './inspect.ts'

/** The last payload is shown up to here. */
const PAYLOAD_BYTES_MAX = 4096
const ROWS_MAX = 1000

/** From the core's time to milliseconds since 1970. */
export type ToWall = (instantMs: number) => number

export function statsOf(core: BrokerCore, now: number, toWall: ToWall): BrokerStats {
  let queued = 0
  let dropped = core.droppedBefore
  let connected = 0
  for (const session of core.sessions.values()) {
    queued += session.delivery.outbox.size
    dropped += session.dropped
    if (session.isConnected) connected++
  }
  const { version, startedAtWallMs } = core.options
  return {
    version,
    startedAt: startedAtWallMs,
    uptimeMs: toWall(now) - startedAtWallMs,
    clientsConnected: connected,
    sessionsOffline: core.sessions.size - connected,
    connectsTotal: core.connectsTotal,
    subscriptions: core.router.size,
    topics: core.topics.size,
    retained: core.retained.size,
    messagesIn: core.messagesIn,
    messagesOut: core.messagesOut,
    messagesDropped: dropped,
    bytesIn: core.bytesIn,
    bytesOut: core.bytesOut,
    queued,
  }
}

export function clientsPage(core: BrokerCore, query: PageQuery, toWall: ToWall): Page<ClientView> {
  const matches = searched(core.sessions.values(), query, (session) => session.clientId)
  return cut(matches, query, (session) => clientView(session, toWall))
}

export function clientView(session: ServerSession, toWall: ToWall): ClientView {
  const { connection, delivery } = session
  return {
    clientId: session.clientId,
    username: session.username,
    isConnected: connection !== undefined,
    address: connection?.address ?? '',
    protocolVersion: session.protocolVersion,
    clean: session.isClean,
    keepalive: session.keepaliveS,
    connectedAt: connection === undefined ? 0 : toWall(connection.connectedAtMs),
    messagesIn: session.messagesIn,
    messagesOut: session.messagesOut,
    bytesIn: connection?.bytesIn ?? 0,
    bytesOut: connection?.bytesOut ?? 0,
    queued: delivery.outbox.size,
    inflight: delivery.inflight,
    dropped: session.dropped,
    subscriptions: [...session.subscriptions.values()].map(({ subscription }) => ({
      filter: subscription.filter,
      qos: subscription.qos,
    })),
  }
}

export function topicsPage(
  core: BrokerCore,
  query: PageQuery,
  now: number,
  toWall: ToWall,
): Page<TopicView> {
  const matches = searched(core.topics.all(), query, (record) => record.topic)
  return cut(matches, query, (record) => topicView(core, record, now, toWall))
}

function topicView(core: BrokerCore, record: TopicRecord, now: number, toWall: ToWall): TopicView {
  const { topic, messagesIn, messagesOut, bytesIn, lastAtMs } = record
  const subscribers = new Set(core.router.entriesOf(topic).map(({ session }) => session))
  return {
    topic,
    messagesIn,
    messagesOut,
    bytesIn,
    ratePerSecond: rateAt(record, now),
    lastAt: toWall(lastAtMs),
    hasRetained: core.retained.get(topic) !== undefined,
    subscribers: subscribers.size,
  }
}

export function topicDetail(
  core: BrokerCore,
  name: string,
  now: number,
  toWall: ToWall,
): TopicDetail | undefined {
  const record = core.topics.get(name)
  if (record === undefined) return undefined
  return {
    ...topicView(core, record, now, toWall),
    subscriberList: core.router.entriesOf(name).map(({ session, subscription }) => ({
      clientId: session.clientId,
      filter: subscription.filter,
      qos: subscription.qos,
    })),
    retainedPayload: core.retained.get(name)?.payload,
    lastPayload: record.last.payload.subarray(0, PAYLOAD_BYTES_MAX),
    lastQos: record.last.qos,
  }
}

function searched<Row>(
  rows: Iterable<Row>,
  { search = '' }: PageQuery,
  nameOf: (row: Row) => string,
): Row[] {
  const part = search.toLowerCase()
  const found: Row[] = []
  for (const row of rows) if (nameOf(row).toLowerCase().includes(part)) found.push(row)
  return found
}

function cut<Row, View>(
  rows: readonly Row[],
  { offset = 0, limit = 100 }: PageQuery,
  viewOf: (row: Row) => View,
): Page<View> {
  const end = offset + Math.min(Math.max(limit, 1), ROWS_MAX)
  return { total: rows.length, rows: rows.slice(offset, end).map(viewOf) }
}
