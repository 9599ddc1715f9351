// The virtual clock: exact order, far deadlines, cancelling, and the same as a plain sorted list.

import { describe, expect, it } from 'vitest'
import { Prng, Task } from '@motewire/sdk/kit'
import { VirtualClock } from '../../../../simulator/world/virtual-clock.ts'

/** A task that writes its name and the time down. */
function noting(log: string[], name: string): Task {
  return new Task((now) => log.push(`${name}@${now}`))
}

describe('a virtual clock', () => {
  it('runs tasks at their very deadlines, fractions included, in order', () => {
    const clock = new VirtualClock()
    const log: string[] = []
    clock.schedule(1.75, noting(log, 'c'))
    clock.schedule(1.25, noting(log, 'a'))
    clock.schedule(1.5, noting(log, 'b'))
    clock.runUntil(10)
    expect(log).toEqual(['a@1.25', 'b@1.5', 'c@1.75'])
    expect(clock.now()).toBe(10)
  })

  it('runs equal deadlines in the order of scheduling, over window borders too', () => {
    const clock = new VirtualClock()
    const log: string[] = []
    const far = 200_000.5
    clock.schedule(far, noting(log, 'first'))
    clock.schedule(150_000, new Task(() => clock.schedule(far, noting(log, 'second'))))
    clock.runUntil(far)
    expect(log).toEqual([`first@${far}`, `second@${far}`])
  })

  it('runs what is scheduled for the past now, never turning time back', () => {
    const clock = new VirtualClock(100)
    const log: string[] = []
    const early = noting(log, 'early')
    clock.schedule(150, new Task(() => clock.schedule(20, early)))
    clock.runUntil(200)
    expect(log).toEqual(['early@150'])
  })

  it('runs deferred work before time moves on', () => {
    const clock = new VirtualClock()
    const log: string[] = []
    const note = (what: string): void => void log.push(`${what}@${clock.now()}`)
    clock.schedule(
      5,
      new Task(() => {
        clock.defer(() => note('deferred'))
        clock.defer(() => clock.defer(() => note('again')))
        note('task')
      }),
    )
    clock.schedule(5, noting(log, 'next'))
    clock.runUntil(6)
    expect(log).toEqual(['task@5', 'deferred@5', 'again@5', 'next@5'])
  })

  it('moves a task that is scheduled again, and forgets one that is cancelled', () => {
    const clock = new VirtualClock()
    const log: string[] = []
    const moved = noting(log, 'moved')
    const cancelled = noting(log, 'cancelled')
    clock.schedule(10, moved)
    clock.schedule(100_000, cancelled)
    clock.schedule(30, moved)
    clock.cancel(cancelled)
    clock.runUntil(200_000)
    expect(log).toEqual(['moved@30'])
  })

  it('keeps a deadline of a year', () => {
    const clock = new VirtualClock()
    const log: string[] = []
    const year = 365 * 86_400_000
    clock.schedule(year, noting(log, 'birthday'))
    clock.runUntil(year - 1)
    expect(log).toEqual([])
    clock.runUntil(year)
    expect(log).toEqual([`birthday@${year}`])
  })

  it('steps one task at a time', () => {
    const clock = new VirtualClock()
    clock.schedule(1, new Task(() => undefined))
    clock.schedule(2, new Task(() => undefined))
    expect([clock.step(), clock.now()]).toEqual([true, 1])
    expect([clock.step(1.5), clock.now()]).toEqual([false, 1])
    expect([clock.step(), clock.now()]).toEqual([true, 2])
    expect(clock.step()).toBe(false)
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('does what a sorted list would do (seed %i)', (seed) => {
    expect(randomRun(seed, 'clock')).toEqual(randomRun(seed, 'list'))
  })
})

/** Tasks that schedule, move and cancel each other at random, on the clock or on a sorted list. */
function randomRun(seed: number, which: 'clock' | 'list'): string[] {
  const prng = new Prng(seed)
  const log: string[] = []
  const clock = which === 'clock' ? new VirtualClock() : new ListClock()
  const spans = [1, 10, 1_000, 70_000, 5_000_000]
  const tasks: Task[] = Array.from({ length: 40 }, (_, name) => {
    return new Task((now) => {
      log.push(`${name}@${now}`)
      if (log.length > 2_000) return
      for (let i = prng.below(3); i > 0; i--) {
        const other = tasks[prng.below(tasks.length)]!
        if (prng.chance(0.2)) clock.cancel(other)
        else clock.schedule(now + delayOf(prng, spans), other)
      }
      if (prng.chance(0.7)) clock.schedule(now + delayOf(prng, spans), tasks[name]!)
    })
  })
  for (const task of tasks) clock.schedule(delayOf(prng, spans), task)
  clock.runUntil(1e9)
  return log
}

/** Often whole, so that equal deadlines happen. */
function delayOf(prng: Prng, spans: readonly number[]): number {
  const span = spans[prng.below(spans.length)]!
  return prng.chance(0.5) ? prng.below(span) : prng.unit() * span
}

/** The obvious way: look at all, take the first. */
class ListClock {
  #now = 0
  #sequence = 0
  readonly #entries = new Map<Task, { deadlineMs: number; sequence: number }>()

  schedule(deadlineMs: number, task: Task): void {
    this.#entries.set(task, { deadlineMs, sequence: this.#sequence++ })
  }

  cancel(task: Task): void {
    this.#entries.delete(task)
  }

  runUntil(endMs: number): void {
    for (;;) {
      const first = [...this.#entries]
        .toSorted(([, a], [, b]) => a.deadlineMs - b.deadlineMs || a.sequence - b.sequence)
        .at(0)
      if (first === undefined || first[1].deadlineMs > endMs) return
      this.#entries.delete(first[0])
      this.#now = Math.max(this.#now, first[1].deadlineMs)
      first[0].run(this.#now)
    }
  }
}
