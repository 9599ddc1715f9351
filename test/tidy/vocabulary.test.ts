// No file holds a path of somebody's machine or talk about its own making.

import { describe, expect, it } from 'vitest'
import { describeBreaches } from '../support/laws/breach.ts'
import { checkVocabulary } from '../support/laws/vocabulary.ts'
import { readTexts } from '../support/source-tree.ts'

describe('vocabulary', () => {
  it('holds in every text file', () => {
    expect(describeBreaches(checkVocabulary(readTexts()))).toEqual([])
  })

  it.each([
    ['/wo', 'rk/main/sdk'],
    ['/ho', 'me/someone/x'],
    ['/ro', 'ot/x'],
    ['this ', 'session'],
  ])('finds %s%s', (begin, end) => {
    const found = checkVocabulary([{ path: 'docs/planted.md', text: `\nsee ${begin}${end}.` }])
    expect(found).toMatchObject([{ path: 'docs/planted.md', line: 2 }])
  })

  it('leaves folders of the project and addresses alone', () => {
    const text = 'sdk/work/x, ./home/x and http://127.0.0.1:8080/home/x'
    expect(checkVocabulary([{ path: 'docs/planted.md', text }])).toEqual([])
  })
})
