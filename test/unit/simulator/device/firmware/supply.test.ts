// The supply of an emulated chip, and its brown-out detector.

import { Prng } from '@motewire/sdk/kit'
import { Microcontroller, Supply } from '@motewire/simulator/firmware'
import { describe, expect, it } from 'vitest'
import type { DipSpec, SupplySpec } from '../../../../../simulator/scenario/index.ts'
import { VirtualClock } from '../../../../../simulator/world/index.ts'
import * as avr from '../../../../support/avr-program.ts'

const FINE: SupplySpec = { volts: 3, sagPerHour: 0, brownOutVolts: 2.7, dips: [] }
const HOUR_MS = 3_600_000
const DIP: DipSpec = { startMs: 10_000, durationMs: 500, everyMs: undefined, spreadMs: 0, volts: 2 }

/** All states, each with its time, up to a limit. */
function statesOf(spec: Partial<SupplySpec>, limitMs: number, seed = 1): [number, string][] {
  const supply = new Supply({ ...FINE, ...spec }, new Prng(seed))
  const states: [number, string][] = []
  for (let at = supply.turnMs; at <= limitMs; at = supply.turnMs) {
    const before = supply.state
    const state = supply.turn(at)
    if (state !== before) states.push([at, state])
  }
  return states
}

describe('a supply', () => {
  it('that is enough never turns', () => {
    expect(new Supply(FINE, new Prng(1)).turnMs).toBe(Infinity)
  })

  it('holds the chip in reset while it is below the level', () => {
    expect(statesOf({ dips: [{ ...DIP, everyMs: 60_000 }] }, 100_000)).toEqual([
      [10_000, 'brownOut'],
      [10_500, 'on'],
      [70_000, 'brownOut'],
      [70_500, 'on'],
    ])
  })

  it('overlooks a dip that stays above the level', () => {
    expect(statesOf({ dips: [{ ...DIP, volts: 2.68 }] }, HOUR_MS)).toEqual([])
    expect(statesOf({ dips: [{ ...DIP, volts: 2.67 }] }, HOUR_MS)).toHaveLength(2)
    expect(statesOf({ brownOutVolts: 1.8, dips: [DIP] }, HOUR_MS)).toEqual([])
  })

  it('must rise above the level again by the hysteresis', () => {
    // Sagged to 2.71 V when the dip comes: enough to run on, but not to start again.
    const sagPerHour = (0.29 * HOUR_MS) / DIP.startMs
    const states = statesOf({ sagPerHour, dips: [DIP] }, DIP.startMs + 100)
    expect(states).toEqual([[DIP.startMs, 'brownOut']])
    const later = statesOf({ sagPerHour, dips: [DIP] }, HOUR_MS)
    expect(later.map(([, state]) => state)).toEqual(['brownOut', 'power'])
  })

  it('that sags ends below the level, and then without power', () => {
    const [[low, first] = [0, ''], [none, second] = [0, '']] = statesOf(
      { sagPerHour: 0.1 },
      100 * HOUR_MS,
    )
    expect([first, second]).toEqual(['brownOut', 'power'])
    expect(low / HOUR_MS).toBeCloseTo(3.25, 3)
    expect(none / HOUR_MS).toBeCloseTo(17, 3)
  })

  it('knows only the loss of all power without a detector', () => {
    const off = { brownOutVolts: undefined }
    expect(statesOf({ ...off, dips: [DIP] }, HOUR_MS)).toEqual([])
    expect(statesOf({ ...off, dips: [{ ...DIP, volts: 0 }] }, HOUR_MS)).toEqual([
      [10_000, 'power'],
      [10_500, 'on'],
    ])
  })

  it('dips at other times for each device', () => {
    const spread = { dips: [{ ...DIP, spreadMs: 5_000 }] }
    const [one, again, other] = [1, 1, 2].map((seed) => statesOf(spread, HOUR_MS, seed)[0]![0])
    expect(one).toBe(again)
    expect(one).not.toBe(other)
    expect(Math.abs(one! - DIP.startMs)).toBeLessThanOrEqual(5_000)
  })
})

describe('a chip whose supply dips', () => {
  it('stands still, starts when the time-out is over, and is told why', () => {
    // Sends MCUSR once.
    const program = avr.avrProgram(
      avr.load(avr.MCUSR),
      avr.put(avr.UCSR0B, 8),
      avr.store(avr.UDR0),
      avr.FOREVER,
    )
    const clock = new VirtualClock(0.1)
    const low = { ...DIP, startMs: 100, durationMs: 50 }
    const gone = { ...low, startMs: 300, volts: 1 }
    const supply = new Supply({ ...FINE, dips: [low, gone] }, new Prng(1))
    const chip = new Microcontroller({ flash: program, clock, name: 'board', supply })
    const sent: [number, number][] = []
    chip.uart.open({
      onOpen: () => chip.start(),
      onBytes: ([byte]) => sent.push([byte!, Math.round(clock.now())]),
      onDrain: () => {},
      onClose: () => {},
    })
    clock.advance(110)
    const { cycles } = chip.chip
    clock.advance(30)
    expect(chip.chip.cycles).toBe(cycles)
    clock.advance(300)
    // 65 ms after the power has come, and the slice of a millisecond in which it runs.
    expect(sent).toEqual([
      [1, 66],
      [4, 216],
      [1, 416],
    ])
    expect(supply.brownOuts).toBe(1)
  })
})
