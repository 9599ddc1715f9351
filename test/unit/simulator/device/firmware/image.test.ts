// Files of images: what kind a file is and what chip it is for is told by its content, and a person
// is told what is wrong with it.

import { readFileSync } from 'node:fs'
import { firmwarePath } from '@motewire/hardware'
import { flashOf } from '@motewire/simulator/firmware'
import type { Flash } from '@motewire/simulator/firmware'
import { describe, expect, it } from 'vitest'
import { parseIntelHex } from '../../../../../simulator/device/firmware/intel-hex.ts'

const BLOCK_BYTES = 512
const uf2 = readFileSync(firmwarePath('echo-raw-rp2040'))
const hex = readFileSync(firmwarePath('echo-raw'))
const binary = binaryOf(uf2)
const avrBinary = parseIntelHex(hex.toString(), { start: 0, bytes: 4_096 })

/** What the flash of an RP2040 holds. */
function binaryOf(file: Buffer): Buffer {
  const count = file.length / BLOCK_BYTES
  const blocks = Array.from({ length: count }, (_, index) => {
    return file.subarray(index * BLOCK_BYTES + 32, index * BLOCK_BYTES + 288)
  })
  return Buffer.concat(blocks)
}

function hexOf(bytes: Uint8Array, upper: number): string {
  const record = (type: number, address: number, body: Uint8Array): string => {
    const head = Buffer.from([body.length, address >> 8, address & 0xff, type])
    const whole = Buffer.concat([head, body])
    const sum = whole.reduce((total, byte) => total + byte, 0)
    return `:${Buffer.concat([whole, Buffer.from([-sum & 0xff])]).toString('hex')}`
  }
  const lines = [record(4, 0, Buffer.from([upper >> 8, upper & 0xff]))]
  for (let at = 0; at < bytes.length; at += 16) {
    lines.push(record(0, at, bytes.subarray(at, at + 16)))
  }
  return [...lines, record(1, 0, Buffer.alloc(0))].join('\n')
}

/** What a chip with this flash says first. */
function firstWords(flash: Flash): string {
  let said = ''
  const chip = flash.build({
    frequencyHz: flash.frequencyHz,
    memory: Buffer.from('x7\0'),
    handler: {
      handleTransmit: (byte) => (said += String.fromCharCode(byte)),
      handleReceived: () => {},
      readAnalog: () => 0,
    },
  })
  chip.run(flash.frequencyHz / 20)
  return said
}

const CONNECT = '\x10\x1d\0\x04MQTT\x04\x06\0\x1e\0\x02x7\0\x07will/x7\0\x04gone'

describe('the file of an image', () => {
  const files: [string, string | Uint8Array, Flash['chip']][] = [
    ['Intel HEX for an AVR', hex, 'atmega328p'],
    ['Intel HEX for an AVR, as text', hex.toString(), 'atmega328p'],
    ['the flash of an AVR', avrBinary, 'atmega328p'],
    ['UF2', uf2, 'rp2040'],
    ['Intel HEX for an RP2040', hexOf(binary, 0x1000), 'rp2040'],
    ['the flash of an RP2040', binary, 'rp2040'],
  ]
  it.each(files)('is known by its content: %s', (_what, file, chip) => {
    const flash = flashOf(file)
    expect(flash.chip).toBe(chip)
    expect(firstWords(flash)).toBe(CONNECT)
  })

  const changed = (bytes: Uint8Array, at: number, value: number): Buffer => {
    const copy = Buffer.from(bytes)
    copy[at] = value
    return copy
  }
  const mistakes: [string, Uint8Array, RegExp][] = [
    ['nothing', Buffer.alloc(0), /^the image is neither Intel HEX nor UF2, nor what/],
    ['a picture', Buffer.from('\x89PNG\r\n'), /^the image is neither Intel HEX nor UF2, nor what/],
    ['half a UF2 block', uf2.subarray(0, 700), /^the image has 700 bytes, which are no whole UF2/],
    ['a damaged UF2 block', changed(uf2, 1_023, 0), /^block 2 of the image is no UF2 block$/],
    [
      'UF2 for another chip',
      changed(uf2, 28, 0),
      /^block 1 of the image is for another processor$/,
    ],
    [
      'UF2 for RAM',
      changed(uf2, 15, 0x20),
      /^block 1 of the image goes beyond the 2080768 bytes of/,
    ],
    [
      'too long a UF2 block',
      changed(uf2, 17, 2),
      /^block 1 of the image has 512 bytes, at most 476/,
    ],
    [
      'a damaged boot sector',
      changed(uf2, 40, 0),
      /^the image has no boot sector with the right CRC/,
    ],
    [
      'too large a flash',
      Buffer.concat([avrBinary, Buffer.alloc(32_768)]),
      /^the image goes beyond/,
    ],
  ]
  it.each(mistakes)('with %s is refused with one line', (_what, file, message) => {
    expect(() => flashOf(file)).toThrow(message)
    expect(() => flashOf(file)).toThrow(expect.objectContaining({ code: 'ERR_FIRMWARE_INVALID' }))
  })
})
