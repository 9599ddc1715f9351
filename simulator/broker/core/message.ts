// A message on its way through the broker: one value for all its receivers.

import type { Properties, QoS } from '@motewire/sdk/codec'

export interface Message {
  readonly topic: string
  /** Owned by the broker: it may wait in queues. */
  readonly payload: Uint8Array
  readonly qos: QoS
  readonly retain: boolean
  readonly properties: Properties | undefined
  /** Client identifier of the publisher, '' when it is the broker. */
  readonly publisher: string
}

/**
 * The properties that a server passes on unaltered [MQTT5 3.3.2.3]; undefined when there are
 * none.
 */
export function forwarded(properties: Properties | undefined): Properties | undefined {
  if (properties === undefined) return undefined
  const { topicAlias: _alias, subscriptionIdentifier: _identifier, ...rest } = properties
  return Object.keys(rest).length === 0 ? undefined : rest
}
