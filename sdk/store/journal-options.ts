// What people may choose about a journal, and what it tells them. No behaviour.

import type { MotewireError } from '../errors.ts'
import type { Clock } from '../runtime/index.ts'

export interface JournalOptions {
  /**
   * When written changes are synced to the disk; all modes survive the death of the process.
   * 'before-send': before bytes that depend on them leave, so that a power cut loses nothing the
   * broker has seen. `everyMs`: within so many milliseconds, whatever is sent. 'never': when the
   * operating system likes. Default 'before-send'.
   */
  readonly fsync?: 'before-send' | 'never' | { readonly everyMs: number }
  /** Size of the file at most, bytes, 1 MiB to 1 GiB. Default 67,108,864. */
  readonly bytesMax?: number
  /** Garbage before the file is compacted, bytes. Default 1,048,576. */
  readonly compactBytesMin?: number
  /** Told what happened to the file. Default: nothing. */
  readonly onNotice?: (notice: JournalNotice) => void
  /** Default: the clock that all clients share. */
  readonly clock?: Clock
}

export type JournalNotice =
  /** The process or the machine died while writing: an unfinished tail was cut off. */
  | { readonly kind: 'cut'; readonly offset: number; readonly bytes: number }
  /** ERR_STORE_CORRUPT: bytes in the middle are unreadable, what follows was recovered. */
  | {
      readonly kind: 'damaged'
      readonly offset: number
      readonly bytes: number
      readonly error: MotewireError
    }
  /** After `onStoreFailed`: a complete new journal is on the disk. */
  | { readonly kind: 'restored'; readonly bytes: number }
