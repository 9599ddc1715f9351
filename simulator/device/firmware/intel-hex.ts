// Intel HEX, the text form in which firmware images come: records of a length, an address, a type
// and a checksum. Reads types 0 (data), 1 (end), 2 and 4 (upper address); start addresses (3, 5)
// are for other processors and are skipped. It does not know what processor the image is for.

import { MotewireError } from '@motewire/sdk'

/** Error codes of this folder, explained in docs/errors.md. */
export const FIRMWARE_ERROR_CODES = ['ERR_FIRMWARE_INVALID'] as const

/** The flash that an image is for. */
export interface ImageMemory {
  /** The address of its first byte. */
  readonly start: number
  readonly bytes: number
}

/** Where an image begins, as its first record with an upper address tells; without one, 0. */
export function hexStart(text: string): number {
  const upper = /^:02000004([0-9a-fA-F]{4})/m.exec(text)?.[1]
  return Number.parseInt(upper ?? '0', 16) * 0x1_0000
}

/**
 * The bytes of an image, in a memory as long as its flash; gaps are 0xff, as in erased flash.
 * @throws MotewireError `ERR_FIRMWARE_INVALID` with the line that is wrong.
 */
export function parseIntelHex(text: string, memory: ImageMemory): Uint8Array<ArrayBuffer> {
  const flash = new Uint8Array(memory.bytes).fill(0xff)
  let base = 0
  let isEnded = false
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || isEnded) continue
    const fail = (what: string): never => {
      throw new MotewireError('ERR_FIRMWARE_INVALID', `line ${index + 1} of the image ${what}`)
    }
    const record = readRecord(line.trim()) ?? fail('is no Intel HEX record')
    if (checksum(record) !== 0) fail('has a wrong checksum')
    const bytes = record.subarray(4, -1)
    const start = base + (record[1]! << 8) + record[2]! - memory.start
    if (record[3] === 0) {
      if (start < 0 || start + bytes.length > memory.bytes) {
        fail(`goes beyond the ${memory.bytes} bytes of flash`)
      }
      flash.set(bytes, start)
    } else if (record[3] === 1) isEnded = true
    else if (record[3] === 2) base = ((bytes[0]! << 8) + bytes[1]!) * 16
    else if (record[3] === 4) base = ((bytes[0]! << 8) + bytes[1]!) * 65_536
  }
  if (!isEnded) throw new MotewireError('ERR_FIRMWARE_INVALID', 'the image has no end record')
  return flash
}

/** The bytes of a record with its checksum, or undefined when it is none. */
function readRecord(line: string): Uint8Array | undefined {
  if (!/^:([0-9a-fA-F]{2}){5,}$/.test(line)) return undefined
  const bytes = Buffer.from(line.slice(1), 'hex')
  return bytes.length === bytes[0]! + 5 ? bytes : undefined
}

function checksum(record: Uint8Array): number {
  return record.reduce((sum, byte) => (sum + byte) & 0xff, 0)
}
