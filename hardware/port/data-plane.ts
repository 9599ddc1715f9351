// How the bytes of an open port move: through node:tty (tty-plane.ts) or through serialport's own
// reads and writes (binding-plane.ts). A plane knows nothing of opening, locks or settings.

export interface DataPlane {
  /** Begins to read. Called once. */
  start(handler: DataHandler): void
  /** As ByteChannel.write: false means that the buffer is kept until `handleDrain`. */
  write(bytes: Uint8Array): boolean
  /** Bytes that the driver has not taken yet; undefined where it does not tell. */
  readonly pendingBytes?: number | undefined
  pause(): void
  resume(): void
  /** Stops at once and frees what the plane itself opened. No call of the handler follows. */
  close(): Promise<void>
}

export interface DataHandler {
  /** Borrowed bytes: valid during the call only. */
  handleBytes(bytes: Uint8Array): void
  handleDrain(): void
  /** The device is gone. Called at most once, and last. */
  handleHangup(cause: Error | undefined): void
}
