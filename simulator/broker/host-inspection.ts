// Looks into one virtual host and acts on it (control.ts). O(rows looked at): searches walk all
// topics or sessions, pages are cut from that. It does not know the console.

import { filterProblem, topicProblem } from '@motewire/sdk/codec'
import type { BrokerCore } from './core/broker-core.ts'
import { QUEUE_PREFIX } from './core/message-queue.ts'
import { Message } from './core/message.ts'
import { unusedRecord } from './core/topic-statistics.ts'
import type { TopicRecord } from './core/topic-statistics.ts'
import type { VirtualHost } from './core/virtual-host.ts'
import type {
  Change,
  ClientDetail,
  ClientEvent,
  HostControl,
  MessageView,
  QueueView,
  TopicDetailOfOurs,
} from './control.ts'
import type { BrokerStats, ClientView, Page, PageQuery, TopicView } from './inspect.ts'
import {
  clientDetailOf,
  clientView,
  groupView,
  messageView,
  pageOf,
  queueView,
  statsOf,
  topicDetail,
  topicView,
} from './views.ts'
import type { WallClock } from './views.ts'

export class HostInspection implements HostControl {
  readonly #core: BrokerCore
  readonly #host: VirtualHost
  readonly #clock: WallClock

  constructor(core: BrokerCore, host: VirtualHost, clock: WallClock) {
    this.#core = core
    this.#host = host
    this.#clock = clock
  }

  // Looking.

