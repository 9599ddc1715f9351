// Numbered messages: gaps, duplicates, reordering and the missing tail.

import { describe, expect, it } from 'vitest'
import { AssertionError } from '@motewire/sdk/kit'
import { SequenceChecker } from '../../../../simulator/report/index.ts'

interface Case {
  readonly name: string
  readonly numbers: readonly number[]
  readonly verdicts: string
  /** received, duplicated, reordered, gaps, tail of 10 sent, stale */
  readonly counts: readonly number[]
}

/** n new, r reordered, d duplicate, s stale, m malformed; the window is 32. */
const CASES: readonly Case[] = [
  {
    name: 'all in order',
    numbers: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    verdicts: 'nnnnnnnnnn',
    counts: [10, 0, 0, 0, 0, 0],
  },
  { name: 'nothing', numbers: [], verdicts: '', counts: [0, 0, 0, 0, 10, 0] },
  { name: 'a missing tail', numbers: [0, 1, 2], verdicts: 'nnn', counts: [3, 0, 0, 0, 7, 0] },
  { name: 'a missing head', numbers: [7, 8, 9], verdicts: 'nnn', counts: [3, 0, 0, 7, 0, 0] },
  {
    name: 'a gap',
    numbers: [0, 1, 5, 6, 7, 8, 9],
    verdicts: 'nnnnnnn',
    counts: [7, 0, 0, 3, 0, 0],
  },
  { name: 'a duplicate at once', numbers: [0, 0, 1], verdicts: 'ndn', counts: [2, 1, 0, 0, 8, 0] },
  {
    name: 'duplicates after a reconnect',
    numbers: [0, 1, 2, 1, 2, 3],
    verdicts: 'nnnddn',
    counts: [4, 2, 0, 0, 6, 0],
  },
  {
    name: 'two that changed places',
    numbers: [0, 2, 1, 3],
    verdicts: 'nnrn',
    counts: [4, 0, 1, 0, 6, 0],
  },
  {
    name: 'all backwards',
    numbers: [4, 3, 2, 1, 0],
    verdicts: 'nrrrr',
    counts: [5, 0, 4, 0, 5, 0],
  },
  { name: 'a late one twice', numbers: [0, 2, 1, 1], verdicts: 'nnrd', counts: [3, 1, 1, 0, 7, 0] },
  {
    name: 'the oldest of the window',
    numbers: [32, 1, 1],
    verdicts: 'nrd',
    counts: [2, 1, 1, 31, 0, 0],
  },
  { name: 'one below the window', numbers: [32, 0], verdicts: 'ns', counts: [1, 0, 0, 32, 0, 1] },
  {
    name: 'a leap over the whole window',
    numbers: [0, 1, 64, 33, 34],
    verdicts: 'nnnrr',
    counts: [5, 0, 2, 60, 0, 0],
  },
  {
    name: 'a leap of just the window',
    numbers: [5, 37, 6, 5],
    verdicts: 'nnrs',
    counts: [3, 0, 1, 35, 0, 1],
  },
  {
    name: 'numbers that are none',
    numbers: [-1, 0.5, Number.NaN, 2 ** 53, 0],
    verdicts: 'mmmmn',
    counts: [1, 0, 0, 0, 9, 0],
  },
]

describe('one stream', () => {
  it.each(CASES)('$name', ({ numbers, verdicts, counts }) => {
    const checker = new SequenceChecker(1, 32)
    expect(numbers.map((number) => checker.handle(0, number).charAt(0)).join('')).toBe(verdicts)
    const { received, duplicated, reordered, gaps, tail, missing, stale } = checker.summary(
      () => 10,
    )
    expect([received, duplicated, reordered, gaps, tail, stale]).toEqual(counts)
    expect(missing).toBe(gaps + tail)
  })
})

describe('many streams', () => {
  it('are told apart and added up', () => {
    const checker = new SequenceChecker(3)
    for (const stream of [0, 1]) for (const seq of [0, 1, 3]) checker.handle(stream, seq)
    const sent = [5, 4, 2]
    expect(checker.summary((stream) => sent[stream] ?? 0)).toEqual({
      received: 6,
      duplicated: 0,
      reordered: 0,
      missing: 5,
      gaps: 2,
      tail: 3,
      stale: 0,
      malformed: 0,
    })
  })

  it('that do not exist are malformed', () => {
    const checker = new SequenceChecker(2)
    expect([checker.handle(2, 0), checker.handle(-1, 0), checker.handle(0.5, 0)]).toEqual([
      'malformed',
      'malformed',
      'malformed',
    ])
    expect(checker.summary().malformed).toBe(3)
  })

  it('without the senders count know no tail', () => {
    const checker = new SequenceChecker(2)
    checker.handle(0, 3)
    expect(checker.summary()).toMatchObject({ gaps: 3, tail: 0, missing: 3 })
  })
})

it.each([0, -32, 31, 33.5])('refuses a window of %d', (window) => {
  expect(() => new SequenceChecker(1, window)).toThrow(AssertionError)
})
