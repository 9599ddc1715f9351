// How much faster or slower the schedules of a group go at each time of the run, as its load
// stages say. A schedule has a time of its own, which passes `load` times as fast; a message that
// is due at a time of the schedule leaves at the true time that belongs to it. Piecewise linear;
// O(stages) a question. Milliseconds after the run began.

import type { LoadStage, Stage } from '../scenario/index.ts'

/** From here on the schedule goes at this pace. */
interface Segment {
  readonly trueMs: number
  readonly scheduleMs: number
  readonly load: number
}

export class Pace {
  /** In the order of time; the first begins at 0. */
  readonly #segments: readonly Segment[]

  private constructor(segments: readonly Segment[]) {
    this.#segments = segments
  }

  /** Undefined when no stage concerns the group. */
  static of(stages: readonly Stage[], group: string): Pace | undefined {
    const own = stages.filter((stage): stage is LoadStage => {
      return stage.kind === 'load' && (stage.groups?.includes(group) ?? true)
    })
    if (own.length === 0) return undefined
    const times = own.flatMap((stage) => [stage.atMs, endOf(stage)])
    const bounds = [...new Set([0, ...times.filter(Number.isFinite)])].toSorted((a, b) => a - b)
    const segments: Segment[] = []
    for (const trueMs of bounds) {
      const last = segments.at(-1)
      const passedMs = last === undefined ? 0 : (trueMs - last.trueMs) * last.load
      const scheduleMs = (last?.scheduleMs ?? 0) + passedMs
      // Of two at the same time the later one of the file holds.
      const stage = own.findLast((one) => trueMs >= one.atMs && trueMs < endOf(one))
      segments.push({ trueMs, scheduleMs, load: stage?.load ?? 1 })
    }
    return new Pace(segments)
  }

  scheduleMs(trueMs: number): number {
    const segment = this.#segments.findLast((one) => one.trueMs <= trueMs) ?? this.#segments[0]!
    return segment.scheduleMs + (trueMs - segment.trueMs) * segment.load
  }

  /** Infinity: never, because the schedule stands still to the end. */
  trueMs(scheduleMs: number): number {
    // While the schedule stands still nothing is due: it is when it goes on.
    const at = this.#segments.findLastIndex((one) => one.scheduleMs <= scheduleMs)
    const segment = this.#segments[Math.max(at, 0)]!
    if (segment.load === 0) return Infinity
    return segment.trueMs + (scheduleMs - segment.scheduleMs) / segment.load
  }
}

function endOf({ atMs, durationMs = Infinity }: LoadStage): number {
  return atMs + durationMs
}
