// A microcontroller on a clock: runs a chip as fast as its crystal says, in real or virtual time,
// and carries the bytes of its UART. Asleep it costs one task at its next event; awake it runs in
// slices of a millisecond. It does not know MQTT; the UART's other end is a byte channel.
// Times are milliseconds of the clock it is given.

import { Task } from '@motewire/sdk'
import type { Clock } from '@motewire/sdk'
import type { Chip, ChipHandler, Flash, ResetCause } from './chip.ts'
import type { Supply } from './supply.ts'
import { UartChannel } from './uart-channel.ts'
import type { UartLine } from './uart-line.ts'

export interface MicrocontrollerOptions {
  readonly flash: Flash
  readonly clock: Clock
  /** For messages: `avr-17`. */
  readonly name: string
  /** Nominal clock. Default: 16,000,000 for an ATmega328P, 12,000,000 for an RP2040. */
  readonly frequencyHz?: number
  /** How much faster the crystal runs than its nominal frequency, parts per million. Default 0. */
  readonly driftPpm?: number
  /**
   * From its first byte; the rest is 0xff, as in a new chip. All 1,024 bytes of it are taken over,
   * and hold what the program writes. An RP2040 has no EEPROM, there it is the last 256 bytes of
   * the flash.
   */
  readonly eeprom?: Uint8Array
  /** Volts at an analog input, 0 to 5 (RP2040: 3.3), at an instant. Default 0. */
  readonly readAnalog?: (channel: number, nowMs: number) => number
  /** How long the chip stays in reset. Default 65 ms, as the fuses of new boards say. */
  readonly startUpMs?: number
  /** What goes wrong between the UART and its other end. Default: nothing. */
  readonly line?: UartLine | undefined
  /** What the chip is fed with. Default: always enough. */
  readonly supply?: Supply | undefined
}

/** Awake chips run this far ahead at a time; UART bytes leave in as large pieces. */
const SLICE_MS = 1
/** Further behind than this, the chip's time is given up instead of being caught up. */
const LAG_MS_MAX = 250

export class Microcontroller {
  readonly name: string
  readonly uart: UartChannel
  readonly chip: Chip
  readonly #options: MicrocontrollerOptions
  readonly #clock: Clock
  readonly #cyclesPerMs: number
  readonly #line: UartLine | undefined
  readonly #task = new Task((now) => this.#handleDue(now))
  readonly #supplyTask = new Task((now) => this.#turnSupply(now))
  readonly #cableTask = new Task((now) => this.#turnCable(now))
  /** The clock's time at which the chip's cycle counter stood, or would have stood, at 0. */
  #originMs = 0
  #isRunning = false
  /** In reset until then. */
  #startMs = 0
  /** When it was switched on. */
  #onMs = 0
  #resetAfter: { count: number; readonly cause: ResetCause } | undefined
  /** Is told of each reset from outside, as it happens. */
  handleReset: ((cause: ResetCause) => void) | undefined
  /** Time that could not be caught up, milliseconds. */
  lostMs = 0

