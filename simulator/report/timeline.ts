// How a run went over time: a few numbers at even distances, for charts. Bounded: when it is full,
// every second point goes and the distance doubles, so a minute and a year take the same memory.
// Counts are what had happened by then, so points of shards add up. Durations in milliseconds.
// It does not know clocks: whoever drives a fleet asks `isDue` and hands over a snapshot.

import type { FleetSnapshot } from './fleet-snapshot.ts'

/** What is kept of each moment; all but `connected` and `queued` are counts since the start. */
const TIMELINE_KEYS = [
  'connected',
  'published',
  'acked',
  'lost',
  'queued',
  'reconnects',
  'errors',
] as const

export type TimelineKey = (typeof TIMELINE_KEYS)[number]

/** Point k is the state at (k + 1) x `stepMs`. */
export type TimelineSeries = { readonly stepMs: number } & Readonly<
  Record<TimelineKey, readonly number[]>
>

/** Points at most; 7 numbers each: 34 KB. */
const POINTS_MAX = 600
const STEP_MS_MIN = 1_000

export class Timeline {
  #stepMs: number
  #points: Record<TimelineKey, number>[] = []

  /** @param durationMs planned length of the run, so that the first distance fits. */
  constructor(durationMs: number | undefined) {
    this.#stepMs = STEP_MS_MIN
    while ((durationMs ?? 0) / this.#stepMs > POINTS_MAX / 2) this.#stepMs *= 2
  }

  /** Distance of the points. */
  get stepMs(): number {
    return this.#stepMs
  }

  isDue(elapsedMs: number): boolean {
    return elapsedMs >= (this.#points.length + 1) * this.#stepMs
  }

  /** Whoever is late fills in the points that were left out with the same state. */
  add(elapsedMs: number, snapshot: Pick<FleetSnapshot, TimelineKey>): void {
    while (this.isDue(elapsedMs)) {
      const { connected, published, acked, lost, queued, reconnects, errors } = snapshot
      this.#points.push({ connected, published, acked, lost, queued, reconnects, errors })
      if (this.#points.length >= POINTS_MAX) {
        this.#points = this.#points.filter((_, position) => position % 2 === 1)
        this.#stepMs *= 2
      }
    }
  }

  series(): TimelineSeries {
    const columns = TIMELINE_KEYS.map((key) => [key, this.#points.map((point) => point[key])])
    return { stepMs: this.#stepMs, ...Object.fromEntries(columns) } as TimelineSeries
  }
}

/**
 * Adds up what shards saw. They began at the same moment, as far as anybody can tell; one that
 * ended before the others keeps its last counts.
 */
export function mergeTimelines(parts: readonly TimelineSeries[]): TimelineSeries {
  const stepMs = Math.max(...parts.map((part) => part.stepMs), STEP_MS_MIN)
  const lengths = parts.map((part) => Math.floor((part.connected.length * part.stepMs) / stepMs))
  const points = Math.max(0, ...lengths)
  const columns = TIMELINE_KEYS.map((key) => {
    const column = Array.from({ length: points }, (_, point) => {
      return parts.reduce((sum, part) => sum + valueAt(part, key, (point + 1) * stepMs), 0)
    })
    return [key, column]
  })
  return { stepMs, ...Object.fromEntries(columns) } as TimelineSeries
}

function valueAt(part: TimelineSeries, key: TimelineKey, elapsedMs: number): number {
  const position = Math.round(elapsedMs / part.stepMs) - 1
  const values = part[key]
  if (position < values.length) return values[position] ?? 0
  // A shard that ended is offline; what it counted stays.
  return key === 'connected' ? 0 : (values.at(-1) ?? 0)
}
