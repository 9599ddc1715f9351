// The guard for a line that carries MQTT, by the kind of framing: packets as they are need the
// packet guard, frames the frame guard. Both are used alike.

import { CobsFraming } from './cobs-framing.ts'
import { FrameGuard } from './frame-guard.ts'
import type { FrameGuardHandler } from './frame-guard.ts'
import type { FrameHandler, Framing, FramingOptions } from './framing.ts'
import { HdlcFraming } from './hdlc-framing.ts'
import { LengthFraming } from './length-framing.ts'
import { PacketGuard } from './packet-guard.ts'
import type { PacketGuardOptions } from './packet-guard.ts'
import { SlipFraming } from './slip-framing.ts'

/** Framings with a check sum. */
export type FrameKind = 'slip' | 'cobs' | 'hdlc' | 'length'

/** `raw`: MQTT as it is; the others put each packet into a frame with a CRC-16. */
export type MqttFraming = 'raw' | FrameKind

export type UplinkGuard = PacketGuard | FrameGuard

const KINDS = {
  slip: SlipFraming,
  cobs: CobsFraming,
  hdlc: HdlcFraming,
  length: LengthFraming,
} as const

export function makeFraming(
  kind: FrameKind,
  handler: FrameHandler,
  options: FramingOptions = {},
): Framing {
  return new KINDS[kind](handler, options)
}

/** @param options only for `raw`, except for packetBytesMax. */
export function makeUplinkGuard(
  framing: MqttFraming,
  handler: FrameGuardHandler,
  options: PacketGuardOptions = {},
): UplinkGuard {
  if (framing === 'raw') return new PacketGuard(handler, options)
  const { packetBytesMax } = options
  const frames = packetBytesMax === undefined ? {} : { frameBytesMax: packetBytesMax }
  return new FrameGuard(handler, (inner) => makeFraming(framing, inner, frames))
}
