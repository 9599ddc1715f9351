// The byte-channel contract: everything that carries bytes in order. TCP, TLS, WebSocket, a serial
// port, an emulated UART, an in-memory pipe, or any of these behind an impaired link. A channel
// knows nothing of MQTT. One channel object is one connection: it is opened once and never reused.
//
//   open() ─► onOpen ─► onBytes* / onDrain* ─► onClose          (onClose exactly once, always last)
//      └──────────────────────────────────────► onClose(cause)  (it could not be opened)

import type { LinkError } from '../errors.ts'

export interface ByteChannel {
  /**
   * What this channel is connected to, for messages: `tcp 127.0.0.1:1883`, `serial /dev/ttyUSB0`.
   */
  readonly name: string
  /** Begins to connect. Called once; the handler may be called before it returns. */
  open(handler: ChannelHandler): void
  /**
   * Hands bytes over. `true`: they are gone and the buffer may be reused at once. `false`: the
   * channel keeps the buffer until `onDrain`; neither touch it nor write again before that.
   * `onBytes` is never called from inside `write`: the peer's answer comes in a later callback.
   * Bytes written before `onOpen` or after `close` are dropped and answer `true`.
   */
  write(bytes: Uint8Array): boolean
  /**
   * Stops calling `onBytes` until `resume` (back-pressure on the peer). At most one call's worth
   * may still come.
   */
  pause(): void
  resume(): void
  /**
   * Ends the connection. `flush` (default) first sends what was written; `abort` does not wait.
   * `onClose` still follows, once. Closing twice does nothing; `abort` after `flush` cuts the wait
   * short.
   */
  close(how?: 'flush' | 'abort'): void
}

export interface ChannelHandler {
  onOpen(): void
  /** The bytes are borrowed: valid during the call only. Copy what must outlive it. */
  onBytes(bytes: Uint8Array): void
  /** The buffer of the last refused write is free again and the channel takes more. */
  onDrain(): void
  /** `cause` is undefined when either side ended the connection in good order. */
  onClose(cause: LinkError | undefined): void
}
