// What a client says of itself when it is told nothing.

import { expect, test } from 'vitest'
import { connectPacket } from '../../../sdk/connect-packet.ts'

test('a client identifier is made up that every version allows, another one each time', () => {
  const made = ([3, 4, 5] as const).map((version) => connectPacket({}, {}, version, 60).clientId)
  expect(made.map((clientId) => clientId.length)).toEqual([23, 23, 23])
  expect(new Set(made).size).toBe(3)
})
