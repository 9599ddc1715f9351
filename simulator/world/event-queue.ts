// Tasks in the exact order of their deadlines, fractions of a millisecond included; equal deadlines
// run in the order of scheduling. A timer wheel of two levels, one millisecond fine: level 0 holds
// what is due within 65.5 seconds, level 1 what is due within 49 days, later deadlines wait in its
// last place and are looked at again. It does not know what time it is; `next` tells what is due.
// schedule is O(1) plus the tasks of the same millisecond with a later deadline, cancel is O(1),
// next is O(1) plus the empty words of a bitmap passed. 2 MiB.

import { assert } from '@motewire/sdk/kit'
import type { Task } from '@motewire/sdk/kit'

const BITS = 16
const SLOTS = 1 << BITS
const MASK = SLOTS - 1
const WORDS = SLOTS / 32
const TICKS_MAX = SLOTS * (SLOTS - 1)

export class EventQueue {
  /** First and last task of each slot's list: level 0, then level 1. */
  readonly #heads: (Task | undefined)[] = emptySlots()
  readonly #tails: (Task | undefined)[] = emptySlots()
  /** One bit a slot: whether its list holds a task. */
  readonly #occupied = new Int32Array(2 * WORDS)
  /** Whole milliseconds; nothing before it is left. */
  #tick: number
  /** Tasks in level 1. */
  #farCount = 0
  #count = 0
  #sequence = 0

  constructor(nowMs: number = 0) {
    this.#tick = Math.floor(nowMs)
  }

  /** Tasks scheduled now. */
  get size(): number {
    return this.#count
  }

  /** A task already scheduled is moved, not doubled. */
  schedule(deadlineMs: number, task: Task): void {
    assert(Number.isFinite(deadlineMs), `deadline ${deadlineMs}`)
    if (task.slot !== -1) this.#unlink(task)
    else this.#count++
    task.deadlineMs = deadlineMs
    task.sequence = this.#sequence++
    this.#place(task)
  }

  cancel(task: Task): void {
    if (task.slot === -1) return
    this.#unlink(task)
    this.#count--
  }

