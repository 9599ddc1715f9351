// The framing contract: bytes of a line to frames, and frames to bytes. A framing finds the next
// frame after any garbage, and drops a frame that is damaged or too long as a whole. It knows
// neither what a frame means nor what the line is. Times are milliseconds of the caller; framings
// that do not need them ignore them.

export interface FrameHandler {
  /** A whole frame without marks and check sum. Borrowed: valid during the call only. */
  handleFrame(frame: Uint8Array): void
}

export interface Framing {
  /** Bytes from the line, borrowed, cut anywhere. */
  handleBytes(bytes: Uint8Array, now: number): void
  /** When `handleTimeout` is to be called; Infinity: not at all. */
  pollTimeout(): number
  handleTimeout(now: number): void
  /** The line is new: what has come of a frame is forgotten. */
  clear(): void
  /**
   * The bytes for the line. Borrowed: valid until the next call. A frame that the framing cannot
   * carry, because it is too long, is a mistake of the caller.
   */
  encode(frame: Uint8Array): Uint8Array
  snapshot(): FramingSnapshot
}

export interface FramingSnapshot {
  readonly frames: number
  /** Frames dropped for their check sum, their form or their length. */
  readonly damaged: number
}

export interface FramingOptions {
  /** Longest frame, without marks and check sum. Default 65,536 bytes. */
  readonly frameBytesMax?: number
}

export const FRAME_BYTES_MAX = 65_536
