// Topics and filters of scenarios.

import { describe, expect, it } from 'vitest'
import { objectionToFilter, objectionToTopic } from '../../../../simulator/scenario/topic.ts'

describe('topics', () => {
  it.each(['a', 'a/b', '/a/', 'a b', 'a/$b', '温度'])('takes %s', (text) => {
    expect(objectionToTopic(text)).toBeUndefined()
  })

  it.each(['', 'a/+', 'a/#', 'a+b', '$SYS/x', 'a\0b'])('refuses "%s"', (text) => {
    expect(objectionToTopic(text)).toBeTypeOf('string')
  })
})

describe('filters', () => {
  it.each(['#', '+', 'a/+/b', 'a/#', '+/+/#', '$share/g/a', 'a//b'])('takes %s', (text) => {
    expect(objectionToFilter(text)).toBeUndefined()
  })

  it.each(['', 'a#', 'a/#/b', 'a+', 'a/b+/c', '#/a', 'a\0'])('refuses "%s"', (text) => {
    expect(objectionToFilter(text)).toBeTypeOf('string')
  })
})
