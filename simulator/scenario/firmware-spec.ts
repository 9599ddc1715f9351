// Real firmware of a group, as plain data: what runs it, and what goes wrong on its line.

import type { FieldSpec } from './sensor-spec.ts'

/** What the devices of a group run instead of streams. */
export type FirmwareSpec = ImageSpec | ProgramSpec

/** What can be known of firmware before it runs: only what its author tells. */
export interface FirmwareTopics {
  /** Topic filters of all that it publishes: templates. Undefined: it may be anything. */
  readonly publishes: readonly string[] | undefined
  /** The filters of its subscriptions: templates. Undefined: they may be any. */
  readonly subscribes: readonly string[] | undefined
}

/** Bytes that stand in the EEPROM of a new board. */
export interface MemorySpec {
  readonly address: number
  readonly bytes: readonly number[]
}

/** An image that each device of the group runs on a chip of its own. */
export interface ImageSpec extends FirmwareTopics {
  readonly kind: 'image'
  /** Absolute path. */
  readonly path: string
  readonly framing: UartFraming
  /** Undefined: nothing goes wrong. */
  readonly line: UartLineSpec | undefined
  /** Each crystal is off by up to this. */
  readonly driftPpm: number
  /** By the number of the input, `0` to `7`; readings are volts. */
  readonly analog: readonly FieldSpec[]
  /** Undefined: always enough. For an ATmega328P only. */
  readonly supply: SupplySpec | undefined
  /** Beside the client id, which is at address 0. */
  readonly eeprom: readonly MemorySpec[]
}

/** A program beside the simulator, one process a device, that emulates a board. */
export interface ProgramSpec extends FirmwareTopics {
  readonly kind: 'program'
  /** The program, by its absolute path or as it is found on the PATH, and arguments: templates. */
  readonly command: readonly string[]
  /** Where its UART is: template of a path or of HOST:PORT. Undefined: as it says itself. */
  readonly uart: string | undefined
  readonly framing: UartFraming
  /** In which it runs: that of the scenario. Absolute path. */
  readonly folder: string
}

/** How packets are told apart on a line: not at all, or as frames with a check sum. */
export type UartFraming = 'raw' | 'slip' | 'cobs' | 'hdlc' | 'length'

/** What goes wrong between the UART of a chip and its bridge. */
export interface UartLineSpec {
  /** Part of the bytes, in both directions, of which one bit is flipped. 0 to 1. */
  readonly flipShare: number
  /** Part of the bytes, in both directions, that never arrive. 0 to 1. */
  readonly dropShare: number
  /**
   * The chip is reset when it has sent so many bytes since it was switched on. Ascending; the last
   * of them still leaves, what follows does not.
   */
  readonly resetAtBytes: readonly number[]
  /** Mean number of bytes that the chip sends between resets at random; 0: none. */
  readonly resetEveryBytes: number
  /** When the cable is out. */
  readonly unplugs: readonly UnplugSpec[]
}

export interface UnplugSpec {
  /** Since the device was switched on. */
  readonly startMs: number
  readonly durationMs: number
  /** From one to the next, more than `durationMs`; undefined: once. */
  readonly everyMs: number | undefined
  /** Shifts them by up to this, both ways, for each device. */
  readonly spreadMs: number
}

/** What a chip is fed with. */
export interface SupplySpec {
  readonly volts: number
  /** Volts that it loses in an hour; 0: none. */
  readonly sagPerHour: number
  /** Level of the brown-out detector; undefined: it is off. */
  readonly brownOutVolts: number | undefined
  readonly dips: readonly DipSpec[]
}

export interface DipSpec extends UnplugSpec {
  /** What is left of the supply. */
  readonly volts: number
}
