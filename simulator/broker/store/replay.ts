// From the records of a log back to the sessions, queues and retained messages of a broker, in the
// order in which they were noted. It knows nothing of files; a record that makes no sense is our
// own mistake and throws.

import type { Subscription } from '@motewire/sdk/codec'
import { assert } from '@motewire/sdk/kit'
import type { BrokerCore } from '../core/broker-core.ts'
import type { Message } from '../core/message.ts'
import type { MessageQueue } from '../core/message-queue.ts'
import type { Session } from '../core/session.ts'
import { unsharedFilter } from '../core/virtual-host.ts'
import type { VirtualHost } from '../core/virtual-host.ts'
import { readMessage, RecordReader, RecordType, willOf } from './records.ts'
import type { PlainWill } from './records.ts'

interface Known {
  readonly host: VirtualHost
  readonly session: Session
  readonly receipts: Set<number>
}

interface SessionFacts {
  readonly host: string
  readonly clientId: string
  readonly username?: string
  readonly groups: readonly string[]
  readonly protocolVersion: 3 | 4 | 5
  readonly isClean: boolean
  readonly keepaliveS: number
  /** Absent: for ever. */
  readonly expiryMs?: number
  /** Wall time; absent while it was connected. */
  readonly lastSeenAt?: number
  readonly will?: PlainWill
  /** Wall time; absent while it was connected. */
  readonly willDueAt?: number
}

export class Replay {
  readonly #core: BrokerCore
  readonly #offsetMs: number
  readonly #now: number
  readonly #sessions = new Map<number, Known>()
  readonly #queues = new Map<number, MessageQueue>()
  readonly #messages = new Map<number, Message>()

  /** @param offsetMs from the core's time to milliseconds since 1970. */
  constructor(core: BrokerCore, offsetMs: number, now: number) {
    this.#core = core
    this.#offsetMs = offsetMs
    this.#now = now
  }

  apply(frame: Buffer): void {
    const reader = new RecordReader(frame)
    while (!reader.isAtEnd) this.#applyOne(reader.u8(), reader)
  }

  /** Tells of each session that came out of it. */
  finish(visit: (host: string, session: Session, receipts: Set<number>) => void): void {
    for (const { host, session, receipts } of this.#sessions.values()) {
      for (const id of receipts) session.openReceipt(id)
      visit(host.name, session, receipts)
    }
  }

  #applyOne(type: number, reader: RecordReader): void {
    switch (type) {
      case RecordType.message:
        this.#messages.set(reader.u32(), readMessage(reader, this.#offsetMs))
        return
      case RecordType.session:
        return this.#applySession(reader.u32(), reader.json() as SessionFacts)
      case RecordType.retained:
        return this.#applyRetained(reader.u32(), reader.text(), reader.text())
      case RecordType.queue:
      case RecordType.queuePut:
      case RecordType.queueTaken:
        return this.#applyToQueue(type, reader.u32(), reader)
      case RecordType.sessionEnd: {
        const number = reader.u32()
        const { host, session } = this.#known(number)
        this.#sessions.delete(number)
        host.destroy(session, this.#now)
        return
      }
      default:
        return this.#applyToSession(type, this.#known(reader.u32()), reader)
    }
  }

  #applySession(number: number, facts: SessionFacts): void {
    let known = this.#sessions.get(number)
    if (known === undefined) {
      const host = this.#core.openHost(facts.host)
      known = { host, session: host.openSession(facts.clientId), receipts: new Set() }
      this.#sessions.set(number, known)
    }
    const { session } = known
    session.username = facts.username
    session.groups = facts.groups
    session.protocolVersion = facts.protocolVersion
    session.isClean = facts.isClean
    session.keepaliveS = facts.keepaliveS
    session.expiryMs = facts.expiryMs ?? Infinity
    // One that was connected when the broker died was last seen now.
    const sinceMs = facts.lastSeenAt === undefined ? this.#now : facts.lastSeenAt - this.#offsetMs
    const expiresAtMs = sinceMs + session.expiryMs
    session.will = facts.will && willOf(facts.will)
    const willDueMs = this.#willDueMs(session, facts)
    known.host.keepAway(session, { sinceMs, expiresAtMs, willDueMs })
  }

  /** Of one that was connected when the broker died its delay begins now [MQTT5-3.1.2-8]. */
  #willDueMs({ will, expiryMs }: Session, { willDueAt }: SessionFacts): number {
    if (will === undefined) return Infinity
    if (willDueAt !== undefined) return willDueAt - this.#offsetMs
    return this.#now + Math.min((will.properties?.willDelayInterval ?? 0) * 1000, expiryMs)
  }

  #applyRetained(number: number, host: string, topic: string): void {
    const { retained } = this.#core.openHost(host)
    if (number !== 0) retained.put(this.#message(number))
    else retained.delete(topic)
  }

  #applyToQueue(type: number, number: number, reader: RecordReader): void {
    if (type === RecordType.queue) {
      const queue = this.#core.openHost(reader.text()).openQueue(reader.text(), this.#now)
      if (queue !== undefined) this.#queues.set(number, queue)
      return
    }
    const queue = this.#queues.get(number)
    if (type === RecordType.queuePut) queue?.restore(this.#message(reader.u32()))
    else queue?.replayUnqueued()
  }

  #applyToSession(type: number, { host, session, receipts }: Known, reader: RecordReader): void {
    const { delivery } = session
    switch (type) {
      case RecordType.subscription: {
        const { subscription, identifier } = reader.json() as {
          readonly subscription: Subscription
          readonly identifier?: number
        }
        const filter = unsharedFilter(subscription.filter)
        const entry = { session, subscription, filter, identifier, delivered: 0 }
        return host.restoreSubscription(entry, this.#now)
      }
      case RecordType.unsubscription:
        host.unsubscribeQuietly(session, reader.text())
        return
      case RecordType.receipt: {
        const id = reader.u16()
        if (reader.u8() === 1) receipts.add(id)
        else receipts.delete(id)
        return
      }
      case RecordType.queued: {
        const message = this.#message(reader.u32())
        const flags = reader.u8()
        const text = reader.text()
        const identifiers = text === '' ? undefined : (JSON.parse(text) as number[])
        const qos = (flags & 3) as 0 | 1 | 2
        return delivery.restoreWaiting(message, qos, (flags & 4) !== 0, identifiers)
      }
      case RecordType.sent:
        return delivery.replaySent(reader.u16())
      case RecordType.received:
        return delivery.inflightTable.markReceived(reader.u16())
      case RecordType.ended:
        return delivery.inflightTable.remove(reader.u16())
      case RecordType.dropped:
        return delivery.replayDropped()
      case RecordType.purged:
        return delivery.replayPurged()
      default:
        assert(false, `record type ${type} is unknown`)
    }
  }

  #known(number: number): Known {
    const known = this.#sessions.get(number)
    assert(known !== undefined, `session ${number} is not in the log`)
    return known
  }

  #message(number: number): Message {
    const message = this.#messages.get(number)
    assert(message !== undefined, `message ${number} is not in the log`)
    return message
  }
}
