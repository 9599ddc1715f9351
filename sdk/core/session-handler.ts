// The notices of a session: what it tells whoever drives it with a channel, a clock and people.

import type { ConnackPacket, PublishFrame } from '../codec/index.ts'
import type { MotewireError } from '../errors.ts'
import type { Capabilities } from './capabilities.ts'
import type { DeliveryHandler } from './outcome.ts'
import type { Operation } from './subscriptions.ts'

/** Called from inside the inputs and commands, in order. */
export interface SessionHandler extends DeliveryHandler {
  /** Open a channel now; answer with handleOpen or handleClose. */
  onDial(): void
  /** Close the channel; `abort` does not wait for bytes. No handleClose is expected for it. */
  onHangup(how: 'flush' | 'abort'): void
  onConnect(connack: ConnackPacket, capabilities: Capabilities): void
  /**
   * The link is gone or could not be made; the next attempt is due in `retryInMs` (undefined:
   * none).
   */
  onOffline(cause: MotewireError | undefined, retryInMs: number | undefined): void
  /**
   * The frame is valid during the call only. False: the application is not done with it, and
   * `defer` was called; the acknowledgement waits for `redeem`.
   */
  onMessage(frame: PublishFrame): void
  /** A SUBSCRIBE or UNSUBSCRIBE ended; `reasonCodes` is undefined when it could not be done. */
  onOperation(operation: Operation, reasonCodes: readonly number[] | undefined): void
}
