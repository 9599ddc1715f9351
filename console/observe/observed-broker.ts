// A broker seen from outside: what its `$SYS` topics and a subscription to `#` tell. For brokers
// that are not ours. Clients, their queues and who subscribes to what cannot be seen this way:
// those lists stay empty and zero. Bound: topicsMax topics, the least recently used is forgotten.

import { connect } from '@motewire/sdk'
import type { Client, ClientOptions, MotewireError, QoS } from '@motewire/sdk'
import type {
  BrokerInspection,
  BrokerStats,
  ClientView,
  Page,
  PageQuery,
  TopicDetail,
  TopicView,
} from '@motewire/simulator/broker'

export interface ObserveOptions extends ClientOptions {
  /** Topics remembered. Default 10,000 (about 5 KiB each at worst, with the last payload). */
  readonly topicsMax?: number
  /** Called when the link fails; it is tried again by itself. */
  readonly onOffline?: (cause: MotewireError | undefined) => void
}

interface Seen {
  readonly topic: string
  messages: number
  bytes: number
  lastAt: number
  qos: QoS
  retained: Buffer | undefined
  payload: Buffer
  /** Exponentially weighted messages a second. */
  rate: number
}

const PAYLOAD_BYTES_MAX = 4096
/** Brokers publish some hundred values at most. */
const SYSTEM_VALUES_MAX = 500
const SYSTEM_BYTES_MAX = 256
const RATE_WINDOW_MS = 10_000

export class ObservedBroker implements BrokerInspection {
  readonly #client: Client
  readonly #topicsMax: number
  readonly #topics = new Map<string, Seen>()
  readonly #system = new Map<string, string>()
  readonly #startedAt = Date.now()
  #messages = 0
  #bytes = 0

  constructor(url: string, options: ObserveOptions = {}) {
    this.#topicsMax = options.topicsMax ?? 10_000
    this.#client = connect(url, options)
    this.#client.on('message', (topic, payload, packet) => {
      if (topic.startsWith('$SYS/')) this.#rememberSystem(topic.slice(5), payload)
      else this.#remember(topic, payload, packet.qos, packet.retain)
    })
    this.#client.on('offline', (cause) => options.onOffline?.(cause))
    // A broker may refuse either filter; what it grants is shown.
    for (const filter of ['#', '$SYS/#']) this.#client.subscribe(filter).catch(() => undefined)
  }

  end(): Promise<void> {
    return this.#client.end()
  }

  #rememberSystem(name: string, payload: Buffer): void {
    if (this.#system.size >= SYSTEM_VALUES_MAX && !this.#system.has(name)) return
    this.#system.set(name, payload.subarray(0, SYSTEM_BYTES_MAX).toString())
  }

  #remember(topic: string, payload: Buffer, qos: QoS, isRetained: boolean): void {
    const now = Date.now()
    const seen = this.#topics.get(topic) ?? emptyTopic(topic, now)
    this.#topics.delete(topic)
    this.#topics.set(topic, seen)
    seen.payload = Buffer.from(payload.subarray(0, PAYLOAD_BYTES_MAX))
    if (isRetained) seen.retained = payload.length === 0 ? undefined : seen.payload
    seen.qos = qos
    seen.messages++
    seen.bytes += payload.length
    seen.rate = decayed(seen, now) + 1000 / RATE_WINDOW_MS
    seen.lastAt = now
    this.#messages++
    this.#bytes += payload.length
    if (this.#topics.size > this.#topicsMax) {
      const oldest = this.#topics.keys().next()
      if (oldest.done !== true) this.#topics.delete(oldest.value)
    }
  }

  stats(): BrokerStats {
    const uptimeMs = this.#number('broker/uptime') * 1000 || Date.now() - this.#startedAt
    return {
      version: this.#system.get('broker/version') ?? 'unknown broker',
      startedAt: Date.now() - uptimeMs,
      uptimeMs,
      clientsConnected: this.#number('broker/clients/connected'),
      sessionsOffline: this.#number('broker/clients/disconnected'),
      connectsTotal: this.#number('broker/clients/total'),
      subscriptions: this.#number('broker/subscriptions/count'),
      topics: this.#topics.size,
      retained: this.#number('broker/retained messages/count'),
      messagesIn: this.#number('broker/publish/messages/received') || this.#messages,
      messagesOut: this.#number('broker/publish/messages/sent'),
      messagesDropped: this.#number('broker/publish/messages/dropped'),
      bytesIn: this.#number('broker/bytes/received') || this.#bytes,
      bytesOut: this.#number('broker/bytes/sent'),
      queued: this.#number('broker/store/messages/count'),
    }
  }

  /** Values under `$SYS/`, by the rest of their names. */
  systemValues(): ReadonlyMap<string, string> {
    return this.#system
  }

  #number(name: string): number {
    return Number.parseFloat(this.#system.get(name) ?? '') || 0
  }

  clients(): Page<ClientView> {
    return { total: 0, rows: [] }
  }

  client(): undefined {
    return undefined
  }

  topics(query: PageQuery = {}): Page<TopicView> {
    const { search = '', offset = 0, limit = 100 } = query
    const part = search.toLowerCase()
    const matches = [...this.#topics.values()].filter((seen) =>
      seen.topic.toLowerCase().includes(part),
    )
    const now = Date.now()
    const rows = matches.slice(offset, offset + limit).map((seen) => viewOf(seen, now))
    return { total: matches.length, rows }
  }

  topic(name: string): TopicDetail | undefined {
    const seen = this.#topics.get(name)
    if (seen === undefined) return undefined
    return {
      ...viewOf(seen, Date.now()),
      subscriberList: [],
      retainedPayload: seen.retained,
      lastPayload: seen.payload,
      lastQos: seen.qos,
    }
  }

  disconnect(): boolean {
    return false
  }

  publish(topic: string, payload: Uint8Array, options: { qos: QoS; retain: boolean }): void {
    this.#client.publish(topic, payload, options)
  }
}

function emptyTopic(topic: string, now: number): Seen {
  const payload = Buffer.alloc(0)
  return {
    topic,
    messages: 0,
    bytes: 0,
    lastAt: now,
    qos: 0,
    retained: undefined,
    payload,
    rate: 0,
  }
}

function decayed(seen: Seen, now: number): number {
  return seen.rate * Math.exp((seen.lastAt - now) / RATE_WINDOW_MS)
}

function viewOf(seen: Seen, now: number): TopicView {
  return {
    topic: seen.topic,
    messagesIn: seen.messages,
    messagesOut: 0,
    bytesIn: seen.bytes,
    ratePerSecond: decayed(seen, now),
    lastAt: seen.lastAt,
    hasRetained: seen.retained !== undefined,
    subscribers: 0,
  }
}
