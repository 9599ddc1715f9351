// "Did you mean".

import { expect, it } from 'vitest'
import { nearestWord } from '../../../../simulator/scenario/nearest-word.ts'

const known = ['topic', 'every', 'jitter', 'phase', 'qos', 'retain', 'payload']

it.each([
  ['evry', 'every'],
  ['topci', 'topic'],
  ['Qos', 'qos'],
  ['payloads', 'payload'],
  ['jiter', 'jitter'],
  ['interval', undefined],
  ['x', undefined],
  ['', undefined],
])('for "%s" it is %s', (word, nearest) => {
  expect(nearestWord(word, known)).toBe(nearest)
})
