// A named queue, `$queue/NAME`: what is published to it waits until one of its consumers takes it,
// each message going to one of them, in turn among those who can take it at once. What a consumer
// had not confirmed when its session ended comes back to the front. Bounded like a session's queue.
// O(consumers) a message at worst.

import { bytesOf, MessageRing } from './message-ring.ts'
import type { Message } from './message.ts'
import type { QueueLimits } from './queue-limits.ts'
import type { SubscriptionEntry } from './session.ts'

export const QUEUE_PREFIX = '$queue/'

/** Whether a topic or filter is the name of a queue. Asked for each message. */
export function isQueue(name: string): boolean {
  return name.charCodeAt(0) === DOLLAR && name.startsWith(QUEUE_PREFIX)
}

const DOLLAR = 0x24

export class MessageQueue {
  /** The whole name, `$queue/` included. */
  readonly name: string
  readonly #limits: QueueLimits
  readonly #waiting = new MessageRing()
  readonly #consumers: SubscriptionEntry[] = []
  #next = 0
  #isDispatching = false
  messagesIn = 0
  messagesOut = 0
  dropped = 0
  lastAtMs: number
  /** Told of what comes and leaves, where queues are kept on disk. */
  onQueued: ((message: Message) => void) | undefined
  onUnqueued: (() => void) | undefined

  constructor(name: string, limits: QueueLimits, now: number) {
    this.name = name
    this.#limits = limits
    this.lastAtMs = now
  }

  get depth(): number {
    return this.#waiting.size
  }

  get bytes(): number {
    return this.#waiting.bytes
  }

  get consumers(): readonly SubscriptionEntry[] {
    return this.#consumers
  }

  /** Oldest first; looking takes nothing away. */
  *browse(): Iterable<Message> {
    for (let place = 0; place < this.#waiting.size; place++) yield this.#waiting.peek(place)!
  }

  /** False when the queue is full. */
  push(message: Message, now: number): boolean {
    this.lastAtMs = now
    this.messagesIn++
    const { messagesMax, bytesMax } = this.#limits
    if (this.#waiting.size >= messagesMax || this.#waiting.bytes + bytesOf(message) > bytesMax) {
      this.dropped++
      return false
    }
    this.restore(message.keep())
    this.onQueued?.(message)
    this.dispatch(now)
    return true
  }

  /** A message out of the store. */
  restore(message: Message): void {
    this.#waiting.push(message, message.qos, false, undefined)
  }

  /** The oldest message has left before the store was read. */
  replayUnqueued(): void {
    if (this.#waiting.size > 0) this.#waiting.shift()
  }

  /** A message that a consumer did not confirm. */
  putBack(message: Message): void {
    this.#waiting.unshift(message, message.qos, false, undefined)
    this.onQueued?.(message)
    this.messagesOut--
  }

  addConsumer(entry: SubscriptionEntry, now: number): void {
    this.#consumers.push(entry)
    ;(entry.session.consumes ??= new Set()).add(this)
    this.dispatch(now)
  }

  removeConsumer(entry: SubscriptionEntry): void {
    const at = this.#consumers.indexOf(entry)
    if (at !== -1) this.#consumers.splice(at, 1)
    entry.session.consumes?.delete(this)
  }

  /** Hands out what waits to consumers that can take it at once. */
  dispatch(now: number): void {
    // A consumer that takes a message may come back here.
    if (this.#isDispatching) return
    this.#isDispatching = true
    while (this.#waiting.size > 0) {
      const message = this.#waiting.peek()!
      const isExpired = message.secondsLeft(now) <= 0
      const consumer = isExpired ? undefined : this.#nextConsumer()
      if (!isExpired && consumer === undefined) break
      this.#waiting.shift()
      if (consumer === undefined || !this.#handTo(consumer, message, now)) this.dropped++
      else this.messagesOut++
      // Only once the consumer has it: a crash in between repeats rather than loses.
      this.onUnqueued?.()
    }
    this.#isDispatching = false
  }

  /** Answers how many were dropped. */
  purge(): number {
    const count = this.#waiting.size
    for (let i = 0; i < count; i++) this.onUnqueued?.()
    this.#waiting.clear()
    this.dropped += count
    return count
  }

  #handTo(entry: SubscriptionEntry, message: Message, now: number): boolean {
    const { session, subscription, identifier } = entry
    const qos = message.qos < subscription.qos ? message.qos : subscription.qos
    const identifiers = identifier === undefined ? undefined : [identifier]
    const isTaken = session.deliver(message, qos, false, identifiers, now)
    if (isTaken) entry.delivered++
    return isTaken
  }

  #nextConsumer(): SubscriptionEntry | undefined {
    const { length } = this.#consumers
    for (let i = 0; i < length; i++) {
      const at = (this.#next + i) % length
      const entry = this.#consumers[at]!
      if (!entry.session.delivery.isFree) continue
      this.#next = (at + 1) % length
      return entry
    }
    return undefined
  }
}
