// Who gets a message: the topic tree, shared groups, and a cache of the answer for each topic. A
// client whose filters overlap gets a message once, at the highest QoS, with all its identifiers.
// The cache is dropped whenever a subscription changes; it holds ROUTES_MAX topics. Topics that a
// client may not read are left out when the route is made, so that access costs nothing a message.

import type { QoS } from '@motewire/sdk/codec'
import type { Message } from './message.ts'
import { TopicTree } from '@motewire/sdk/core'
import type { Session, SubscriptionEntry } from './session.ts'

/** One receiver of a topic. */
interface Route {
  readonly session: Session
  readonly entries: SubscriptionEntry[]
  qos: QoS
  /** Some of the entries are not for what the session publishes itself. */
  isPartlyLocal: boolean
  retainAsPublished: boolean
  identifiers: number[] | undefined
}

/** The members of `$share/NAME/FILTER`; each message goes to one of them, in turn. */
export interface SharedGroup {
  /** `$share/NAME/FILTER`. */
  readonly name: string
  readonly filter: string
  readonly members: SubscriptionEntry[]
  next: number
  messagesOut: number
}

/** Who gets the messages of a topic. */
export interface Routes {
  readonly direct: readonly Route[]
  readonly shared: readonly SharedGroup[]
}

/** Nobody. */
export const NO_ROUTES: Routes = { direct: [], shared: [] }
const ROUTES_MAX = 20_000
export const SHARE_PREFIX = '$share/'

export class Router {
  readonly #direct = new TopicTree<SubscriptionEntry>()
  readonly #shared = new TopicTree<SharedGroup>()
  readonly #groups = new Map<string, SharedGroup>()
  readonly #cache = new Map<string, Routes>()
  readonly #onFull: (session: Session) => void
  #count = 0
  /** Changes with every subscription. */
  revision = 0

  /** @param onFull told of a session whose queue is full after a message for it. */
  constructor(onFull: (session: Session) => void) {
    this.#onFull = onFull
  }

  /** Subscriptions of all sessions. */
  get size(): number {
    return this.#count
  }

  get groups(): ReadonlyMap<string, SharedGroup> {
    return this.#groups
  }

  add(entry: SubscriptionEntry): void {
    this.#cache.clear()
    this.revision++
    this.#count++
    const name = entry.subscription.filter
    if (!name.startsWith(SHARE_PREFIX)) return this.#direct.add(entry.filter, entry)
    let group = this.#groups.get(name)
    if (group === undefined) {
      group = { name, filter: entry.filter, members: [], next: 0, messagesOut: 0 }
      this.#groups.set(name, group)
      this.#shared.add(entry.filter, group)
    }
    group.members.push(entry)
  }

  remove(entry: SubscriptionEntry): void {
    this.#cache.clear()
    this.revision++
    this.#count--
    const name = entry.subscription.filter
    if (!name.startsWith(SHARE_PREFIX)) return this.#direct.remove(entry.filter, entry)
    const group = this.#groups.get(name)
    const at = group?.members.indexOf(entry) ?? -1
    if (group === undefined || at === -1) return
    group.members.splice(at, 1)
    if (group.members.length > 0) return
    this.#groups.delete(name)
    this.#shared.remove(group.filter, group)
  }

  /** What somebody may read has changed. */
  forgetRoutes(): void {
    this.#cache.clear()
  }

