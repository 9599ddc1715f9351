// What happened on each topic: counts, bytes, rate, the last payload and who published, for people
// who look. Bounded: beyond topicsMax the topic used least recently is forgotten. O(1) a message,
// no allocation once a topic is known.

import type { QoS } from '@motewire/sdk/codec'
import { copyBytes } from './message.ts'

export interface Producer {
  readonly clientId: string
  messages: number
  lastAtMs: number
}

export interface TopicRecord {
  readonly topic: string
  readonly firstAtMs: number
  /** Who published first, '' for the broker itself; undefined: it was made before any message. */
  readonly firstPublisher: string | undefined
  messagesIn: number
  messagesOut: number
  bytesIn: number
  lastAtMs: number
  /** Messages a second, fading over about ten seconds. */
  rate: number
  lastQos: QoS
  lastRetain: boolean
  /** Its first `PREVIEW_BYTES_MAX` bytes stand in `preview`. */
  lastBytes: number
  preview: Uint8Array
  /** The last ones to publish; '' is the broker itself. */
  readonly producers: Producer[]
}

/** A message as far as it is counted; the payload is bytes[payloadStart, payloadEnd). */
export interface Content {
  readonly qos: QoS
  readonly retain: boolean
  readonly bytes: Uint8Array
  readonly payloadStart: number
  readonly payloadEnd: number
}

const RATE_WINDOW_MS = 10_000
const PREVIEW_BYTES_MAX = 4096
const PRODUCERS_MAX = 16
const NOTHING = new Uint8Array(0)

/** Topics among which the one to forget is chosen. */
const LOOKED_AT = 16

export class TopicStatistics {
  readonly #topicsMax: number
  readonly #records = new Map<string, TopicRecord>()
  /** Kept between calls: a new walk would first pass all places of those that were forgotten. */
  #hand = this.#records.values()
  forgotten = 0

  /** @param topicsMax about 400 bytes each plus the last payload; 0: nobody looks at any. */
  constructor(topicsMax: number) {
    this.#topicsMax = topicsMax
  }

  get size(): number {
    return this.#records.size
  }

  /** Counts a message and the deliveries it led to. */
  count(topic: string, publisher: string, content: Content, deliveries: number, now: number): void {
    if (this.#topicsMax === 0) return
    const record = this.#records.get(topic) ?? this.add(topic, now, publisher)
    record.rate = rateAt(record, now) + 1000 / RATE_WINDOW_MS
    record.messagesIn++
    record.messagesOut += deliveries
    record.bytesIn += content.payloadEnd - content.payloadStart
    record.lastAtMs = now
    record.lastQos = content.qos
    record.lastRetain = content.retain
    rememberPayload(record, content)
    rememberProducer(record.producers, publisher, now)
  }

  get(topic: string): TopicRecord | undefined {
    return this.#records.get(topic)
  }

  all(): Iterable<TopicRecord> {
    return this.#records.values()
  }

  /** A topic that nobody used yet, or that its first publisher makes. */
  add(topic: string, now: number, firstPublisher?: string): TopicRecord {
    if (this.#records.size >= this.#topicsMax) this.#forgetOne()
    const record = unusedRecord(topic, now, firstPublisher)
    this.#records.set(topic, record)
    return record
  }

  /**
   * Forgets the topics that were last used at `untilMs` or before, unless they are to be kept;
   * answers when the next one was last used, Infinity for none. O(topics).
   */
  forgetIdle(untilMs: number, isKept: (topic: string) => boolean): number {
    let nextMs = Infinity
    for (const { topic, lastAtMs } of this.#records.values()) {
      if (lastAtMs > untilMs) nextMs = Math.min(nextMs, lastAtMs)
      else if (!isKept(topic)) this.#records.delete(topic)
    }
    return nextMs
  }

  delete(topic: string): void {
    this.#records.delete(topic)
  }

  /** Looks at the next few only: near enough to the least recently used, and O(1). */
  #forgetOne(): void {
    let stalest = this.#next()
    for (let looked = 1; looked < LOOKED_AT; looked++) {
      const other = this.#next()
      if (other !== undefined && other.lastAtMs < stalest!.lastAtMs) stalest = other
    }
    if (stalest !== undefined) this.#records.delete(stalest.topic)
    this.forgotten++
  }

  /** Round and round; undefined when there is none. */
  #next(): TopicRecord | undefined {
    const { value } = this.#hand.next()
    if (value !== undefined) return value
    this.#hand = this.#records.values()
    return this.#hand.next().value
  }
}

/** Of a topic without a message. */
export function unusedRecord(topic: string, now: number, firstPublisher?: string): TopicRecord {
  return {
    topic,
    firstAtMs: now,
    firstPublisher,
    messagesIn: 0,
    messagesOut: 0,
    bytesIn: 0,
    lastAtMs: now,
    rate: 0,
    lastQos: 0,
    lastRetain: false,
    lastBytes: 0,
    preview: NOTHING,
    producers: [],
  }
}

export function rateAt(record: TopicRecord, now: number): number {
  return record.rate * Math.exp((record.lastAtMs - now) / RATE_WINDOW_MS)
}

/** The last payload seen, cut at 4 KiB; a copy. */
export function lastPayloadOf({ preview, lastBytes }: TopicRecord): Uint8Array {
  return preview.slice(0, lastBytes)
}

function rememberPayload(record: TopicRecord, content: Content): void {
  const { payloadStart } = content
  const bytes = Math.min(content.payloadEnd - payloadStart, PREVIEW_BYTES_MAX)
  record.lastBytes = bytes
  if (record.preview.length < bytes) {
    const size = Math.min(PREVIEW_BYTES_MAX, Math.max(bytes, 32))
    record.preview = Buffer.allocUnsafeSlow(size)
  }
  copyBytes(content.bytes, payloadStart, payloadStart + bytes, record.preview, 0)
}

function rememberProducer(producers: Producer[], clientId: string, now: number): void {
  for (const producer of producers) {
    if (producer.clientId !== clientId) continue
    producer.messages++
    producer.lastAtMs = now
    return
  }
  if (producers.length === PRODUCERS_MAX) producers.shift()
  producers.push({ clientId, messages: 1, lastAtMs: now })
}
