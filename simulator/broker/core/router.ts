// Who gets a message: the topic tree, shared groups, and a cache of the answer for each topic. A
// client whose filters overlap gets a message once, at the highest QoS, with all its identifiers.
// The cache is dropped whenever a subscription changes; it holds routesMax topics.

import type { QoS } from '@motewire/sdk/codec'
import type { Message } from './message.ts'
import type { ServerSession, SubscriptionEntry } from './server-session.ts'
import { TopicTree } from '@motewire/sdk/core'

/** One receiver of a topic. */
export interface Route {
  readonly session: ServerSession
  qos: QoS
  noLocal: boolean
  retainAsPublished: boolean
  identifiers: number[] | undefined
}

/** The members of `$share/NAME/FILTER`; each message goes to one of them, in turn. */
interface SharedGroup {
  readonly filter: string
  readonly members: SubscriptionEntry[]
  next: number
}

interface Routes {
  readonly direct: readonly Route[]
  readonly shared: readonly SharedGroup[]
}

const ROUTES_MAX = 20_000

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

  add(entry: SubscriptionEntry): void {
    this.#cache.clear()
    this.#count++
    const name = entry.subscription.filter
    if (!name.startsWith('$share/')) return this.#direct.add(entry.filter, entry)
    let group = this.#groups.get(name)
    if (group === undefined) {
      group = { filter: entry.filter, members: [], next: 0 }
      this.#groups.set(name, group)
      this.#shared.add(entry.filter, group)
    }
    group.members.push(entry)
  }

  remove(entry: SubscriptionEntry): void {
    this.#cache.clear()
    this.#count--
    const name = entry.subscription.filter
    if (!name.startsWith('$share/')) return this.#direct.remove(entry.filter, entry)
    const group = this.#groups.get(name)
    const at = group?.members.indexOf(entry) ?? -1
    if (group === undefined || at === -1) return
    group.members.splice(at, 1)
    if (group.members.length > 0) return
    this.#groups.delete(name)
    this.#shared.remove(group.filter, group)
  }

  /** Hands the message to all it is for; answers how many took it. */
  route(message: Message, now: number): number {
    const { direct, shared } = this.#routesOf(message.topic)
    let deliveries = 0
    for (const { session, qos, noLocal, retainAsPublished, identifiers } of direct) {
      if (noLocal && session.clientId === message.publisher) continue
      const retain = retainAsPublished && message.retain
      const best = message.qos < qos ? message.qos : qos
      if (session.deliver(message, best, retain, identifiers, now)) deliveries++
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
    const bySession = new Map<ServerSession, Route>()
    for (const entry of this.#direct.match(topic)) addRoute(bySession, entry)
    const routes = { direct: [...bySession.values()], shared: this.#shared.match(topic) }
    if (this.#cache.size >= ROUTES_MAX) this.#cache.clear()
    this.#cache.set(topic, routes)
    return routes
  }
}

function addRoute(
  bySession: Map<ServerSession, Route>,
  { session, subscription, identifier }: SubscriptionEntry,
): void {
  const { qos, noLocal = false, retainAsPublished = false } = subscription
  const route = bySession.get(session)
  if (route === undefined) {
    const identifiers = identifier === undefined ? undefined : [identifier]
    bySession.set(session, { session, qos, noLocal, retainAsPublished, identifiers })
    return
  }
  if (qos > route.qos) route.qos = qos
  route.noLocal &&= noLocal
  route.retainAsPublished ||= retainAsPublished
  if (identifier !== undefined) (route.identifiers ??= []).push(identifier)
}

/** The next member that is connected; if none is, the next one keeps it in its queue. */
function deliverShared(group: SharedGroup, message: Message, now: number): boolean {
  const { members } = group
  let chosen: SubscriptionEntry | undefined
  for (let i = 0; i < members.length; i++) {
    const at = (group.next + i) % members.length
    const member = members[at]!
    if (!member.session.isConnected && !(chosen === undefined && i === members.length - 1)) continue
    chosen = member
    group.next = (at + 1) % members.length
    break
  }
  if (chosen === undefined) return false
  const { qos, retainAsPublished = false } = chosen.subscription
  const best = message.qos < qos ? message.qos : qos
  const identifiers = chosen.identifier === undefined ? undefined : [chosen.identifier]
  return chosen.session.deliver(
    message,
    best,
    retainAsPublished && message.retain,
    identifiers,
    now,
  )
}
