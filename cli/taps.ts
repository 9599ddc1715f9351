// The taps of a bridge's port, as its flags and its file name them.

import { captureTap, HexTap, TraceTap } from '@motewire/hardware'
import type { AnyBridge, MqttFraming, Tap, WriteLine } from '@motewire/hardware'
import { sharedClock } from '@motewire/sdk'

export interface TapNames {
  readonly trace?: 'mqtt' | 'hex' | undefined
  /** The capture file. */
  readonly pcap?: string | undefined
  readonly pcapBytes?: number | undefined
  /** Of a line that carries MQTT; undefined: something else does. */
  readonly framing?: MqttFraming | undefined
  /** Of the port. */
  readonly name: string
}

export function tapsOf(names: TapNames, write: WriteLine): Tap[] {
  const { trace, pcap, pcapBytes, framing, name } = names
  const clock = sharedClock()
  const taps: Tap[] = []
  if (trace === 'hex') taps.push(new HexTap(write, clock))
  if (trace === 'mqtt') taps.push(new TraceTap(write, clock, framing))
  if (pcap === undefined) return taps
  const bound = pcapBytes === undefined ? {} : { fileBytesMax: pcapBytes }
  const form = framing ?? (trace === 'mqtt' ? 'raw' : 'serial')
  return [...taps, captureTap({ path: pcap, name, form, ...bound, clock, handleFailure })]
}

/** The bridge, whose end is also that of its taps. */
export function withTaps(bridge: AnyBridge, taps: readonly Tap[]): AnyBridge {
  if (taps.length === 0) return bridge
  return {
    start: () => bridge.start(),
    stop: async () => {
      await bridge.stop()
      await Promise.all(taps.map((tap) => tap.close()))
    },
    lend: () => bridge.lend(),
    takeBack: () => bridge.takeBack(),
    snapshot: () => bridge.snapshot(),
  }
}

export function handleFailure(message: string): void {
  process.stderr.write(`${message}\n`)
}
