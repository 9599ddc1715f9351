// What a scenario means, after reading: every default filled in, every duration in milliseconds,
// every group with its number of devices. Plain data that survives JSON and worker boundaries.
// Types only; it does not know YAML, where a value stood in the file, or how devices run.

import type { ProtocolVersion, QoS } from '@motewire/sdk'
import type { LinkSettings } from '../world/link-settings.ts'
import type { FirmwareSpec } from './firmware-spec.ts'
import type { FieldSpec, TrackSpec } from './sensor-spec.ts'
import type { ScenarioFault, Stage } from './timeline.ts'

export type * from './firmware-spec.ts'
export type * from './sensor-spec.ts'
export type * from './timeline.ts'

export interface Scenario {
  readonly version: 1
  /** The file name that messages use. */
  readonly fileName: string
  readonly name: string
  /** Equal scenario and seed give equal devices, values and start times. */
  readonly seed: number | string
  readonly broker: BrokerTarget
  readonly clock: ScenarioClock
  /** Undefined: the run goes on until it is stopped. */
  readonly durationMs: number | undefined
  readonly ramp: Ramp
  /** Texts such as `acked.rate > 0.99`: what the run must come to. */
  readonly thresholds: readonly string[]
  /** What goes wrong at which time, in the order of the file. */
  readonly faults: readonly ScenarioFault[]
  /** What is done on purpose at which time, in the order of the file. */
  readonly stages: readonly Stage[]
  /** Whether a subscriber verifies what arrives at the broker. */
  readonly verify: boolean
  /** Client ids of the devices that run; undefined: all run. */
  readonly only: readonly string[] | undefined
  /** In the order of the file. */
  readonly groups: readonly DeviceGroup[]
}

export interface BrokerTarget {
  /**
   * Broker URLs, which the devices take in turn by their numbers; or `embedded` alone, for the
   * broker that the simulator brings along.
   */
  readonly urls: readonly string[]
  /** Templates. */
  readonly username: string | undefined
  readonly password: string | undefined
  /** Path of the authorities to trust, PEM; undefined: those of Node. */
  readonly ca: string | undefined
  /** Paths of a certificate and its key for each device, PEM. Templates. */
  readonly cert: string | undefined
  readonly key: string | undefined
  /** Whether the broker's certificate must be good. */
  readonly isVerified: boolean
}

/** `factor`: simulated seconds in one real second. */
export type ScenarioClock =
  | { readonly kind: 'real' }
  | { readonly kind: 'virtual' }
  | { readonly kind: 'scaled'; readonly factor: number }

/** How fast devices are switched on, over the whole fleet. */
export interface Ramp {
  readonly pace: { readonly perSecond: number } | { readonly overMs: number }
  /** `linear`: evenly spaced. `poisson`: at random, as independent devices would. */
  readonly start: 'linear' | 'poisson'
}

/** Devices of one kind. */
export interface DeviceGroup {
  readonly name: string
  /** The `count` or `weight` of the file: what the group gets its part by. */
  readonly share: number
  /** Devices of this group in the whole fleet. */
  readonly devices: number
  /** Template; may not use `{id}`, which it defines. */
  readonly clientId: string
  readonly connect: ConnectSpec
  readonly publish: readonly StreamSpec[]
  readonly subscribe: readonly SubscriptionSpec[]
  /** What lies between the devices and the broker; undefined: as the command line says. */
  readonly link: LinkSettings | undefined
  readonly wallClock: WallClockSpec
  /** Way that the devices go; undefined: they stay. */
  readonly track: TrackSpec | undefined
  /** Commands that the devices answer; their filter is the last of `subscribe`. */
  readonly commands: CommandSpec | undefined
  /** Desired state that the devices take over; its filter is the last of `subscribe`. */
  readonly shadow: ShadowSpec | undefined
  /** Sparkplug B beside or instead of streams; undefined: none. */
  readonly sparkplug: SparkplugSpec | undefined
  readonly sparkplugHost: SparkplugHostSpec | undefined
  /** Gives new devices an identity; its filter is in `subscribe`. Undefined: it does not. */
  readonly provisioner: ProvisionerSpec | undefined
  /** How the devices are switched on, sleep and die; undefined: on, and on they stay. */
  readonly lifecycle: LifecycleSpec | undefined
  /** What the devices live on; undefined: nobody asks. */
  readonly energy: EnergySpec | undefined
  /** Firmware in TypeScript instead of streams; undefined: the streams. */
  readonly model: ModelSpec | undefined
  /** A real image instead of streams; undefined: none. */
  readonly firmware: FirmwareSpec | undefined
  /** Device i of the group takes row i, round and round; undefined: as `broker` says. */
  readonly credentials: readonly CredentialSpec[] | undefined
}

