// What every framing promises: frames come out as they went in, however the bytes are cut; garbage
// costs no more than the frame it touches; damage is never passed on.

import { Prng } from '@motewire/sdk/kit'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Framing } from '../../../hardware/framing/index.ts'
import { FRAMINGS } from './framings.ts'

/** Longer than any framing waits. */
const SILENCE_MS = 1_000

/** Frames with everything in them that a framing has a meaning for. */
const FRAMES: readonly Uint8Array[] = [
  Uint8Array.of(1, 2),
  Uint8Array.of(0xc0, 0xdb, 0xdc, 0xdd, 0x7e, 0x7d, 0x00, 0x0a, 0x0d, 0x5c),
  new Uint8Array(300),
  new Uint8Array(253).fill(7),
  new Uint8Array(254).fill(7),
  new Uint8Array(255).fill(7),
  new Uint8Array(600).fill(0xdb),
  Uint8Array.from({ length: 1_024 }, (_, index) => index & 0xff),
]

describe.each(FRAMINGS)('$name', ({ make, longest, hasMarks, hasCheckSum, isText }) => {
  let frames: string[]
  let framing: Framing
  let now: number
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
  const encode = (frame: Uint8Array): Buffer => Buffer.from(framing.encode(frame))
  const feed = (bytes: Uint8Array): void => framing.handleBytes(bytes, now)
  const MARKER = Buffer.from('next')
  /** The line is silent, where that has a meaning. */
  function rest(): void {
    if (hasMarks) return
    now += SILENCE_MS
    framing.handleTimeout(now)
  }
  const fits = FRAMES.map((frame) => frame.subarray(0, longest)).map((frame) =>
    isText ? Buffer.from(hex(frame).slice(0, longest)) : frame,
  )
  const random = (prng: Prng, length: number): Uint8Array => {
    const bytes = Uint8Array.from({ length }, () => Math.floor(prng.unit() * 256))
    return isText ? Buffer.from(hex(bytes)) : bytes
  }

  beforeEach(() => {
    frames = []
    now = 1_000
    framing = make({ handleFrame: (frame) => frames.push(hex(frame)) }, 2_048)
  })

  it('brings frames back, whole and byte by byte', () => {
    for (const frame of fits) {
      const bytes = encode(frame)
      feed(bytes)
      rest()
      for (const byte of bytes) feed(Uint8Array.of(byte))
      rest()
    }
    expect(frames).toEqual(fits.flatMap((frame) => [hex(frame), hex(frame)]))
    expect(framing.snapshot()).toEqual({ frames: 2 * fits.length, damaged: 0 })
  })

  it('brings random frames back for any chunking', () => {
    const prng = new Prng(3)
    const sent = Array.from({ length: 300 }, () => random(prng, 2 + Math.floor(prng.unit() * 80)))
    for (const stream of hasMarks ? [Buffer.concat(sent.map(encode))] : sent.map(encode)) {
      for (let at = 0; at < stream.length;) {
        const end = at + 1 + Math.floor(prng.unit() * 200)
        feed(stream.subarray(at, end))
        at = end
      }
      rest()
    }
    expect(frames).toEqual(sent.map(hex))
  })

  it('finds the next frame after any garbage', () => {
    const prng = new Prng(5)
    for (let round = 0; round < 500; round++) {
      feed(random(prng, Math.floor(prng.unit() * 60)))
      rest()
      // Noise may run into the first one, never into the second.
      feed(encode(MARKER))
      rest()
      feed(encode(MARKER))
      rest()
      expect(frames.at(-1), `round ${round}`).toBe(hex(MARKER))
    }
    const strangers = frames.filter((one) => one !== hex(MARKER))
    expect(hasCheckSum ? strangers : []).toEqual([])
  })

  // What has no check sum cannot see damage.
  it.runIf(hasCheckSum)('passes no frame on in which one bit has changed', () => {
    const frame = FRAMES[1]!
    const bytes = encode(frame)
    let survivors = 0
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const damaged = Buffer.from(bytes)
      damaged[bit >> 3]! ^= 1 << (bit & 7)
      frames.length = 0
      feed(damaged)
      rest()
      feed(encode(MARKER))
      rest()
      survivors += frames.filter((one) => one === hex(frame)).length
      expect(frames.filter((one) => one !== hex(frame) && one !== hex(MARKER))).toEqual([])
    }
    // The leading mark may go without harm: whatever is before it ends there anyway.
    expect(survivors).toBeLessThanOrEqual(8)
  })

  // As above.
  it.runIf(hasCheckSum)('passes no frame on in which a byte is missing', () => {
    const bytes = encode(fits[7]!)
    for (let gap = 1; gap < bytes.length - 1; gap += 7) {
      frames.length = 0
      feed(bytes.subarray(0, gap))
      feed(bytes.subarray(gap + 1))
      rest()
      feed(encode(MARKER))
      rest()
      expect(frames, `gap at ${gap}`).toEqual([hex(MARKER)])
    }
  })

  it('drops a frame that is too long, and takes the next', () => {
    const tooLong = new Uint8Array(3_000).fill(0x35)
    expect(() => framing.encode(tooLong)).toThrow('too long')
    // Modbus has one longest frame for all.
    const isFixed = longest < 1_024
    feed(isFixed ? tooLong : make({ handleFrame: () => {} }, 10_000).encode(tooLong))
    rest()
    feed(encode(MARKER))
    rest()
    expect(frames).toEqual([hex(MARKER)])
    expect(framing.snapshot().damaged).toBe(1)
  })

  it('forgets half a frame when the line is new', () => {
    feed(encode(fits[7]!).subarray(0, 200))
    framing.clear()
    feed(encode(MARKER))
    rest()
    expect(frames).toEqual([hex(MARKER)])
    expect(framing.snapshot().damaged).toBe(0)
  })
})
