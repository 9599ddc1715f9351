// An RP2040 that runs an image: rp2040js executes the instructions and has the peripherals, this
// file boots it, lets it sleep without being stepped, gives its UART the time that bytes take, and
// resets it. It does what the chip's own boot program does with a flash, but is not that: images
// that call its routines, as those of the Pico SDK do, do not run. One core; the second never
// starts. It does not know real time, nor who is at the other end of the UART. O(instructions
// executed); asleep, O(events).

import { RP2040 } from 'rp2040js'
import { ChipClock } from './chip-clock.ts'
import type { Chip, ChipHandler, ChipOptions, ResetCause } from './chip.ts'
import { makePeripheral } from './rp2040-peripheral.ts'

/** Flash of the usual board, but for the last page, which is the board's own. */
export const RP2040_FLASH_BYTES: number = (2 << 20) - (16 << 10)
export const RP2040_FLASH_START = 0x1000_0000
/** A board's own bytes, at the very end. */
export const RP2040_MEMORY_BYTES = 256
const MEMORY_PAGE_BYTES = 16 << 10
export const RP2040_CRYSTAL_HZ = 12_000_000

/** Where the boot program puts the boot sector, and its length. */
const BOOT_AT = 0x2004_1f00
const BOOT_BYTES = 256
const RAM_START = 0x2000_0000

/** Peripherals by the upper part of their addresses, as the package has them. */
const MEMORY_PAGE = 0x101fc
const CHIP_RESET = 0x40064
const WATCHDOG = 0x40058

/** CHIP_RESET: the supply has come (or was too low), the pin RUN was low. */
const HAD_POWER = 1 << 8
const HAD_RUN = 1 << 16
const CAUSES: Readonly<Record<ResetCause, number>> = {
  power: HAD_POWER,
  brownOut: HAD_POWER,
  pin: HAD_RUN,
  watchdog: 0,
}

/** UARTFR: the transmitter is busy, its buffer full; nothing received waits. */
const BUSY = 1 << 3
const TX_FULL = 1 << 5
const TX_EMPTY = 1 << 7
const RX_EMPTY = 1 << 4
const FIFO_DEPTH = 32
/** With a start and a stop bit. */
const BITS_PER_BYTE = 10

const ADC_VOLTS = 3.3
const ADC_MAX = 4_095

/** The package would write to the console what a wrong program does. */
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

export class Rp2040Chip implements Chip {
  readonly #flash: Uint8Array<ArrayBuffer>
  readonly #handler: ChipHandler
  readonly #nanosPerCycle: number
  readonly #memory = new Uint8Array(MEMORY_PAGE_BYTES).fill(0xff)
  #rp2040!: RP2040
  #clock!: ChipClock
  /** Nanoseconds at the last reset. */
  #originNanos = 0
  #nanosPerInstructionCycle = 0
  /** What the transmitter has not sent yet; the first byte is on the line. */
  #sending: number[] = []
  #isArriving = false
  #isWatchdogDue = false
  resets = 0
  overruns = 0

  /** @param flash RP2040_FLASH_BYTES of it. */
  constructor(flash: Uint8Array<ArrayBuffer>, { frequencyHz, memory, handler }: ChipOptions) {
    this.#flash = flash
    this.#handler = handler
    this.#nanosPerCycle = 1e9 / frequencyHz
    this.#memory.set(memory, MEMORY_PAGE_BYTES - RP2040_MEMORY_BYTES)
    this.#build('power', 0)
  }

  get cycles(): number {
    return this.#nanos / this.#nanosPerCycle
  }

  get isAsleep(): boolean {
    return this.#rp2040.core.waiting
  }

  get nextEventCycles(): number {
    if (!this.isAsleep) return this.cycles
    return (this.#originNanos + this.#clock.nextNanos) / this.#nanosPerCycle
  }

  get canReceive(): boolean {
    return this.isReceiving && !this.#isArriving
  }

  get isReceiving(): boolean {
    const uart = this.#rp2040.uart[0]!
    return uart.enabled && uart.rxEnabled
  }

  receive(byte: number): void {
    const rp2040 = this.#rp2040
    const uart = rp2040.uart[0]!
    this.#isArriving = true
    const alarm = this.#clock.createAlarm(() => {
      this.#isArriving = false
      // Without its FIFOs the UART holds one byte.
      const isFull = uart.fifosEnabled ? (uart.flags & (1 << 6)) !== 0 : !(uart.flags & RX_EMPTY)
      if (isFull) this.overruns++
      else uart.feedByte(byte)
      this.#handler.handleReceived()
    })
    alarm.schedule(this.#byteNanos())
  }

  reset(cause: ResetCause): void {
    this.resets++
    this.#build(cause, this.#nanos)
  }

