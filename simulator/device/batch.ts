// Many readings in one message, as devices do that wake their radio seldom: the readings are
// gathered as bytes and joined into a list under the key `readings` of a message that has the
// stamp. A device holds the readings that it has not sent.

import { assert } from '@motewire/sdk/kit'
import type { PayloadSpec } from '../scenario/index.ts'
import { CBOR_ARRAY, CBOR_NUMBER_BYTES_MAX, cborText, writeHead } from './cbor.ts'
import type { Stamp } from './payload.ts'
import type { PayloadBuffer } from './payload-buffer.ts'
import { createPayload } from './create-payload.ts'
import type { PayloadFormat } from './payload-format.ts'

const KEY = 'readings'
const encoder = new TextEncoder()
const JSON_HEAD = encoder.encode(`"${KEY}":[`)
const CBOR_KEY = cborText(KEY)
const [COMMA, CLOSE_LIST, CLOSE] = [44, 93, 125]

/** What all devices of a stream share: a reading's own format and that of the message around. */
export class BatchFormat {
  /** One reading: when it was taken, and the fields. */
  readonly reading: PayloadFormat
  readonly #envelope: PayloadFormat
  readonly #isCbor: boolean
  readonly #isBare: boolean

  constructor(spec: PayloadSpec, stream: number) {
    assert(spec.format !== 'binary', 'a binary message holds one reading')
    this.reading = createPayload({ ...spec, stamp: ['ts'] }, stream)
    this.#envelope = createPayload({ ...spec, fields: [] }, stream)
    this.#isCbor = spec.format === 'cbor'
    this.#isBare = spec.stamp.length === 0
  }

  /** The message of these readings, in `buffer`; answers its length. */
  join(buffer: PayloadBuffer, stamp: Stamp, readings: readonly Uint8Array[]): number {
    const own = readings.reduce((sum, { length }) => sum + length + 1, 0)
    const around = this.#envelope.bytesMax(stamp.id.length) + KEY.length + 2 * CBOR_NUMBER_BYTES_MAX
    const out = buffer.reserve(own + around)
    const end = this.#envelope.encode(out, stamp, [], 0)
    return this.#isCbor ? joinCbor(out, end, readings) : this.#joinJson(out, end, readings)
  }

  #joinJson(out: Uint8Array, end: number, readings: readonly Uint8Array[]): number {
    // In place of the closing brace.
    let at = end - 1
    if (!this.#isBare) out[at++] = COMMA
    out.set(JSON_HEAD, at)
    at += JSON_HEAD.length
    for (const [position, reading] of readings.entries()) {
      if (position > 0) out[at++] = COMMA
      out.set(reading, at)
      at += reading.length
    }
    out[at++] = CLOSE_LIST
    out[at++] = CLOSE
    return at
  }
}

/** A stamp has at most four keys, so the head of the map is one byte that can grow by one. */
function joinCbor(out: Uint8Array, end: number, readings: readonly Uint8Array[]): number {
  out[0]!++
  out.set(CBOR_KEY, end)
  let at = writeHead(out, end + CBOR_KEY.length, CBOR_ARRAY, readings.length)
  for (const reading of readings) {
    out.set(reading, at)
    at += reading.length
  }
  return at
}
