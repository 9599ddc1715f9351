// The live progress line, made from a snapshot of the running fleet. What matters most stands
// first; what does not fit any more is left out, zeros of trouble first. It does not print.

import type { FleetSnapshot } from './fleet-snapshot.ts'
import { formatElapsed, formatShortCount, formatShortMs } from './quantities.ts'

interface Part {
  readonly text: string
  /** Parts of a higher rank are left out first. */
  readonly rank: number
}

const GAP = '  '

/** One line of at most `columns` characters (default 100, at least 20). */
export function formatProgress(snapshot: FleetSnapshot, columns: number = 100): string {
  const parts = partsOf(snapshot)
  const width = (): number => parts.reduce((sum, { text }) => sum + text.length + GAP.length, 0)
  while (width() - GAP.length > columns && parts.length > 1) {
    const last = parts.reduce((one, other) => (other.rank >= one.rank ? other : one))
    parts.splice(parts.indexOf(last), 1)
  }
  const line = parts.map(({ text }) => text).join(GAP)
  return line.slice(0, columns)
}

function partsOf(snapshot: FleetSnapshot): Part[] {
  const { elapsedMs, durationMs, phase, devices, connected, publishesPerSecond } = snapshot
  const time = formatElapsed(elapsedMs)
  const clock = durationMs === undefined ? time : `${time}/${formatElapsed(durationMs)}`
  const short = formatShortCount
  const trouble = (value: number, word: string, rank: number): Part => {
    return { text: `${short(value)} ${word}`, rank: value > 0 ? rank : rank + 10 }
  }
  return [
    { text: phase === 'running' ? clock : `${clock} ${phase}`, rank: 0 },
    { text: `${short(connected)}/${short(devices)} online`, rank: 1 },
    { text: `${short(publishesPerSecond)}/s`, rank: 2 },
    { text: `${short(snapshot.acked)} acked`, rank: 3 },
    trouble(snapshot.queued, 'queued', 6),
    trouble(snapshot.lost, 'lost', 4),
    trouble(snapshot.reconnects, 'reconn', 7),
    trouble(snapshot.errors, 'errors', 5),
    { text: `p99 ${formatShortMs(snapshot.ackLatencyMs.p99)}`, rank: 8 },
    { text: `lag ${formatShortMs(snapshot.lagMs.p99)}`, rank: 9 },
  ]
}
