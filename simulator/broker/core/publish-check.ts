// Whether a client may send a PUBLISH as it is, by what CONNACK told it. Pure.

import type { PublishFrame } from '@motewire/sdk/codec'
import type { Access } from './access.ts'
import type { CoreOptions } from './options.ts'
import type { Session } from './session.ts'

/** Topics that speak for the broker: no client may [MQTT5 4.7.2]. */
const OWN_TOPICS = '$SYS/'
const DOLLAR = 0x24

/** Whether a client with this access may publish to a topic at all. */
export function mayPublish(access: Access | undefined, topic: string): boolean {
  const isOwn = topic.charCodeAt(0) === DOLLAR && topic.startsWith(OWN_TOPICS)
  return !isOwn && access?.mayPublish(topic) !== false
}

/** The reason code for a PUBLISH that ends the connection; 0 when it is in order. */
export function publishFault(
  { qos, retain, packetId }: PublishFrame,
  { protocolVersion, receipts }: Session,
  { qosMax, isRetainAvailable, receiveMaximum }: CoreOptions,
): number {
  // 3.x knows no such limits.
  if (protocolVersion < 5) return 0
  if (qos > qosMax) return 0x9b
  if (retain && !isRetainAvailable) return 0x9a
  // Only QoS 2 stays open: QoS 1 is confirmed at once [MQTT5-3.3.4-9].
  const isOneMore = qos === 2 && receipts.size >= receiveMaximum
  return isOneMore && !receipts.has(packetId) ? 0x93 : 0
}