  constructor(options: MicrocontrollerOptions) {
    const {
      flash,
      clock,
      name,
      eeprom = new Uint8Array(),
      frequencyHz = flash.frequencyHz,
      driftPpm = 0,
    } = options
    this.name = name
    this.#options = options
    this.#clock = clock
    this.#line = options.line
    this.#cyclesPerMs = (frequencyHz / 1_000) * (1 + driftPpm / 1e6)
    this.uart = new UartChannel(`uart ${name}`, clock, () => this.#wake())
    const handler: ChipHandler = {
      handleTransmit: (byte) => this.#transmit(byte),
      handleReceived: () => this.#feed(),
      readAnalog: (channel) => {
        return options.readAnalog?.(channel, this.#msAt(this.chip.cycles)) ?? 0
      },
    }
    this.chip = flash.build({ frequencyHz, memory: wholeMemory(eeprom, flash), handler })
  }

  /** Applies power. */
  start(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    const now = this.#clock.now()
    this.#originMs = now - this.chip.cycles / this.#cyclesPerMs
    this.#onMs = now
    this.#planCable()
    this.#planSupply()
    this.#hold(now)
  }

  /** Takes the power away; what the UART has not sent is gone. */
  stop(): void {
    this.#isRunning = false
    this.#clock.cancel(this.#task)
    this.#clock.cancel(this.#cableTask)
    this.#clock.cancel(this.#supplyTask)
    this.uart.discard()
  }

  /** Resets the chip at once, wherever its program is. */
  reset(cause: ResetCause = 'pin'): void {
    if (this.#isHeld) return
    const now = this.#clock.now()
    this.uart.flush()
    this.chip.reset(cause)
    this.#hold(now)
    this.handleReset?.(cause)
  }

  #hold(now: number): void {
    this.#startMs = now + (this.#options.startUpMs ?? 65)
    this.#clock.schedule(this.#startMs, this.#task)
  }

  /** Resets the chip at the moment at which it has sent so many further bytes. */
  resetAfterBytes(count: number, cause: ResetCause = 'pin'): void {
    this.#resetAfter = { count, cause }
  }

  /** Bytes have come, or there is room again. */
  #wake(): void {
    if (!this.#isRunning) return
    const now = this.#clock.now()
    if (now >= this.#startMs) this.#handleDue(now)
  }

  #handleDue(now: number): void {
    if (!this.#isRunning) return
    const target = this.#cyclesAt(now)
    if (this.chip.cycles < this.#cyclesAt(this.#startMs)) {
      this.chip.skip(this.#cyclesAt(this.#startMs))
    }
    const behindMs = (target - this.chip.cycles) / this.#cyclesPerMs
    if (!this.chip.isAsleep && behindMs > LAG_MS_MAX) {
      this.#originMs += behindMs - LAG_MS_MAX
      this.lostMs += behindMs - LAG_MS_MAX
    }
    this.#feed()
    this.chip.run(this.#cyclesAt(now))
    this.uart.flush()
    const reset = this.#resetAfter
    if (reset === undefined || reset.count > 0) {
      this.#scheduleNext(now)
      return
    }
    this.#resetAfter = undefined
    this.reset(reset.cause)
  }

  #scheduleNext(now: number): void {
    const eventMs = this.#msAt(this.chip.nextEventCycles)
    if (eventMs === Infinity) this.#clock.cancel(this.#task)
    else this.#clock.schedule(Math.max(now + SLICE_MS, eventMs), this.#task)
  }

  /** A supply that is too low keeps the chip in reset. */
  get #isHeld(): boolean {
    return this.#startMs === Infinity
  }

  #planSupply(): void {
    const turnMs = this.#options.supply?.turnMs ?? Infinity
    if (turnMs !== Infinity) this.#clock.schedule(this.#onMs + turnMs, this.#supplyTask)
  }

  #turnSupply(now: number): void {
    const supply = this.#options.supply!
    const before = supply.state
    const state = supply.turn(this.#elapsed(now, supply.turnMs))
    if (state !== 'on' && before === 'on') {
      this.uart.flush()
      this.#clock.cancel(this.#task)
      this.#startMs = Infinity
    } else if (state === 'on' && before !== 'on') {
      this.#startMs = now
      this.reset(before)
    }
    this.#planSupply()
  }

  /** Since it was switched on. What was planned then is not before its time for being rounded. */
  #elapsed(now: number, plannedMs: number): number {
    return Math.max(now - this.#onMs, plannedMs)
  }

  #planCable(): void {
    const turnMs = this.#line?.turnMs ?? Infinity
    if (turnMs !== Infinity) this.#clock.schedule(this.#onMs + turnMs, this.#cableTask)
  }

  #turnCable(now: number): void {
    const line = this.#line!
    // What has been sent until now has passed.
    this.uart.flush()
    line.turn(this.#elapsed(now, line.turnMs))
    if (line.isPlugged) this.uart.plug()
    else this.uart.unplug()
    this.#planCable()
  }

  /** Hands the UART the next byte from the line, when it can take one. */
  #feed(): void {
    const line = this.#line
    while (this.chip.canReceive) {
      const byte = this.uart.take()
      if (byte === undefined) return
      const arrived = line === undefined ? byte : line.carry(byte)
      if (arrived !== undefined) this.chip.receive(arrived)
    }
    // A receiver that is switched off does not hold the line up: what comes is lost.
    if (!this.chip.isReceiving) this.uart.lose()
  }

  #transmit(byte: number): void {
    const line = this.#line
    const reset = this.#resetAfter
    // What the slice still brings after the reset was never sent.
    if (reset !== undefined && reset.count-- <= 0) return
    if (line?.handleSent() === true) this.resetAfterBytes(0)
    const sent = line === undefined ? byte : line.carry(byte)
    if (sent !== undefined) this.uart.deliver(sent)
  }

  #cyclesAt(ms: number): number {
    return Math.floor((ms - this.#originMs) * this.#cyclesPerMs)
  }

  #msAt(cycles: number): number {
    return this.#originMs + cycles / this.#cyclesPerMs
  }
}

function wholeMemory(bytes: Uint8Array, { memoryBytes }: Flash): Uint8Array {
  if (bytes.length === memoryBytes) return bytes
  const memory = new Uint8Array(memoryBytes).fill(0xff)
  memory.set(bytes.subarray(0, memoryBytes))
  return memory
}
