// One MQTT connection that the console holds for its visitors: it subscribes, publishes, and keeps
// the newest messages and packets until somebody asks for them. Whoever asks is answered with a
// bounded part, so that no flood of messages reaches a page. It knows no HTTP.

import { Client, describePacket } from '@motewire/sdk'
import type { Clock, Properties, ReceivedPacket, SeenPacket } from '@motewire/sdk'
import { matchesFilter } from '@motewire/sdk/codec'
import type { PublishCommand } from '../api/publish.ts'
import { ConsoleError } from '../errors.ts'
import { HEARD_TOPICS_MAX, KEPT_BYTES_MAX, KEPT_MESSAGES_MAX, KEPT_PACKETS_MAX } from '../limits.ts'
import type { ConnectionView, SubscriptionView } from '../workbench-views.ts'
import { EntryRing } from './entry-ring.ts'
import { portAdvice } from './profile.ts'
import type { Profile } from './profile.ts'
import type { RecordedMessage } from './recording.ts'
import { fetchRetained } from './retained-messages.ts'
import { Series } from './series.ts'
import { TopicCollector } from './topic-collector.ts'

export interface KeptMessage {
  readonly sequence: number
  readonly at: number
  readonly topic: string
  readonly payload: Buffer
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
  readonly dup: boolean
  readonly filters: readonly string[]
  readonly properties: Properties | undefined
  /** Number of the message before it on its topic, 0 for none. */
  readonly before: number
}

export interface KeptPacket {
  readonly sequence: number
  readonly at: number
  readonly direction: 'out' | 'in'
  readonly type: string
  /** Of the whole packet. */
  readonly bytes: number
  readonly packetId: number | null
  readonly text: string
}

interface Subscribed {
  readonly identifier: number
  granted: number | null
  messages: number
}

export interface RepeatedPublish extends PublishCommand {
  readonly properties?: Properties | undefined
}

const CONNECT_PATIENCE_MS = 15_000
const PUBLISH_PATIENCE_MS = 10_000

export class Connection {
  readonly id: string
  readonly messages: EntryRing<KeptMessage> = new EntryRing(KEPT_MESSAGES_MAX, KEPT_BYTES_MAX)
  readonly packets: EntryRing<KeptPacket> = new EntryRing(KEPT_PACKETS_MAX, KEPT_BYTES_MAX)
  readonly topics: TopicCollector = new TopicCollector(HEARD_TOPICS_MAX)
  readonly #profile: Profile
  readonly #client: Client
  readonly #clock: Clock
  readonly #filters = new Map<string, Subscribed>()
  readonly #listeners = new Set<(message: KeptMessage) => void>()
  #identifiers = 0
  #series: { readonly topic: string; readonly series: Series } | undefined
  #problem: string | null = null
  #connectedAt = 0
  #messagesOut = 0
  #messagesIn = 0
  #bytesIn = 0

  constructor(id: string, profile: Profile, clock: Clock) {
    this.id = id
    this.#profile = profile
    this.#clock = clock
    this.#client = clientOf(profile)
    this.#watch()
  }

