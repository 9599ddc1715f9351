// What a chart gathers, and what it writes out of it.

import { describe, expect, it } from 'vitest'
import {
  ChartPoints,
  LINES_MAX,
  POINTS_MAX,
} from '../../../console/page/pages/workbench/chart-points.ts'

const all = { filter: '#', path: 't' }
const point = (topic: string, at: number, value: number) => ({ topic, at, value })

describe('the points of a chart', () => {
  it('make a line a topic, and keep the order of what came in the same millisecond', () => {
    const points = new ChartPoints()
    points.add(all, [point('a', 5, 1), point('b', 5, 2), point('a', 5, 3)])
    points.add(all, [point('a', 9, 4)])
    expect(points.lines).toMatchObject([
      { topic: 'a', path: 't', times: [5, 5.001, 9], values: [1, 3, 4] },
      { topic: 'b', path: 't', times: [5], values: [2] },
    ])
    points.remove(all)
    expect(points.lines).toEqual([])
  })

  it('are bounded, in lines and along each of them', () => {
    const points = new ChartPoints()
    for (let topic = 0; topic <= LINES_MAX; topic++) points.add(all, [point(`t${topic}`, 1, 0)])
    expect(points.lines.map(({ topic }) => topic)).not.toContain(`t${LINES_MAX}`)
    for (let at = 2; at < POINTS_MAX + 10; at++) points.add(all, [point('t0', at, at)])
    const [first] = points.lines
    expect(first?.times).toHaveLength(POINTS_MAX)
    expect(first?.values.at(-1)).toBe(POINTS_MAX + 9)
  })

  it('are written as a table that no program takes for formulas', () => {
    const points = new ChartPoints()
    points.add({ filter: '#', path: 'a.b' }, [point('x,"y"', 1000, 2.5), point('=1+1', 0, -1)])
    expect(points.csv().split('\r\n')).toEqual([
      'time,topic,field,value',
      "1970-01-01T00:00:00.000Z,'=1+1,a.b,-1",
      '1970-01-01T00:00:01.000Z,"x,""y""",a.b,2.5',
      '',
    ])
  })
})
