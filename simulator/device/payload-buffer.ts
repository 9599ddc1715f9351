// One buffer that all devices of a process write their messages into, one after the other: a
// message is handed on before the next is written. Views of each length are kept, so that handing
// on allocates nothing. Grows to the longest message, never shrinks.

import { assert } from '@motewire/sdk/kit'

/** More than the scenario language allows (docs/scenario.md). */
const PAYLOAD_BYTES_MAX: number = 1 << 20

const VIEWS_MAX = 1_024

export class PayloadBuffer {
  #bytes = new Uint8Array(256)
  /** By length; views on short messages, which are the frequent ones. */
  #views: (Uint8Array | undefined)[] = []

  /** The buffer, with room for `bytes`. Valid until the next call of `reserve`. */
  reserve(bytes: number): Uint8Array {
    assert(bytes <= PAYLOAD_BYTES_MAX, 'payload too long')
    if (this.#bytes.length < bytes) {
      this.#bytes = new Uint8Array(2 ** Math.ceil(Math.log2(bytes)))
      this.#views = []
    }
    return this.#bytes
  }

  /** The first `length` bytes: the message, until the next one is written. */
  view(length: number): Uint8Array {
    if (length >= VIEWS_MAX) return this.#bytes.subarray(0, length)
    return (this.#views[length] ??= this.#bytes.subarray(0, length))
  }
}
