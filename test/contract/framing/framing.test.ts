// What every framing promises: frames come out as they went in, however the bytes are cut; garbage
// costs no more than the frame it touches; damage is never passed on.

import { Prng } from '@motewire/sdk/kit'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Framing } from '../../../hardware/framing/index.ts'
import { FRAMINGS } from './framings.ts'

/** Frames with everything in them that a framing has a meaning for. */
const FRAMES: readonly Uint8Array[] = [
  Uint8Array.of(1),
  Uint8Array.of(0xc0, 0xdb, 0xdc, 0xdd, 0x7e, 0x7d, 0x00, 0x0a, 0x0d, 0x5c),
  new Uint8Array(300),
  new Uint8Array(253).fill(7),
  new Uint8Array(254).fill(7),
  new Uint8Array(255).fill(7),
  new Uint8Array(600).fill(0xdb),
  Uint8Array.from({ length: 1_024 }, (_, index) => index & 0xff),
]

describe.each(FRAMINGS)('$name', ({ make }) => {
  let frames: string[]
  let framing: Framing
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
  const encode = (frame: Uint8Array): Buffer => Buffer.from(framing.encode(frame))
  const feed = (bytes: Uint8Array): void => framing.handleBytes(bytes, 0)

  beforeEach(() => {
    frames = []
    framing = make({ handleFrame: (frame) => frames.push(hex(frame)) }, 2_048)
  })

  it('brings frames back, whole and byte by byte', () => {
    for (const frame of FRAMES) {
      const bytes = encode(frame)
      feed(bytes)
      for (const byte of bytes) feed(Uint8Array.of(byte))
    }
    expect(frames).toEqual(FRAMES.flatMap((frame) => [hex(frame), hex(frame)]))
    expect(framing.snapshot()).toEqual({ frames: 2 * FRAMES.length, damaged: 0 })
  })

  it('brings random frames back for any chunking', () => {
    const prng = new Prng(3)
    const sent = Array.from({ length: 300 }, () =>
      Uint8Array.from({ length: 1 + Math.floor(prng.unit() * 80) }, () =>
        Math.floor(prng.unit() * 256),
      ),
    )
    const stream = Buffer.concat(sent.map(encode))
    for (let at = 0; at < stream.length;) {
      const end = at + 1 + Math.floor(prng.unit() * 200)
      feed(stream.subarray(at, end))
      at = end
    }
    expect(frames).toEqual(sent.map(hex))
  })

  it('finds the next frame after any garbage', () => {
    const prng = new Prng(5)
    const frame = Uint8Array.from({ length: 40 }, (_, index) => index)
    for (let round = 0; round < 500; round++) {
      const noise = Uint8Array.from({ length: Math.floor(prng.unit() * 60) }, () =>
        Math.floor(prng.unit() * 256),
      )
      feed(noise)
      feed(encode(frame))
      feed(encode(frame))
      // Noise may run into the first one, never into the second.
      expect(frames.at(-1), `round ${round}`).toBe(hex(frame))
    }
    expect(frames.every((one) => one === hex(frame))).toBe(true)
  })

  it('passes no frame on in which one bit has changed', () => {
    const frame = FRAMES[1]!
    const bytes = encode(frame)
    let survivors = 0
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const damaged = Buffer.from(bytes)
      damaged[bit >> 3]! ^= 1 << (bit & 7)
      frames.length = 0
      feed(damaged)
      feed(encode(Uint8Array.of(9)))
      survivors += frames.filter((one) => one === hex(frame)).length
      expect(frames.filter((one) => one !== hex(frame) && one !== '09')).toEqual([])
    }
    // The leading mark may go without harm: whatever is before it ends there anyway.
    expect(survivors).toBeLessThanOrEqual(8)
  })

  it('passes no frame on in which a byte is missing', () => {
    const frame = FRAMES[7]!
    const bytes = encode(frame)
    for (let gap = 1; gap < bytes.length - 1; gap += 7) {
      frames.length = 0
      feed(bytes.subarray(0, gap))
      feed(bytes.subarray(gap + 1))
      feed(encode(Uint8Array.of(9)))
      expect(frames, `gap at ${gap}`).toEqual(['09'])
    }
  })

  it('drops a frame that is too long, and takes the next', () => {
    const long = make({ handleFrame: () => {} }, 10_000)
    feed(Buffer.from(long.encode(new Uint8Array(3_000).fill(5))))
    feed(encode(Uint8Array.of(9)))
    expect(frames).toEqual(['09'])
    expect(framing.snapshot().damaged).toBe(1)
  })

  it('forgets half a frame when the line is new', () => {
    const bytes = encode(FRAMES[7]!)
    feed(bytes.subarray(0, 500))
    framing.clear()
    feed(encode(Uint8Array.of(9)))
    expect(frames).toEqual(['09'])
    expect(framing.snapshot().damaged).toBe(0)
  })
})
