// Packet Identifiers in use and what each stands for. A table of about twice the number in use, not
// of 65,536: identifier i lives at index i modulo the table's size, and an identifier whose place
// is taken is skipped, so that a lookup is one read. Never 0, never one in use [MQTT5-2.2.1-3].
// Allocation is O(1) amortised; the table doubles when half full (128 bytes at first).

import { assert } from '../kit/index.ts'

const SIZE_MIN = 16
const ID_MAX = 65_535
const EMPTY = new Int32Array(0)

export class PacketIds {
  #ids: Int32Array = EMPTY
  #values: Int32Array = EMPTY
  #last = 0
  #count = 0

  /** Identifiers in use. */
  get size(): number {
    return this.#count
  }

  /** Takes the next free identifier for `value` (0 to 2^31 - 1); 0 when all 65,535 are in use. */
  allocate(value: number): number {
    if (this.#count >= ID_MAX) return 0
    this.#makeRoom()
    const mask = this.#ids.length - 1
    let id = this.#last
    do id = id >= ID_MAX ? 1 : id + 1
    while (this.#ids[id & mask] !== 0)
    this.#last = id
    this.#put(id, value)
    return id
  }

  /** Takes this very identifier: a session restored from a store. False when it is in use. */
  restore(id: number, value: number): boolean {
    assert(id >= 1 && id <= ID_MAX, 'packet identifier out of range')
    if (this.valueOf(id) !== -1) return false
    this.#makeRoom()
    while (this.#ids[id & (this.#ids.length - 1)] !== 0) this.#resize(this.#ids.length * 2)
    this.#put(id, value)
    return true
  }

  /** What `id` stands for; -1 when it is not in use. */
  valueOf(id: number): number {
    const index = id & (this.#ids.length - 1)
    return this.#ids[index] === id ? this.#values[index]! : -1
  }

  release(id: number): void {
    const index = id & (this.#ids.length - 1)
    if (this.#ids[index] !== id) return
    this.#ids[index] = 0
    this.#count--
  }

  clear(): void {
    this.#ids = EMPTY
    this.#values = EMPTY
    this.#count = 0
  }

  #put(id: number, value: number): void {
    const index = id & (this.#ids.length - 1)
    this.#ids[index] = id
    this.#values[index] = value
    this.#count++
  }

  #makeRoom(): void {
    const size = this.#ids.length
    // At 65,536 places every identifier has its own.
    if (size < 65_536 && this.#count * 2 >= size) this.#resize(Math.max(SIZE_MIN, size * 2))
  }

  #resize(size: number): void {
    const ids = this.#ids
    const values = this.#values
    this.#ids = new Int32Array(size)
    this.#values = new Int32Array(size)
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!
      if (id === 0) continue
      // Two identifiers apart modulo the old size stay apart modulo its double.
      this.#ids[id & (size - 1)] = id
      this.#values[id & (size - 1)] = values[i]!
    }
  }
}
