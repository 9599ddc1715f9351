// Who gives way when the outbox is full, and what has expired: the policies, apart from the table
// they work on. They answer slots; ending those messages is the delivery's. Messages in flight
// never give way, nor does a queued one to a less urgent newcomer.

import type { QoS } from '../codec/index.ts'
import type { Outcome } from './outcome.ts'
import { NONE, PRIORITIES, queueOf } from './outbox.ts'
import type { Outbox, OutboxLimits, Priority } from './outbox.ts'

/**
 * `reject`: the new message is refused (outcome `rejected`). `drop-newest`: it is dropped.
 * `drop-oldest`: queued messages are, oldest and least urgent first. `latest-per-topic`: a queued
 * message gives way to a newer one of its topic at once, and if it is full then, as `drop-oldest`.
 */
export type WhenFull = 'reject' | 'drop-newest' | 'drop-oldest' | 'latest-per-topic'

export interface OutboxPolicy extends OutboxLimits {
  readonly whenFull: WhenFull
  /** Order in which a backlog leaves, among equals. */
  readonly order: 'oldest-first' | 'newest-first'
}

export interface Admission {
  readonly superseded: readonly number[]
  readonly dropped: readonly number[]
  /** How the new message ends; undefined when there is room for it. */
  readonly refusal: Outcome | undefined
}

const NOBODY: readonly number[] = []

/** What has to happen so that a message of `bytes` may come in. */
export function admissionOf(
  outbox: Outbox,
  policy: OutboxPolicy,
  topic: string,
  qos: QoS,
  bytes: number,
  priority: Priority,
): Admission {
  const { whenFull, messagesMax, bytesMax } = policy
  const isLatest = whenFull === 'latest-per-topic'
  const superseded = isLatest ? sameTopic(outbox, topic, queueOf(qos, priority)) : NOBODY
  let freeMessages = messagesMax - outbox.size + superseded.length
  let freeBytes = superseded.reduce(
    (free, slot) => free + outbox.bytesOf(slot),
    bytesMax - outbox.bytes,
  )
  const dropped: number[] = []
  if (isLatest || whenFull === 'drop-oldest') {
    for (const slot of victims(outbox, priority, superseded)) {
      if (freeMessages >= 1 && freeBytes >= bytes) break
      dropped.push(slot)
      freeMessages++
      freeBytes += outbox.bytesOf(slot)
    }
  }
  if (freeMessages >= 1 && freeBytes >= bytes) return { superseded, dropped, refusal: undefined }
  // Nobody gives way to what cannot come in anyway.
  const refusal = whenFull === 'reject' ? 'rejected' : 'dropped'
  return { superseded: NOBODY, dropped: NOBODY, refusal }
}

/** Queued messages in the order in which they give way: QoS 0 first, the most urgent last. */
function* victims(
  outbox: Outbox,
  priority: Priority,
  spared: readonly number[],
): Generator<number, void> {
  for (const qos of [0, 1] as const) {
    for (const other of PRIORITIES.toReversed()) {
      if (other < priority) continue
      let slot = outbox.headOf(queueOf(qos, other))
      for (; slot !== NONE; slot = outbox.nextOf(slot)) if (!spared.includes(slot)) yield slot
    }
  }
}

/** At most one, since each newcomer removes the one before it. O(queued messages of its kind). */
function sameTopic(outbox: Outbox, topic: string, queue: number): readonly number[] {
  for (let slot = outbox.headOf(queue); slot !== NONE; slot = outbox.nextOf(slot)) {
    if (outbox.topicOf(slot) === topic) return [slot]
  }
  return NOBODY
}

/** Queued messages that are worth nothing any more. */
export function expiredOf(outbox: Outbox, now: number): number[] {
  const expired: number[] = []
  eachQueued(outbox, (slot) => {
    if (outbox.expiresAtMs(slot) <= now) expired.push(slot)
  })
  return expired
}

/** When the next queued message expires; Infinity when none does. */
export function earliestExpiry(outbox: Outbox): number {
  let earliest = Infinity
  eachQueued(outbox, (slot) => {
    earliest = Math.min(earliest, outbox.expiresAtMs(slot))
  })
  return earliest
}

function eachQueued(outbox: Outbox, visit: (slot: number) => void): void {
  for (const qos of [0, 1] as const) {
    for (const priority of PRIORITIES) {
      let slot = outbox.headOf(queueOf(qos, priority))
      for (; slot !== NONE; slot = outbox.nextOf(slot)) visit(slot)
    }
  }
}