/** How a device answers what it is told. */
export interface CommandSpec {
  /** Template. */
  readonly filter: string
  readonly qos: QoS
  /** What the topic of the answer has at its end, after that of the command. */
  readonly reply: string
  readonly afterMs: number
  readonly failShare: number
}

/** A device twin: what somebody wants of a device, and what the device says it is. */
export interface ShadowSpec {
  /** Where the desired state comes in. Template. */
  readonly desired: string
  /** Where the device tells its state, retained. Template. */
  readonly reported: string
  readonly qos: QoS
  /** How long the device takes over a change. */
  readonly afterMs: number
  /** Part of the changes that it refuses. */
  readonly failShare: number
  /** What it reports when it comes online first. */
  readonly initial: Readonly<Record<string, unknown>>
}

/** A Sparkplug B edge node; its identifier is the client id. */
export interface SparkplugSpec {
  readonly group: string
  /** From one scan to the next. */
  readonly everyMs: number
  /** Undefined: the node waits for nobody. */
  readonly primaryHost: string | undefined
  /** Of the node itself. */
  readonly metrics: readonly FieldSpec[]
  readonly devices: readonly { readonly name: string; readonly metrics: readonly FieldSpec[] }[]
}

/** A Sparkplug B host application. */
export interface SparkplugHostSpec {
  readonly id: string
  readonly groups: readonly string[]
  /** 0: never. */
  readonly rebirthEveryMs: number
  readonly offline: { readonly everyMs: number; readonly durationMs: number } | undefined
}

/** Times of a device's life. All but `bootMs` and `sleep` are means of exponential times. */
export interface LifecycleSpec {
  /** From power on to the first attempt to connect. */
  readonly bootMs: number
  /** Undefined: the devices have an identity from the start. */
  readonly provision: ProvisionSpec | undefined
  /** Undefined: the radio is always on. */
  readonly sleep: { readonly everyMs: number; readonly awakeMs: number } | undefined
  /** 0: never. A reboot forgets what was queued. */
  readonly rebootEveryMs: number
  /** 0: never. What failed stays off. */
  readonly failAfterMs: number
}

/** How a device that is new obtains an identity, once in its life. */
export interface ProvisionSpec {
  /** As whom it connects until then. Templates, as are the paths of PEM files and the topics. */
  readonly clientId: string
  readonly username: string | undefined
  readonly password: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
  readonly request: string
  readonly response: string
  /** What the request says besides `id` and `reply`. */
  readonly payload: Readonly<Record<string, unknown>>
  readonly retryMs: number
}

/** Who gives new devices an identity. */
export interface ProvisionerSpec {
  /** Where requests come in. Template. */
  readonly filter: string
  readonly qos: QoS
  /** What a device is given: templates of `{id}`, who asks; undefined: nothing. */
  readonly clientId: string | undefined
  readonly username: string
  readonly password: string | undefined
  readonly afterMs: number
  readonly failShare: number
}

/** A battery and the two states of a radio. */
export interface EnergySpec {
  readonly batteryMah: number
  /** Drawn all the time. */
  readonly sleepMa: number
  /** Drawn on top while the radio is on. */
  readonly radioMa: number
  /** Radio time of a message besides its bytes. */
  readonly messageMs: number
  readonly bitsPerS: number
}

/** How far a device's own clock is off. */
export interface WallClockSpec {
  /** Each device runs too fast or too slow by up to so many millionths. */
  readonly driftPpm: number
  /** Each device is wrong from its start by up to so much, to either side. */
  readonly offsetMs: number
  /** Without a battery for its clock: every device begins in 1970. */
  readonly isLost: boolean
}

