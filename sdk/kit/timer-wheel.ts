// A hierarchical timer wheel: any number of tasks behind one real timer. Four levels of 256 slots,
// one millisecond fine: level 0 spans 256 ms, level 3 about 49 days; later deadlines wait in the
// last slot and are looked at again. It does not know what time it is: `advance` is told.
// schedule and cancel are O(1); advance is O(tasks due + slots passed that hold tasks).
//
// Tasks run in the order of their millisecond; within one millisecond in the order of scheduling.

import { assert } from './assert.ts'
import type { Task } from './task.ts'

const LEVEL_BITS = 8
const SLOTS = 1 << LEVEL_BITS
const LEVELS = 4
const WORDS = SLOTS / 32
const TICKS_MAX = 2 ** (LEVEL_BITS * LEVELS) - 1

export class TimerWheel {
  /** First and last task of each slot's list. */
  readonly #heads: (Task | undefined)[] = Array.from({ length: LEVELS * SLOTS })
  readonly #tails: (Task | undefined)[] = Array.from({ length: LEVELS * SLOTS })
  /** One bit a slot: whether its list holds a task. */
  readonly #occupied = new Uint32Array(LEVELS * WORDS)
  /** All ticks up to and including this one have run. */
  #tick: number
  #count = 0

  /** @param nowMs the time at which the wheel starts to turn. */
  constructor(nowMs: number) {
    this.#tick = Math.floor(nowMs)
  }

  /** Tasks scheduled now. */
  get size(): number {
    return this.#count
  }

  schedule(deadlineMs: number, task: Task): void {
    assert(!Number.isNaN(deadlineMs), 'deadline is not a number')
    if (task.isScheduled) this.cancel(task)
    task.deadlineMs = deadlineMs
    this.#count++
    this.#place(task)
  }

  cancel(task: Task): void {
    if (!task.isScheduled) return
    this.#count--
    this.#unlink(task)
  }

  /**
   * Runs every task whose deadline is at or before `nowMs`; tasks may schedule and cancel others.
   */
  advance(nowMs: number): void {
    const target = Math.floor(nowMs)
    while (this.#tick < target) {
      if (this.#count === 0) {
        this.#tick = target
        return
      }
      const due = this.#nextTick()
      if (due > target) {
        this.#tick = target
        return
      }
      this.#tick = due
      this.#cascade(due)
      this.#runSlot(due & (SLOTS - 1), nowMs)
    }
  }

  /** The earliest time at which `advance` has something to do; Infinity when the wheel is empty. */
  nextWakeMs(): number {
    return this.#count === 0 ? Infinity : this.#nextTick()
  }

  #place(task: Task): void {
    // A deadline that is due already runs at the next tick: never inside the call that set it.
    const tick = Math.min(
      Math.max(Math.ceil(task.deadlineMs), this.#tick + 1),
      this.#tick + TICKS_MAX,
    )
    // The level is the highest digit (base 256) in which the deadline differs from now.
    let level = 0
    let span = SLOTS
    while (level < LEVELS - 1 && Math.floor(tick / span) !== Math.floor(this.#tick / span)) {
      level++
      span *= SLOTS
    }
    const digit = Math.floor(tick / (span / SLOTS)) & (SLOTS - 1)
    this.#link(task, level * SLOTS + digit)
  }

  #link(task: Task, slot: number): void {
    const tail = this.#tails[slot]
    task.slot = slot
    task.previous = tail
    task.next = undefined
    if (tail) tail.next = task
    else {
      this.#heads[slot] = task
      this.#occupied[slot >>> 5]! |= 1 << (slot & 31)
    }
    this.#tails[slot] = task
  }

  #unlink(task: Task): void {
    const { slot, previous, next } = task
    if (previous) previous.next = next
    else this.#heads[slot] = next
    if (next) next.previous = previous
    else this.#tails[slot] = previous
    if (!this.#heads[slot]) this.#occupied[slot >>> 5]! &= ~(1 << (slot & 31))
    task.next = undefined
    task.previous = undefined
    task.slot = -1
  }

  /** The next tick at which a slot must be run or spread over lower levels. */
  #nextTick(): number {
    let span = 1
    for (let level = 0; level < LEVELS; level++) {
      const base = Math.floor(this.#tick / span)
      const position = base & (SLOTS - 1)
      const slot = this.#firstOccupied(level, position + 1)
      if (slot !== -1) return (base - position + slot) * span
      span *= SLOTS
    }
    // Only the top level wraps: what lies behind the hand there belongs to the next turn.
    const top = span / SLOTS
    const base = Math.floor(this.#tick / top)
    const slot = this.#firstOccupied(LEVELS - 1, 0)
    return slot === -1 ? Infinity : (base - (base & (SLOTS - 1)) + SLOTS + slot) * top
  }

  #firstOccupied(level: number, from: number): number {
    for (let slot = from; slot < SLOTS;) {
      const word = this.#occupied[level * WORDS + (slot >>> 5)]! >>> (slot & 31)
      if (word !== 0) return slot + 31 - Math.clz32(word & -word)
      slot = (slot & ~31) + 32
    }
    return -1
  }

  /** At the start of a higher level's slot, hands its tasks down to the levels below. */
  #cascade(tick: number): void {
    let span = SLOTS
    for (let level = 1; level < LEVELS && tick % span === 0; level++, span *= SLOTS) {
      const slot = level * SLOTS + (Math.floor(tick / span) & (SLOTS - 1))
      for (let task = this.#heads[slot]; task; task = this.#heads[slot]) {
        this.#unlink(task)
        this.#placeAtOrAfter(task, tick)
      }
    }
  }

  /** Like #place, but a task due at this very tick still runs in it. */
  #placeAtOrAfter(task: Task, tick: number): void {
    if (Math.ceil(task.deadlineMs) <= tick) this.#link(task, tick & (SLOTS - 1))
    else this.#place(task)
  }

  #runSlot(slot: number, nowMs: number): void {
    for (let task = this.#heads[slot]; task; task = this.#heads[slot]) {
      this.#unlink(task)
      this.#count--
      task.run(nowMs)
    }
  }
}
