// What a fleet counts while it runs, per group and over all. Plain counters and two histograms; it
// does not know devices. All counts are since the start of the run.

import { LatencyHistogram } from '../report/index.ts'

export interface Counts {
  devices: number
  connected: number
  /** Messages the device models asked to send. */
  published: number
  /** Confirmed: QoS 0 written, QoS 1 PUBACK, QoS 2 PUBCOMP. */
  acked: number
  /** Ended in any other way. */
  lost: number
}

export function emptyCounts(): Counts {
  return { devices: 0, connected: 0, published: 0, acked: 0, lost: 0 }
}

/** Causes of a loss, in the words of the SDK's outcomes. */
export type LossCause = 'dropped' | 'rejected' | 'expired' | 'superseded' | 'indeterminate'

/** Seconds over which the rate of publishes is taken. */
const RATE_WINDOW_S = 5

export class Tally {
  readonly all: Counts = emptyCounts()
  readonly groups: readonly Counts[]
  readonly lossCauses = new Map<LossCause, number>()
  readonly publishedByQos = [0, 0, 0]
  readonly ackedByQos = [0, 0, 0]
  readonly lostByQos = [0, 0, 0]
  readonly ackLatency = new LatencyHistogram()
  readonly lag = new LatencyHistogram()
  started = 0
  reconnects = 0
  errors = 0
  /** Messages that devices skipped because this process was late. */
  overruns = 0
  /** Messages received by devices. */
  received = 0
  lastError: string | undefined
  /** Published counts at the last whole seconds, oldest first. */
  readonly #history: { atMs: number; published: number }[] = []

  constructor(groups: number) {
    this.groups = Array.from({ length: groups }, emptyCounts)
  }

  connected(group: number, step: 1 | -1): void {
    this.all.connected += step
    this.groups[group]!.connected += step
  }

  published(group: number, qos: number): void {
    this.all.published++
    this.groups[group]!.published++
    this.publishedByQos[qos]!++
  }

  acked(group: number, qos: number, latencyMs: number): void {
    this.all.acked++
    this.groups[group]!.acked++
    this.ackedByQos[qos]!++
    this.ackLatency.record(latencyMs)
  }

  lost(group: number, qos: number, cause: LossCause): void {
    this.all.lost++
    this.groups[group]!.lost++
    this.lostByQos[qos]!++
    this.lossCauses.set(cause, (this.lossCauses.get(cause) ?? 0) + 1)
  }

  failed(message: string): void {
    this.errors++
    this.lastError = message
  }

  /** Called about once a second; keeps what `ratePerSecond` needs. */
  mark(nowMs: number): void {
    this.#history.push({ atMs: nowMs, published: this.all.published })
    if (this.#history.length > RATE_WINDOW_S + 1) this.#history.shift()
  }

  ratePerSecond(nowMs: number): number {
    const oldest = this.#history[0]
    if (oldest === undefined || nowMs <= oldest.atMs) return 0
    return ((this.all.published - oldest.published) * 1000) / (nowMs - oldest.atMs)
  }
}
