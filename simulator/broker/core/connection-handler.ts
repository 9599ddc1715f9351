// The holder of a connection's channel as the connection sees it. It knows no packets.

import type { Traffic } from './publish-writer.ts'

/**
 * How a channel is to be closed: `flush` writes what there is first and waits for the peer's end;
 * `left` may close at once when all is written, for the peer has gone; `abort` writes nothing.
 */
export type Hangup = 'flush' | 'left' | 'abort'

/** Whoever holds a connection's channel, and what the connection asks of it. */
export interface ConnectionHandler {
  /** Of the peer, with its port. */
  readonly address: string
  /** Name and counts of the listener it came through. */
  readonly listener: string
  readonly traffic: Traffic
  /** It has bytes to write; write them when the current input is done. */
  onTransmitReady(): void
  /** Its buffer is full: write now if the channel takes it. */
  onTransmitFull(): void
  onHangup(how: Hangup): void
}
