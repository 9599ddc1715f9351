// From the broker's inspection to the JSON of the API: undefined becomes null, bytes become Base64,
// times whole milliseconds, lists are cut at their bound. Pure; it asks nobody anything.

import type { BrokerStats, ClientView, TopicDetail, TopicView } from '@motewire/simulator/broker'
import { LISTED_MAX, PAYLOAD_BYTES_MAX } from '../limits.ts'
import type {
  BrokerView,
  ClientDetailView,
  ClientRow,
  PayloadView,
  RateSample,
  TopicDetailView,
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

export function clientRow(client: ClientView): ClientRow {
  return {
    ...client,
    username: client.username ?? null,
    connectedAt: Math.round(client.connectedAt),
    subscriptions: client.subscriptions.length,
  }
}

export function clientDetail(client: ClientView): ClientDetailView {
  return { ...clientRow(client), subscriptionList: client.subscriptions.slice(0, LISTED_MAX) }
}

export function topicRow(topic: TopicView): TopicRow {
  const ratePerSecond = Math.round(topic.ratePerSecond * 1000) / 1000
  return { ...topic, ratePerSecond, lastAt: Math.round(topic.lastAt) }
}

export function topicDetail(topic: TopicDetail): TopicDetailView {
  const { retainedPayload, lastPayload } = topic
  return {
    ...topicRow(topic),
    lastQos: topic.lastQos,
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
