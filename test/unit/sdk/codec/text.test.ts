// The cache of topics: what it keeps must be its own.

import { expect, it } from 'vitest'
import { TextCache } from '../../../../sdk/codec/text.ts'

it('does not mistake a topic for an earlier one that stood in the same read buffer', () => {
  const cache = new TextCache()
  // Sockets read into one Buffer, again and again.
  const buffer = Buffer.alloc(16)
  const read = (topic: string): string | undefined => {
    buffer.write(topic, 0, 'latin1')
    return cache.read(buffer, 0, topic.length)
  }
  const topics = Array.from({ length: 5_000 }, (_, index) => `t/${String(index).padStart(4, '0')}`)
  const everyOther = [...topics, ...topics.toReversed()]
  expect(everyOther.map(read)).toEqual(everyOther)
})
