// Inputs of reports and progress lines for tests: a run in which all went well.

import {
  LatencyHistogram,
  Ledger,
  makeReport,
  Measures,
  Timeline,
} from '../../../../simulator/report/index.ts'
import type { Report, ReportInput } from '../../../../simulator/report/index.ts'
import type { FleetSnapshot } from '../../../../simulator/report/fleet-snapshot.ts'

export function histogramOf(...durationsMs: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram()
  for (const durationMs of durationsMs) histogram.record(durationMs)
  return histogram
}

export function ledgerOf(change: (ledger: Ledger) => void = () => undefined): Ledger {
  const ledger = new Ledger()
  ledger.countPublished(0, 2_000)
  ledger.countAcked(0, 2_000)
  ledger.countPublished(1, 1_000)
  ledger.countAcked(1, 1_000)
  change(ledger)
  return ledger
}

export function reportOf(change: Partial<ReportInput> = {}): Report {
  return makeReport({
    scenario: 'office building',
    seed: 42,
    broker: 'mqtt://127.0.0.1:1883',
    clock: 'real',
    startedAtMs: 1_704_067_200_000,
    durationMs: 30_000,
    devices: { total: 1_000, started: 1_000, connected: 1_000, reconnects: 0, errors: 0 },
    ledger: ledgerOf(),
    groups: [
      { name: 'room', devices: 600, connected: 600, published: 2_000, acked: 2_000, queued: 0 },
      { name: 'meter', devices: 400, connected: 400, published: 1_000, acked: 1_000, queued: 0 },
    ],
    overruns: 0,
    latency: histogramOf(0.5, 1, 1.5, 2, 12),
    lag: histogramOf(0.1, 0.2, 0.4),
    ...change,
  })
}

export function snapshotOf(change: Partial<FleetSnapshot> = {}): FleetSnapshot {
  return {
    scenario: 'office building',
    broker: 'mqtt://127.0.0.1:1883',
    phase: 'running',
    elapsedMs: 12_400,
    durationMs: 30_000,
    devices: 1_000,
    started: 1_000,
    connected: 998,
    published: 9_750,
    acked: 9_744,
    lost: 0,
    queued: 6,
    reconnects: 2,
    errors: 0,
    publishesPerSecond: 812.4,
    ackLatencyMs: histogramOf(1, 2, 4.1).summary(),
    lagMs: histogramOf(0.1, 0.3).summary(),
    groups: [],
    ...change,
  }
}

/** A report with all its optional parts, of a run with thresholds met and crossed. */
export function fullReport(change: Partial<ReportInput> = {}): Report {
  const measures = new Measures()
  for (const years of [5, 7, 9]) measures.record('battery.years', years)
  const timeline = new Timeline(30_000)
  for (const [second, published] of [100, 300, 500].entries()) {
    timeline.add((second + 1) * 1_000, snapshotOf({ published, acked: published - 2 }))
  }
  return reportOf({
    digest: '00000000c0ffee00',
    isVerified: true,
    scenarioHash: '0123456789abcdef',
    fleet: {
      devices: 1_000,
      groups: [
        { name: 'room', devices: 600, clientId: 'room-{index:04}' },
        { name: 'meter', devices: 400, clientId: '{group}-{index}' },
      ],
    },
    measures,
    timeline: timeline.series(),
    thresholds: ['acked.rate > 0.99', 'latency.p95 < 5ms', 'measure.battery.years.min >= 5'],
    ...change,
  })
}
