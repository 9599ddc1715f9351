// What happened to each client, and why: its connections, refusals, subscriptions, overload. Kept
// for clients that are gone too. Bounded: EVENTS_MAX each, CLIENTS_MAX clients, those heard of
// least recently forgotten first. O(1) an event.

export type ClientEventKind =
  | 'connected'
  | 'refused'
  | 'disconnected'
  | 'subscribed'
  | 'unsubscribed'
  | 'willPublished'
  | 'overloaded'
  | 'recovered'
  | 'denied'
  | 'sessionEnded'

export interface TimedEvent {
  readonly atMs: number
  readonly kind: ClientEventKind
  /** In words: the reason, the filter, the address. */
  readonly detail: string
}

const EVENTS_MAX = 32
const CLIENTS_MAX = 10_000

export class Timeline {
  readonly #events = new Map<string, TimedEvent[]>()

  add(clientId: string, kind: ClientEventKind, detail: string, now: number): void {
    const event = { atMs: now, kind, detail }
    const events = this.#events.get(clientId)
    if (events === undefined) {
      if (this.#events.size >= CLIENTS_MAX) this.#forgetOne()
      // A list made of its first event has room for one; one that is pushed to has room for 17.
      this.#events.set(clientId, [event])
      return
    }
    // The end of the map is who was heard of last.
    this.#events.delete(clientId)
    this.#events.set(clientId, events)
    if (events.length === EVENTS_MAX) events.shift()
    events.push(event)
  }

  /** Oldest first. */
  of(clientId: string): readonly TimedEvent[] {
    return this.#events.get(clientId) ?? []
  }

  #forgetOne(): void {
    for (const clientId of this.#events.keys()) {
      this.#events.delete(clientId)
      return
    }
  }
}
