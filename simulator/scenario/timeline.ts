// What happens at a time of the run: faults (what goes wrong) and stages (what is done on purpose).
// Plain data, every default filled in. Times are milliseconds after the run began. Types only; who
// is concerned is drawn for each device from its own random numbers, so that workers and shards
// agree without talking.

import type { QoS } from '@motewire/sdk'
import type { BrokerFault, LinkSettings } from '../world/link-settings.ts'

/** Which devices something happens to. */
export interface Concerned {
  /** Names; undefined: all groups. */
  readonly groups: readonly string[] | undefined
  /** Part of their devices, drawn for each. */
  readonly share: number
}

/** Devices lose their connection, restart, or die. */
export interface DeviceFault extends Concerned {
  readonly kind: 'devices'
  readonly does: 'reconnect' | 'reboot' | 'fail'
  readonly atMs: number
  /** Each is hit at a random moment of this time. */
  readonly overMs: number
  /** Of a reboot: from the loss of power to its return. */
  readonly downMs: number
}

/** Another link for a while. */
export interface LinkFault extends Concerned {
  readonly kind: 'link'
  readonly link: LinkSettings
  readonly atMs: number
  /** Undefined: to the end. */
  readonly durationMs: number | undefined
}

/** No way through for a while. */
export interface OutageFault extends Concerned {
  readonly kind: 'outage'
  readonly how: 'silent' | 'cut'
  readonly atMs: number
  readonly durationMs: number
  /** Shifts it for each device by up to this, both ways. */
  readonly spreadMs: number
}

export type ScenarioFault = BrokerFault | DeviceFault | LinkFault | OutageFault

/** Devices publish more or less often for a while. */
export interface LoadStage {
  readonly kind: 'load'
  /** Times the usual rate; 0: silence. */
  readonly load: number
  readonly atMs: number
  /** Undefined: to the end. */
  readonly durationMs: number | undefined
  readonly groups: readonly string[] | undefined
}

/** The fleet's operator sends a message to each device concerned. */
export interface SendStage extends Concerned {
  readonly kind: 'send'
  /** Template with `{id}`. */
  readonly topic: string
  /** Template. */
  readonly payload: string
  readonly qos: QoS
  readonly retain: boolean
  readonly atMs: number
  /** Each at a random moment of this time. */
  readonly overMs: number
}

export type Stage = LoadStage | SendStage
