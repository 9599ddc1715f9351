// What carries the bytes of a link, be it a port or a socket with many peers. A carrier is opened
// once. It keeps no log and knows no visitor.

import type { LineControl } from '@motewire/hardware'

export interface CarrierHandler {
  /** @param name what was opened, with the port that a server got. */
  handleOpen(name: string): void
  /** The bytes are borrowed. `peer` is '' where there is only one. */
  handleBytes(bytes: Uint8Array, peer: string): void
  handleJoined(peer: string): void
  handleLeft(peer: string): void
  /** Once, and last. Undefined: in good order. */
  handleEnd(cause: Error | undefined): void
}

export interface Carrier {
  open(handler: CarrierHandler): void
  /**
   * Sends to a peer, '' to all. The bytes are not changed any more by the caller.
   * @throws ConsoleError `ERR_CONSOLE_CONFLICT` when nobody is there or nobody reads.
   */
  send(bytes: Uint8Array, peer: string): void
  close(): void
  /** Of an open serial port. */
  control(): LineControl | undefined
}
