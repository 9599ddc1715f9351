// The scaled clock: so many times faster than the clock that moves it.

import { describe, expect, it } from 'vitest'
import { Task } from '@motewire/sdk/kit'
import { ManualClock } from '@motewire/sdk/testing'
import { ScaledClock } from '../../../../simulator/world/scaled-clock.ts'

describe('a scaled clock', () => {
  it('begins at 0 and passes ten times as fast', () => {
    const base = new ManualClock(500)
    const clock = new ScaledClock(base, 10)
    base.advance(30)
    expect(clock.now()).toBe(300)
  })

  it('runs tasks in the order of their deadlines, never early', () => {
    const base = new ManualClock()
    const clock = new ScaledClock(base, 10)
    const log: string[] = []
    clock.schedule(90, new Task((now) => log.push(`b@${now}`)))
    clock.schedule(20, new Task((now) => log.push(`a@${now}`)))
    base.advance(1)
    expect(log).toEqual([])
    base.advance(20)
    expect(log).toEqual(['a@20', 'b@90'])
  })

  it('runs a task that is scheduled from a task, and none that is cancelled', () => {
    const base = new ManualClock()
    const clock = new ScaledClock(base, 2)
    const log: number[] = []
    const cancelled = new Task(() => log.push(-1))
    clock.schedule(100, cancelled)
    clock.schedule(
      10,
      new Task((now) => {
        log.push(now)
        clock.cancel(cancelled)
        clock.schedule(now + 1_000_000, new Task((later) => log.push(later)))
      }),
    )
    base.advance(600_000)
    expect(log).toEqual([10, 1_000_010])
  })
})
