// One virtual host: sessions, subscriptions, routing, retained messages, queues and wills of those
// who came in under its name. Two hosts never see each other's messages. It knows no connections
// and no packets of their own; time is an argument.

import { topicProblem } from '@motewire/sdk/codec'
import type { SubscribePacket, Subscription } from '@motewire/sdk/codec'
import { NEXT_TICK } from './agenda.ts'
import type { Agenda } from './agenda.ts'
import { LoadWatch } from './load-watch.ts'
import { isQueue, MessageQueue } from './message-queue.ts'
import { forwarded, Message } from './message.ts'
import type { CoreOptions } from './options.ts'
import { mayPublish } from './publish-check.ts'
import { RetainedDelivery } from './retained-delivery.ts'
import type { RetainedOwner } from './retained-delivery.ts'
import { RetainedStore } from './retained.ts'
import { Router, SHARE_PREFIX } from './router.ts'
import type { Routes } from './router.ts'
import { Session } from './session.ts'
import type { Absence, SubscriptionEntry } from './session.ts'
import type { CoreStore } from './store.ts'
import { Timeline } from './timeline.ts'
import { TopicStatistics } from './topic-statistics.ts'
import type { Content } from './topic-statistics.ts'

const NOT_AUTHORIZED = 0x87
const QUOTA_EXCEEDED = 0x97
const FILTER_INVALID = 0x8f
/** Of a filter: the topic tree is walked level by level. As Mosquitto. */
const FILTER_LEVELS_MAX = 200

export class VirtualHost implements RetainedOwner {
  readonly name: string
  readonly options: CoreOptions
  readonly store: CoreStore | undefined
  readonly router: Router
  readonly retained: RetainedStore
  readonly topics: TopicStatistics
  readonly timeline: Timeline = new Timeline()
  readonly sessions: Map<string, Session> = new Map()
  readonly queues: Map<string, MessageQueue> = new Map()
  /** Those without a connection, which time ends. */
  readonly #away = new Set<Session>()
  /** Before this nothing happens to any of them: a lower bound. */
  #awayDueMs = Infinity
  readonly #retainedDelivery: RetainedDelivery = new RetainedDelivery(this)
  readonly #load: LoadWatch = new LoadWatch(this.timeline)
  connectsTotal = 0
  messagesIn = 0
  messagesOut = 0
  payloadBytesIn = 0
  payloadBytesOut = 0
  sessionsExpired = 0
  /** Drops of sessions that are gone; those of living ones are counted there. */
  droppedBefore = 0
  readonly #agenda: Agenda
  #topicsDueMs = 0
  #subscribed: { readonly revision: number; readonly topics: readonly string[] } | undefined

  constructor(name: string, options: CoreOptions, store: CoreStore | undefined, agenda: Agenda) {
    this.name = name
    this.options = options
    this.store = store
    this.#agenda = agenda
    this.router = new Router((session) => this.#watchLoad(session))
    this.retained = new RetainedStore(options.retained)
    this.topics = new TopicStatistics(options.topicsMax)
  }

  /** Subscriptions of all its sessions, to queues too. */
  get subscriptionCount(): number {
    let count = this.router.size
    for (const { consumers } of this.queues.values()) count += consumers.length
    return count
  }

  /** Messages that found no room, of all that there are and were. */
  get dropped(): number {
    let count = this.droppedBefore
    for (const session of this.sessions.values()) count += session.dropped
    for (const queue of this.queues.values()) count += queue.dropped
    return count
  }

  // Messages.

  /** Routes a message, retains it if it says so; answers how many took it. */
  publish(message: Message, now: number, routes?: Routes): number {
    const isKept = message.retain && this.options.isRetainAvailable
    if (isKept && this.retained.put(message)) {
      this.store?.noteRetained(this.name, message)
      this.#agenda.bring(this.retained.dueMs)
    }
    const known = routes ?? this.routesOf(message.topic)
    const deliveries =
      known === undefined ? this.#enqueue(message, now) : this.router.route(message, now, known)
    this.messagesOut += deliveries
    this.payloadBytesOut += message.payloadBytes * deliveries
    this.count(message.topic, message.publisher, message, deliveries, now)
    return deliveries
  }

  /** Who gets messages of this topic; undefined when a queue of its name does. */
  routesOf(topic: string): Routes | undefined {
    return isQueue(topic) ? undefined : this.router.routesOf(topic)
  }

  /** A message and those who took it; `content` is borrowed. */
  count(topic: string, publisher: string, content: Content, deliveries: number, now: number): void {
    this.messagesIn++
    this.payloadBytesIn += content.payloadEnd - content.payloadStart
    this.topics.count(topic, publisher, content, deliveries, now)
    this.#agenda.bring(now + this.options.topicExpiryS * 1000)
  }

  #enqueue(message: Message, now: number): number {
    const queue = this.openQueue(message.topic, now)
    return queue?.push(message, now) === true ? 1 : 0
  }

