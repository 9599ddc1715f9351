// What a guard and a pacer have counted, as flat figures for metrics and a status topic.

import type { PacerSnapshot, UplinkSnapshot } from '../framing/index.ts'

export function countsOf(
  fromDevice: UplinkSnapshot,
  toDevice: PacerSnapshot,
): Readonly<Record<string, number>> {
  return {
    packets: fromDevice.packets,
    resets: fromDevice.resets,
    breaks: fromDevice.breaks,
    garbageBytes: fromDevice.droppedBytes,
    damagedFrames: fromDevice.damagedFrames,
    messagesToDevice: toDevice.messages,
    messagesRefused: toDevice.refused,
    messagesUnconfirmed: toDevice.unconfirmed,
  }
}
