// The report room: counting while a fleet runs, and telling what came of it.
export type {
  FleetInspection,
  FleetSnapshot,
  GroupSnapshot,
  LatencySummary,
} from './fleet-snapshot.ts'
export { LatencyHistogram, LATENCY_MS_MAX } from './latency-histogram.ts'
export { Ledger, LOSS_CAUSES } from './ledger.ts'
export type { Account, LossCause } from './ledger.ts'
export { formatProgress } from './progress.ts'
export { makeReport } from './report.ts'
export type { DeviceCounts, Report, ReportInput } from './report.ts'
export { checkReportPath, formatJson, writeReport } from './report-file.ts'
export { SequenceChecker } from './sequence-checker.ts'
export type { SequenceSummary, SequenceVerdict } from './sequence-checker.ts'
export { formatText } from './text-report.ts'
export type { TextOptions } from './text-report.ts'
export type { Verdict } from './verdict.ts'