/** A module whose `model` makes a DeviceModel (simulator/device/device.ts). */
export interface ModelSpec {
  /** Absolute path. */
  readonly path: string
  /** Handed to the factory as they are. */
  readonly options: Readonly<Record<string, unknown>>
}

export interface CredentialSpec {
  readonly username: string | undefined
  readonly password: string | undefined
  /** Absolute paths of PEM files. */
  readonly cert: string | undefined
  readonly key: string | undefined
}

export interface ConnectSpec {
  /** Seconds, 0 to 65,535; 0 switches keepalive off. */
  readonly keepalive: number
  readonly clean: boolean
  readonly protocolVersion: ProtocolVersion
  /** Seconds; undefined unless the protocol version is 5. */
  readonly sessionExpiry: number | undefined
  readonly reconnect: ReconnectSpec
}

/** Delays before a device connects again, milliseconds. */
export interface ReconnectSpec {
  /** With jitter the ceiling of the first one. */
  readonly firstMs: number
  readonly maxMs: number
  readonly isJittered: boolean
}

/** One kind of message that a device sends again and again. */
export interface StreamSpec {
  /** Names the stream's random numbers, so that streams added beside it do not change them. */
  readonly label: string
  /** Template. */
  readonly topic: string
  readonly everyMs: number
  /** Each message is late by a random part of this, drawn anew for each; at most the period. */
  readonly jitterMs: number
  /** From the device's start to its first message; `random` is a random part of the period. */
  readonly phase: number | 'random'
  readonly qos: QoS
  readonly retain: boolean
  readonly payload: PayloadSpec
  /** Send only what changed; undefined: send all. */
  readonly exception: ExceptionSpec | undefined
  /** Readings in one message; 1: none are gathered. JSON and CBOR only. */
  readonly batch: number
  /** Messages at each time; undefined: one. */
  readonly burst: BurstSpec | undefined
}

/** A reading is sent when a field moved by the deadband or more since the last one sent. */
export interface ExceptionSpec {
  /** Position in the payload's fields. */
  readonly field: number
  readonly deadband: number
  /** Longest silence; undefined: for ever. */
  readonly atLeastEveryMs: number | undefined
}

export interface BurstSpec {
  readonly messages: number
  readonly spacingMs: number
}

export interface SubscriptionSpec {
  /** Template; wildcards are allowed. */
  readonly filter: string
  readonly qos: QoS
}

/** What a message is made of. Later formats join this union by their `format`. */
export type PayloadSpec = JsonPayloadSpec | CborPayloadSpec | BinaryPayloadSpec

export interface JsonPayloadSpec {
  readonly format: 'json'
  /** In the order in which they stand in the message, before the fields. */
  readonly stamp: readonly StampKey[]
  readonly fields: readonly FieldSpec[]
}

/** The same as a CBOR map (RFC 8949). */
export interface CborPayloadSpec extends Omit<JsonPayloadSpec, 'format'> {
  readonly format: 'cbor'
}

/** Bytes one after the other, as registers and radio frames have them. */
export interface BinaryPayloadSpec extends Omit<JsonPayloadSpec, 'format'> {
  readonly format: 'binary'
  readonly isLittleEndian: boolean
  readonly layout: readonly BinarySlotSpec[]
}

export type BinaryType = 'u8' | 'u16' | 'u32' | 'u64' | 'i8' | 'i16' | 'i32' | 'f32' | 'f64'

/**
 * Fixed bytes, a number, or the CRC-16 (CCITT, from 0xFFFF) of all bytes before it. A number comes
 * from the stamp or a field, times `scale`, rounded and cut to what the type holds.
 */
export type BinarySlotSpec =
  | { readonly kind: 'bytes'; readonly bytes: readonly number[] }
  | { readonly kind: 'crc16' }
  | {
      readonly kind: 'number'
      readonly type: BinaryType
      readonly from: string
      readonly scale: number
    }

/**
 * `id` is the client id, `stream` the position in the group's `publish` list, `seq` counts the
 * messages of a stream from 0, `ts` is when the message was due (milliseconds since 1970).
 */
export type StampKey = 'id' | 'stream' | 'seq' | 'ts'