  /** The task due first, if that is at or before `limitMs`; it stays scheduled. */
  next(limitMs: number): Task | undefined {
    if (this.#count === 0) return undefined
    const limitTick = Math.floor(limitMs)
    for (;;) {
      const head = this.#heads[this.#tick & MASK]
      if (head !== undefined) return head.deadlineMs <= limitMs ? head : undefined
      // The next slot with a task, but not beyond a window whose tasks must come down first.
      const window = this.#farWindow()
      const target = Math.min(this.#nearTick(), window)
      if (target > limitTick) return undefined
      this.#tick = target
      if (target === window) this.#cascade()
    }
  }

  /** When `next` may have something, at the earliest; Infinity when it is empty. */
  wakeMs(): number {
    if (this.#count === 0) return Infinity
    const head = this.#heads[this.#tick & MASK]
    if (head !== undefined) return head.deadlineMs
    return Math.min(this.#nearTick(), this.#farWindow())
  }

  /** Takes a task out, to run it. */
  take(task: Task): void {
    this.#unlink(task)
    this.#count--
  }

  /** The tick at which the next tasks of level 1 come down; Infinity when there are none. */
  #farWindow(): number {
    if (this.#farCount === 0) return Infinity
    const window = Math.floor(this.#tick / SLOTS)
    const here = SLOTS + (window & MASK)
    const ahead = this.#firstOccupied(here + 1, 2 * SLOTS)
    if (ahead !== -1) return (window + ahead - here) * SLOTS
    return (window + SLOTS + this.#firstOccupied(SLOTS, here + 1) - here) * SLOTS
  }

  #place(task: Task): void {
    // What is overdue runs next, in the order of its deadlines.
    const tick = Math.max(Math.floor(task.deadlineMs), this.#tick)
    const distance = tick - this.#tick
    if (distance < SLOTS) return this.#insert(task, tick & MASK)
    this.#farCount++
    const far = distance > TICKS_MAX ? this.#tick + TICKS_MAX : tick
    this.#append(task, SLOTS + (Math.floor(far / SLOTS) & MASK))
  }

  /** Keeps a slot of level 0 sorted by deadline, then sequence. */
  #insert(task: Task, slot: number): void {
    let before = this.#tails[slot]
    while (before !== undefined && before.deadlineMs > task.deadlineMs) before = before.previous
    if (before === this.#tails[slot]) return this.#append(task, slot)
    const after = before === undefined ? this.#heads[slot] : before.next
    task.slot = slot
    task.previous = before
    task.next = after
    if (before === undefined) this.#heads[slot] = task
    else before.next = task
    if (after !== undefined) after.previous = task
  }

  #append(task: Task, slot: number): void {
    const tail = this.#tails[slot]
    task.slot = slot
    task.previous = tail
    task.next = undefined
    if (tail !== undefined) tail.next = task
    else {
      this.#heads[slot] = task
      this.#occupied[slot >>> 5]! |= 1 << (slot & 31)
    }
    this.#tails[slot] = task
  }

  #unlink(task: Task): void {
    const { slot, previous, next } = task
    if (previous === undefined) this.#heads[slot] = next
    else previous.next = next
    if (next === undefined) this.#tails[slot] = previous
    else next.previous = previous
    if (next === undefined && previous === undefined) {
      this.#occupied[slot >>> 5]! &= ~(1 << (slot & 31))
    }
    if (slot >= SLOTS) this.#farCount--
    task.next = undefined
    task.previous = undefined
    task.slot = -1
  }

  /** The next tick whose slot of level 0 holds a task; Infinity when there is none. */
  #nearTick(): number {
    if (this.#count === this.#farCount) return Infinity
    const here = this.#tick & MASK
    const base = this.#tick - here
    const ahead = this.#firstOccupied(here, SLOTS)
    if (ahead !== -1) return base + ahead
    const wrapped = this.#firstOccupied(0, here)
    return wrapped === -1 ? Infinity : base + SLOTS + wrapped
  }

  #firstOccupied(from: number, end: number): number {
    for (let slot = from; slot < end;) {
      const word = this.#occupied[slot >>> 5]! >>> (slot & 31)
      if (word !== 0) {
        const found = slot + 31 - Math.clz32(word & -word)
        return found < end ? found : -1
      }
      slot = (slot & ~31) + 32
    }
    return -1
  }

  /** At the begin of a window of level 1: its tasks go to where they are due. */
  #cascade(): void {
    const slot = SLOTS + (Math.floor(this.#tick / SLOTS) & MASK)
    // Equal deadlines keep their order: the list is in the order of scheduling, and what was put
    // into level 0 since then was scheduled later.
    let task = this.#heads[slot]
    while (task !== undefined) {
      const following: Task | undefined = task.next
      this.#unlink(task)
      this.#placeAgain(task)
      task = following
    }
  }

  #placeAgain(task: Task): void {
    const tick = Math.floor(task.deadlineMs)
    if (tick - this.#tick >= SLOTS) return this.#place(task)
    const slot = tick & MASK
    let after = this.#heads[slot]
    while (after !== undefined && isBefore(after, task)) after = after.next
    if (after === undefined) return this.#append(task, slot)
    task.slot = slot
    task.next = after
    task.previous = after.previous
    if (after.previous === undefined) this.#heads[slot] = task
    else after.previous.next = task
    after.previous = task
  }
}

function isBefore(one: Task, other: Task): boolean {
  if (one.deadlineMs !== other.deadlineMs) return one.deadlineMs < other.deadlineMs
  return one.sequence < other.sequence
}

function emptySlots(): (Task | undefined)[] {
  const slots: (Task | undefined)[] = []
  slots.length = 2 * SLOTS
  return slots.fill(undefined)
}
