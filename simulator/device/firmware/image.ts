// From the file of an image to a flash that chips can share: what kind of file it is and which chip
// it is for is told by its content, not by its name.
//
//   begins with ':'                       Intel HEX; for the RP2040 when it is at its addresses
//   begins with the two words of UF2      UF2, for the RP2040
//   a boot sector with the right CRC      the RP2040's flash, byte by byte
//   a jump of the AVR as its first word   the ATmega328P's flash, byte by byte

import { MotewireError } from '@motewire/sdk'
import { AVR_EEPROM_BYTES, AVR_FLASH_BYTES, AVR_HZ, AvrChip } from './avr-chip.ts'
import type { Flash } from './chip.ts'
import { hexStart, parseIntelHex } from './intel-hex.ts'
import { Rp2040Chip, RP2040_CRYSTAL_HZ, RP2040_FLASH_BYTES } from './rp2040-chip.ts'
import { RP2040_FLASH_START, RP2040_MEMORY_BYTES } from './rp2040-chip.ts'
import { isUf2, parseUf2 } from './uf2.ts'

const RP2040_FLASH = { start: RP2040_FLASH_START, bytes: RP2040_FLASH_BYTES }
const RP2040_FAMILY = 0xe48b_ff56
const BOOT_BYTES = 256

/**
 * The flash with an image in it.
 * @param image a file's content: Intel HEX (also as text), UF2, or the flash as it stands.
 * @throws MotewireError `ERR_FIRMWARE_INVALID` with what is wrong, and where.
 */
export function flashOf(image: string | Uint8Array): Flash {
  const bytes = typeof image === 'string' ? Buffer.from(image, 'latin1') : image
  if (isUf2(bytes)) return rp2040Flash(parseUf2(bytes, RP2040_FLASH, RP2040_FAMILY))
  if (isHex(bytes)) return hexFlash(Buffer.from(bytes).toString('latin1'))
  if (hasBootSector(bytes)) return rp2040Flash(fill(bytes, RP2040_FLASH_BYTES))
  if (isAvr(bytes)) return avrFlash(fill(bytes, AVR_FLASH_BYTES))
  const message =
    'the image is neither Intel HEX nor UF2, nor what is in the flash of an AVR or RP2040'
  throw new MotewireError('ERR_FIRMWARE_INVALID', message)
}

function hexFlash(text: string): Flash {
  if (hexStart(text) < RP2040_FLASH_START) {
    return avrFlash(parseIntelHex(text, { start: 0, bytes: AVR_FLASH_BYTES }))
  }
  return rp2040Flash(parseIntelHex(text, RP2040_FLASH))
}

function avrFlash(bytes: Uint8Array<ArrayBuffer>): Flash {
  const words = new Uint16Array(bytes.buffer)
  return {
    chip: 'atmega328p',
    frequencyHz: AVR_HZ,
    memoryBytes: AVR_EEPROM_BYTES,
    build: (options) => new AvrChip(words, options),
  }
}

function rp2040Flash(bytes: Uint8Array<ArrayBuffer>): Flash {
  if (!hasBootSector(bytes)) {
    const message = 'the image has no boot sector with the right CRC, so an RP2040 would not run it'
    throw new MotewireError('ERR_FIRMWARE_INVALID', message)
  }
  return {
    chip: 'rp2040',
    frequencyHz: RP2040_CRYSTAL_HZ,
    memoryBytes: RP2040_MEMORY_BYTES,
    build: (options) => new Rp2040Chip(bytes, options),
  }
}

function isHex(bytes: Uint8Array): boolean {
  return /^\s*:/.test(Buffer.from(bytes.subarray(0, 16)).toString('latin1'))
}

/** JMP or RJMP, in the vector of the reset. */
function isAvr(bytes: Uint8Array): boolean {
  if (bytes.length < 4) return false
  return (bytes[0] === 0x0c && bytes[1] === 0x94) || bytes[1]! >> 4 === 0xc
}

/** RP2040 data sheet, 2.8.1.3.1: CRC-32, 04c11db7, from all ones, not reflected, not inverted. */
function hasBootSector(bytes: Uint8Array): boolean {
  if (bytes.length < BOOT_BYTES) return false
  let crc = -1
  for (const byte of bytes.subarray(0, BOOT_BYTES - 4)) {
    crc ^= byte << 24
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c1_1db7 : crc << 1
  }
  return Buffer.from(bytes.subarray(BOOT_BYTES - 4, BOOT_BYTES)).readInt32LE(0) === crc
}

function fill(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  if (bytes.length > size) {
    const message = `the image goes beyond the ${size} bytes of flash`
    throw new MotewireError('ERR_FIRMWARE_INVALID', message)
  }
  const flash = new Uint8Array(size).fill(0xff)
  flash.set(bytes)
  return flash
}
