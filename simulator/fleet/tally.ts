// What a fleet counts while it runs, per group and over all. Plain counters and two histograms; it
// does not know devices. All counts are since the start of the run.

import { LatencyHistogram, Ledger, Measures } from '../report/index.ts'
import type { LossCause } from '../report/index.ts'
import type { QoS } from '@motewire/sdk'

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

/** Messages that have not ended: in outboxes and on the air. */
export function queuedOf({ published, acked, lost }: Counts): number {
  return published - acked - lost
}

function emptyCounts(): Counts {
  return { devices: 0, connected: 0, published: 0, acked: 0, lost: 0 }
}

/** Seconds over which the rate of publishes is taken. */
const RATE_WINDOW_S = 5

export class Tally {
  readonly all: Counts = emptyCounts()
  readonly groups: readonly Counts[]
  readonly ledger: Ledger = new Ledger()
  readonly ackLatency: LatencyHistogram = new LatencyHistogram()
  readonly lag: LatencyHistogram = new LatencyHistogram()
  /** From when messages were due to their arrival at the verifying subscriber. */
  readonly delivery: LatencyHistogram = new LatencyHistogram()
  /** What device models measure. */
  readonly measures: Measures = new Measures()
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

  published(group: number, qos: QoS): void {
    this.all.published++
    this.groups[group]!.published++
    this.ledger.countPublished(qos)
  }

  acked(group: number, qos: QoS, latencyMs: number): void {
    this.all.acked++
    this.groups[group]!.acked++
    this.ledger.countAcked(qos)
    this.ackLatency.record(latencyMs)
  }

  lost(group: number, qos: QoS, cause: LossCause): void {
    this.all.lost++
    this.groups[group]!.lost++
    this.ledger.countLost(qos, cause)
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
