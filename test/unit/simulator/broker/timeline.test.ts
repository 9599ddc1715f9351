// What the broker remembers of each client, and how much of it at most.

import { expect, it } from 'vitest'
import { Timeline } from '../../../../simulator/broker/core/timeline.ts'

it('keeps the last 32 events of a client, oldest first', () => {
  const timeline = new Timeline()
  for (let i = 0; i < 100; i++) timeline.add('c', 'subscribed', `t/${i}`, i + 0.5)
  const events = timeline.of('c')
  expect(events).toHaveLength(32)
  expect(events[0]).toEqual({ atMs: 68, kind: 'subscribed', detail: 't/68' })
  expect(events.at(-1)).toEqual({ atMs: 99, kind: 'subscribed', detail: 't/99' })
})

it('forgets those it has not heard of for longest', () => {
  const timeline = new Timeline()
  for (let i = 0; i < 10_000; i++) timeline.add(`c${i}`, 'connected', '10.0.0.1:1', i)
  timeline.add('c0', 'disconnected', 'client left', 10_000)
  timeline.add('new', 'connected', '10.0.0.1:2', 10_001)
  expect(timeline.of('c1')).toEqual([])
  expect(timeline.of('c0').map(({ detail }) => detail)).toEqual(['from 10.0.0.1:1', 'client left'])
  expect(timeline.of('new')).toHaveLength(1)
})
