// What the client has subscribed to, so that it can ask again on a server that forgot, and the
// SUBSCRIBE and UNSUBSCRIBE operations under way. Operations asked for while offline wait and are
// sent in order. It knows no link. Bounds: filtersMax filters, operationsMax operations.

import { encodePacket } from '../codec/index.ts'
import type {
  ControlPacket,
  Properties,
  ProtocolError,
  SubackPacket,
  Subscription,
  UnsubackPacket,
} from '../codec/index.ts'
import type { Capabilities } from './capabilities.ts'
import type { PacketIds } from './packet-ids.ts'
import type { TransmitBuffer } from './transmit-buffer.ts'

export interface SubscribeOperation {
  readonly kind: 'subscribe'
  readonly subscriptions: readonly Subscription[]
  readonly properties: Properties | undefined
  /** Undefined for our own re-subscription. */
  readonly token: unknown
}

export interface UnsubscribeOperation {
  readonly kind: 'unsubscribe'
  readonly filters: readonly string[]
  readonly properties: Properties | undefined
  readonly token: unknown
}

export type Operation = SubscribeOperation | UnsubscribeOperation

const SUBSCRIPTION_FILTERS_MAX = 10_000
const OPERATIONS_MAX = 1_000
/** Filters asked for again in one SUBSCRIBE. */
const FILTERS_PER_PACKET = 50

interface Known {
  readonly subscription: Subscription
  readonly properties: Properties | undefined
}

/** An operation that is over, with one reason code a filter; undefined: it was never sent. */
export interface Ended {
  readonly operation: Operation
  readonly reasonCodes: readonly number[] | undefined
}

/** What an answer of the server ended, or why it cannot be right. */
export type Answer = { readonly fault: ProtocolError } | (Ended & { readonly fault?: undefined })

/** Stands in the identifier table for an operation: no message lives at this slot. */
const OPERATION_VALUE = 2 ** 31 - 1

export class Subscriptions {
  readonly #ids: PacketIds
  #known: Map<string, Known> | undefined
  /** Sent and not answered, by packet identifier. */
  #sent: Map<number, Operation> | undefined
  #waiting: Operation[] | undefined

  constructor(ids: PacketIds) {
    this.#ids = ids
  }

  /** Filters that are to be restored. */
  get size(): number {
    return this.#known?.size ?? 0
  }

  get operations(): number {
    return (this.#sent?.size ?? 0) + (this.#waiting?.length ?? 0)
  }

  enqueue(operation: Operation): boolean {
    if (this.operations >= OPERATIONS_MAX) return false
    this.#waiting ??= []
    this.#waiting.push(operation)
    return true
  }

  /**
   * Sends what waits, as far as there are identifiers; answers the operations that this server does
   * not allow, which are not sent.
   */
  send(transmit: TransmitBuffer, capabilities: Capabilities): readonly Ended[] {
    const refused: Ended[] = []
    while (this.#waiting !== undefined && this.#waiting.length > 0) {
      const operation = this.#waiting[0]!
      const reasonCode = refusalOf(operation, capabilities)
      if (reasonCode !== 0) {
        this.#waiting.shift()
        refused.push({ operation, reasonCodes: askedOf(operation).map(() => reasonCode) })
        continue
      }
      const packetId = this.#ids.allocate(OPERATION_VALUE)
      if (packetId === 0) break
      this.#waiting.shift()
      this.#sent ??= new Map()
      this.#sent.set(packetId, operation)
      const packet = packetOf(operation, packetId)
      const bytes = encodePacket(packet, capabilities.protocolVersion)
      if (bytes.length <= capabilities.packetBytesMax) transmit.append(bytes)
      else {
        this.#ids.release(packetId)
        this.#sent.delete(packetId)
        refused.push({ operation, reasonCodes: undefined })
      }
    }
    return refused
  }

  /** Takes SUBACK or UNSUBACK; undefined when it answers nothing of ours. */
  handleAnswer(packet: SubackPacket | UnsubackPacket): Answer | undefined {
    const operation = this.#sent?.get(packet.packetId)
    const kind = packet.type === 'suback' ? 'subscribe' : 'unsubscribe'
    if (operation?.kind !== kind) return undefined
    const asked = askedOf(operation)
    // UNSUBACK of 3.x has no codes.
    const isBare = packet.type === 'unsuback' && packet.reasonCodes.length === 0
    const reasonCodes = isBare ? asked.map(() => 0) : packet.reasonCodes
    if (reasonCodes.length !== asked.length) {
      const counts = `${reasonCodes.length} reason codes for ${asked.length} filters`
      return { fault: { reasonCode: 0x82, message: `${packet.type} carries ${counts}` } }
    }
    this.#ids.release(packet.packetId)
    this.#sent?.delete(packet.packetId)
    this.#remember(operation, reasonCodes)
    return { operation, reasonCodes }
  }

  /** Remembers granted filters, forgets those refused or taken back. */
  #remember(operation: Operation, reasonCodes: readonly number[]): void {
    if (operation.kind === 'unsubscribe') {
      for (const filter of operation.filters) this.#known?.delete(filter)
      return
    }
    this.#known ??= new Map()
    const known = this.#known
    operation.subscriptions.forEach((subscription, i) => {
      const isGranted = (reasonCodes[i] ?? 0x80) < 0x80
      if (!isGranted) known.delete(subscription.filter)
      else if (known.size < SUBSCRIPTION_FILTERS_MAX || known.has(subscription.filter)) {
        known.set(subscription.filter, { subscription, properties: operation.properties })
      }
    })
  }

