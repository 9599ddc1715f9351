// The texts of the page stand in several files by their subject, and are put together by name.

import { describe, expect, it } from 'vitest'
import { adminEn } from '../../../console/page/text/admin-en.ts'
import { en } from '../../../console/page/text/en.ts'
import { fleetEn } from '../../../console/page/text/fleet-en.ts'
import { linksEn } from '../../../console/page/text/links-en.ts'
import { toolsEn } from '../../../console/page/text/tools-en.ts'

describe('the texts of the page', () => {
  it('have one home each, so that none takes the place of another', () => {
    const names = [adminEn, en, fleetEn, linksEn, toolsEn].flatMap((texts) => Object.keys(texts))
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  })
})
