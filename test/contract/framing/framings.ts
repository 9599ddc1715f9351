// All framings, for the suite that runs against each of them, and what each of them can.

import {
  CobsFraming,
  HdlcFraming,
  LengthFraming,
  LineFraming,
  ModbusFraming,
  SlipFraming,
} from '../../../hardware/framing/index.ts'
import type { FrameHandler, Framing } from '../../../hardware/framing/index.ts'

export interface FramingCase {
  readonly name: string
  readonly make: (handler: FrameHandler, frameBytesMax?: number) => Framing
  /** Longest frame in the suite. */
  readonly longest: number
  /** Whether a mark ends a frame. Otherwise silence does, and the suite waits between frames. */
  readonly hasMarks: boolean
  readonly hasCheckSum: boolean
  /** Only text without line breaks. */
  readonly isText: boolean
}

const bound = (frameBytesMax?: number): { readonly frameBytesMax?: number } =>
  frameBytesMax === undefined ? {} : { frameBytesMax }

const MARKED = { longest: 1_024, hasMarks: true, hasCheckSum: true, isText: false } as const
const SILENT = { ...MARKED, hasMarks: false } as const

export const FRAMINGS: readonly FramingCase[] = [
  { name: 'SLIP', make: (handler, max) => new SlipFraming(handler, bound(max)), ...MARKED },
  { name: 'COBS', make: (handler, max) => new CobsFraming(handler, bound(max)), ...MARKED },
  { name: 'HDLC', make: (handler, max) => new HdlcFraming(handler, bound(max)), ...MARKED },
  { name: 'length', make: (handler, max) => new LengthFraming(handler, bound(max)), ...SILENT },
  { name: 'Modbus RTU', make: (handler) => new ModbusFraming(handler), ...SILENT, longest: 254 },
  {
    name: 'lines',
    make: (handler, max) => new LineFraming(handler, bound(max)),
    ...MARKED,
    hasCheckSum: false,
    isText: true,
  },
]