  /** The connection is gone: what was not answered waits again, before what was asked later. */
  handleOffline(): void {
    if (this.#sent === undefined || this.#sent.size === 0) return
    const unanswered: Operation[] = []
    for (const [packetId, operation] of this.#sent) {
      this.#ids.release(packetId)
      if (operation.token !== undefined) unanswered.push(operation)
    }
    this.#sent.clear()
    this.#waiting = [...unanswered, ...(this.#waiting ?? [])]
  }

  /** The server has no session: asks again for all known filters, before anything newer. */
  restore(): void {
    const groups = new Map<number, Known[]>()
    for (const known of this.#known?.values() ?? []) {
      const id = known.properties?.subscriptionIdentifier
      const key = typeof id === 'number' ? id : 0
      const group = groups.get(key)
      if (group) group.push(known)
      else groups.set(key, [known])
    }
    const operations: Operation[] = []
    for (const group of groups.values()) {
      for (let i = 0; i < group.length; i += FILTERS_PER_PACKET) {
        const part = group.slice(i, i + FILTERS_PER_PACKET)
        const subscriptions = part.map((known) => known.subscription)
        const properties = part[0]?.properties
        operations.push({ kind: 'subscribe', subscriptions, properties, token: undefined })
      }
    }
    if (operations.length > 0) this.#waiting = [...operations, ...(this.#waiting ?? [])]
  }

  /** Ends all operations; returns them so that their callers can be told. */
  abandon(): Operation[] {
    const all = [...(this.#sent?.values() ?? []), ...(this.#waiting ?? [])]
    this.#sent = undefined
    this.#waiting = undefined
    return all
  }
}

function askedOf(operation: Operation): readonly unknown[] {
  return operation.kind === 'subscribe' ? operation.subscriptions : operation.filters
}

/** The reason code with which this server would refuse the operation; 0 when it would not. */
function refusalOf(operation: Operation, capabilities: Capabilities): number {
  if (operation.kind === 'unsubscribe') return 0
  const { subscriptions, properties } = operation
  if (!capabilities.subscriptionIdentifiersAvailable && properties?.subscriptionIdentifier) {
    return 0xa1
  }
  const filters = subscriptions.map(({ filter }) => filter)
  if (!capabilities.sharedSubscriptionAvailable && filters.some(isShared)) return 0x9e
  const hasWildcard = filters.some((filter) => filter.includes('+') || filter.includes('#'))
  return hasWildcard && !capabilities.wildcardSubscriptionAvailable ? 0xa2 : 0
}

function isShared(filter: string): boolean {
  return filter.startsWith('$share/')
}

function packetOf(operation: Operation, packetId: number): ControlPacket {
  const extra = operation.properties === undefined ? {} : { properties: operation.properties }
  return operation.kind === 'subscribe'
    ? { type: 'subscribe', packetId, subscriptions: operation.subscriptions, ...extra }
    : { type: 'unsubscribe', packetId, filters: operation.filters, ...extra }
}
