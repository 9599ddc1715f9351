// How the console (and anybody else) looks into a broker and acts on it. Plain values, made on
// demand; looking never changes anything and never blocks delivery. Lists are paged so that a
// broker with a million topics can be looked at. Times are wall-clock milliseconds since 1970,
// sizes bytes. `BrokerInspection` is what any broker can give; `BrokerControl` needs ours.

export interface PageQuery {
  /** Case-insensitive part of the name. Default: all. */
  readonly search?: string
  /** First row, from 0. Default 0. */
  readonly offset?: number
  /** Rows at most, 1 to 1000. Default 100. */
  readonly limit?: number
}

export interface Page<Row> {
  /** Rows that match the search, on all pages. */
  readonly total: number
  readonly rows: readonly Row[]
}

export interface BrokerStats {
  readonly version: string
  readonly startedAt: number
  readonly uptimeMs: number
  readonly clientsConnected: number
  /** Durable sessions without a connection. */
  readonly sessionsOffline: number
  readonly connectsTotal: number
  readonly subscriptions: number
  readonly topics: number
  readonly retained: number
  /** PUBLISH packets from clients, to clients, and dropped because a client's queue was full. */
  readonly messagesIn: number
  readonly messagesOut: number
  readonly messagesDropped: number
  readonly bytesIn: number
  readonly bytesOut: number
  /** Messages waiting in all sessions' queues. */
  readonly queued: number
}

export interface SubscriptionView {
  readonly filter: string
  readonly qos: 0 | 1 | 2
}

export interface ClientView {
  readonly clientId: string
  readonly username: string | undefined
  readonly isConnected: boolean
  /** `127.0.0.1:50123`, or the name of the channel. */
  readonly address: string
  readonly protocolVersion: 3 | 4 | 5
  readonly clean: boolean
  /** Seconds, 0 = none. */
  readonly keepalive: number
  readonly connectedAt: number
  readonly messagesIn: number
  readonly messagesOut: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly queued: number
  readonly inflight: number
  readonly dropped: number
  readonly subscriptions: readonly SubscriptionView[]
}

export interface TopicView {
  readonly topic: string
  readonly messagesIn: number
  /** Deliveries: one message to two subscribers counts twice. */
  readonly messagesOut: number
  readonly bytesIn: number
  /** Messages a second, over about the last ten seconds. */
  readonly ratePerSecond: number
  readonly lastAt: number
  readonly hasRetained: boolean
  /** Clients whose filters match this topic now. */
  readonly subscribers: number
}

export interface TopicDetail extends TopicView {
  readonly subscriberList: readonly {
    readonly clientId: string
    readonly filter: string
    readonly qos: 0 | 1 | 2
  }[]
  readonly retainedPayload: Uint8Array | undefined
  /** The last payload seen, cut at 4 KiB. */
  readonly lastPayload: Uint8Array | undefined
  readonly lastQos: 0 | 1 | 2
}

export interface BrokerInspection {
  stats(): BrokerStats
  /** Connected ones and durable sessions, by client id. */
  clients(query?: PageQuery): Page<ClientView>
  client(clientId: string): ClientView | undefined
  /** Topics that were published to, in order of first use. */
  topics(query?: PageQuery): Page<TopicView>
  topic(name: string): TopicDetail | undefined
  /** Ends a client's connection (its will is sent). False when it is not connected. */
  disconnect(clientId: string): boolean
  /** Publishes as the broker itself. */
  publish(
    topic: string,
    payload: Uint8Array,
    options: { readonly qos: 0 | 1 | 2; readonly retain: boolean },
  ): void
}
