// An ATmega328P that runs an image: avr8js executes the instructions, this file joins it with its
// peripherals, lets it sleep without being stepped, and resets it. Everything is counted in cycles
// of the chip's own clock; the file does not know real time, nor who is at the other end of the
// UART. O(instructions executed); asleep, O(events).
//
// Three things decide whether bytes are lost: SEI takes effect after the instruction that follows
// it, or the interrupt between SEI and SLEEP comes too early and the sleep waits for the next one;
// the interrupt may come in the very cycle of SLEEP, and then there is no sleep; and a slice of
// time may end between the wake-up and the interrupt, so sleeping is a state that outlives slices.

import { adcConfig, AVRADC, AVREEPROM, avrInstruction } from 'avr8js'
import { AVRUSART, CPU, usart0Config } from 'avr8js'
import type { EEPROMBackend } from 'avr8js'
import { ATMEGA328P_TIMERS, AvrTimer } from './avr-timer.ts'
import { AvrWatchdog } from './avr-watchdog.ts'
import type { Chip, ChipHandler, ChipOptions, ResetCause } from './chip.ts'

export const AVR_FLASH_BYTES = 32_768
export const AVR_HZ = 16_000_000
export const AVR_EEPROM_BYTES = 1_024
const SRAM_BYTES = 2_048

/** Opcodes that this file must see. */
const SEI = 0x9478
const SLEEP = 0x9588
/** Sleep Mode Control Register: without its bit SE, SLEEP does nothing. */
const SMCR = 0x53
const SLEEP_ENABLED = 1
/** Sleep modes from power-down on (9.1): all clocks stand still, only the watchdog ends it. */
const SLEEP_MODE = 0x0e
const POWER_DOWN = 0x04
const MCUSR = 0x54
const RECEIVE_COMPLETE = 0x80
const RECEIVER_ON = 0x10
const TRANSMIT_COMPLETE = 0x40
/** RXC, UDRE, FE, DOR and UPE. */
const READ_ONLY_STATUS = 0xbc
const AREF_VOLTS = 5

/** MCUSR: why the last reset came. */
const RESET_CAUSES: Readonly<Record<ResetCause, number>> = {
  power: 1,
  pin: 2,
  brownOut: 4,
  watchdog: 8,
}

export class AvrChip implements Chip {
  /** Survives resets and power failures. */
  readonly #eeprom: Uint8Array
  readonly #flash: Uint16Array
  readonly #handler: ChipHandler
  readonly #frequencyHz: number
  #cpu: CPU
  #usart!: AVRUSART
  #watchdog!: AvrWatchdog
  #timers: readonly AvrTimer[] = []
  #isAsleep = false
  /** Asleep so that all clocks but the watchdog's stand still. */
  #isDeep = false
  #isWatchdogReset = false
  resets = 0
  overruns = 0

  /** @param flash AVR_FLASH_BYTES as words. */
  constructor(flash: Uint16Array, { frequencyHz, memory, handler }: ChipOptions) {
    this.#flash = flash
    this.#frequencyHz = frequencyHz
    this.#handler = handler
    this.#eeprom = memory
    this.#cpu = this.#build('power', 0)
  }

  get cycles(): number {
    return this.#cpu.cycles
  }

  get isAsleep(): boolean {
    return this.#isAsleep
  }

