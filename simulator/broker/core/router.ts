// Who gets a message: the topic tree, shared groups, and a cache of the answer for each topic. A
// client whose filters overlap gets a message once, at the highest QoS, with all its identifiers.
// The cache is dropped whenever a subscription changes; it holds ROUTES_MAX topics. Topics that a
// client may not read are left out when the route is made, so that access costs nothing a message.

import type { QoS } from '@motewire/sdk/codec'
import type { Message } from './message.ts'
import type { Session, SubscriptionEntry } from './session.ts'
import { TopicTree } from './topic-tree.ts'

/** One receiver of a topic. */
interface Route {
  readonly session: Session
  readonly entries: SubscriptionEntry[]
  qos: QoS
  noLocal: boolean
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

interface Routes {
  readonly direct: readonly Route[]
  readonly shared: readonly SharedGroup[]
}

const ROUTES_MAX = 20_000
export const SHARE_PREFIX = '$share/'

export class Router {
  readonly #direct = new TopicTree<SubscriptionEntry>()
  readonly #shared = new TopicTree<SharedGroup>()
  readonly #groups = new Map<string, SharedGroup>()
  readonly #cache = new Map<string, Routes>()
  #count = 0

  /** Subscriptions of all sessions. */
  get size(): number {
    return this.#count
  }

  get groups(): ReadonlyMap<string, SharedGroup> {
    return this.#groups
  }

  add(entry: SubscriptionEntry): void {
    this.#cache.clear()
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
  route(message: Message, now: number): number {
    const { direct, shared } = this.#routesOf(message.topic)
    let deliveries = 0
    for (const route of direct) {
      const { session, noLocal } = route
      if (noLocal && session.clientId === message.publisher) continue
      const retain = route.retainAsPublished && message.retain
      const best = message.qos < route.qos ? message.qos : route.qos
      if (!session.deliver(message, best, retain, route.identifiers, now)) continue
      deliveries++
      for (const entry of route.entries) entry.delivered++
    }
    for (const group of shared) if (deliverShared(group, message, now)) deliveries++
    return deliveries
  }

  /** Subscriptions that match a topic now. */
  entriesOf(topic: string): SubscriptionEntry[] {
    return [
      ...this.#direct.match(topic),
      ...this.#shared.match(topic).flatMap((group) => group.members),
    ]
  }

  #routesOf(topic: string): Routes {
    const known = this.#cache.get(topic)
    if (known !== undefined) return known
    const bySession = new Map<Session, Route>()
    for (const entry of this.#direct.match(topic)) {
      if (entry.session.access?.mayReceive(topic) !== false) addRoute(bySession, entry)
    }
    const routes = { direct: [...bySession.values()], shared: this.#shared.match(topic) }
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
    bySession.set(session, { session, entries, qos, noLocal, retainAsPublished, identifiers })
    return
  }
  route.entries.push(entry)
  if (qos > route.qos) route.qos = qos
  route.noLocal &&= noLocal
  route.retainAsPublished ||= retainAsPublished
  if (identifier !== undefined) (route.identifiers ??= []).push(identifier)
}

/**
 * In turn among the members that can send it on at once; if there is none, among those connected
 * whose queue has room; then among the absent ones whose queue has.
 */
function deliverShared(group: SharedGroup, message: Message, now: number): boolean {
  const { members } = group
  const isAllowed = ({ session }: SubscriptionEntry): boolean =>
    session.access?.mayReceive(message.topic) !== false
  const entry =
    nextMember(group, (one) => one.session.delivery.isFree && isAllowed(one)) ??
    nextMember(
      group,
      ({ session }) => session.isConnected && !session.delivery.isFull,
      isAllowed,
    ) ??
    nextMember(group, (one) => !one.session.delivery.isFull && isAllowed(one))
  if (entry === undefined || members.length === 0) return false
  const { qos, retainAsPublished = false } = entry.subscription
  const best = message.qos < qos ? message.qos : qos
  const identifiers = entry.identifier === undefined ? undefined : [entry.identifier]
  const retain = retainAsPublished && message.retain
  if (!entry.session.deliver(message, best, retain, identifiers, now)) return false
  entry.delivered++
  group.messagesOut++
  return true
}

function nextMember(
  group: SharedGroup,
  ...conditions: readonly ((entry: SubscriptionEntry) => boolean)[]
): SubscriptionEntry | undefined {
  const { members, next } = group
  for (let i = 0; i < members.length; i++) {
    const at = (next + i) % members.length
    const entry = members[at]!
    if (!conditions.every((holds) => holds(entry))) continue
    group.next = (at + 1) % members.length
    return entry
  }
  return undefined
}