  stats(): BrokerStats {
    return statsOf(this.#core, this.#host, this.#clock)
  }

  clients(query: PageQuery = {}): Page<ClientView> {
    const { sessions } = this.#host
    return pageOf(
      sessions.values(),
      query,
      ({ clientId }) => clientId,
      (session) => clientView(session, this.#clock),
    )
  }

  client(clientId: string): ClientView | undefined {
    const session = this.#host.sessions.get(clientId)
    return session === undefined ? undefined : clientView(session, this.#clock)
  }

  clientDetail(clientId: string): ClientDetail | undefined {
    const session = this.#host.sessions.get(clientId)
    if (session === undefined) return undefined
    return { ...clientDetailOf(session, this.#clock), events: this.events(clientId) }
  }

  sessions(query: PageQuery = {}): Page<ClientDetail> {
    const durable = [...this.#host.sessions.values()].filter(({ expiryMs }) => expiryMs > 0)
    return pageOf(
      durable,
      query,
      ({ clientId }) => clientId,
      (session) => ({ ...clientDetailOf(session, this.#clock), events: [] }),
    )
  }

  events(clientId: string): readonly ClientEvent[] {
    return this.#host.timeline.of(clientId).map(({ atMs, kind, detail }) => {
      return { at: this.#clock.toWall(atMs), kind, detail }
    })
  }

  topics(query: PageQuery = {}): Page<TopicView> {
    return pageOf(
      this.#allTopics(),
      query,
      ({ topic }) => topic,
      (record) => topicView(this.#host, record, this.#clock),
    )
  }

  topic(name: string): TopicDetailOfOurs | undefined {
    const { topics } = this.#host
    const used = topics.get(name)
    if (used !== undefined) return topicDetail(this.#host, used, this.#clock)
    if (!this.#host.subscribedTopics().includes(name)) return undefined
    const record = unusedRecord(name, this.#clock.now())
    return { ...topicDetail(this.#host, record, this.#clock), isSubscribedOnly: true }
  }

  /** Those that were used, then those that somebody waits for. */
  *#allTopics(): Iterable<TopicRecord> {
    const { topics } = this.#host
    yield* topics.all()
    for (const topic of this.#host.subscribedTopics()) {
      if (topics.get(topic) === undefined) yield unusedRecord(topic, this.#clock.now())
    }
  }

  queues(query: PageQuery = {}): Page<QueueView> {
    const { queues, router } = this.#host
    const rows = [
      ...[...queues.values()].map((queue) => queueView(queue)),
      ...[...router.groups.values()].map((group) => groupView(group)),
    ]
    return pageOf(
      rows,
      query,
      ({ name }) => name,
      (row) => row,
    )
  }

  retained(query: PageQuery = {}): Page<MessageView> {
    // What the broker says of itself stands behind what clients have said.
    const all = [...this.#host.retained.all()]
    const isSystem = ({ topic }: Message): boolean => topic.startsWith('$SYS/')
    const rest = all.filter((message) => !isSystem(message))
    return this.#messages([...rest, ...all.filter(isSystem)], query)
  }

  browseClient(clientId: string, query: PageQuery = {}): Page<MessageView> | undefined {
    const session = this.#host.sessions.get(clientId)
    return session === undefined ? undefined : this.#messages(session.delivery.browse(), query)
  }

  browseQueue(name: string, query: PageQuery = {}): Page<MessageView> | undefined {
    const queue = this.#host.queues.get(wholeName(name))
    return queue === undefined ? undefined : this.#messages(queue.browse(), query)
  }

  #messages(messages: Iterable<Message>, query: PageQuery): Page<MessageView> {
    return pageOf(
      messages,
      query,
      ({ topic }) => topic,
      (message) => messageView(message, this.#clock),
    )
  }

  // Acting.

  disconnect(clientId: string): boolean {
    const connection = this.#host.sessions.get(clientId)?.connection
    connection?.close(0x98, true, this.#clock.now())
    return connection !== undefined
  }

  dropSession(clientId: string): boolean {
    const now = this.#clock.now()
    const session = this.#host.sessions.get(clientId)
    if (session === undefined) return false
    session.connection?.close(0x98, true, now)
    if (this.#host.sessions.get(clientId) === session) this.#host.destroy(session, now)
    this.#host.timeline.add(clientId, 'sessionEnded', 'dropped by an administrator', now)
    return true
  }

  purgeClient(clientId: string): number | undefined {
    return this.#host.sessions.get(clientId)?.delivery.purge()
  }

  subscribe(clientId: string, filter: string, qos: 0 | 1 | 2): Change {
    if (filterProblem(filter) !== undefined) return 'invalid'
    const session = this.#host.sessions.get(clientId)
    if (session === undefined) return 'absent'
    const packet = { type: 'subscribe', packetId: 0, subscriptions: [{ filter, qos }] } as const
    const now = this.#clock.now()
    const reasonCodes = this.#host.subscribe(session, packet, now)
    this.#host.deliverRetained(session, packet, reasonCodes, now)
    return reasonCodes[0]! < 0x80 ? 'done' : 'full'
  }

  unsubscribe(clientId: string, filter: string): Change {
    const session = this.#host.sessions.get(clientId)
    if (session === undefined) return 'absent'
    return this.#host.unsubscribe(session, filter, this.#clock.now()) === 0 ? 'done' : 'absent'
  }

  publish(topic: string, payload: Uint8Array, options: { qos: 0 | 1 | 2; retain: boolean }): void {
    const now = this.#clock.now()
    this.#host.publish(Message.of({ topic, payload, ...options }, now), now)
  }

  createTopic(name: string): Change {
    if (topicProblem(name) !== undefined) return 'invalid'
    if (this.#host.topics.get(name) !== undefined) return 'in-use'
    this.#host.topics.add(name, this.#clock.now())
    return 'done'
  }

  deleteTopic(name: string): Change {
    if (this.#host.topics.get(name) === undefined) return 'absent'
    if (this.#host.router.entriesOf(name).length > 0) return 'in-use'
    this.clearRetained(name)
    this.#host.topics.delete(name)
    return 'done'
  }

  clearRetained(topic: string): boolean {
    if (this.#host.retained.get(topic) === undefined) return false
    const now = this.#clock.now()
    const fields = { topic, payload: new Uint8Array(0), qos: 0, retain: true } as const
    const nothing = Message.of(fields, now)
    this.#host.retained.put(nothing)
    this.#host.store?.noteRetained(this.#host.name, nothing)
    return true
  }

  createQueue(name: string): Change {
    const whole = wholeName(name)
    if (topicProblem(whole) !== undefined) return 'invalid'
    if (this.#host.queues.has(whole)) return 'in-use'
    return this.#host.openQueue(whole, this.#clock.now()) === undefined ? 'full' : 'done'
  }

  deleteQueue(name: string): Change {
    const queue = this.#host.queues.get(wholeName(name))
    if (queue === undefined) return 'absent'
    if (queue.consumers.length > 0) return 'in-use'
    queue.purge()
    this.#host.queues.delete(queue.name)
    return 'done'
  }

  purgeQueue(name: string): number | undefined {
    return this.#host.queues.get(wholeName(name))?.purge()
  }
}

function wholeName(name: string): string {
  return name.startsWith(QUEUE_PREFIX) ? name : `${QUEUE_PREFIX}${name}`
}
