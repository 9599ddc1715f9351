// Dividing devices exactly.

import { expect, it } from 'vitest'
import { apportion } from '../../../../simulator/scenario/apportion.ts'

it.each([
  [10, [1], [10]],
  [10, [1, 1], [5, 5]],
  [10, [2, 1], [7, 3]],
  [10, [1, 1, 1], [4, 3, 3]],
  [1, [1, 1, 1], [1, 0, 0]],
  [1_000, [600, 300, 100], [600, 300, 100]],
  [100, [599, 301, 100], [60, 30, 10]],
  [5, [0, 1], [0, 5]],
  [40, [1, 200], [1, 39]],
  [4, [1, 1, 1000], [1, 1, 2]],
  [2, [1, 1, 1000], [1, 0, 1]],
  [1_000_000, [1_000_000, 1], [999_999, 1]],
])('%d devices by shares %j are %j', (total, shares, parts) => {
  expect(apportion(total, shares)).toEqual(parts)
})
