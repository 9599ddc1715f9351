// Puts PUBLISH packets for one receiver into its transmit buffer: the message's own bytes where
// they fit, with properties of the receiver's own where it has any: subscription identifiers, an
// alias, what is left of the expiry. It knows no queue and no window.

import {
  ACK_BYTES_MAX,
  propertiesBytes,
  publishBytes,
  textBytes,
  writeAck,
  writePublishParts,
} from '@motewire/sdk/codec'
import type { AckType, Properties, ProtocolVersion, QoS } from '@motewire/sdk/codec'
import type { TransmitBuffer } from '@motewire/sdk/core'
import { formOf } from './message.ts'
import type { Message } from './message.ts'
import type { Identifiers } from './message-ring.ts'
import type { OutboundAliases } from './topic-aliases.ts'

/** A connection as its deliveries see it: what its peer takes, and where packets go. */
export interface Receiver {
  readonly protocolVersion: ProtocolVersion
  /** QoS 1 and 2 messages in flight at most: its Receive Maximum. */
  readonly inflightMax: number
  readonly packetBytesMax: number
  /** Towards the peer; undefined when it takes none. */
  readonly aliases: OutboundAliases | undefined
  readonly transmit: TransmitBuffer
  /** A message is in the transmit buffer. */
  countMessage(): void
  /** The transmit buffer has a chunk's worth: write now if the channel takes it. */
  notifyFull(): void
}

/** PUBLISH packets of all clients that came in at one listener, gone ones too. */
export interface Traffic {
  messagesIn: number
  messagesOut: number
}

/** Puts a PUBLISH into the transmit buffer; false when the receiver does not take its size. */
export function writeMessage(
  message: Message,
  qos: QoS,
  retain: boolean,
  dup: 0 | 8,
  id: number,
  identifiers: Identifiers,
  receiver: Receiver,
  now: number,
): boolean {
  const { protocolVersion, packetBytesMax, aliases } = receiver
  const isShaped =
    protocolVersion === 5 &&
    (identifiers !== undefined ||
      aliases !== undefined ||
      message.secondsLeft(now) !== (message.properties?.messageExpiryInterval ?? Infinity))
  if (isShaped) {
    return writeShaped(message, qos, retain, dup, id, identifiers, receiver, now)
  }
  const form = formOf(protocolVersion, qos)
  const bytes = message.bytesIn(form)
  if (bytes > packetBytesMax) return false
  const { transmit } = receiver
  transmit.reserve(bytes)
  const firstByte = 0x30 | dup | (qos << 1) | (retain ? 1 : 0)
  transmit.end = message.writeTo(transmit.buffer, transmit.end, form, firstByte, id)
  return true
}

/** A packet whose properties are this receiver's own. */
function writeShaped(
  message: Message,
  qos: QoS,
  retain: boolean,
  dup: 0 | 8,
  id: number,
  identifiers: Identifiers,
  { packetBytesMax, aliases, transmit }: Receiver,
  now: number,
): boolean {
  const properties: Properties = { ...message.properties }
  // A message that was sent once must not expire any more; one that never had time has none.
  const expiry = properties.messageExpiryInterval
  if (expiry !== undefined) {
    properties.messageExpiryInterval = Math.max(Math.min(expiry, 1), message.secondsLeft(now))
  }
  if (identifiers !== undefined) properties.subscriptionIdentifier = [...identifiers]
  const { payload } = message
  const alias = aliases?.use(message.topic)
  if (alias !== undefined) properties.topicAlias = alias.alias
  const topic = alias?.isKnown === true ? '' : message.topic
  const bytes = publishBytes(textBytes(topic), payload.length, qos, propertiesBytes(properties), 5)
  if (bytes > packetBytesMax) {
    aliases?.forget(message.topic)
    return false
  }
  transmit.reserve(bytes)
  transmit.end = writePublishParts(
    transmit.buffer,
    transmit.end,
    topic,
    payload,
    qos,
    retain,
    dup !== 0,
    id,
    properties,
    5,
  )
  return true
}

export function writeDeliveryAck(
  { transmit, protocolVersion }: Receiver,
  type: AckType,
  id: number,
  reasonCode: number,
): void {
  transmit.reserve(ACK_BYTES_MAX)
  transmit.end = writeAck(transmit.buffer, transmit.end, type, id, reasonCode, protocolVersion)
}
