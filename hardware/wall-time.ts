// The time that people and files are told, of a clock that may have its own.

import type { Clock } from '@motewire/sdk'

/** Milliseconds since 1970. */
export function wallTimeOf(clock: Clock): number {
  return clock.wallNow?.() ?? Date.now()
}

/** Time of day, UTC: `12:00:00.123`. */
export function timeText(clock: Clock): string {
  return new Date(wallTimeOf(clock)).toISOString().slice(11, 23)
}
