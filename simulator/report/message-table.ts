// The table of messages as text and HTML both show it: a row for each QoS, the sum of several, and
// by what causes messages were lost. It knows no layout.

import { LOSS_CAUSES } from './ledger.ts'
import type { Account } from './ledger.ts'
import { formatCount } from './quantities.ts'
import type { Report } from './report.ts'

export interface MessageTable {
  readonly head: readonly string[]
  readonly rows: readonly string[][]
  /** `2 indeterminate, 1 expired`; empty when nothing was lost. */
  readonly lostBy: string
}

export function messageTable({ byQos, totals, isVerified }: Report): MessageTable {
  const head = ['', 'published', 'acked', 'lost', 'queued']
  if (isVerified) head.push('received', 'duplicated', 'reordered', 'late')
  const row = (name: string, account: Account): string[] => {
    const { published, acked, lost, queued, received, duplicated, reordered, late } = account
    const verified = isVerified ? [received, duplicated, reordered, late] : []
    return [name, ...[published, acked, lost, queued, ...verified].map(formatCount)]
  }
  const rows = byQos.map((account) => row(`QoS ${account.qos}`, account))
  if (byQos.length !== 1) rows.push(row('all', totals))
  const causes = LOSS_CAUSES.filter((cause) => totals.lostBy[cause] > 0)
  const lostBy = causes.map((cause) => `${formatCount(totals.lostBy[cause])} ${cause}`).join(', ')
  return { head, rows, lostBy }
}
