// User Properties keep the order in which they came, and follow what their holder makes of them.

import { describe, expect, it } from 'vitest'
import { addUserProperty, userPairs } from '@motewire/sdk/codec'
import type { UserPair, UserProperties } from '@motewire/sdk/codec'

function propertiesOf(pairs: readonly UserPair[]): UserProperties {
  let properties: UserProperties | undefined
  for (const [name, value] of pairs) properties = addUserProperty(properties, name, value)
  return properties ?? {}
}

describe('user properties', () => {
  it.each<readonly [string, readonly UserPair[]]>([
    [
      'names in turn',
      [
        ['a', '1'],
        ['b', '2'],
        ['a', '3'],
      ],
    ],
    [
      'names that are numbers',
      [
        ['b', '1'],
        ['10', '2'],
        ['2', '3'],
      ],
    ],
    [
      'a name again and again',
      [
        ['a', '1'],
        ['a', '2'],
        ['b', '3'],
        ['b', '4'],
      ],
    ],
    [
      'a name of Object.prototype',
      [
        ['__proto__', '1'],
        ['constructor', '2'],
        ['__proto__', '3'],
      ],
    ],
  ])('keep the order of %s', (_what, pairs) => {
    expect(userPairs(propertiesOf(pairs))).toEqual(pairs)
  })

  it('are what their holder has made of them', () => {
    const properties = propertiesOf([
      ['b', '1'],
      ['1', '2'],
      ['b', '3'],
    ])
    properties['1'] = 'changed'
    expect(userPairs(properties)).toEqual([
      ['1', 'changed'],
      ['b', '1'],
      ['b', '3'],
    ])
    const fewer = propertiesOf([
      ['b', '1'],
      ['1', '2'],
    ])
    delete fewer['b']
    expect(userPairs(fewer)).toEqual([['1', '2']])
    const more = propertiesOf([
      ['b', '1'],
      ['1', '2'],
    ])
    more['c'] = '3'
    expect(userPairs(more)).toEqual([
      ['1', '2'],
      ['b', '1'],
      ['c', '3'],
    ])
  })

  it('of two packets that are read in turn do not mix', () => {
    const one = addUserProperty(undefined, 'a', '1')
    const other = addUserProperty(undefined, 'a', '2')
    addUserProperty(one, 'b', '3')
    addUserProperty(other, 'a', '4')
    addUserProperty(one, 'a', '5')
    expect(userPairs(one)).toEqual([
      ['a', '1'],
      ['b', '3'],
      ['a', '5'],
    ])
    expect(userPairs(other)).toEqual([
      ['a', '2'],
      ['a', '4'],
    ])
  })
})
