// Memory of messages that wait: many small ones share a slab, so that one costs its bytes and not a
// view of its own. A slab lives as long as any message in it.

const SLAB_BYTES = 8_192
/** Larger ones get memory of their own. */
const SHARED_BYTES_MAX = SLAB_BYTES / 4

export interface Slab {
  readonly bytes: Uint8Array
  /** Where the next message begins. */
  used: number
}

let current: Slab = { bytes: Buffer.allocUnsafeSlow(SLAB_BYTES), used: 0 }

/** One with room for `length` bytes behind `used`. */
export function slabFor(length: number): Slab {
  if (length > SHARED_BYTES_MAX) return { bytes: Buffer.allocUnsafeSlow(length), used: 0 }
  if (current.used + length > SLAB_BYTES) {
    current = { bytes: Buffer.allocUnsafeSlow(SLAB_BYTES), used: 0 }
  }
  return current
}