  run(untilCycles: number): void {
    let untilNanos = this.#nanosAt(untilCycles)
    while (this.#clock.nanos < untilNanos) {
      const { core } = this.#rp2040
      const clock = this.#clock
      if (core.waiting) clock.advanceTo(Math.min(clock.nextNanos, untilNanos))
      else clock.advanceTo(clock.nanos + core.executeInstruction() * this.#nanosPerInstructionCycle)
      // What is pending before the chip goes to sleep must not be slept through.
      if (core.waiting && this.#hasInterrupt) core.waiting = false
      if (!this.#isWatchdogDue) continue
      this.reset('watchdog')
      untilNanos = this.#nanosAt(untilCycles)
    }
  }

  skip(untilCycles: number): void {
    this.#originNanos += Math.max(0, this.#nanosAt(untilCycles) - this.#clock.nanos)
  }

  get #nanos(): number {
    return this.#originNanos + this.#clock.nanos
  }

  get #hasInterrupt(): boolean {
    const { core } = this.#rp2040
    return (core.pendingInterrupts & core.enabledInterrupts) !== 0 || core.pendingSystick
  }

  /** On the clock that began with the last reset. */
  #nanosAt(cycles: number): number {
    return cycles * this.#nanosPerCycle - this.#originNanos
  }

  #build(cause: ResetCause, nanos: number): void {
    this.#clock = new ChipClock()
    this.#originNanos = nanos
    this.#sending = []
    this.#isArriving = this.#isWatchdogDue = false
    const rp2040 = new RP2040(this.#clock)
    this.#rp2040 = rp2040
    rp2040.logger = SILENT
    shareFlash(rp2040, this.#flash)
    this.#setPeripherals(rp2040, cause)
    this.#nanosPerInstructionCycle = 1e9 / rp2040.clkSys
    rp2040.addClockListener((hz) => (this.#nanosPerInstructionCycle = 1e9 / hz))
    this.#setUart(rp2040)
    rp2040.adc.onADCRead = (channel) => {
      const share = this.#handler.readAnalog(channel) / ADC_VOLTS
      const value = Math.min(ADC_MAX, Math.max(0, Math.floor(share * (ADC_MAX + 1))))
      rp2040.adc.channelValues[channel] = value
      rp2040.adc.currentChannel = channel
      rp2040.adc.sampleAlarm.schedule(rp2040.adc.sampleTime * 1_000)
    }
    rp2040.sram.set(this.#flash.subarray(0, BOOT_BYTES), BOOT_AT - RAM_START)
    rp2040.core.SP = BOOT_AT
    rp2040.core.PC = BOOT_AT
  }

  #setPeripherals(rp2040: RP2040, cause: ResetCause): void {
    const { memory, causes } = { memory: new DataView(this.#memory.buffer), causes: CAUSES[cause] }
    rp2040.peripherals[MEMORY_PAGE] = makePeripheral((offset) => memory.getUint32(offset, true))
    rp2040.peripherals[CHIP_RESET] = makePeripheral((offset) => (offset === 8 ? causes : 0))
    const watchdog = rp2040.peripherals[WATCHDOG]!
    Reflect.set(watchdog, 'onWatchdogTrigger', () => (this.#isWatchdogDue = true))
    Reflect.set(watchdog, 'reason', cause === 'watchdog' ? 1 : 0)
  }

  /** The package's transmitter takes no time and is never full. */
  #setUart(rp2040: RP2040): void {
    const uart = rp2040.uart[0]!
    const prototype: object = Object.getPrototypeOf(uart)
    Object.defineProperty(uart, 'flags', {
      get: () => {
        const waiting = this.#sending.length
        const isFull = waiting > (uart.fifosEnabled ? FIFO_DEPTH : 1)
        const received = Number(Reflect.get(prototype, 'flags', uart)) & ~TX_EMPTY
        const state = waiting > 1 ? BUSY : waiting === 1 ? BUSY | TX_EMPTY : TX_EMPTY
        return received | state | (isFull ? TX_FULL : 0)
      },
    })
    const sent = this.#clock.createAlarm(() => {
      this.#sending.shift()
      begin()
    })
    const begin = (): void => {
      const byte = this.#sending[0]
      if (byte === undefined) return
      sent.schedule(this.#byteNanos())
      this.#handler.handleTransmit(byte)
    }
    uart.onByte = (byte) => {
      if (this.#sending.length > FIFO_DEPTH) return
      this.#sending.push(byte)
      if (this.#sending.length === 1) begin()
    }
  }

  #byteNanos(): number {
    return (BITS_PER_BYTE * 1e9) / this.#rp2040.uart[0]!.baudRate
  }
}

/** The package gives each chip 16 MiB of its own. */
function shareFlash(rp2040: RP2040, flash: Uint8Array<ArrayBuffer>): void {
  Object.assign(rp2040, {
    flash,
    flash16: new Uint16Array(flash.buffer),
    flashView: new DataView(flash.buffer),
  })
}
