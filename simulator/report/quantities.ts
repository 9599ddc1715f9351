// Numbers as people read them in reports: counts with thousands, short counts, durations. Text
// only; it does not know what is counted.

/** `12,345` */
export function formatCount(value: number): string {
  return value.toLocaleString('en-US')
}

const SHORT_UNITS: readonly (readonly [number, string])[] = [
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
]

/** At most five characters below 10^12: `9,999`, `12.3k`, `4.56M`. */
export function formatShortCount(value: number): string {
  if (value < 10_000) return formatCount(Math.round(value))
  const [size, unit] = SHORT_UNITS.find(([least]) => value >= least) ?? [1, '']
  const scaled = value / size
  // Cut, not rounded: 999,999 must not become 1000k.
  const decimals = scaled < 10 ? 2 : scaled < 100 ? 1 : 0
  return `${(Math.floor(scaled * 10 ** decimals) / 10 ** decimals).toFixed(decimals)}${unit}`
}

/** Three significant digits: `0.42 ms`, `12.3 ms`, `1.23 s`, `45.6 min`. */
export function formatMs(durationMs: number): string {
  if (durationMs < 1_000) return `${significant(durationMs)} ms`
  if (durationMs < 60_000) return `${significant(durationMs / 1_000)} s`
  return `${significant(durationMs / 60_000)} min`
}

/** At most five characters: `4.1ms`, `123ms`, `1.2s`, `90s`. */
export function formatShortMs(durationMs: number): string {
  const [value, unit] = durationMs < 1_000 ? [durationMs, 'ms'] : [durationMs / 1_000, 's']
  return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)}${unit}`
}

function significant(value: number): string {
  if (value >= 100) return value.toFixed(0)
  if (value >= 10) return value.toFixed(1)
  return value.toFixed(2)
}

/** `0:42`, `12:05`, `3:00:00`: whole seconds gone by. */
export function formatElapsed(durationMs: number): string {
  const seconds = Math.floor(durationMs / 1_000)
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60]
  const tail = String(seconds % 60).padStart(2, '0')
  if (hours === 0) return `${minutes}:${tail}`
  return `${hours}:${String(minutes).padStart(2, '0')}:${tail}`
}
