// What a run proves: passed, failed, or invalid because this tool, not the broker, was the
// bottleneck. A lost message is lost however slow the tool was, so a loss outranks invalid; what
// other thresholds say of such a run means nothing, so invalid outranks those. A
// scenario whose thresholds speak of losses has its own mind about them: then QoS 1 and 2 messages
// may be lost as far as it says.

import type { LatencySummary } from './fleet-snapshot.ts'
import { unexplained } from './ledger.ts'
import type { Account } from './ledger.ts'
import type { ShardsMerged } from './shards.ts'
import { formatResult, parseThreshold } from './threshold.ts'
import type { ThresholdResult } from './threshold.ts'

export type Verdict = 'passed' | 'failed' | 'invalid'

/** A run whose own lag stays above this for one probe in a hundred measured itself. */
const LAG_P99_MS_MAX = 50
/** Part of all messages that may be left out for lack of time. */
const OVERRUN_SHARE_MAX = 0.001

interface Evidence {
  readonly devices: { readonly started: number; readonly connected: number }
  readonly byQos: readonly (Account & { readonly qos: number })[]
  readonly totals: Account
  readonly overruns: number
  readonly lagMs: LatencySummary
  readonly thresholds: readonly ThresholdResult[]
  readonly shards: ShardsMerged | undefined
  /** The last that went wrong with a device, where that is known. */
  readonly lastError?: string | undefined
  /** False: this is a shard, and thresholds are not meant for it. */
  readonly isWhole: boolean
}

export function judge(evidence: Evidence): {
  readonly verdict: Verdict
  readonly reasons: readonly string[]
} {
  const faults = faultsOf(evidence)
  const doubts = doubtsOf(evidence)
  const isFailed = faults.some(({ isCertain }) => isCertain || doubts.length === 0)
  const texts = faults.map(({ text }) => text)
  if (isFailed) return { verdict: 'failed', reasons: [...texts, ...doubts] }
  return { verdict: doubts.length > 0 ? 'invalid' : 'passed', reasons: [...doubts, ...texts] }
}

/** What is wrong with a run. */
interface Fault {
  /** The same for the same kind of fault, however often it occurs. */
  readonly kind: string
  readonly text: string
  /** Whether it is one however slow this tool was. */
  readonly isCertain: boolean
}

/**
 * What is wrong with a run in words that are the same for a smaller run with the same faults.
 * Thresholds that ask for an amount are left out: fewer devices miss them whatever they do.
 */
export function failureKinds(
  report: Omit<Evidence, 'thresholds' | 'shards' | 'isWhole'> & {
    readonly thresholds?: readonly ThresholdResult[]
  },
): string[] {
  const thresholds = (report.thresholds ?? []).filter((one) => one.isMet || isOfAnySize(one))
  const faults = faultsOf({ ...report, thresholds, shards: undefined, isWhole: true })
  const kinds = faults.map(({ kind }) => kind)
  return unexplained(report.totals) === 0 ? kinds : [...kinds, 'messages not accounted for']
}

function isOfAnySize({ threshold, value }: ThresholdResult): boolean {
  const parsed = parseThreshold(threshold)
  if (value === null || 'found' in parsed) return false
  const isAmount = /\.(count|perSecond|sum)$/.test(parsed.metric)
  const isTooLittle = parsed.operator.startsWith('>') || value < parsed.limit
  return !isAmount || !isTooLittle
}

/** Figures that count losses in one way or another. */
const LOSS_FIGURE = /^(lost|acked|received)\./

function faultsOf(evidence: Evidence): Fault[] {
  const { devices, byQos, totals, thresholds, shards, lastError, isWhole } = evidence
  const faults = (shards?.missing ?? []).map(({ index, devices: gone, names }): Fault => {
    const part = `shard ${index} of ${shards?.count}`
    const text = `${part} is missing: ${count(gone)} devices (${names.join('; ')})`
    return { kind: 'missing shard', text, isCertain: true }
  })
  const add = (kind: string, text: string, isCertain = true): void => {
    faults.push({ kind, text, isCertain })
  }
  if (devices.started > 0 && totals.acked === 0 && devices.connected === 0) {
    const why = lastError ?? 'the broker did not answer'
    add('none connected', `none of ${count(devices.started)} devices connected: ${why}`)
  }
  const bearsLosses = thresholds.some(({ threshold }) => LOSS_FIGURE.test(threshold))
  for (const { qos, lost, duplicated } of byQos) {
    if (qos > 0 && lost > 0 && !bearsLosses) {
      add(
        `QoS ${qos} lost`,
        `${count(lost)} ${lost === 1 ? 'message' : 'messages'} of QoS ${qos} lost`,
      )
    }
    if (qos === 2 && duplicated > 0) {
      add('QoS 2 duplicated', `${count(duplicated)} duplicates of QoS 2`)
    }
  }
  for (const result of isWhole ? thresholds.filter(({ isMet }) => !isMet) : []) {
    const text = `threshold ${result.threshold} crossed: ${formatResult(result)}`
    add(result.threshold, text, isTooMuchLoss(result))
  }
  return faults
}

/** Not too little of it, which may be for want of messages. */
function isTooMuchLoss({ threshold }: ThresholdResult): boolean {
  const parsed = parseThreshold(threshold)
  if ('found' in parsed) return true
  return /^(lost|duplicated|reordered)\./.test(parsed.metric) && !parsed.operator.startsWith('>')
}

function doubtsOf({ totals, overruns, lagMs }: Evidence): string[] {
  const doubts: string[] = []
  if (lagMs.p99 > LAG_P99_MS_MAX) {
    doubts.push(`own lag p99 ${lagMs.p99.toFixed(0)} ms, above ${LAG_P99_MS_MAX} ms`)
  }
  if (overruns > OVERRUN_SHARE_MAX * (totals.published + overruns)) {
    doubts.push(`${count(overruns)} messages left out, because this machine was too slow`)
  }
  const left = unexplained(totals)
  if (left !== 0) doubts.push(`${count(left)} messages are not accounted for`)
  return doubts
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}
