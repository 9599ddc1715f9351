// One client's session on the broker: its subscriptions, the messages it is owed and those it is in
// the middle of sending. It outlives connections as long as its expiry says. Outbound deliveries
// are the SDK's own Delivery: the same window, order, DUP and bounds as on the client's side.

import type { Properties, QoS, Subscription, Will } from '@motewire/sdk/codec'
import {
  Delivery,
  PacketIds,
  Receipts,
  RoundTrip,
  SessionCounters,
  TransmitBuffer,
} from '@motewire/sdk/core'
import type { OutboxLimits } from '@motewire/sdk/core'
import type { Message } from './message.ts'

/** The connection of a session, as far as the session asks it. */
export interface SessionLink {
  readonly address: string
  readonly connectedAtMs: number
  readonly bytesIn: number
  readonly bytesOut: number
  /** There are bytes to write. */
  notifyReady(): void
  /** The buffer is full: write now if the channel takes it. */
  notifyFull(): void
  close(reasonCode: number, isWillDue: boolean, now: number): void
}

/** A subscription as the topic tree holds it. */
export interface SubscriptionEntry {
  readonly session: ServerSession
  readonly subscription: Subscription
  /** The filter without `$share/NAME/`. */
  readonly filter: string
  readonly identifier: number | undefined
}

export class ServerSession {
  readonly clientId: string
  username: string | undefined
  protocolVersion: 3 | 4 | 5 = 4
  isClean: boolean = true
  keepaliveS = 0
  /** How long it lives without a connection; Infinity: for ever. */
  expiryMs = 0
  /** When it ends, while it has no connection. */
  expiresAtMs: number = Infinity
  connection: SessionLink | undefined
  /** By the filter as it was subscribed. */
  readonly subscriptions: Map<string, SubscriptionEntry> = new Map()
  readonly transmit: TransmitBuffer = new TransmitBuffer()
  readonly delivery: Delivery
  readonly receipts: Receipts = new Receipts()
  will: Will | undefined
  /** When a delayed will is published; Infinity when none waits. */
  willDueMs: number = Infinity
  messagesIn = 0
  messagesOut = 0
  /** Messages that found its queue full, or expired in it. */
  dropped = 0

  constructor(clientId: string, queue: OutboxLimits) {
    this.clientId = clientId
    this.delivery = new Delivery(
      {
        ...queue,
        whenFull: 'drop-newest',
        order: 'oldest-first',
        aliasesMax: 0,
        budget: undefined,
        store: undefined,
      },
      {
        transmit: this.transmit,
        ids: new PacketIds(),
        counters: new SessionCounters(),
        roundTrip: new RoundTrip(),
        handler: {
          onOutcome: (_token, outcome) => {
            if (outcome === 'dropped' || outcome === 'expired') this.dropped++
          },
          onTransmitFull: () => this.connection?.notifyFull(),
        },
      },
    )
  }

  get isConnected(): boolean {
    return this.connection !== undefined
  }

  /** Hands a message over; false when the queue had no room for it. */
  deliver(
    message: Message,
    qos: QoS,
    retain: boolean,
    identifiers: readonly number[] | undefined,
    now: number,
  ): boolean {
    const { connection } = this
    // QoS 0 is not kept for those who are away.
    if (connection === undefined && qos === 0) return false
    const properties = withIdentifiers(message.properties, identifiers)
    const { topic, payload } = message
    const expiryS = properties?.messageExpiryInterval ?? Infinity
    const expiresAtMs = now + expiryS * 1000
    const result =
      (qos === 0
        ? this.delivery.publishAtOnce(topic, payload, retain, properties, undefined)
        : undefined) ??
      this.delivery.publish(topic, payload, qos, retain, properties, undefined, 1, expiresAtMs, now)
    if (result === 'dropped') return false
    this.messagesOut++
    connection?.notifyReady()
    return true
  }
}

function withIdentifiers(
  properties: Properties | undefined,
  identifiers: readonly number[] | undefined,
): Properties | undefined {
  if (identifiers === undefined) return properties
  return { ...properties, subscriptionIdentifier: [...identifiers] }
}
