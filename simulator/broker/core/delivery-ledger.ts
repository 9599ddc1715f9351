// Every step of the deliveries of one session, as a store hears of it. It knows no disk.

import type { QoS } from '@motewire/sdk/codec'
import type { Message } from './message.ts'
import type { Identifiers } from './message-ring.ts'

/** Told of every step of QoS 1 and 2, for sessions that are kept on disk. */
export interface DeliveryLedger {
  handleQueued(message: Message, qos: QoS, retain: boolean, identifiers: Identifiers): void
  /** The oldest waiting message is in flight now. */
  handleSent(packetId: number): void
  handleReceived(packetId: number): void
  handleEnded(packetId: number): void
  /** The oldest waiting message was dropped. */
  handleDropped(): void
  handlePurged(): void
}
