// A timer of the AVR that costs nothing between its events. The counter is a function of the cycle
// counter; only an enabled interrupt has an event in the processor's queue, so a sleeping program
// with a tick of 100 Hz is woken 100 times a second and not at each step of the prescaler.
//
// Modes: normal, CTC with OCRA, fast PWM (0xff, 0x1ff, 0x3ff, OCRA); the phase-correct ones count
// up and down in twice the time. Not modelled: output pins, input capture, external clocks.
// It does not know the wall clock; a cycle is one clock of the processor.

import type { CPU } from 'avr8js'

type Interrupt = Parameters<CPU['setInterruptFlag']>[0]

/** Where a timer's registers and vectors are (ATmega328P data sheet, 15, 16 and 18). */
export interface TimerMap {
  readonly bits: 8 | 16
  readonly tccrA: number
  readonly tccrB: number
  readonly tcnt: number
  readonly ocrA: number
  readonly ocrB: number
  readonly tifr: number
  readonly timsk: number
  readonly vectors: { readonly a: number; readonly b: number; readonly overflow: number }
  readonly prescalers: readonly number[]
}

const PRESCALERS = [0, 1, 8, 64, 256, 1_024, 0, 0]
const PRESCALERS_2 = [0, 1, 8, 32, 64, 128, 256, 1_024]

// prettier-ignore
export const ATMEGA328P_TIMERS: readonly TimerMap[] = [
  {
    bits: 8, tccrA: 0x44, tccrB: 0x45, tcnt: 0x46, ocrA: 0x47, ocrB: 0x48, tifr: 0x35, timsk: 0x6e,
    vectors: { a: 0x1c, b: 0x1e, overflow: 0x20 }, prescalers: PRESCALERS,
  },
  {
    bits: 16, tccrA: 0x80, tccrB: 0x81, tcnt: 0x84, ocrA: 0x88, ocrB: 0x8a, tifr: 0x36, timsk: 0x6f,
    vectors: { a: 0x16, b: 0x18, overflow: 0x1a }, prescalers: PRESCALERS,
  },
  {
    bits: 8, tccrA: 0xb0, tccrB: 0xb1, tcnt: 0xb2, ocrA: 0xb3, ocrB: 0xb4, tifr: 0x37, timsk: 0x70,
    vectors: { a: 0x0e, b: 0x10, overflow: 0x12 }, prescalers: PRESCALERS_2,
  },
]

/** Bits of TIFR and TIMSK. */
const OVERFLOW = 1
const MATCH_A = 2
const MATCH_B = 4

interface Kind {
  readonly bit: number
  readonly interrupt: Interrupt
  readonly handle: () => void
}

export class AvrTimer {
  readonly #cpu: CPU
  readonly #map: TimerMap
  readonly #kinds: readonly Kind[]
  /** The count stood at 0 at this cycle; moved when the program writes TCNT. */
  #originCycles = 0
  /** The count while the timer stands still. */
  #stopped = 0
  /** Flags are made up to this cycle. */
  #seenCycles = 0

