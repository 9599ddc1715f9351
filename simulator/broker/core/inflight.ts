// QoS 1 and 2 messages that were sent to one receiver and not confirmed: a table of about twice the
// number in flight, where identifier i lives at index i modulo the size; an identifier whose place
// is taken is skipped. Identifiers are given out in turn, so their order is the order of sending.
// An idle session holds no table. It knows no packets; a lookup is one read.

import type { QoS } from '@motewire/sdk/codec'
import { assert } from '@motewire/sdk/kit'
import type { Message } from './message.ts'
import type { Identifiers } from './message-ring.ts'

/** What is awaited. `puback` is of QoS 1, the others of QoS 2. */
export const Awaited = { nothing: 0, puback: 1, pubrec: 2, pubcomp: 3 } as const
export type Awaited = 0 | 1 | 2 | 3

const SIZE_MIN = 8
const ID_MAX = 65_535
const RETAIN_FLAG = 4
const NO_IDS = new Uint16Array(0)
const NO_FLAGS = new Uint8Array(0)
const NO_MESSAGES: (Message | undefined)[] = []

export class Inflight {
  #ids = NO_IDS
  /** Awaited in the low two bits, RETAIN above. */
  #flags = NO_FLAGS
  #messages = NO_MESSAGES
  #identifiers: Map<number, Identifiers> | undefined
  #last = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Takes the next identifier for a message; 0 when none is free. */
  add(message: Message, qos: QoS, retain: boolean, identifiers: Identifiers): number {
    if (this.#size >= ID_MAX) return 0
    this.#makeRoom()
    const mask = this.#ids.length - 1
    let id = this.#last
    do id = id >= ID_MAX ? 1 : id + 1
    while (this.#ids[id & mask] !== 0)
    this.#put(id, message, qos, retain, identifiers)
    return id
  }

  /** Takes this very identifier: a session that comes from the store, oldest first. */
  restore(id: number, message: Message, qos: QoS, retain: boolean, identifiers: Identifiers): void {
    assert(id >= 1 && id <= ID_MAX && this.awaitedOf(id) === 0, 'identifier is in use')
    this.#makeRoom()
    while (this.#ids[id & (this.#ids.length - 1)] !== 0) this.#resize(this.#ids.length * 2)
    this.#put(id, message, qos, retain, identifiers)
  }

  #put(id: number, message: Message, qos: QoS, retain: boolean, identifiers: Identifiers): void {
    const at = id & (this.#ids.length - 1)
    this.#ids[at] = id
    this.#flags[at] = (qos === 1 ? Awaited.puback : Awaited.pubrec) | (retain ? RETAIN_FLAG : 0)
    this.#messages[at] = message
    if (identifiers !== undefined) (this.#identifiers ??= new Map()).set(id, identifiers)
    this.#last = id
    this.#size++
  }

  /** What is awaited for an identifier; `nothing` when it is not in use. */
  awaitedOf(id: number): Awaited {
    const at = id & (this.#ids.length - 1)
    return this.#ids[at] === id ? ((this.#flags[at]! & 3) as Awaited) : Awaited.nothing
  }

  messageOf(id: number): Message {
    return this.#messages[id & (this.#ids.length - 1)]!
  }

  retainOf(id: number): boolean {
    return (this.#flags[id & (this.#ids.length - 1)]! & RETAIN_FLAG) !== 0
  }

  identifiersOf(id: number): Identifiers {
    return this.#identifiers?.get(id)
  }

  /** PUBREC came: from here on PUBCOMP is awaited. */
  markReceived(id: number): void {
    this.#flags[id & (this.#ids.length - 1)] = Awaited.pubcomp
  }

  remove(id: number): void {
    const at = id & (this.#ids.length - 1)
    if (this.#ids[at] !== id) return
    this.#ids[at] = 0
    this.#messages[at] = undefined
    this.#identifiers?.delete(id)
    this.#size--
  }

  /** Identifiers in the order of sending. O(size log size). */
  inOrder(): number[] {
    const age = (id: number): number => (id - this.#last - 1 + 2 * ID_MAX) % ID_MAX
    return [...this.#ids].filter((id) => id !== 0).toSorted((a, b) => age(a) - age(b))
  }

  clear(): void {
    this.#ids = NO_IDS
    this.#flags = NO_FLAGS
    this.#messages = NO_MESSAGES
    this.#identifiers = undefined
    this.#size = 0
  }

  #makeRoom(): void {
    const size = this.#ids.length
    if (size < 65_536 && this.#size * 2 >= size) this.#resize(Math.max(SIZE_MIN, size * 2))
  }

  #resize(size: number): void {
    const ids = new Uint16Array(size)
    const flags = new Uint8Array(size)
    const messages: (Message | undefined)[] = Array.from({ length: size })
    for (const [i, id] of this.#ids.entries()) {
      if (id === 0) continue
      // Two identifiers apart modulo the old size stay apart modulo its double.
      ids[id & (size - 1)] = id
      flags[id & (size - 1)] = this.#flags[i]!
      messages[id & (size - 1)] = this.#messages[i]
    }
    this.#ids = ids
    this.#flags = flags
    this.#messages = messages
  }
}
