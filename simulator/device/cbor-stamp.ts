// Reads the stamp of a message in CBOR back: the first pairs of its map, as cbor-payload.ts writes
// them. Bytes come from anybody, so nothing is taken for granted. O(stamp).

import { CBOR_MAP, CBOR_UNSIGNED } from './cbor.ts'

const TEXT = 3
const decoder = new TextDecoder()

/** Undefined when it is no map. Stops at the first key that is none of these. */
export function readCborStamp(
  bytes: Uint8Array,
  keys: readonly string[],
): Record<string, unknown> | undefined {
  const reader = new Reader(bytes)
  const map = reader.head()
  if (map?.major !== CBOR_MAP) return undefined
  const stamp: Record<string, unknown> = {}
  for (let pair = 0; pair < map.value; pair++) {
    const key = reader.scalar()
    if (typeof key !== 'string' || !keys.includes(key)) break
    stamp[key] = reader.scalar()
  }
  return stamp
}

class Reader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Major type and argument; undefined at the end and for arguments of no fixed length. */
  head(): { major: number; value: number } | undefined {
    const first = this.#bytes[this.#at++]
    if (first === undefined) return undefined
    const [major, short] = [first >>> 5, first & 31]
    if (short < 24) return { major, value: short }
    if (short > 27) return undefined
    let value = 0
    for (let left = 2 ** (short - 24); left > 0; left--) {
      value = value * 256 + (this.#bytes[this.#at++] ?? Number.NaN)
    }
    return { major, value }
  }

  /** A whole number or a text; undefined for anything else. */
  scalar(): number | string | undefined {
    const head = this.head()
    if (head?.major === CBOR_UNSIGNED) return head.value
    if (head?.major !== TEXT) return undefined
    const start = this.#at
    this.#at += head.value
    return decoder.decode(this.#bytes.subarray(start, this.#at))
  }
}