  /** The queue of this whole name, made if need be; undefined when there are too many. */
  openQueue(name: string, now: number): MessageQueue | undefined {
    const known = this.queues.get(name)
    if (known !== undefined) return known
    if (this.queues.size >= this.options.namedQueuesMax) return undefined
    const queue = new MessageQueue(name, this.options.namedQueue, now)
    const { store } = this
    if (store !== undefined) {
      queue.onQueued = (message) => store.noteQueued(this.name, name, message)
      queue.onUnqueued = () => store.noteUnqueued(this.name, name)
    }
    this.queues.set(name, queue)
    return queue
  }

  // Subscriptions.

  /** One reason code a filter, in order; retained messages follow by `deliverRetained`. */
  subscribe(session: Session, packet: SubscribePacket, now: number): number[] {
    const id = packet.properties?.subscriptionIdentifier
    const identifier = typeof id === 'number' ? id : undefined
    return packet.subscriptions.map((one) => this.#subscribeOne(session, one, identifier, now))
  }

  #subscribeOne(
    session: Session,
    wanted: Subscription,
    identifier: number | undefined,
    now: number,
  ): number {
    const { filter } = wanted
    const refuse = (code: number): number => {
      this.timeline.add(session.clientId, 'denied', `subscription to ${filter}`, now)
      return session.protocolVersion === 5 ? code : 0x80
    }
    const known = session.subscriptions.get(filter)
    const isFull = session.subscriptions.size >= this.options.subscriptionsPerClientMax
    if (known === undefined && isFull) return refuse(QUOTA_EXCEEDED)
    const plain = unsharedFilter(filter)
    if (plain.split('/').length > FILTER_LEVELS_MAX) return refuse(FILTER_INVALID)
    if (session.access?.maySubscribe(plain) === false) return refuse(NOT_AUTHORIZED)
    const qos = wanted.qos < this.options.qosMax ? wanted.qos : this.options.qosMax
    const subscription = { ...wanted, qos }
    const entry: SubscriptionEntry = {
      session,
      subscription,
      filter: plain,
      identifier,
      delivered: 0,
    }
    if (known !== undefined) this.#detach(known)
    if (!this.#attach(entry, now)) return refuse(QUOTA_EXCEEDED)
    this.#fresh.set(wanted, known === undefined)
    session.addSubscription(entry)
    if (session.expiryMs > 0) this.store?.noteSubscription(this.name, entry)
    this.timeline.add(session.clientId, 'subscribed', `${filter} at QoS ${qos}`, now)
    return qos
  }

  /** Whether a subscription was new, for its retain handling; lives as long as its packet. */
  readonly #fresh = new WeakMap<Subscription, boolean>()

  #attach(entry: SubscriptionEntry, now: number): boolean {
    if (!isQueue(entry.filter)) {
      this.router.add(entry)
      return true
    }
    const queue = this.openQueue(entry.filter, now)
    queue?.addConsumer(entry, now)
    return queue !== undefined
  }

