// The cache of topics: whatever shares a place in it, and whatever happens to the buffer that a
// topic was read from, a topic is the one that stands in the bytes.

import { describe, expect, it } from 'vitest'
import { TextCache } from '../../../../sdk/codec/text.ts'

describe('the topic cache', () => {
  it('is not fooled by a read buffer that is written again', () => {
    const cache = new TextCache()
    const topics = Array.from({ length: 10_000 }, (_, i) => `topic/${String(i).padStart(5, '0')}`)
    const buffer = Buffer.alloc(11)
    const read = topics.map((topic) => {
      buffer.write(topic)
      return cache.read(buffer, 0, buffer.length)
    })
    expect(read).toEqual(topics)
  })
})