  constructor(cpu: CPU, map: TimerMap) {
    this.#cpu = cpu
    this.#map = map
    this.#kinds = [
      this.#kind(OVERFLOW, map.vectors.overflow),
      this.#kind(MATCH_A, map.vectors.a),
      this.#kind(MATCH_B, map.vectors.b),
    ]
    this.#hook()
  }

  /** The clock that drives it has stood still for so long; its events in the queue are moved. */
  standStill(cycles: number): void {
    this.#originCycles += cycles
    this.#seenCycles += cycles
  }

  #kind(bit: number, address: number): Kind {
    const { tifr, timsk } = this.#map
    const interrupt: Interrupt = {
      address,
      flagRegister: tifr,
      flagMask: bit,
      enableRegister: timsk,
      enableMask: bit,
    }
    const handle = (): void => {
      this.#raise(bit, interrupt)
    }
    return { bit, interrupt, handle }
  }

  #hook(): void {
    const { tccrA, tccrB, tcnt, ocrA, ocrB, tifr, timsk, bits } = this.#map
    const { readHooks, writeHooks, data } = this.#cpu
    for (const register of [tccrA, tccrB, ocrA, ocrB, timsk]) this.#hookChange(register)
    if (bits === 16) for (const register of [ocrA + 1, ocrB + 1]) this.#hookChange(register)
    readHooks[tcnt] = () => {
      const count = this.#count()
      // The upper byte is kept for the read that follows (16.3).
      if (bits === 16) data[tcnt + 1] = count >> 8
      return count & 0xff
    }
    writeHooks[tcnt] = (value) => {
      const count = bits === 16 ? (data[tcnt + 1]! << 8) | value : value
      this.#collect()
      this.#restart(count)
      return true
    }
    readHooks[tifr] = () => {
      this.#collect()
      return data[tifr]!
    }
    writeHooks[tifr] = (value) => {
      this.#collect()
      // A flag is cleared by writing a one to it.
      for (const { interrupt, bit } of this.#kinds) {
        if ((value & bit) !== 0) this.#cpu.clearInterrupt(interrupt)
      }
      return true
    }
  }

  /** A register on which the future depends. */
  #hookChange(register: number): void {
    const { writeHooks, data } = this.#cpu
    writeHooks[register] = (value, _old, _address, mask) => {
      this.#collect()
      const count = this.#count()
      data[register] = mask === undefined ? value : (data[register]! & ~mask) | (value & mask)
      this.#restart(count)
      return true
    }
  }

  /** Counting goes on from `count` with the registers as they are now. */
  #restart(count: number): void {
    const step = this.#step
    this.#stopped = count
    this.#originCycles = this.#cpu.cycles - count * step
    this.#seenCycles = this.#cpu.cycles
    for (const { bit, interrupt, handle } of this.#kinds) {
      this.#cpu.clearClockEvent(handle)
      const enabled = this.#cpu.data[this.#map.timsk]!
      this.#cpu.updateInterruptEnable(interrupt, enabled)
      if (step > 0 && (enabled & bit) !== 0) this.#await(bit, handle)
    }
  }

  #await(bit: number, handle: () => void): void {
    const next = this.#nextCycles(bit, this.#cpu.cycles)
    if (next !== Infinity) this.#cpu.addClockEvent(handle, next - this.#cpu.cycles)
  }

  #raise(bit: number, interrupt: Interrupt): void {
    this.#cpu.setInterruptFlag(interrupt)
    // The queue takes this event out after the call; the next one comes behind it.
    this.#await(bit, this.#kinds.find((kind) => kind.bit === bit)!.handle)
  }

  /** Sets the flags of what has happened without an interrupt. */
  #collect(): void {
    const now = this.#cpu.cycles
    if (this.#step > 0) {
      for (const { bit } of this.#kinds) {
        if (this.#nextCycles(bit, this.#seenCycles) <= now) this.#cpu.data[this.#map.tifr]! |= bit
      }
    }
    this.#seenCycles = now
  }

  /** The first cycle after `after` at which the event comes. */
  #nextCycles(bit: number, after: number): number {
    const at = bit === OVERFLOW ? this.#period : this.#compare(bit) + 1
    // CTC never reaches its overflow; a compare value beyond the top is never matched.
    if ((bit === OVERFLOW && this.#isCtc) || at > this.#period) return Infinity
    const step = this.#step
    const periodCycles = this.#period * step
    const first = this.#originCycles + at * step
    const periods = Math.max(0, Math.floor((after - first) / periodCycles) + 1)
    return first + periods * periodCycles
  }

  #count(): number {
    const step = this.#step
    if (step === 0) return this.#stopped
    return Math.floor((this.#cpu.cycles - this.#originCycles) / step) % this.#period
  }

  #compare(bit: number): number {
    return this.#register(bit === MATCH_A ? this.#map.ocrA : this.#map.ocrB)
  }

  #register(address: number): number {
    const { data } = this.#cpu
    return this.#map.bits === 16 ? (data[address + 1]! << 8) | data[address]! : data[address]!
  }

  /** Cycles a count; 0 while it is stopped or counts a pin. */
  get #step(): number {
    return this.#map.prescalers[this.#cpu.data[this.#map.tccrB]! & 7] ?? 0
  }

  get #mode(): number {
    const { tccrA, tccrB, bits } = this.#map
    const { data } = this.#cpu
    const low = data[tccrA]! & 3
    return low | ((data[tccrB]! >> 1) & (bits === 16 ? 12 : 4))
  }

  get #isCtc(): boolean {
    return this.#map.bits === 16 ? this.#mode === 4 || this.#mode === 12 : this.#mode === 2
  }

  /** Counts from one zero to the next. */
  get #period(): number {
    const mode = this.#mode
    const { ocrA, bits } = this.#map
    const top = this.#register(ocrA)
    if (bits === 8) return [256, 510, top + 1, 256, 256, 2 * top, 256, top + 1][mode]! || 1
    const icr = this.#register(0x86)
    // prettier-ignore
    const periods = [65_536, 510, 1_022, 2_046, top + 1, 256, 512, 1_024,
      2 * icr, 2 * top, 2 * icr, 2 * top, icr + 1, 65_536, icr + 1, top + 1]
    return periods[mode]! || 1
  }
}