  #watch(): void {
    const client = this.#client
    client.on('message', (topic, payload, packet) => this.#handleMessage(topic, payload, packet))
    client.on('packetsend', (packet, bytes) => this.#handlePacket('out', packet, bytes))
    client.on('packetreceive', (packet, bytes) => this.#handlePacket('in', packet, bytes))
    client.on('error', (error) => (this.#problem = error.message))
    client.on('offline', (cause) => (this.#problem = cause?.message ?? this.#problem))
    client.on('connect', () => {
      this.#problem = null
      this.#connectedAt = Date.now()
    })
  }

  /**
   * Connects; resolves with the first CONNACK that accepts.
   * @throws ConsoleError `ERR_CONSOLE_CONNECT_FAILED` with what the ports may have to do with it.
   */
  async open(): Promise<void> {
    const client = this.#client
    // Each version of the ladder may fail once before the next one is tried.
    let attemptsLeft = this.#profile.view.protocolVersion === 'auto' ? 3 : 1
    await new Promise<void>((resolve, reject) => {
      client.once('connect', () => resolve())
      client.on('offline', (cause) => {
        attemptsLeft--
        const isFinal = cause !== undefined && UNANSWERED.has(cause.code)
        if (attemptsLeft <= 0 || isFinal) reject(this.#connectFailed(cause))
      })
      client.start()
    }).catch(async (error: unknown) => {
      await this.end()
      throw error
    })
  }

  #connectFailed(cause: Error | undefined): ConsoleError {
    const { url } = this.#profile.view
    const reason = cause?.message ?? `broker at ${url} closed the connection`
    const advice = portAdvice(url)
    const message = advice === '' ? reason : `${reason} (${advice})`
    return new ConsoleError('ERR_CONSOLE_CONNECT_FAILED', message, { cause })
  }

  get isEnded(): boolean {
    return this.#client.state === 'ended'
  }

  async end(): Promise<void> {
    this.#listeners.clear()
    this.#series?.series.stop()
    await this.#client.end()
  }

  /** @throws UsageError `ERR_FILTER_INVALID` */
  async subscribe(filter: string, qos: 0 | 1 | 2): Promise<SubscriptionView> {
    const isNamed = this.#client.capabilities?.subscriptionIdentifiersAvailable === true
    const identifier = this.#filters.get(filter)?.identifier ?? ++this.#identifiers
    const subscribed: Subscribed = { identifier, granted: null, messages: 0 }
    // Before the answer: retained messages may come with it.
    this.#filters.set(filter, subscribed)
    const properties = isNamed ? { subscriptionIdentifier: identifier } : undefined
    try {
      const [grant] = await this.#client.subscribe(filter, {
        qos,
        ...(properties === undefined ? {} : { properties }),
      })
      subscribed.granted = grant?.qos ?? null
    } catch (error) {
      this.#filters.delete(filter)
      throw error
    }
    return { filter, granted: subscribed.granted, messages: subscribed.messages }
  }

  async unsubscribe(filter: string): Promise<boolean> {
    if (!this.#filters.delete(filter)) return false
    await this.#client.unsubscribe(filter)
    return true
  }

  /**
   * Hands over what comes by the filter, until the answer is called or the connection ends.
   * @throws ConsoleError `ERR_CONSOLE_NOT_FOUND` for a filter that is not subscribed.
   */
  listen(filter: string, take: (message: KeptMessage) => void): () => void {
    if (!this.#filters.has(filter)) {
      throw new ConsoleError('ERR_CONSOLE_NOT_FOUND', `filter '${filter}' is not subscribed`)
    }
    const listener = (message: KeptMessage): void => {
      if (message.filters.includes(filter)) take(message)
    }
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** What the broker retains at and below the path; '' is all of it. */
  retained(path: string): Promise<readonly RecordedMessage[]> {
    const { view, password } = this.#profile
    const other = { view: { ...view, clientId: '', clean: true }, password }
    // What the ladder has found.
    const protocolVersion = this.#client.capabilities?.protocolVersion
    return fetchRetained(clientOf(other, protocolVersion), path, this.#clock)
  }

  get subscriptionCount(): number {
    return this.#filters.size
  }

  async publish({ topic, payload, qos, retain, properties }: RepeatedPublish): Promise<void> {
    const options = { qos, retain, deadlineMs: PUBLISH_PATIENCE_MS }
    await this.#client.publishAsync(
      topic,
      payload,
      properties === undefined ? options : { ...options, properties },
    )
    this.#messagesOut++
  }

  /** Publishes it `count` times; a series that runs already ends. */
  repeat(message: RepeatedPublish, count: number, everyMs: number): void {
    this.stopSeries()
    const { topic, payload, qos, retain, properties } = message
    const options = { qos, retain, ...(properties === undefined ? {} : { properties }) }
    const series = new Series(count, everyMs, this.#clock, () => {
      if (this.#client.publish(topic, payload, options) !== 'dropped') this.#messagesOut++
    })
    this.#series = { topic, series }
  }

  stopSeries(): void {
    this.#series?.series.stop()
  }

  /** Takes the retained messages at and below the path from the broker; answers how many. */
  async clearRetained(path: string): Promise<number> {
    const topics = this.topics.retainedBelow(path)
    const payload = Buffer.alloc(0)
    const empty = { payload, qos: 1, retain: true } as const
    await Promise.all(topics.map((topic) => this.publish({ topic, ...empty })))
    for (const topic of topics) this.topics.forgetRetained(topic)
    return topics.length
  }

  view(): ConnectionView {
    const series = this.#series
    return {
      id: this.id,
      profile: this.#profile.view,
      clientId: this.#client.clientId,
      state: this.#client.state,
      protocolVersion: this.#client.capabilities?.protocolVersion ?? null,
      problem: this.#problem,
      connectedAt: this.#connectedAt,
      messagesIn: this.#messagesIn,
      messagesOut: this.#messagesOut,
      bytesIn: this.#bytesIn,
      topics: this.topics.size,
      subscriptions: [...this.#filters].map(([filter, { granted, messages }]) => ({
        filter,
        granted,
        messages,
      })),
      series:
        series === undefined
          ? null
          : {
              topic: series.topic,
              sent: series.series.sent,
              count: series.series.count,
              everyMs: series.series.everyMs,
              isRunning: series.series.isRunning,
            },
    }
  }

  #handleMessage(topic: string, payload: Buffer, packet: ReceivedPacket): void {
    const { qos, retain, dup, properties } = packet
    const sequence = this.messages.next
    const before = this.topics.add(topic, sequence, retain, payload.length === 0)
    const filters = this.#filtersOf(topic, properties?.subscriptionIdentifier)
    this.#messagesIn++
    this.#bytesIn += payload.length
    // A copy of its own: the client's slabs must not live as long as one small message in them.
    const kept = Buffer.from(payload)
    const entry = { sequence, at: Date.now(), topic, payload: kept, qos, retain, dup }
    const bytes = payload.length + topic.length + ENTRY_BYTES
    const message = { ...entry, filters, properties, before }
    this.messages.add(message, bytes)
    for (const listener of this.#listeners) listener(message)
  }

  /** By identifiers where the broker names them, so that each of several copies counts once. */
  #filtersOf(topic: string, identifiers: number | number[] | undefined): string[] {
    const named = identifiers === undefined ? undefined : [identifiers].flat()
    const filters: string[] = []
    for (const [filter, subscribed] of this.#filters) {
      const isHit = named?.includes(subscribed.identifier) ?? matchesFilter(filter, topic)
      if (!isHit) continue
      subscribed.messages++
      filters.push(filter)
    }
    return filters
  }

  #handlePacket(direction: 'out' | 'in', packet: SeenPacket, bytes: number): void {
    const text = describePacket(packet)
    this.packets.add(
      {
        sequence: this.packets.next,
        at: Date.now(),
        direction,
        type: packet.type,
        bytes,
        packetId: packetIdOf(packet),
        text,
      },
      text.length * 2 + ENTRY_BYTES,
    )
  }
}

function clientOf(
  { view, password }: Profile,
  protocolVersion: 'auto' | 3 | 4 | 5 = view.protocolVersion,
): Client {
  const { url, clientId, username, keepalive, clean } = view
  return new Client(url, {
    protocolVersion,
    keepalive,
    clean,
    connectTimeout: CONNECT_PATIENCE_MS,
    ...(clientId === '' ? {} : { clientId }),
    ...(username === '' ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(clean ? {} : { resume: 'adopt' as const }),
  })
}

/** What an entry costs besides its texts and bytes, about. */
const ENTRY_BYTES = 200

/** Failures that no other protocol version can mend. */
const UNANSWERED = new Set([
  'ERR_LINK_REFUSED',
  'ERR_LINK_TIMEOUT',
  'ERR_LINK_TLS',
  'ERR_LINK_PACKAGE',
])

function packetIdOf(packet: SeenPacket): number | null {
  return 'packetId' in packet && packet.packetId !== 0 ? (packet.packetId ?? null) : null
}
