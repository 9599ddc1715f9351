// What goes wrong on the wires of an emulated device, byte by byte.

import { Prng } from '@motewire/sdk/kit'
import { UartLine } from '@motewire/simulator/firmware'
import type { UartLineSpec } from '@motewire/simulator/scenario'
import { describe, expect, it } from 'vitest'

function line(spec: Partial<UartLineSpec>, seed = 1): UartLine {
  return new UartLine(spec, new Prng(seed))
}

/** Bytes, from 1 on, at which the chip is reset. */
function resets(wires: UartLine, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, at) => at + 1).filter(() => wires.handleSent())
}

describe('bytes', () => {
  it('arrive as they are, unless something is to go wrong', () => {
    const wires = line({})
    const bytes = Array.from({ length: 256 }, (_, byte) => byte)
    expect(bytes.map((byte) => wires.carry(byte))).toEqual(bytes)
    expect(wires.counts).toEqual({ flipped: 0, dropped: 0, resets: 0, unplugged: 0 })
  })

  it('lose a bit, or are lost, at the rates that were asked for', () => {
    const wires = line({ flipShare: 0.01, dropShare: 0.005 })
    const arrived = Array.from({ length: 100_000 }, () => wires.carry(0x5a))
    const lost = arrived.filter((byte) => byte === undefined).length
    const changed = arrived.filter((byte) => byte !== undefined && byte !== 0x5a)
    expect(wires.counts).toMatchObject({ flipped: changed.length, dropped: lost })
    expect(changed.every((byte) => bits(byte! ^ 0x5a) === 1)).toBe(true)
    expect(new Set(changed).size).toBe(8)
    // Within five standard deviations.
    expect(Math.abs(changed.length - 1_000)).toBeLessThan(160)
    expect(Math.abs(lost - 500)).toBeLessThan(112)
  })

  it('meet the same fate with the same seed', () => {
    const fate = (seed: number): unknown => {
      const wires = line({ flipShare: 0.1, dropShare: 0.1, resetEveryBytes: 50 }, seed)
      return Array.from({ length: 500 }, (_, byte) => [wires.handleSent(), wires.carry(byte % 256)])
    }
    expect(fate(3)).toEqual(fate(3))
    expect(fate(3)).not.toEqual(fate(4))
  })
})

describe('the chip is reset', () => {
  it('at the bytes that were named', () => {
    const wires = line({ resetAtBytes: [1, 7, 100, 500] })
    expect(resets(wires, 200)).toEqual([1, 7, 100])
    expect(wires.counts.resets).toBe(3)
  })

  it('at random, with the mean that was asked for', () => {
    const found = resets(line({ resetEveryBytes: 100 }), 100_000)
    // Five standard deviations; a half more for whole bytes.
    expect(Math.abs(found.length - 1_000)).toBeLessThan(165)
  })

  it('at both', () => {
    const found = resets(line({ resetAtBytes: [10, 20_000], resetEveryBytes: 1_000 }), 30_000)
    expect(found).toEqual(expect.arrayContaining([10, 20_000]))
    expect(found.length).toBeGreaterThan(10)
  })
})

describe('the cable', () => {
  const UNPLUG = { startMs: 1_000, durationMs: 200, everyMs: undefined, spreadMs: 0 }

  /** Times at which it is pulled and plugged in, in turn. */
  function turns(wires: UartLine, untilMs: number): number[] {
    const found: number[] = []
    for (let now = wires.turnMs; now <= untilMs; now = wires.turnMs) {
      const wasPlugged = wires.isPlugged
      wires.turn(now)
      if (wires.isPlugged !== wasPlugged) found.push(now)
    }
    return found
  }

  it('is out once, or again and again', () => {
    expect(turns(line({}), 1e9)).toEqual([])
    expect(turns(line({ unplugs: [UNPLUG] }), 1e9)).toEqual([1_000, 1_200])
    const again = line({ unplugs: [{ ...UNPLUG, everyMs: 500 }] })
    expect(turns(again, 2_300)).toEqual([1_000, 1_200, 1_500, 1_700, 2_000, 2_200])
    expect(again.counts.unplugged).toBe(3)
  })

  it('is out for as long as any of its times says', () => {
    const wires = line({ unplugs: [UNPLUG, { ...UNPLUG, startMs: 1_100, durationMs: 300 }] })
    expect(turns(wires, 1e9)).toEqual([1_000, 1_400])
    expect(wires.counts.unplugged).toBe(1)
  })

  it('is out at another time for each device, never before it is there', () => {
    const first = (seed: number, spreadMs: number): number =>
      line({ unplugs: [{ ...UNPLUG, spreadMs }] }, seed).turnMs
    const found = Array.from({ length: 50 }, (_, seed) => first(seed, 900))
    expect(Math.min(...found)).toBeGreaterThanOrEqual(100)
    expect(Math.max(...found)).toBeLessThan(1_900)
    expect(new Set(found).size).toBe(50)
    const early = Array.from({ length: 50 }, (_, seed) => first(seed, 5_000))
    expect(Math.min(...early)).toBe(0)
  })
})

function bits(value: number): number {
  return value.toString(2).replaceAll('0', '').length
}
