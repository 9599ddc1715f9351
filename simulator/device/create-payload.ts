// From the description of a payload to the format that writes it. A new format is one file and one
// line here.

import { unreachable } from '@motewire/sdk/kit'
import type { PayloadSpec } from '../scenario/index.ts'
import { BinaryPayload } from './binary-payload.ts'
import { CborPayload } from './cbor-payload.ts'
import { JsonPayload } from './payload.ts'
import type { PayloadFormat } from './payload-format.ts'

/** @param stream position of the stream in its group, for the stamp. */
export function createPayload(spec: PayloadSpec, stream: number): PayloadFormat {
  switch (spec.format) {
    case 'json':
      return new JsonPayload(spec, stream)
    case 'cbor':
      return new CborPayload(spec, stream)
    case 'binary':
      return new BinaryPayload(spec, stream)
    default:
      return unreachable(spec, 'no such payload format')
  }
}
