// All framings, for the suite that runs against each of them.

import { CobsFraming, SlipFraming } from '../../../hardware/framing/index.ts'
import type { FrameHandler, Framing } from '../../../hardware/framing/index.ts'

export interface FramingCase {
  readonly name: string
  make(handler: FrameHandler, frameBytesMax?: number): Framing
}

const bound = (frameBytesMax?: number): { readonly frameBytesMax?: number } =>
  frameBytesMax === undefined ? {} : { frameBytesMax }

export const FRAMINGS: readonly FramingCase[] = [
  { name: 'SLIP', make: (handler, max) => new SlipFraming(handler, bound(max)) },
  { name: 'COBS', make: (handler, max) => new CobsFraming(handler, bound(max)) },
]
