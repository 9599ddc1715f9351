// What happened to each client, and why: its connections, refusals, subscriptions, overload. Kept
// for clients that are gone too. Bounded: EVENTS_MAX each, CLIENTS_MAX clients, those heard of
// least recently forgotten first. O(EVENTS_MAX) an event.

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
  /** A whole millisecond. */
  readonly atMs: number
  readonly kind: ClientEventKind
  /** In words: the reason, the filter, the address. */
  readonly detail: string
}

/** Who came: `about` is an address that the connection holds too, so its text costs nothing. */
const PREFIXES: Partial<Record<ClientEventKind, string>> = { connected: 'from ' }

/** An event and the one before it: most clients have one or two, which a list would double. */
interface Entry {
  readonly atMs: number
  readonly kind: ClientEventKind
  readonly about: string
  before: Entry | undefined
}

const EVENTS_MAX = 32
const CLIENTS_MAX = 10_000

export class Timeline {
  /** The newest event of each; the end of the map is who was heard of last. */
  readonly #newest = new Map<string, Entry>()
  /** Kept between calls: a new walk would first pass all places of those that were forgotten. */
  readonly #stalest = this.#newest.keys()

  /** `about` is in words what belongs to the kind; of `connected` the address. */
  add(clientId: string, kind: ClientEventKind, about: string, now: number): void {
    const before = this.#newest.get(clientId)
    if (before !== undefined) {
      this.#newest.delete(clientId)
      forgetBeyond(before, EVENTS_MAX - 1)
    } else if (this.#newest.size >= CLIENTS_MAX) this.#forgetOne()
    this.#newest.set(clientId, { atMs: Math.floor(now), kind, about, before })
  }

  /** Oldest first. */
  of(clientId: string): readonly TimedEvent[] {
    const events: TimedEvent[] = []
    for (let one = this.#newest.get(clientId); one !== undefined; one = one.before) {
      const { atMs, kind, about } = one
      events.push({ atMs, kind, detail: `${PREFIXES[kind] ?? ''}${about}` })
    }
    return events.toReversed()
  }

  #forgetOne(): void {
    const { value } = this.#stalest.next()
    if (value !== undefined) this.#newest.delete(value)
  }
}

/** Keeps `count` events: the newest and those before it. */
function forgetBeyond(newest: Entry, count: number): void {
  let last = newest
  for (let kept = 1; kept < count; kept++) {
    if (last.before === undefined) return
    last = last.before
  }
  last.before = undefined
}
