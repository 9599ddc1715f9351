// Retained messages for subscriptions just granted [MQTT5 3.3.1.3]. A filter with a wildcard looks
// at every retained topic, so that one SUBSCRIBE of many filters could keep everybody waiting:
// what goes beyond LOOKS_MAX at one instant waits its turn, first come first served, one place for
// each filter of a client. It knows no packets.

import type { SubscribePacket, Subscription } from '@motewire/sdk/codec'
import type { Identifiers } from './message-ring.ts'
import type { RetainedStore } from './retained.ts'
import { SHARE_PREFIX } from './router.ts'
import type { Session } from './session.ts'

/** Topics looked at before the rest has to wait: some ten milliseconds. */
const LOOKS_MAX = 300_000

/** Whose messages and sessions they are. */
export interface RetainedOwner {
  readonly retained: RetainedStore
  readonly sessions: ReadonlyMap<string, Session>
  /** A message was delivered, or dropped because there was no room. */
  handleDelivered(session: Session, isTaken: boolean): void
}

interface Job {
  readonly session: Session
  readonly filter: string
  readonly granted: number
  readonly identifiers: Identifiers
}

export class RetainedDelivery {
  readonly #owner: RetainedOwner
  readonly #waiting = new Map<string, Job>()
  #looksLeft = LOOKS_MAX
  #turnMs = -Infinity

  constructor(owner: RetainedOwner) {
    this.#owner = owner
  }

  get isIdle(): boolean {
    return this.#waiting.size === 0
  }

  /** @param isNew whether there was no such subscription before. */
  deliver(
    session: Session,
    { subscriptions, properties }: SubscribePacket,
    reasonCodes: readonly number[],
    isNew: (subscription: Subscription) => boolean,
    now: number,
  ): void {
    const id = properties?.subscriptionIdentifier
    const identifiers = typeof id === 'number' ? [id] : undefined
    subscriptions.forEach((subscription, i) => {
      const { filter, retainHandling = 0 } = subscription
      const granted = reasonCodes[i]!
      const isWanted = retainHandling === 0 || (retainHandling === 1 && isNew(subscription))
      if (granted >= 0x80 || !isWanted || filter.startsWith(SHARE_PREFIX)) return
      this.#add({ session, filter, granted, identifiers }, now)
    })
  }

  #add(job: Job, now: number): void {
    if (!/[+#]/.test(job.filter)) return this.#run(job, now)
    if (this.isIdle && this.#mayLook(now)) return this.#look(job, now)
    this.#waiting.set(`${job.session.clientId}\0${job.filter}`, job)
  }

  /** Goes on with those that wait, which is a turn of its own; false when some are left. */
  workOff(now: number): boolean {
    this.#turnMs = -Infinity
    for (const [key, job] of this.#waiting) {
      if (!this.#mayLook(now)) return false
      this.#waiting.delete(key)
      const { session, filter } = job
      const isMeant = this.#owner.sessions.get(session.clientId) === session
      if (isMeant && session.subscriptions.has(filter)) this.#look(job, now)
    }
    return true
  }

  #mayLook(now: number): boolean {
    if (now !== this.#turnMs) {
      this.#turnMs = now
      this.#looksLeft = LOOKS_MAX
    }
    return this.#looksLeft > 0
  }

  #look(job: Job, now: number): void {
    this.#looksLeft -= this.#owner.retained.size
    this.#run(job, now)
  }

  #run({ session, filter, granted, identifiers }: Job, now: number): void {
    for (const message of this.#owner.retained.matching(filter, now)) {
      if (session.access?.mayReceive(message.topic) === false) continue
      const qos = message.qos < granted ? message.qos : (granted as 0 | 1 | 2)
      const isTaken = session.deliver(message, qos, true, identifiers, now)
      this.#owner.handleDelivered(session, isTaken)
    }
  }
}