  get nextEventCycles(): number {
    if (!this.#isAsleep || this.#hasInterrupt) return this.#cpu.cycles
    return this.#nextEvent
  }

  get canReceive(): boolean {
    return this.isReceiving && !this.#usart.rxBusy
  }

  get isReceiving(): boolean {
    return this.#usart.rxEnable && !this.#isDeep
  }

  receive(byte: number): void {
    this.#usart.writeByte(byte)
  }

  reset(cause: ResetCause): void {
    this.resets++
    this.#cpu = this.#build(cause, this.#cpu.cycles)
  }

  run(untilCycles: number): void {
    while (this.#cpu.cycles < untilCycles) {
      if (this.#isAsleep) this.#sleepUntil(untilCycles)
      else this.#workUntil(untilCycles)
      if (this.#cpu.cycles >= this.#watchdog.dueCycles) this.#watchdog.handleDue()
      if (this.#isWatchdogReset) this.reset('watchdog')
    }
  }

  skip(untilCycles: number): void {
    this.#cpu.cycles = Math.max(this.#cpu.cycles, untilCycles)
  }

  #build(cause: ResetCause, cycles: number): CPU {
    const cpu = new CPU(this.#flash, SRAM_BYTES)
    cpu.cycles = cycles
    cpu.data[MCUSR] = RESET_CAUSES[cause]
    this.#isAsleep = this.#isDeep = this.#isWatchdogReset = false
    this.#timers = ATMEGA328P_TIMERS.map((map) => new AvrTimer(cpu, map))
    // It lives on in the hooks that it puts on the processor's registers.
    void new AVREEPROM(cpu, eepromBackend(this.#eeprom))
    // On the chip everything is reset, by building it anew.
    this.#watchdog = new AvrWatchdog(cpu, this.#frequencyHz, () => (this.#isWatchdogReset = true))
    const adc = new AVRADC(cpu, adcConfig)
    adc.onADCRead = (input) => {
      const channel = 'channel' in input ? input.channel : 0
      const share = this.#handler.readAnalog(channel) / AREF_VOLTS
      const value = Math.min(1_023, Math.max(0, Math.floor(share * 1_024)))
      cpu.addClockEvent(() => adc.completeADCRead(value), adc.sampleCycles)
    }
    this.#usart = this.#buildUsart(cpu)
    return cpu
  }

  #buildUsart(cpu: CPU): AVRUSART {
    const usart = new AVRUSART(cpu, usart0Config, this.#frequencyHz)
    usart.onByteTransmit = (byte) => this.#handler.handleTransmit(byte)
    usart.onRxComplete = () => this.#handler.handleReceived()
    keepFlags(cpu)
    const writeByte = usart.writeByte.bind(usart)
    usart.writeByte = (value, isImmediate) => {
      if (isImmediate === true && (cpu.data[usart0Config.UCSRA]! & RECEIVE_COMPLETE) !== 0) {
        this.overruns++
      }
      return writeByte(value, isImmediate)
    }
    return usart
  }

  /** Until then, or until it sleeps, or the watchdog is due. */
  #workUntil(untilCycles: number): void {
    const cpu = this.#cpu
    const watchdog = this.#watchdog
    const queue = queueOf(cpu)
    const { progMem } = cpu
    do {
      const opcode = progMem[cpu.pc]
      const next = cpu.pc + 1
      avrInstruction(cpu)
      if (opcode === SEI) continue
      const event = queue.nextClockEvent
      // Asked here because it would be a call, and two more, for each instruction.
      if (cpu.nextInterrupt >= 0 || (event !== null && event.cycles <= cpu.cycles)) cpu.tick()
      // Where an interrupt has come already, the program is in its vector.
      if (opcode === SLEEP && cpu.pc === next && (cpu.data[SMCR]! & SLEEP_ENABLED) !== 0) {
        this.#isAsleep = true
        this.#isDeep = (cpu.data[SMCR]! & SLEEP_MODE) >= POWER_DOWN
        return
      }
    } while (cpu.cycles < untilCycles && cpu.cycles < watchdog.dueCycles)
  }

  #sleepUntil(untilCycles: number): void {
    const cpu = this.#cpu
    const before = cpu.pc
    if (!this.#hasInterrupt) {
      const until = Math.max(cpu.cycles, Math.min(this.#nextEvent, untilCycles))
      if (this.#isDeep) this.#standStill(until - cpu.cycles)
      cpu.cycles = until
      if (until >= this.#watchdog.dueCycles) this.#watchdog.handleDue()
      else if (this.#nextEvent > until) return
    }
    if (this.#isDeep && !this.#hasInterrupt) return
    cpu.tick()
    if (cpu.pc !== before) this.#isAsleep = this.#isDeep = false
  }

  /** What the chip's clock drives is due as much later as it stood still. */
  #standStill(cycles: number): void {
    for (let event = queueOf(this.#cpu).nextClockEvent; event !== null; event = event.next) {
      event.cycles += cycles
    }
    for (const timer of this.#timers) timer.standStill(cycles)
  }

  get #nextEvent(): number {
    const { dueCycles } = this.#watchdog
    if (this.#isDeep) return dueCycles
    return Math.min(queueOf(this.#cpu).nextClockEvent?.cycles ?? Infinity, dueCycles)
  }

  get #hasInterrupt(): boolean {
    return this.#cpu.nextInterrupt >= 0 && this.#cpu.interruptsEnabled
  }
}

/**
 * On the chip, a received byte stays when the program writes the UART's control register with the
 * receiver on, as it does whenever it begins to send, and flags stay when it writes its status
 * register; avr8js would forget them.
 */
function keepFlags(cpu: CPU): void {
  const { UCSRA, UCSRB, rxCompleteInterrupt } = usart0Config
  const write = cpu.writeHooks[UCSRB]!
  const received = {
    address: rxCompleteInterrupt,
    flagRegister: UCSRA,
    flagMask: RECEIVE_COMPLETE,
    enableRegister: UCSRB,
    enableMask: RECEIVE_COMPLETE,
    constant: true,
  }
  cpu.writeHooks[UCSRB] = (value, old, address, mask) => {
    const hasByte = (cpu.data[UCSRA]! & RECEIVE_COMPLETE) !== 0
    const isDone = write(value, old, address, mask)
    if (hasByte && (value & RECEIVER_ON) !== 0) cpu.setInterruptFlag(received)
    return isDone
  }
  const writeStatus = cpu.writeHooks[UCSRA]!
  // A program clears TXC there; the other flags can only be read.
  cpu.writeHooks[UCSRA] = (value, old, address, mask) => {
    const isDone = writeStatus(value, old, address, mask)
    cpu.data[UCSRA]! |= old & (READ_ONLY_STATUS | (TRANSMIT_COMPLETE & ~value))
    return isDone
  }
}

/** The package keeps its queue to itself, but only the queue knows how long the chip may sleep. */
function queueOf(cpu: CPU): ClockQueue {
  return cpu as unknown as ClockQueue
}

interface ClockQueue {
  readonly nextClockEvent: ClockEvent | null
}

interface ClockEvent {
  cycles: number
  readonly next: ClockEvent | null
}

function eepromBackend(memory: Uint8Array): EEPROMBackend {
  return {
    readMemory: (address) => memory[address % memory.length]!,
    writeMemory: (address, value) => void (memory[address % memory.length]! &= value),
    eraseMemory: (address) => void (memory[address % memory.length] = 0xff),
  }
}
