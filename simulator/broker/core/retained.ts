// Retained messages: the last one of each topic. Bounded by number and bytes; beyond the bound new
// topics are not retained and counted. Lookup by topic O(1), by filter O(retained topics).

import { matchesFilter } from '@motewire/sdk/codec'
import { bytesOf } from './message-ring.ts'
import type { Message } from './message.ts'

export interface RetainedLimits {
  /** Topics at most. Default 100,000. */
  readonly messagesMax: number
  /** Bytes of topics and payloads at most. Default 256 MiB. */
  readonly bytesMax: number
}

const LOOK_EVERY_MS = 60_000

export class RetainedStore {
  readonly #limits: RetainedLimits
  readonly #messages = new Map<string, Message>()
  #bytes = 0
  /** When the next message may expire: a lower bound. */
  #expiryMs = Infinity
  /** When expired ones were last looked for. */
  #lookedAtMs = -Infinity
  /** Messages that found no room. */
  refused = 0

  constructor(limits: RetainedLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#messages.size
  }

  get bytes(): number {
    return this.#bytes
  }

  /** An empty payload takes the topic's message away [MQTT5-3.3.1-6]. False: no room for it. */
  put(message: Message): boolean {
    const known = this.#messages.get(message.topic)
    const before = known === undefined ? 0 : bytesOf(known)
    if (message.payloadBytes === 0) {
      this.delete(message.topic)
      return true
    }
    const bytes = this.#bytes - before + bytesOf(message)
    const isNew = known === undefined
    if (
      (isNew && this.#messages.size >= this.#limits.messagesMax) ||
      bytes > this.#limits.bytesMax
    ) {
      this.refused++
      return false
    }
    this.#messages.set(message.topic, message.keep())
    this.#bytes = bytes
    this.#expiryMs = Math.min(this.#expiryMs, message.expiresAtMs)
    return true
  }

  delete(topic: string): void {
    const known = this.#messages.get(topic)
    if (known === undefined) return
    this.#bytes -= bytesOf(known)
    this.#messages.delete(topic)
  }

  get(topic: string): Message | undefined {
    return this.#messages.get(topic)
  }

  all(): Iterable<Message> {
    return this.#messages.values()
  }

  /** Messages for a new subscription that have not expired. */
  *matching(filter: string, now: number): Iterable<Message> {
    if (!filter.includes('+') && !filter.includes('#')) {
      const message = this.#messages.get(filter)
      if (message !== undefined && message.secondsLeft(now) > 0) yield message
      return
    }
    // Most topics differ at one of the ends: to see that takes half as long as to match, or less.
    const [prefix, suffix] = endsOf(filter)
    for (const [topic, message] of this.#messages) {
      if (!topic.startsWith(prefix) || !topic.endsWith(suffix)) continue
      if (matchesFilter(filter, topic) && message.secondsLeft(now) > 0) yield message
    }
  }

  /** When there may be something to forget; Infinity: never. At most once in LOOK_EVERY_MS. */
  get dueMs(): number {
    return Math.max(this.#expiryMs, this.#lookedAtMs + LOOK_EVERY_MS)
  }

  /** Forgets what has expired. O(retained topics): at `dueMs`. */
  deleteExpired(now: number): void {
    this.#lookedAtMs = now
    this.#expiryMs = Infinity
    for (const message of this.#messages.values()) {
      if (message.secondsLeft(now) <= 0) this.delete(message.topic)
      else this.#expiryMs = Math.min(this.#expiryMs, message.expiresAtMs)
    }
  }
}

/** What every topic that matches begins and ends with. `a/#` also matches `a`. */
function endsOf(filter: string): [prefix: string, suffix: string] {
  const first = filter.search(/\/?[+#]/)
  const isPrefixWhole = filter.endsWith('#') && first === filter.length - 2
  const prefix = filter.slice(0, isPrefixWhole ? first : filter.search(/[+#]/))
  return [prefix, filter.endsWith('#') ? '' : filter.slice(filter.lastIndexOf('+') + 1)]
}
