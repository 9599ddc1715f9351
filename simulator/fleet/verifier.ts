// What a verifying subscriber makes of the messages that it gets: whose they are, which number they
// have, and whether they came in time. At the end it tells the ledger. Messages of strangers do not
// count. It does not know brokers. A message is O(length); a stream holds about 300 bytes.

import type { QoS } from '@motewire/sdk'
import { UsageError } from '@motewire/sdk/errors'
import { stampReaderOf } from '../device/index.ts'
import type { ReadStamp, StampReader } from '../device/index.ts'
import { SequenceChecker } from '../report/index.ts'
import type { LatencyHistogram, Ledger, SequenceSummary } from '../report/index.ts'
import { hasIdentity } from '../scenario/index.ts'
import type { DeviceGroup, FleetPlan, StreamSpec } from '../scenario/index.ts'
import { filtersFor } from './verify-filters.ts'

/** One stream of one device. */
interface Source {
  /** Number of the device in the fleet. */
  readonly device: number
  /** Position of the stream in its group. */
  readonly position: number
  /** Number among the streams of its QoS. */
  readonly number: number
  readonly kind: Kind
}

/** What all devices of a group share of a stream. */
interface Kind {
  readonly spec: StreamSpec
  readonly read: StampReader
  /** Whether a message says which device and stream it is of; else its topic does. */
  readonly isNamed: boolean
  /** Whether the time in a message is that of this process. */
  readonly isTimed: boolean
}

/** Messages that a device handed over of a stream. */
export type CountSent = (device: number, position: number) => number

const LEVELS: readonly QoS[] = [0, 1, 2]

export class Verifier {
  readonly filters: readonly string[]
  readonly #wallNow: () => number
  readonly #delivery: LatencyHistogram
  /** By topic; of those whose messages name their stream only how to read them. */
  readonly #byTopic = new Map<string, Source | Kind>()
  /** By client id and position of the stream. */
  readonly #byName = new Map<string, Source>()
  readonly #sources: readonly Source[][] = LEVELS.map(() => [])
  readonly #checkers: readonly SequenceChecker[]
  readonly #late = [0, 0, 0]

  /**
   * @param plan of a scenario that can be verified (scenario/verifiable.ts).
   * @param wallNow milliseconds since 1970.
   * @param delivery takes the times from when messages were due to their arrival.
   * @throws UsageError `ERR_OPTION_INVALID` when streams share a topic that should tell them apart.
   */
  constructor(plan: FleetPlan, wallNow: () => number, delivery: LatencyHistogram) {
    this.#wallNow = wallNow
    this.#delivery = delivery
    this.filters = filtersFor(plan.groups.flatMap(({ publish }) => publish.map(topicOf)))
    const kinds = new Map(plan.groups.map((group) => [group, group.publish.map(kindOf(group))]))
    for (const { index: device, clientId, group, topics } of plan) {
      for (const [position, kind] of (kinds.get(group) ?? []).entries()) {
        const sources = this.#sources[kind.spec.qos]!
        const source = { device, position, number: sources.length, kind }
        sources.push(source)
        this.#add(source, topics[position] ?? '', clientId)
      }
    }
    this.#checkers = this.#sources.map(({ length }) => new SequenceChecker(length))
  }

  #add(source: Source, topic: string, clientId: string): void {
    const { kind, position } = source
    const rival = this.#byTopic.get(topic)
    if (kind.isNamed) this.#byName.set(nameOf(clientId, position), source)
    if (rival !== undefined && !(kind.isNamed && !('kind' in rival))) {
      const expected = 'id and stream in the stamps of streams that share a topic'
      throw new UsageError('ERR_OPTION_INVALID', `verify with the topic ${topic} needs ${expected}`)
    }
    this.#byTopic.set(topic, kind.isNamed ? kind : source)
  }

  handle(topic: string, payload: Uint8Array): void {
    const found = this.#byTopic.get(topic)
    if (found === undefined) return
    const isSource = 'kind' in found
    const stamp = (isSource ? found.kind : found).read(payload)
    if (stamp?.seq === undefined) return
    const { id = '', stream = -1 } = stamp
    const source = isSource ? found : this.#byName.get(nameOf(id, stream))
    if (source !== undefined) this.#take(source, stamp, stamp.seq)
  }

  #take({ kind, number }: Source, { ts }: ReadStamp, seq: number): void {
    const { qos, everyMs } = kind.spec
    const verdict = this.#checkers[qos]!.handle(number, seq)
    if ((verdict !== 'new' && verdict !== 'reordered') || ts === undefined || !kind.isTimed) return
    const delayMs = Math.max(0, this.#wallNow() - ts)
    this.#delivery.record(delayMs)
    if (delayMs > everyMs) this.#late[qos]!++
  }

  /** Whether each message that was sent has arrived, or is known to be lost or queued. */
  isComplete(ledger: Ledger, sent: CountSent): boolean {
    return LEVELS.every((qos) => {
      const { lost, queued } = ledger.account(qos)
      return this.#summary(qos, sent).missing <= lost + queued
    })
  }

  /** Once, when nothing can arrive any more. */
  tell(ledger: Ledger, sent: CountSent): void {
    for (const qos of LEVELS) ledger.countVerified(qos, this.#summary(qos, sent), this.#late[qos])
  }

  #summary(qos: QoS, sent: CountSent): SequenceSummary {
    const sources = this.#sources[qos]!
    return this.#checkers[qos]!.summary((number) => {
      const source = sources[number]
      return source === undefined ? 0 : sent(source.device, source.position)
    })
  }
}

const topicOf = ({ topic }: StreamSpec): string => topic

function kindOf({ wallClock }: DeviceGroup): (spec: StreamSpec) => Kind {
  const { driftPpm, offsetMs, isLost } = wallClock
  const isTimed = driftPpm === 0 && offsetMs === 0 && !isLost
  return (spec) => {
    const read = stampReaderOf(spec.payload)
    return { spec, read, isNamed: hasIdentity(spec.payload), isTimed }
  }
}

/** No client id holds a null. */
function nameOf(clientId: string, position: number): string {
  return `${clientId}\0${position}`
}
