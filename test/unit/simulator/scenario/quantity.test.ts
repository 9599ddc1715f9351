// Durations, rates and clocks: what is read, and what is refused.

import { describe, expect, it } from 'vitest'
import {
  formatDuration,
  parseClock,
  parseDuration,
  parseRate,
} from '../../../../simulator/scenario/quantity.ts'

describe('durations', () => {
  it.each([
    ['250ms', 250],
    ['30s', 30_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['2d', 172_800_000],
    ['1.5h', 5_400_000],
    ['0s', 0],
  ])('reads %s', (text, durationMs) => {
    expect(parseDuration(text)).toBe(durationMs)
  })

  it.each(['30', '', 's', '-1s', '1 s', '1S', '1h30m', '.5s', '1.s', '1e3s', '10sec'])(
    'refuses "%s"',
    (text) => {
      expect(parseDuration(text)).toBeUndefined()
    },
  )

  it.each([
    [0, '0s'],
    [1, '1ms'],
    [999, '999ms'],
    [1_500, '1500ms'],
    [60_000, '1m'],
    [90_000, '90s'],
    [86_400_000, '1d'],
    [0.5, '0.5ms'],
  ])('writes %d ms', (durationMs, text) => {
    expect(formatDuration(durationMs)).toBe(text)
  })
})

describe('rates', () => {
  it.each([
    ['50/s', 50],
    ['30/m', 0.5],
    ['36/h', 0.01],
    ['0.5/s', 0.5],
  ])('reads %s', (text, perSecond) => {
    expect(parseRate(text)).toBe(perSecond)
  })

  it.each(['50', '50/', '/s', '50/d', '-1/s', '50 / s'])('refuses "%s"', (text) => {
    expect(parseRate(text)).toBeUndefined()
  })
})

describe('clocks', () => {
  it.each([
    ['real', { kind: 'real' }],
    ['virtual', { kind: 'virtual' }],
    ['scaled:60', { kind: 'scaled', factor: 60 }],
    ['scaled:0.5', { kind: 'scaled', factor: 0.5 }],
  ])('reads %s', (text, clock) => {
    expect(parseClock(text)).toEqual(clock)
  })

  it.each(['fast', 'scaled', 'scaled:', 'scaled:-1', 'Real'])('refuses "%s"', (text) => {
    expect(parseClock(text)).toBeUndefined()
  })
})
