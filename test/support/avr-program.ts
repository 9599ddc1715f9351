// Small programs for an ATmega328P, put together instruction by instruction, for what the images of
// the repository do not do (AVR Instruction Set Manual, DS40002198).

import { flashOf } from '@motewire/simulator/firmware'
import type { Flash } from '@motewire/simulator/firmware'

/** Addresses in data space. */
export const EEARL = 0x41
export const EEDR = 0x40
export const EECR = 0x3f
export const MCUSR = 0x54
export const SMCR = 0x53
export const WDTCSR = 0x60
export const UCSR0B = 0xc1
export const UDR0 = 0xc6

/** Where the program begins, behind the vectors. */
const START = 0x34
const WATCHDOG_VECTOR = 0x0c

export const SEI: readonly number[] = [0x9478]
export const SLEEP: readonly number[] = [0x9588]
const RETI: readonly number[] = [0x9518]
export const FOREVER: readonly number[] = [0xcfff]

/** LDI and STS: a constant into a register of the chip. */
export function put(address: number, value: number): readonly number[] {
  return [0xe000 | ((value & 0xf0) << 4) | (value & 0x0f), 0x9300, address]
}

/** LDS r17. */
export function load(address: number): readonly number[] {
  return [0x9110, address]
}

/** STS, r17. */
export function store(address: number): readonly number[] {
  return [0x9310, address]
}

/** INC r17. */
export const INCREMENT: readonly number[] = [0x9513]

/** RJMP over so many words, backwards when negative. */
export function jump(words: number): readonly number[] {
  return [0xc000 | ((words - 1) & 0x0fff)]
}

/** LDI r16, LDI r18, STS r16, STS r18: two constants into one register, two cycles apart. */
export function putTwice(address: number, first: number, second: number): readonly number[] {
  const immediate = (register: number, value: number): number =>
    0xe000 | ((value & 0xf0) << 4) | ((register - 16) << 4) | (value & 0x0f)
  return [immediate(16, first), immediate(18, second), 0x9300, address, 0x9320, address]
}

export function avrProgram(...instructions: readonly (readonly number[])[]): Flash {
  const words = new Uint16Array(0x4000).fill(0xffff)
  // JMP, by which an image is known.
  words.set([0x940c, START])
  words.set(RETI, WATCHDOG_VECTOR)
  words.set(instructions.flat(), START)
  return flashOf(new Uint8Array(words.buffer))
}
