// Messages waiting for one receiver, first in first out: a ring of references with one byte of
// flags each, about 9 bytes a message besides the message itself, which all receivers share. An
// empty ring holds nothing. It does not know why they wait. Adding and taking are O(1) amortised.

import type { QoS } from '@motewire/sdk/codec'
import { assert } from '@motewire/sdk/kit'
import type { Message } from './message.ts'

export type Identifiers = readonly number[] | undefined

const SIZE_MIN = 8
const RETAIN_FLAG = 4
const NO_MESSAGES: (Message | undefined)[] = []
const NO_FLAGS = new Uint8Array(0)

export class MessageRing {
  #messages = NO_MESSAGES
  #flags = NO_FLAGS
  /** Subscription identifiers by place; undefined until the first message that has any. */
  #identifiers: Identifiers[] | undefined
  #head = 0
  #size = 0
  /** Bytes of topics and payloads. */
  bytes = 0

  get size(): number {
    return this.#size
  }

  push(message: Message, qos: QoS, retain: boolean, identifiers: Identifiers): void {
    if (this.#size === this.#messages.length) this.#grow()
    const at = (this.#head + this.#size++) & (this.#messages.length - 1)
    this.#messages[at] = message
    this.#flags[at] = qos | (retain ? RETAIN_FLAG : 0)
    if (identifiers !== undefined || this.#identifiers !== undefined) {
      this.#identifiers ??= []
      this.#identifiers[at] = identifiers
    }
    this.bytes += bytesOf(message)
  }

  /** Puts a message before the oldest. */
  unshift(message: Message, qos: QoS, retain: boolean, identifiers: Identifiers): void {
    if (this.#size === this.#messages.length) this.#grow()
    this.#head = (this.#head - 1) & (this.#messages.length - 1)
    this.#size++
    this.#messages[this.#head] = message
    this.#flags[this.#head] = qos | (retain ? RETAIN_FLAG : 0)
    if (this.#identifiers !== undefined) this.#identifiers[this.#head] = identifiers
    this.bytes += bytesOf(message)
  }

  /** The message at a place, 0 being the oldest; undefined beyond the end. */
  peek(place = 0): Message | undefined {
    return place < this.#size ? this.#messages[this.#at(place)] : undefined
  }

  qosOf(place = 0): QoS {
    return (this.#flags[this.#at(place)]! & 3) as QoS
  }

  retainOf(place = 0): boolean {
    return (this.#flags[this.#at(place)]! & RETAIN_FLAG) !== 0
  }

  identifiersOf(place = 0): Identifiers {
    return this.#identifiers?.[this.#at(place)]
  }

  /** Takes the oldest away. */
  shift(): void {
    assert(this.#size > 0, 'shift of an empty ring')
    const head = this.#head
    this.bytes -= bytesOf(this.#messages[head]!)
    this.#messages[head] = undefined
    if (this.#identifiers !== undefined) this.#identifiers[head] = undefined
    this.#head = (head + 1) & (this.#messages.length - 1)
    // An emptied ring gives back what a rush made it take.
    if (--this.#size === 0 && this.#messages.length > SIZE_MIN) this.clear()
  }

  clear(): void {
    this.#messages = NO_MESSAGES
    this.#flags = NO_FLAGS
    this.#identifiers = undefined
    this.#head = 0
    this.#size = 0
    this.bytes = 0
  }

  #at(place: number): number {
    return (this.#head + place) & (this.#messages.length - 1)
  }

  #grow(): void {
    const size = Math.max(SIZE_MIN, this.#messages.length * 2)
    const messages: (Message | undefined)[] = Array.from({ length: size })
    const flags = new Uint8Array(size)
    const identifiers: Identifiers[] = []
    for (let place = 0; place < this.#size; place++) {
      const at = this.#at(place)
      messages[place] = this.#messages[at]
      flags[place] = this.#flags[at]!
      if (this.#identifiers !== undefined) identifiers[place] = this.#identifiers[at]
    }
    this.#messages = messages
    this.#flags = flags
    if (this.#identifiers !== undefined) this.#identifiers = identifiers
    this.#head = 0
  }
}

/** What a message counts against the bound on bytes. */
export function bytesOf(message: Message): number {
  return message.topic.length + message.payloadBytes
}
