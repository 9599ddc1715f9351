// What the server of this connection allows: one frozen value made from its CONNACK, with the
// standard's defaults for what it left out [MQTT5 3.2.2.3]. Nothing of it outlives the connection.

import { REMAINING_BYTES_MAX } from '../codec/index.ts'
import type { ConnackPacket, Properties, ProtocolVersion, QoS } from '../codec/index.ts'
import { SharedValue } from '../kit/index.ts'

export interface Capabilities {
  readonly protocolVersion: ProtocolVersion
  /** QoS 1 and 2 messages in flight at most: the smaller of ours and the server's. */
  readonly inflightMax: number
  /**
   * QoS 2 messages among them at most: a 3.x server cannot tell its limit, so ours must be safe.
   */
  readonly inflightQos2Max: number
  readonly qosMax: QoS
  readonly retainAvailable: boolean
  /** Largest packet the server takes, fixed header included. */
  readonly packetBytesMax: number
  readonly topicAliasMaximum: number
  /** Seconds in force on this connection; 0 is off. */
  readonly keepalive: number
  readonly wildcardSubscriptionAvailable: boolean
  readonly subscriptionIdentifiersAvailable: boolean
  readonly sharedSubscriptionAvailable: boolean
  readonly assignedClientId: string | undefined
}

/** The connections of a fleet mostly allow the same. */
const shared = new SharedValue<Capabilities>()

export function capabilitiesOf(
  connack: ConnackPacket,
  protocolVersion: ProtocolVersion,
  own: {
    readonly inflightMax: number
    readonly inflightQos2Max: number
    readonly keepalive: number
  },
): Capabilities {
  const given: Properties = (protocolVersion === 5 ? connack.properties : undefined) ?? {}
  return shared.of({
    protocolVersion,
    inflightMax: Math.min(own.inflightMax, given.receiveMaximum ?? 65_535),
    inflightQos2Max: protocolVersion === 5 ? own.inflightMax : own.inflightQos2Max,
    qosMax: given.maximumQoS ?? 2,
    retainAvailable: given.retainAvailable ?? true,
    packetBytesMax: given.maximumPacketSize ?? REMAINING_BYTES_MAX + 5,
    topicAliasMaximum: given.topicAliasMaximum ?? 0,
    keepalive: given.serverKeepAlive ?? own.keepalive,
    wildcardSubscriptionAvailable: given.wildcardSubscriptionAvailable ?? true,
    subscriptionIdentifiersAvailable: given.subscriptionIdentifiersAvailable ?? true,
    sharedSubscriptionAvailable: given.sharedSubscriptionAvailable ?? true,
    assignedClientId: given.assignedClientIdentifier,
  })
}
