// What happened on each topic: counts, bytes, rate and the last message, for people who look.
// Bounded: beyond topicsMax the topic used least recently is forgotten. O(1) a message.

import type { Message } from './message.ts'

export interface TopicRecord {
  readonly topic: string
  messagesIn: number
  messagesOut: number
  bytesIn: number
  lastAtMs: number
  /** Messages a second, fading over about ten seconds. */
  rate: number
  last: Message
}

const RATE_WINDOW_MS = 10_000

export class TopicStatistics {
  readonly #topicsMax: number
  readonly #records = new Map<string, TopicRecord>()
  forgotten = 0

  /** @param topicsMax default 50,000, about 400 bytes each plus the last payload. */
  constructor(topicsMax: number) {
    this.#topicsMax = topicsMax
  }

  get size(): number {
    return this.#records.size
  }

  /** Counts a message and the deliveries it led to. */
  count(message: Message, deliveries: number, now: number): void {
    let record = this.#records.get(message.topic)
    if (record === undefined) record = this.#begin(message, now)
    record.rate = rateAt(record, now) + 1000 / RATE_WINDOW_MS
    record.messagesIn++
    record.messagesOut += deliveries
    record.bytesIn += message.payload.length
    record.lastAtMs = now
    record.last = message
  }

  get(topic: string): TopicRecord | undefined {
    return this.#records.get(topic)
  }

  all(): Iterable<TopicRecord> {
    return this.#records.values()
  }

  #begin(message: Message, now: number): TopicRecord {
    if (this.#records.size >= this.#topicsMax) this.#forgetOne()
    const record: TopicRecord = {
      topic: message.topic,
      messagesIn: 0,
      messagesOut: 0,
      bytesIn: 0,
      lastAtMs: now,
      rate: 0,
      last: message,
    }
    this.#records.set(message.topic, record)
    return record
  }

  /** Looks at the first few only: near enough to the least recently used, and O(1). */
  #forgetOne(): void {
    let stalest: TopicRecord | undefined
    let looked = 0
    for (const record of this.#records.values()) {
      if (stalest === undefined || record.lastAtMs < stalest.lastAtMs) stalest = record
      if (++looked === 16) break
    }
    if (stalest !== undefined) this.#records.delete(stalest.topic)
    this.forgotten++
  }
}

export function rateAt(record: TopicRecord, now: number): number {
  return record.rate * Math.exp((record.lastAtMs - now) / RATE_WINDOW_MS)
}
