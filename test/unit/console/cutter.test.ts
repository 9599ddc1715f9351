// How received bytes become entries, on a manual clock.

import { describe, expect, it } from 'vitest'
import { ManualClock } from '@motewire/sdk/testing'
import { Cutter } from '../../../console/links/cutter.ts'
import type { LinkFraming } from '../../../console/link-views.ts'

function cutter(framing: LinkFraming) {
  const clock = new ManualClock()
  const seen: string[] = []
  const cut = new Cutter(framing, 20, clock, (bytes) => seen.push(Buffer.from(bytes).toString()))
  return { clock, seen, cut, take: (text: string) => cut.handleBytes(Buffer.from(text)) }
}

describe('cutting', () => {
  it('leaves bytes as they come', () => {
    const { seen, take } = cutter('raw')
    take('ab')
    take('c')
    expect(seen).toEqual(['ab', 'c'])
  })

  it('puts a line together', () => {
    const { seen, take } = cutter('line')
    take('one\ntw')
    take('o\r\n')
    expect(seen).toEqual(['one', 'two'])
  })

  it('ends an entry where nothing came for so long', () => {
    const { clock, seen, take } = cutter('gap')
    take('ab')
    clock.advance(19)
    take('cd')
    clock.advance(19)
    expect(seen).toEqual([])
    clock.advance(1)
    take('e')
    clock.advance(20)
    expect(seen).toEqual(['abcd', 'e'])
  })

  it('shows what is left when it stops', () => {
    const { seen, take, cut } = cutter('gap')
    take('ab')
    cut.stop()
    expect(seen).toEqual(['ab'])
  })

  it('counts a frame that never became whole', () => {
    const { clock, seen, take, cut } = cutter('length')
    take('\0\x05ab')
    clock.advance(60)
    expect(seen).toEqual([])
    expect(cut.damaged).toBe(1)
  })
})
