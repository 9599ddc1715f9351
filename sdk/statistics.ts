// What a client counted so far, as one plain value for people, dashboards and budgets.

import type { Session } from './core/index.ts'

export interface Statistics {
  /** Bytes of MQTT on the link, since the client was made. */
  readonly bytesSent: number
  readonly bytesReceived: number
  /** Application messages; first transmissions only. */
  readonly messagesSent: number
  readonly messagesReceived: number
  /** QoS 1 and 2 messages that the server confirmed. */
  readonly messagesConfirmed: number
  /** Bytes sent for each message sent, everything included: acks, pings, retransmits. */
  readonly bytesPerMessage: number
  /** PUBLISH and PUBREL packets sent again after a reconnect. */
  readonly retransmits: number
  readonly pingsSent: number
  readonly connects: number
  /** Connections that ended without our wish. */
  readonly losses: number
  /** Smoothed and least round trip of this connection, milliseconds; undefined before the first. */
  readonly roundTripMs: number | undefined
  readonly roundTripLeastMs: number | undefined
  readonly queuedMessages: number
  readonly queuedBytes: number
  readonly inflightMessages: number
  /** Age of the oldest message that is queued or in flight, milliseconds; 0 when there is none. */
  readonly queueAgeMs: number
}

export function statisticsOf(session: Session, now: number): Statistics {
  const { counters, roundTrip, delivery } = session
  const { bytesSent, messagesSent } = counters
  const hasRoundTrip = roundTrip.leastMs !== undefined
  return {
    bytesSent,
    bytesReceived: counters.bytesReceived,
    messagesSent,
    messagesReceived: counters.messagesReceived,
    messagesConfirmed: counters.messagesConfirmed,
    bytesPerMessage: messagesSent === 0 ? 0 : bytesSent / messagesSent,
    retransmits: counters.retransmits,
    pingsSent: counters.pingsSent,
    connects: counters.connects,
    losses: counters.losses,
    roundTripMs: hasRoundTrip ? roundTrip.smoothedMs : undefined,
    roundTripLeastMs: roundTrip.leastMs,
    queuedMessages: delivery.outbox.size,
    queuedBytes: delivery.outbox.bytes,
    inflightMessages: delivery.inflight,
    queueAgeMs: delivery.ageMs(now),
  }
}