  #detach(entry: SubscriptionEntry): void {
    if (isQueue(entry.filter)) this.queues.get(entry.filter)?.removeConsumer(entry)
    else this.router.remove(entry)
  }

  /** A subscription out of the store. */
  restoreSubscription(entry: SubscriptionEntry, now: number): void {
    const known = entry.session.subscriptions.get(entry.subscription.filter)
    if (known !== undefined) this.#detach(known)
    entry.session.addSubscription(entry)
    this.#attach(entry, now)
  }

  /** Retained messages for the filters just granted: now, or as soon as the broker comes to it. */
  deliverRetained(
    session: Session,
    packet: SubscribePacket,
    reasonCodes: readonly number[],
    now: number,
  ): void {
    const isNew = (subscription: Subscription): boolean => this.#fresh.get(subscription) === true
    this.#retainedDelivery.deliver(session, packet, reasonCodes, isNew, now)
    if (!this.#retainedDelivery.isIdle) this.#agenda.bring(NEXT_TICK)
  }

  handleDelivered(session: Session, isTaken: boolean): void {
    if (isTaken) this.messagesOut++
    if (session.delivery.isFull) this.#watchLoad(session)
  }

  /** Goes on with what was too much at once; false when some is left. */
  workOff(now: number): boolean {
    return this.#retainedDelivery.workOff(now)
  }

  /** The reason code: 0, or 0x11 when there was no such subscription. */
  unsubscribe(session: Session, filter: string, now: number): number {
    if (!session.subscriptions.has(filter)) return 0x11
    this.unsubscribeQuietly(session, filter)
    if (session.expiryMs > 0) this.store?.noteUnsubscription(this.name, session.clientId, filter)
    this.timeline.add(session.clientId, 'unsubscribed', filter, now)
    return 0
  }

  /** Same, from the store: nobody is told. */
  unsubscribeQuietly(session: Session, filter: string): void {
    const entry = session.subscriptions.get(filter)
    if (entry === undefined) return
    session.removeSubscription(filter)
    this.#detach(entry)
  }

  /** Topics that somebody subscribes to by name, used or not; looked for after changes only. */
  subscribedTopics(): readonly string[] {
    const { revision } = this.router
    if (this.#subscribed?.revision !== revision) {
      const topics = new Set<string>()
      for (const { subscriptions } of this.sessions.values()) {
        for (const { filter } of subscriptions.values()) {
          if (topicProblem(filter) === undefined && !filter.startsWith('$')) topics.add(filter)
        }
      }
      this.#subscribed = { revision, topics: [...topics] }
    }
    return this.#subscribed.topics
  }

  /** Topics that were used, and those that somebody waits for. O(topics subscribed to). */
  get topicCount(): number {
    const isUnused = (topic: string): boolean => this.topics.get(topic) === undefined
    return this.topics.size + this.subscribedTopics().filter(isUnused).length
  }

  // Sessions.

  openSession(clientId: string): Session {
    const session = new Session(clientId, this.options.queue)
    this.sessions.set(clientId, session)
    return session
  }

  /** It has a connection, and what was owed to it is on its way. */
  handleOnline(session: Session): void {
    this.#away.delete(session)
    if (session.isOverloaded || session.delivery.isFull) this.#watchLoad(session)
  }

  /** Its connection has ended: the will is due now or later, and perhaps its own end. */
  handleLost(session: Session, isWillDue: boolean, now: number): void {
    session.connection = undefined
    session.delivery.handleOffline()
    if (!isWillDue) session.will = undefined
    const { will, expiryMs } = session
    // The will goes out with the session at the latest [MQTT5-3.1.3-9].
    const delayMs = Math.min((will?.properties?.willDelayInterval ?? 0) * 1000, expiryMs)
    if (delayMs === 0) this.#publishWill(session, now)
    if (expiryMs === 0) return this.destroy(session, now)
    const willDueMs = session.will === undefined ? Infinity : now + delayMs
    this.keepAway(session, { sinceMs: now, expiresAtMs: now + expiryMs, willDueMs })
    this.store?.noteSession(this.name, session)
  }

  /** A session without a connection, until `absence` ends or its client is back. */
  keepAway(session: Session, absence: Absence): void {
    session.absence = absence
    this.#away.add(session)
    this.#awayDueMs = Math.min(this.#awayDueMs, absence.willDueMs, absence.expiresAtMs)
    this.#agenda.bring(this.#awayDueMs)
  }

  destroy(session: Session, now: number): void {
    const { clientId } = session
    const queues = session.consumes === undefined ? [] : this.#putBack(session)
    for (const entry of session.subscriptions.values()) this.#detach(entry)
    for (const queue of queues) queue.dispatch(now)
    this.droppedBefore += session.dropped
    if (this.sessions.get(clientId) === session) this.sessions.delete(clientId)
    this.#away.delete(session)
    this.#load.delete(session)
    // A will that waits goes out with the session at the latest [MQTT5-3.1.2-8].
    this.#publishWill(session, now)
    if (session.delivery.ledger !== undefined) this.store?.noteSessionEnd(this.name, clientId)
    session.delivery.ledger = undefined
  }

  /** What a consumer did not confirm goes back to the queues that it came from: these. */
  #putBack({ delivery }: Session): Iterable<MessageQueue> {
    const queues = new Set<MessageQueue>()
    for (const message of [...delivery.browse()].toReversed()) {
      const queue = this.queues.get(message.topic)
      if (queue === undefined) continue
      queue.putBack(message)
      queues.add(queue)
    }
    return queues
  }

  #publishWill(session: Session, now: number): void {
    const { will } = session
    session.will = undefined
    if (session.absence !== undefined) session.absence.willDueMs = Infinity
    // It has gone, or will never go: not once more after a restart.
    if (will !== undefined && session.absence !== undefined)
      this.store?.noteSession(this.name, session)
    if (will === undefined || !mayPublish(session.access, will.topic)) return
    const { willDelayInterval: _delay, ...properties } = will.properties ?? {}
    const payload = typeof will.payload === 'string' ? Buffer.from(will.payload) : will.payload
    const { topic, qos = 0, retain = false } = will
    const publisher = session.clientId
    this.timeline.add(publisher, 'willPublished', topic, now)
    const fields = { topic, payload, qos, retain, properties: forwarded(properties), publisher }
    this.publish(Message.of(fields, now), now)
  }

  // Time.

  /** Whatever is due; nobody is asked when nothing is. */
  handleTick(now: number): void {
    if (now >= this.#awayDueMs) this.#visitAway(now)
    this.#load.handleTick(now)
    if (!this.workOff(now)) this.#agenda.bring(NEXT_TICK)
    if (now >= this.retained.dueMs) this.retained.deleteExpired(now)
    this.#agenda.bring(this.#load.isIdle ? this.#awayDueMs : NEXT_TICK)
    this.#agenda.bring(Math.min(this.retained.dueMs, this.#forgetIdleTopics(now)))
  }

  /** Delayed wills, sessions at their end. O(sessions without a connection). */
  #visitAway(now: number): void {
    this.#awayDueMs = Infinity
    for (const session of this.#away) {
      const { absence } = session
      if (absence === undefined) continue
      if (absence.willDueMs <= now) this.#publishWill(session, now)
      if (absence.expiresAtMs > now) {
        const { willDueMs, expiresAtMs } = absence
        this.#awayDueMs = Math.min(this.#awayDueMs, willDueMs, expiresAtMs)
        continue
      }
      this.sessionsExpired++
      this.timeline.add(session.clientId, 'sessionEnded', 'expired', now)
      this.destroy(session, now)
    }
  }

  /** Answers when it is due again. Topics with a subscriber or a retained message stay. */
  #forgetIdleTopics(now: number): number {
    const idleMs = this.options.topicExpiryS * 1000
    if (idleMs === Infinity || this.topics.size === 0) return Infinity
    if (now < this.#topicsDueMs) return this.#topicsDueMs
    const nextMs = this.topics.forgetIdle(now - idleMs, (topic) => {
      return this.retained.get(topic) !== undefined || this.router.entriesOf(topic).length > 0
    })
    // Those that stay are looked at again when they may have become idle.
    this.#topicsDueMs = Math.min(nextMs, now) + idleMs
    return this.#topicsDueMs
  }

  /** Its queue is full, or was: the next tick looks at it. */
  #watchLoad(session: Session): void {
    this.#load.add(session)
    this.#agenda.bring(NEXT_TICK)
  }
}

export function unsharedFilter(filter: string): string {
  return filter.startsWith(SHARE_PREFIX) ? filter.split('/').slice(2).join('/') : filter
}
