// Quantities with units, as people write them: durations `250ms 30s 1.5h`, rates `50/s`, clocks
// `real virtual scaled:60`. A number without a unit is refused, because nobody agrees on the unit.
// Answers undefined for text that is no such quantity; bounds are the caller's matter.

import type { ScenarioClock } from './scenario.ts'

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** Shared with the JSON Schema, so that editors refuse what we refuse. */
export const DURATION_PATTERN: RegExp = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/
export const RATE_PATTERN: RegExp = /^(\d+(?:\.\d+)?)\/(s|m|h)$/
export const CLOCK_PATTERN: RegExp = /^(real|virtual|scaled:(\d+(?:\.\d+)?))$/

/** Milliseconds, fractions possible. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit] = DURATION_PATTERN.exec(text) ?? []
  if (amount === undefined || unit === undefined) return undefined
  return Number(amount) * (UNIT_MS[unit] ?? Number.NaN)
}

/** The shortest text that `parseDuration` reads back as the same duration. */
export function formatDuration(durationMs: number): string {
  const fits = (unit: string): boolean => Number.isInteger(durationMs / (UNIT_MS[unit] ?? 1))
  const unit = durationMs === 0 ? 's' : (['d', 'h', 'm', 's'].find(fits) ?? 'ms')
  return `${durationMs / (UNIT_MS[unit] ?? 1)}${unit}`
}

/** Events a second. */
export function parseRate(text: string): number | undefined {
  const [, amount, unit] = RATE_PATTERN.exec(text) ?? []
  if (amount === undefined || unit === undefined) return undefined
  return (Number(amount) * 1_000) / (UNIT_MS[unit] ?? Number.NaN)
}

export function parseClock(text: string): ScenarioClock | undefined {
  const [, kind, factor] = CLOCK_PATTERN.exec(text) ?? []
  if (kind === undefined) return undefined
  if (kind === 'real' || kind === 'virtual') return { kind }
  return { kind: 'scaled', factor: Number(factor) }
}

/** As a file writes it. */
export function formatClock(clock: ScenarioClock): string {
  return clock.kind === 'scaled' ? `scaled:${clock.factor}` : clock.kind
}

export const SHARE_PATTERN: RegExp = /^(\d+(?:\.\d+)?)%$/
export const BITRATE_PATTERN: RegExp = /^(unlimited|(\d+(?:\.\d+)?)(k|M|G)?bit\/s)$/
export const SPEED_PATTERN: RegExp = /^(\d+(?:\.\d+)?)(km\/h|m\/s|kn)$/

/** `2%` is 0.02. */
export function parseShare(text: string): number | undefined {
  const [, percent] = SHARE_PATTERN.exec(text) ?? []
  return percent === undefined ? undefined : Number(percent) / 100
}

/** Bits a second; 0 for `unlimited`. */
export function parseBitrate(text: string): number | undefined {
  const [, whole, amount, prefix = ''] = BITRATE_PATTERN.exec(text) ?? []
  if (whole === 'unlimited') return 0
  if (amount === undefined) return undefined
  const factor = { '': 1, k: 1e3, M: 1e6, G: 1e9 }[prefix] ?? 1
  return Number(amount) * factor
}

/** Metres a second. */
export function parseSpeed(text: string): number | undefined {
  const [, amount, unit] = SPEED_PATTERN.exec(text) ?? []
  if (amount === undefined) return undefined
  const metresPerS = { 'km/h': 1 / 3.6, 'm/s': 1, kn: 1_852 / 3_600 }[unit ?? ''] ?? 1
  return Number(amount) * metresPerS
}
