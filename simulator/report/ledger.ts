// The account of every message, per QoS. Each published message ends in exactly one of three ways:
// acknowledged, lost at the device with a cause, or still queued; what is left over would be a
// mistake of ours, and the report says so. A verifying subscriber adds what really arrived.
// Plain counters; it does not know devices, topics or times. O(1) a message.

import type { SequenceSummary } from './sequence-checker.ts'

/**
 * What a device can lose a message by, in the words of the SDK's outcomes: `dropped` (the outbox
 * was full), `rejected` by the broker, `expired` in the outbox, `superseded` by a newer one,
 * `indeterminate` (sent, but the connection ended before the answer).
 * And what only a verifying subscriber finds: `broker`, confirmed by the broker, yet never
 * delivered; `air`, written at QoS 0, which nobody confirms, and never delivered.
 */
export const LOSS_CAUSES = [
  'dropped',
  'rejected',
  'expired',
  'superseded',
  'indeterminate',
  'broker',
  'air',
] as const

/** As in MQTT; the report room knows no packets. */
export type QoS = 0 | 1 | 2

export type LossCause = (typeof LOSS_CAUSES)[number]

/** The messages of one QoS, or of all. */
export interface Account {
  /** Messages that devices handed over. */
  readonly published: number
  /** QoS 0 written, QoS 1 PUBACK, QoS 2 PUBCOMP. Those lost at the broker or on the air too. */
  readonly acked: number
  /** Sum over all causes. */
  readonly lost: number
  readonly lostBy: Readonly<Record<LossCause, number>>
  /** Still in an outbox or in flight at the end. */
  readonly queued: number
  /** Of `queued`: sent and not confirmed. The others never left their device. */
  readonly inflight: number
  /** Different messages that the verifying subscriber got; 0 without one. */
  readonly received: number
  /** Messages that it got again. */
  readonly duplicated: number
  /** Messages that it got after a later one of the same stream. */
  readonly reordered: number
  /** Messages that it got later than the next one of their stream was due. */
  readonly late: number
}

const LEVELS: readonly QoS[] = [0, 1, 2]

export class Ledger {
  readonly #published = [0, 0, 0]
  readonly #acked = [0, 0, 0]
  readonly #queued = [0, 0, 0]
  readonly #inflight = [0, 0, 0]
  readonly #late = [0, 0, 0]
  readonly #received = [0, 0, 0]
  readonly #duplicated = [0, 0, 0]
  readonly #reordered = [0, 0, 0]
  readonly #lostBy = LEVELS.map(() => emptyCauses())

  countPublished(qos: QoS, messages: number = 1): void {
    this.#published[qos]! += messages
  }

  countAcked(qos: QoS, messages: number = 1): void {
    this.#acked[qos]! += messages
  }

  countLost(qos: QoS, cause: LossCause, messages: number = 1): void {
    this.#lostBy[qos]![cause] += messages
  }

  /**
   * Once, at the end.
   * @param inflight those of them that were sent.
   */
  countQueued(qos: QoS, messages: number, inflight: number = 0): void {
    this.#queued[qos]! += messages
    this.#inflight[qos]! += inflight
  }

  /**
   * What a subscriber saw of all streams of this QoS. Once, at the end and after `countQueued`. Of
   * the messages that never arrived, so many as are lost at a device or queued are taken for those;
   * as some of these may have arrived all the same, what is told as lost further on is the least.
   */
  countVerified(qos: QoS, seen: SequenceSummary, late: number = 0): void {
    this.#received[qos]! += seen.received
    this.#duplicated[qos]! += seen.duplicated
    this.#reordered[qos]! += seen.reordered
    this.#late[qos]! += late
    const { lost, queued } = this.account(qos)
    const cause = qos === 0 ? 'air' : 'broker'
    this.countLost(qos, cause, Math.max(0, seen.missing - lost - queued))
  }

  account(qos: QoS): Account {
    const lostBy = { ...this.#lostBy[qos]! }
    return {
      published: this.#published[qos]!,
      acked: this.#acked[qos]!,
      lost: LOSS_CAUSES.reduce((sum, cause) => sum + lostBy[cause], 0),
      lostBy,
      queued: this.#queued[qos]!,
      inflight: this.#inflight[qos]!,
      received: this.#received[qos]!,
      duplicated: this.#duplicated[qos]!,
      reordered: this.#reordered[qos]!,
      late: this.#late[qos]!,
    }
  }

  total(): Account {
    return LEVELS.map((qos) => this.account(qos)).reduce(sumOfAccounts)
  }

  /** Takes over an account of another process. */
  merge(qos: QoS, other: Account): void {
    this.#published[qos]! += other.published
    this.#acked[qos]! += other.acked
    this.countQueued(qos, other.queued, other.inflight)
    this.#late[qos]! += other.late
    this.#received[qos]! += other.received
    this.#duplicated[qos]! += other.duplicated
    this.#reordered[qos]! += other.reordered
    for (const cause of LOSS_CAUSES) this.countLost(qos, cause, other.lostBy[cause])
  }
}

/** Messages that the account cannot explain: 0 unless the tool has a bug. */
export function unexplained({ published, acked, lost, lostBy, queued }: Account): number {
  return published - acked - (lost - lostBy.broker - lostBy.air) - queued
}

function emptyCauses(): Record<LossCause, number> {
  return Object.fromEntries(LOSS_CAUSES.map((cause) => [cause, 0])) as Record<LossCause, number>
}

function sumOfAccounts(one: Account, other: Account): Account {
  const lostBy = emptyCauses()
  for (const cause of LOSS_CAUSES) lostBy[cause] = one.lostBy[cause] + other.lostBy[cause]
  return {
    published: one.published + other.published,
    acked: one.acked + other.acked,
    lost: one.lost + other.lost,
    lostBy,
    queued: one.queued + other.queued,
    inflight: one.inflight + other.inflight,
    received: one.received + other.received,
    duplicated: one.duplicated + other.duplicated,
    reordered: one.reordered + other.reordered,
    late: one.late + other.late,
  }
}
