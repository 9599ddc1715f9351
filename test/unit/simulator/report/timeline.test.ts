// Points over time: bounded, evenly spaced, and added up over shards. And what devices measure.

import { describe, expect, it } from 'vitest'
import { Measures, Timeline } from '../../../../simulator/report/index.ts'
import { mergeTimelines } from '../../../../simulator/report/timeline.ts'
import { snapshotOf } from './sample.ts'

function timelineOf(seconds: number, stepS: number, durationMs?: number): Timeline {
  const timeline = new Timeline(durationMs)
  const base = snapshotOf()
  for (let at = stepS; at <= seconds; at += stepS) {
    timeline.add(at * 1_000, { ...base, published: at, connected: 7 })
  }
  return timeline
}

describe('a timeline', () => {
  it('has a point a second', () => {
    const { stepMs, published } = timelineOf(5, 1).series()
    expect({ stepMs, published }).toEqual({ stepMs: 1_000, published: [1, 2, 3, 4, 5] })
  })

  it('of any length stays within 600 points, each where it belongs', () => {
    const { stepMs, published } = timelineOf(86_400, 1).series()
    expect(published.length).toBeGreaterThan(300)
    expect(published.length).toBeLessThanOrEqual(600)
    expect(published).toEqual(published.map((_, point) => ((point + 1) * stepMs) / 1_000))
  })

  it('begins with the distance that its planned length needs', () => {
    expect(new Timeline(86_400_000).series().stepMs).toBe(512_000)
    expect(new Timeline(60_000).series().stepMs).toBe(1_000)
  })

  it('fills in what came late', () => {
    const timeline = new Timeline(undefined)
    timeline.add(3_100, snapshotOf({ published: 9 }))
    expect(timeline.isDue(3_900)).toBe(false)
    expect(timeline.series().published).toEqual([9, 9, 9])
  })
})

describe('merged timelines', () => {
  it('add up at the coarser distance', () => {
    const fine = timelineOf(8, 1).series()
    const coarse = timelineOf(8, 2, 400_000).series()
    const { stepMs, published } = mergeTimelines([fine, coarse])
    expect({ stepMs, published }).toEqual({ stepMs: 2_000, published: [4, 8, 12, 16] })
  })

  it('keep the counts of a shard that ended earlier, and count its devices as gone', () => {
    const merged = mergeTimelines([timelineOf(4, 1).series(), timelineOf(2, 1).series()])
    expect(merged.published).toEqual([2, 4, 5, 6])
    expect(merged.connected).toEqual([14, 14, 7, 7])
  })
})

describe('measures', () => {
  it('are told in alphabetical order', () => {
    const measures = new Measures()
    for (const [name, value] of [
      ['b', 1],
      ['a', 2],
      ['b', 4],
    ] as const)
      measures.record(name, value)
    expect(Object.entries(measures.summary())).toEqual([
      ['a', { count: 1, sum: 2, min: 2, mean: 2, max: 2 }],
      ['b', { count: 2, sum: 5, min: 1, mean: 2.5, max: 4 }],
    ])
  })

  it.each([
    ['battery years', 1, 'is no name like a.b'],
    ['a', Number.NaN, 'got NaN'],
  ])('refuse %s = %d', (name, value, told) => {
    expect(() => new Measures().record(name, value)).toThrow(told)
  })

  it('refuse a name a message', () => {
    const measures = new Measures()
    for (let index = 0; index < 200; index++) measures.record(`n${index}`, 1)
    expect(() => measures.record('one.more', 1)).toThrow('more than 200 names')
  })
})
