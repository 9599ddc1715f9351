// Retained messages: the last one of each topic. Bounded by number and bytes; beyond the bound new
// topics are not retained and counted. Lookup by topic O(1), by filter O(retained topics).

import { matchesFilter } from '@motewire/sdk/codec'
import type { Message } from './message.ts'

export interface RetainedLimits {
  /** Topics at most. Default 100,000. */
  readonly messagesMax: number
  /** Bytes of payloads at most. Default 256 MiB. */
  readonly bytesMax: number
}

interface Kept {
  readonly message: Message
  readonly sinceMs: number
}

export class RetainedStore {
  readonly #limits: RetainedLimits
  readonly #messages = new Map<string, Kept>()
  #bytes = 0
  /** Messages that found no room. */
  refused = 0

  constructor(limits: RetainedLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#messages.size
  }

  /** An empty payload takes the topic's message away [MQTT5-3.3.1-6]. */
  put(message: Message, now: number): void {
    const known = this.#messages.get(message.topic)
    this.#bytes -= known?.message.payload.length ?? 0
    this.#messages.delete(message.topic)
    if (message.payload.length === 0) return
    const bytes = this.#bytes + message.payload.length
    if (this.#messages.size >= this.#limits.messagesMax || bytes > this.#limits.bytesMax) {
      this.refused++
      return
    }
    this.#bytes = bytes
    this.#messages.set(message.topic, { message, sinceMs: now })
  }

  get(topic: string): Message | undefined {
    return this.#messages.get(topic)?.message
  }

  /** Messages for a new subscription, with what remains of their expiry. */
  *matching(filter: string, now: number): Iterable<Message> {
    const isExact = !filter.includes('+') && !filter.includes('#')
    if (isExact) {
      const kept = this.#messages.get(filter)
      const message = kept === undefined ? undefined : remaining(kept, now)
      if (message !== undefined) yield message
      return
    }
    for (const [topic, kept] of this.#messages) {
      if (!matchesFilter(filter, topic)) continue
      const message = remaining(kept, now)
      if (message !== undefined) yield message
    }
  }
}

function remaining({ message, sinceMs }: Kept, now: number): Message | undefined {
  const expiry = message.properties?.messageExpiryInterval
  if (expiry === undefined) return message
  const left = expiry - Math.floor((now - sinceMs) / 1000)
  if (left <= 0) return undefined
  return { ...message, properties: { ...message.properties, messageExpiryInterval: left } }
}
