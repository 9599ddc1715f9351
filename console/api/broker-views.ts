// From the broker's inspection to the JSON of the API: undefined becomes null, bytes become Base64,
// times whole milliseconds, lists are cut at their bound. Pure; it asks nobody anything.

import type {
  BrokerStats,
  ClientDetail,
  ClientEvent,
  ClientView,
  MessageView as BrokerMessageView,
  TopicDetail,
  TopicDetailOfOurs,
  TopicView,
} from '@motewire/simulator/broker'
import { LISTED_MAX, PAYLOAD_BYTES_MAX } from '../limits.ts'
import type {
  BrokerView,
  ClientDetailView,
  ClientEventView,
  ClientInsideView,
  ClientRow,
  MessageView,
  PayloadView,
  RateSample,
  RecentRatesView,
  SessionRow,
  TopicDetailView,
  TopicInsideView,
  TopicRow,
} from '../views.ts'

/** The broker keeps no more of the last payload than this: so many bytes may be a beginning. */
const LAST_PAYLOAD_BYTES = 4096

export function brokerView(stats: BrokerStats, rates: RateSample): BrokerView {
  const startedAt = Math.round(stats.startedAt)
  const uptimeMs = Math.round(stats.uptimeMs)
  return {
    ...stats,
    startedAt,
    uptimeMs,
    inPerSecond: rates.inPerSecond,
    outPerSecond: rates.outPerSecond,
  }
}

export function clientRow(client: ClientView, recent: RecentRatesView | undefined): ClientRow {
  return {
    clientId: client.clientId,
    username: client.username ?? null,
    isConnected: client.isConnected,
    address: client.address,
    protocolVersion: client.protocolVersion,
    clean: client.clean,
    keepalive: client.keepalive,
    connectedAt: Math.round(client.connectedAt),
    messagesIn: client.messagesIn,
    messagesOut: client.messagesOut,
    bytesIn: client.bytesIn,
    bytesOut: client.bytesOut,
    queued: client.queued,
    inflight: client.inflight,
    dropped: client.dropped,
    subscriptions: client.subscriptions.length,
    recent: recent ?? null,
  }
}

export function clientDetail(
  client: ClientView | ClientDetail,
  recent: RecentRatesView | undefined,
): ClientDetailView {
  const subscriptionList = client.subscriptions.slice(0, LISTED_MAX)
  const inside = 'drops' in client ? clientInside(client) : null
  return { ...clientRow(client, recent), subscriptionList, inside }
}

function clientInside(client: ClientDetail): ClientInsideView {
  const { groups, queuedBytes, drops, denied, isOverloaded, will } = client
  return {
    groups,
    queuedBytes,
    drops,
    denied,
    isOverloaded,
    will: will ?? null,
    lastSeen: Math.round(client.lastSeen),
    expiresAt: Math.round(client.expiresAt),
    deliveredByFilter: client.deliveredByFilter.slice(0, LISTED_MAX),
  }
}

export function sessionRow(client: ClientDetail): SessionRow {
  const { clientId, isConnected, queued, queuedBytes, inflight, dropped, subscriptions } = client
  return {
    clientId,
    isConnected,
    lastSeen: Math.round(client.lastSeen),
    expiresAt: Math.round(client.expiresAt),
    queued,
    queuedBytes,
    inflight,
    dropped,
    subscriptions: subscriptions.length,
  }
}

export function eventView({ at, kind, detail }: ClientEvent): ClientEventView {
  return { at: Math.round(at), kind, detail }
}

export function messageView(message: BrokerMessageView): MessageView {
  const { payload, payloadBytes, receivedAt } = message
  return {
    ...message,
    receivedAt: Math.round(receivedAt),
    payload: { ...payloadView(payload), isCut: payload.length < payloadBytes },
  }
}

export function topicRow(row: TopicView, recent: RecentRatesView | undefined): TopicRow {
  return {
    topic: row.topic,
    messagesIn: row.messagesIn,
    messagesOut: row.messagesOut,
    bytesIn: row.bytesIn,
    ratePerSecond: Math.round(row.ratePerSecond * 1000) / 1000,
    lastAt: Math.round(row.lastAt),
    hasRetained: row.hasRetained,
    subscribers: row.subscribers,
    recent: recent ?? null,
  }
}

function topicInside(topic: TopicDetailOfOurs): TopicInsideView {
  return {
    firstAt: Math.round(topic.firstAt),
    firstPublisher: topic.firstPublisher ?? null,
    isSubscribedOnly: topic.isSubscribedOnly,
    producers: topic.producers.map(({ clientId, messages, lastAt }) => {
      return { clientId, messages, lastAt: Math.round(lastAt) }
    }),
    consumers: topic.consumers.slice(0, LISTED_MAX),
  }
}

export function topicDetail(
  topic: TopicDetail | TopicDetailOfOurs,
  recent: RecentRatesView | undefined,
): TopicDetailView {
  const { retainedPayload, lastPayload } = topic
  return {
    ...topicRow(topic, recent),
    lastQos: topic.lastQos,
    inside: 'producers' in topic ? topicInside(topic) : null,
    subscriberList: topic.subscriberList.slice(0, LISTED_MAX),
    retainedPayload: retainedPayload === undefined ? null : payloadView(retainedPayload),
    lastPayload:
      lastPayload === undefined ? null : payloadView(lastPayload, LAST_PAYLOAD_BYTES - 1),
  }
}

/** Payloads longer than `wholeBytesMax` are told to be cut. */
function payloadView(payload: Uint8Array, wholeBytesMax: number = PAYLOAD_BYTES_MAX): PayloadView {
  const shown = payload.subarray(0, PAYLOAD_BYTES_MAX)
  const base64 = Buffer.from(shown.buffer, shown.byteOffset, shown.length).toString('base64')
  return { base64, isCut: payload.length > wholeBytesMax }
}
