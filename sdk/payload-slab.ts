// Copies of received payloads that receivers may keep: many small ones share a slab, so that a
// message costs a view and its bytes, not an allocation of its own. A slab lives as long as any
// payload in it. Payloads above a quarter of a slab get memory of their own.

const SLAB_BYTES = 32_768
const OWN_BYTES_MIN = SLAB_BYTES / 4

/** One slab serves all clients of the process: idle ones hold nothing. */
let slab = Buffer.allocUnsafeSlow(SLAB_BYTES)
let used = 0

/** A copy of bytes[start, end) that stays valid. */
export function copyPayload(bytes: Uint8Array, start: number, end: number): Buffer {
  const length = end - start
  if (length >= OWN_BYTES_MIN) return Buffer.from(bytes.subarray(start, end))
  if (used + length > SLAB_BYTES) {
    slab = Buffer.allocUnsafeSlow(SLAB_BYTES)
    used = 0
  }
  const copy = slab.subarray(used, used + length)
  copy.set(bytes.subarray(start, end))
  used += length
  return copy
}
