// From what people write in `subscribe` and `unsubscribe` to operations of the session, and from
// the server's reason codes back to what they get.

import type { Grant, SubscribeOptions } from './client-types.ts'
import { filterProblem, PacketType, propertiesProblem } from './codec/index.ts'
import type { Subscription } from './codec/index.ts'
import type { Operation } from './core/index.ts'
import { MotewireError } from './errors.ts'
import { checkedQos } from './option-checks.ts'

/** What waits for the answer to an operation. */
export interface PendingOperation {
  resolve(grants: Grant[]): void
  reject(error: MotewireError): void
}

export function filtersOf(topic: string | readonly string[]): readonly string[] {
  return typeof topic === 'string' ? [topic] : topic
}

/** Why these cannot be subscribed to; undefined when they can. */
export function filtersProblem(
  filters: readonly string[],
  { noLocal, properties }: SubscribeOptions,
): string | undefined {
  if (filters.length === 0) return 'no filter given'
  const shared = noLocal === true && filters.find((filter) => filter.startsWith('$share/'))
  // No Local on a shared subscription is a Protocol Error [MQTT5-3.8.3-4].
  if (shared !== undefined && shared !== false) return `filter '${shared}' is shared, with noLocal`
  const problem = propertiesProblem(properties, PacketType.subscribe)
  return problem ?? filters.map(filterProblem).find(Boolean)
}

export function subscriptionsOf(
  filters: readonly string[],
  options: SubscribeOptions,
): Subscription[] {
  const qos = checkedQos('qos', options.qos)
  const { noLocal, retainAsPublished, retainHandling } = options
  return filters.map((filter) => ({
    filter,
    qos,
    ...(noLocal === undefined ? {} : { noLocal }),
    ...(retainAsPublished === undefined ? {} : { retainAsPublished }),
    ...(retainHandling === undefined ? {} : { retainHandling }),
  }))
}

/** One grant a filter, in the order of asking. */
export function grantsOf(operation: Operation, reasonCodes: readonly number[]): Grant[] {
  const filters =
    operation.kind === 'subscribe'
      ? operation.subscriptions.map((one) => one.filter)
      : operation.filters
  return filters.map((topic, i) => ({ topic, qos: reasonCodes[i] ?? 0x80 }))
}

export function endedError(clientId: string): MotewireError {
  return new MotewireError('ERR_CLIENT_ENDED', `client '${clientId}' has ended`)
}
