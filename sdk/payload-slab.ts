// Copies of received payloads that receivers may keep: many small ones share a slab, so that a
// message costs a view and its bytes, not an allocation. When messages follow one another
// in a read, the bytes behind the second are copied along with it: a copy of 8 KiB costs no more
// than a few of 64 bytes. A slab lives as long as any payload in it. Payloads above a quarter of a
// slab get memory of their own. It knows no packets.

const SLAB_BYTES = 32_768
const OWN_BYTES_MIN = SLAB_BYTES / 4
/** Copied at once where messages follow one another. */
const RUN_BYTES = 8_192

/** The class of Node's own views of a buffer; `subarray` takes three times as long to make one. */
const BufferView = (Buffer as unknown as Record<symbol, BufferViewClass>)[Symbol.species]!
type BufferViewClass = new (memory: ArrayBufferLike, offset: number, length: number) => Buffer

/** One slab serves all clients of the process: idle ones hold nothing. */
let slab = Buffer.allocUnsafeSlow(SLAB_BYTES)
let used = 0
/** Of the present read: the bytes that a payload was copied from last. */
let source: Uint8Array | undefined
/** Bytes of `source` below stand in the slab at their offset plus `shift`. */
let copiedEnd = 0
let shift = 0

/** Bytes that come from now on are other ones, even in the memory of those before. */
export function beginRead(): void {
  source = undefined
}

/** A copy of bytes[start, end) that stays valid. Within one read, `start` only grows. */
export function copyPayload(bytes: Uint8Array, start: number, end: number): Buffer {
  const length = end - start
  if (length >= OWN_BYTES_MIN) return Buffer.from(bytes.subarray(start, end))
  const isRun = bytes === source
  if (!isRun || end > copiedEnd) {
    copyAhead(bytes, start, isRun ? Math.min(bytes.length, start + RUN_BYTES) : end)
  }
  return new BufferView(slab.buffer, start + shift, length)
}

function copyAhead(bytes: Uint8Array, start: number, end: number): void {
  if (used + end - start > SLAB_BYTES) {
    slab = Buffer.allocUnsafeSlow(SLAB_BYTES)
    used = 0
  }
  slab.set(bytes.subarray(start, end), used)
  source = bytes
  shift = used - start
  copiedEnd = end
  used += end - start
}
