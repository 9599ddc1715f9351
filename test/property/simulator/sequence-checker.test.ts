// The sequence checker against a model that remembers everything.

import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { SequenceChecker } from '../../../simulator/report/index.ts'
import type { SequenceVerdict } from '../../../simulator/report/index.ts'

const WINDOW = 32

/** Remembers every number of one stream for ever. */
class Model {
  readonly seen = new Set<number>()
  highest = -1

  handle(seq: number): SequenceVerdict {
    const { highest } = this
    if (seq <= highest - WINDOW) return 'stale'
    if (this.seen.has(seq)) return 'duplicate'
    this.seen.add(seq)
    this.highest = Math.max(highest, seq)
    return seq > highest ? 'new' : 'reordered'
  }
}

/** Mostly forward by one, sometimes back, sometimes a leap: like a bad link. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.constant(1) },
  { weight: 3, arbitrary: fc.integer({ min: -40, max: 0 }) },
  { weight: 1, arbitrary: fc.integer({ min: 2, max: 100 }) },
)
const arrival = fc.record({ stream: fc.integer({ min: 0, max: 2 }), step })

it('says what a model with endless memory says, for any arrivals', () => {
  fc.assert(
    fc.property(fc.array(arrival, { maxLength: 300 }), (arrivals) => {
      const checker = new SequenceChecker(3, WINDOW)
      const models = [new Model(), new Model(), new Model()]
      const told = { new: 0, reordered: 0, duplicate: 0, stale: 0, malformed: 0 }
      for (const { stream, step: by } of arrivals) {
        const model = models[stream]!
        const seq = Math.max(0, model.highest + by)
        const verdict = model.handle(seq)
        told[verdict]++
        expect(checker.handle(stream, seq)).toBe(verdict)
      }
      const sent = (stream: number): number => models[stream]!.highest + 4
      const gaps = models.reduce((sum, { highest, seen }) => sum + highest + 1 - seen.size, 0)
      expect(checker.summary(sent)).toEqual({
        received: told.new + told.reordered,
        duplicated: told.duplicate,
        reordered: told.reordered,
        missing: gaps + 9,
        gaps,
        tail: 9,
        stale: told.stale,
        malformed: 0,
      })
    }),
  )
})