  /** Hands the message to all it is for; answers how many took it. */
  route(message: Message, now: number, routes: Routes): number {
    let deliveries = 0
    for (const whole of routes.direct) {
      const { session } = whole
      let route: Route | undefined = whole
      if (whole.isPartlyLocal && session.clientId === message.publisher) route = localRoute(whole)
      if (route === undefined) continue
      const retain = route.retainAsPublished && message.retain
      const best = message.qos < route.qos ? message.qos : route.qos
      const isTaken = session.deliver(message, best, retain, route.identifiers, now)
      if (session.delivery.isFull) this.#onFull(session)
      if (!isTaken) continue
      deliveries++
      for (const entry of route.entries) entry.delivered++
    }
    for (const group of routes.shared) if (this.#deliverShared(group, message, now)) deliveries++
    return deliveries
  }

  #deliverShared(group: SharedGroup, message: Message, now: number): boolean {
    const entry = nextMember(group, message.topic)
    if (entry === undefined) return false
    const { qos, retainAsPublished = false } = entry.subscription
    const best = message.qos < qos ? message.qos : qos
    const identifiers = entry.identifier === undefined ? undefined : [entry.identifier]
    const retain = retainAsPublished && message.retain
    const isTaken = entry.session.deliver(message, best, retain, identifiers, now)
    if (entry.session.delivery.isFull) this.#onFull(entry.session)
    if (!isTaken) return false
    entry.delivered++
    group.messagesOut++
    return true
  }

  /** Subscriptions that match a topic now. */
  entriesOf(topic: string): SubscriptionEntry[] {
    return [
      ...this.#direct.match(topic),
      ...this.#shared.match(topic).flatMap((group) => group.members),
    ]
  }

  /** `NO_ROUTES` when nobody is to get a message of this topic. */
  routesOf(topic: string): Routes {
    const known = this.#cache.get(topic)
    if (known !== undefined) return known
    const bySession = new Map<Session, Route>()
    for (const entry of this.#direct.match(topic)) {
      if (entry.session.access?.mayReceive(topic) !== false) addRoute(bySession, entry)
    }
    const shared = this.#shared.match(topic)
    const isHeard = bySession.size > 0 || shared.length > 0
    const routes = isHeard ? { direct: [...bySession.values()], shared } : NO_ROUTES
    if (this.#cache.size >= ROUTES_MAX) this.#cache.clear()
    this.#cache.set(topic, routes)
    return routes
  }
}

function addRoute(bySession: Map<Session, Route>, entry: SubscriptionEntry): void {
  const { session, subscription, identifier } = entry
  const { qos, noLocal = false, retainAsPublished = false } = subscription
  const route = bySession.get(session)
  if (route === undefined) {
    const identifiers = identifier === undefined ? undefined : [identifier]
    const entries = [entry]
    const isPartlyLocal = noLocal
    bySession.set(session, { session, entries, qos, isPartlyLocal, retainAsPublished, identifiers })
    return
  }
  route.entries.push(entry)
  if (qos > route.qos) route.qos = qos
  route.isPartlyLocal ||= noLocal
  route.retainAsPublished ||= retainAsPublished
  if (identifier !== undefined) (route.identifiers ??= []).push(identifier)
}

/** For what the session publishes itself: only what No Local does not exclude. */
function localRoute({ entries }: Route): Route | undefined {
  const bySession = new Map<Session, Route>()
  for (const entry of entries) {
    if (entry.subscription.noLocal !== true) addRoute(bySession, entry)
  }
  return bySession.values().next().value
}

/** How willing a member is: it sends at once, it is there and has room, it is away and has room. */
const Readiness = { free: 0, connected: 1, away: 2, unable: 3 } as const

function readinessOf({ session }: SubscriptionEntry, topic: string): number {
  const { delivery } = session
  if (session.access?.mayReceive(topic) === false) return Readiness.unable
  if (delivery.isFree) return Readiness.free
  if (delivery.isFull) return Readiness.unable
  return session.isConnected ? Readiness.connected : Readiness.away
}

/** In turn among the most willing ones. */
function nextMember(group: SharedGroup, topic: string): SubscriptionEntry | undefined {
  const { members } = group
  let best: SubscriptionEntry | undefined
  let bestReadiness: number = Readiness.unable
  for (let i = 0; i < members.length; i++) {
    const at = (group.next + i) % members.length
    const readiness = readinessOf(members[at]!, topic)
    if (readiness >= bestReadiness) continue
    best = members[at]!
    bestReadiness = readiness
    if (readiness === Readiness.free) break
  }
  if (best !== undefined) group.next = (members.indexOf(best) + 1) % members.length
  return best
}
