// How messages end, and who is told: the words that delivery, session and client share.

import type { QoS } from '../codec/index.ts'

/** What became of `publish` at once. */
export type PublishResult = 'sent' | 'queued' | 'dropped'

/** How a message ended. */
export type Outcome =
  | 'delivered'
  | 'rejected'
  | 'expired'
  | 'dropped'
  | 'superseded'
  | 'indeterminate'

export interface DeliveryHandler {
  /** A message has ended. `reasonCode` is the server's, 0 when it said nothing. */
  onOutcome(token: unknown, outcome: Outcome, reasonCode: number, topic: string, qos: QoS): void
  /** The transmit buffer has a chunk's worth: write now if the channel takes it. */
  onTransmitFull(): void
}
