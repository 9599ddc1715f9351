// The books of a run: what was published, how it ended, what arrived. At the end they are checked
// against what each QoS promises. It knows nothing of how messages travel.

import type { Outcome, QoS } from '@motewire/sdk'

interface Stream {
  readonly qos: QoS
  published: number
}

interface Arrivals {
  /** Highest number so far, for the order of first arrivals. */
  highest: number
  readonly counts: number[]
}

export class Books {
  readonly #streams = new Map<string, Stream>()
  readonly #outcomes = new Map<string, Outcome>()
  readonly #subscribers = new Map<string, Map<string, Arrivals>>()
  readonly #breaches: string[] = []
  #nowMs = 0
  published = 0

  addSubscriber(name: string): void {
    this.#subscribers.set(name, new Map())
  }

  /** Notes the next message of a topic and answers its text: its number, and filling. */
  publish(topic: string, qos: QoS, payloadBytes: number): string {
    const stream = this.#streams.get(topic) ?? { qos, published: 0 }
    this.#streams.set(topic, stream)
    this.published++
    return `${stream.published++}`.padEnd(payloadBytes, ' ')
  }

  keyOf(topic: string, text: string): string {
    return `${topic} ${Number(text)}`
  }

  handleOutcome(key: string, outcome: Outcome, nowMs: number): void {
    this.#checkTime(nowMs)
    if (this.#outcomes.has(key)) this.#breaches.push(`message ${key} ended twice`)
    this.#outcomes.set(key, outcome)
  }

  handleReceived(name: string, topic: string, text: string, qos: QoS, nowMs: number): void {
    this.#checkTime(nowMs)
    const stream = this.#streams.get(topic)
    const number = Number(text)
    if (stream === undefined || !(number < stream.published)) {
      this.#breaches.push(`${name} got ${topic} ${text}, which nobody sent`)
      return
    }
    if (qos !== stream.qos) this.#breaches.push(`${name} got ${topic} ${number} at QoS ${qos}`)
    const topics = this.#subscribers.get(name)!
    const arrivals = topics.get(topic) ?? { highest: -1, counts: [] }
    topics.set(topic, arrivals)
    const count = (arrivals.counts[number] ?? 0) + 1
    arrivals.counts[number] = count
    if (count > 1 && qos !== 1) {
      this.#breaches.push(`${name} got ${topic} ${number} of QoS ${qos} ${count} times`)
    }
    if (count === 1 && number < arrivals.highest) {
      this.#breaches.push(`${name} got ${topic} ${number} after ${arrivals.highest}`)
    }
    arrivals.highest = Math.max(arrivals.highest, number)
  }

  checkQueue(name: string, queued: number): void {
    if (queued > 0) this.#breaches.push(`${name} still has ${queued} messages after a quiet time`)
  }

  /** What is wrong; at QoS 1 and 2 each message must have arrived at each subscriber. */
  check(): string[] {
    for (const [topic, { qos, published }] of this.#streams) {
      for (let number = 0; number < published; number++) {
        this.#checkMessage(topic, qos, number)
      }
    }
    return this.#breaches.slice(0, BREACHES_MAX)
  }

  #checkMessage(topic: string, qos: QoS, number: number): void {
    const outcome = this.#outcomes.get(`${topic} ${number}`)
    if (outcome === undefined) this.#breaches.push(`message ${topic} ${number} never ended`)
    else if (outcome !== 'delivered') {
      this.#breaches.push(`message ${topic} ${number} ended as ${outcome}`)
    }
    if (qos === 0) return
    for (const [name, topics] of this.#subscribers) {
      if ((topics.get(topic)?.counts[number] ?? 0) > 0) continue
      this.#breaches.push(`${name} never got ${topic} ${number} of QoS ${qos}`)
    }
  }

  #checkTime(nowMs: number): void {
    if (nowMs < this.#nowMs) this.#breaches.push(`time went back from ${this.#nowMs} to ${nowMs}`)
    this.#nowMs = nowMs
  }
}

/** One fault is told a thousand times; the first few will do. */
const BREACHES_MAX = 20
