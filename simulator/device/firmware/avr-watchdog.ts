// The watchdog of the AVR: an oscillator of its own that goes on in every sleep, and interrupts or
// resets the chip when the program has not been back in time (ATmega328P data sheet, 11.8). It has
// no event in the processor's queue, because the queue stands still in a deep sleep; the chip asks
// for `dueCycles` instead. Times are cycles of the chip's crystal; its oscillator is taken to be
// exact, where a real one is up to 10 % off.

import type { CPU } from 'avr8js'

const MCUSR = 0x54
const WATCHDOG_RESET = 8
const WDTCSR = 0x60
/** Word address of its vector. */
const VECTOR = 0x0c

const IS_DUE = 0x80
const INTERRUPT_ENABLED = 0x40
const CHANGE_ENABLED = 0x10
const RESET_ENABLED = 8
const PRESCALER = 0x27
/** For so long a change of the prescaler, and switching off, is listened to. */
const CHANGE_CYCLES = 4

const OSCILLATOR_HZ = 128_000
/** Of the oscillator, with a prescaler of 0: 16 ms. */
const SHORTEST_CLOCKS = 2_048

type Interrupt = Parameters<CPU['setInterruptFlag']>[0]

const INTERRUPT: Interrupt = {
  address: VECTOR,
  flagRegister: WDTCSR,
  flagMask: IS_DUE,
  enableRegister: WDTCSR,
  enableMask: INTERRUPT_ENABLED,
}

export class AvrWatchdog {
  readonly #cpu: CPU
  readonly #shortestCycles: number
  readonly #reset: () => void
  #beganCycles: number
  #openUntilCycles = 0
  /** When it interrupts or resets; Infinity while it is off. */
  dueCycles: number = Infinity

  /** @param reset what it does to the chip. */
  constructor(cpu: CPU, frequencyHz: number, reset: () => void) {
    this.#cpu = cpu
    this.#shortestCycles = (SHORTEST_CLOCKS * frequencyHz) / OSCILLATOR_HZ
    this.#reset = reset
    this.#beganCycles = cpu.cycles
    // After its own reset it is on, with the shortest time, until the program has cleared WDRF.
    if (this.#wasCause) cpu.data[WDTCSR] = RESET_ENABLED
    cpu.onWatchdogReset = () => this.#restart()
    cpu.writeHooks[WDTCSR] = (value, old) => {
      this.#write(value, old)
      return true
    }
    this.#plan()
  }

  /** It is due. */
  handleDue(): void {
    const { data } = this.#cpu
    const control = data[WDTCSR]!
    if ((control & INTERRUPT_ENABLED) === 0) {
      this.#reset()
      return
    }
    this.#cpu.setInterruptFlag(INTERRUPT)
    // With both enabled, the interrupt is the last warning.
    if ((control & RESET_ENABLED) !== 0) data[WDTCSR]! &= ~INTERRUPT_ENABLED
    this.#restart()
  }

  get #wasCause(): boolean {
    return (this.#cpu.data[MCUSR]! & WATCHDOG_RESET) !== 0
  }

  #write(value: number, old: number): void {
    const { cycles, data } = this.#cpu
    const isOpen = cycles <= this.#openUntilCycles
    const isOpening = (value & CHANGE_ENABLED) !== 0 && (value & RESET_ENABLED) !== 0
    if (isOpening) this.#openUntilCycles = cycles + CHANGE_CYCLES
    // Outside of the window it can be switched on, but nothing else.
    const prescaler = (isOpen && !isOpening ? value : old) & PRESCALER
    const kept = isOpen && !isOpening && !this.#wasCause ? 0 : old & RESET_ENABLED
    const enabled = (value & (RESET_ENABLED | INTERRUPT_ENABLED)) | kept
    // The flag is cleared by writing a one to it.
    if ((value & IS_DUE) !== 0) this.#cpu.clearInterrupt(INTERRUPT)
    data[WDTCSR] = enabled | prescaler | (data[WDTCSR]! & IS_DUE)
    this.#cpu.updateInterruptEnable(INTERRUPT, enabled)
    this.#plan()
  }

  #restart(): void {
    this.#beganCycles = this.#cpu.cycles
    this.#plan()
  }

  #plan(): void {
    const control = this.#cpu.data[WDTCSR]!
    const isOn = (control & (RESET_ENABLED | INTERRUPT_ENABLED)) !== 0
    const power = ((control & 0x20) >> 2) | (control & 7)
    this.dueCycles = isOn ? this.#beganCycles + this.#shortestCycles * 2 ** power : Infinity
  }
}
