// UF2, the form in which images are copied to a board's USB drive: blocks of 512 bytes, each with
// up to 476 bytes and the address at which they belong. It does not know what processor the image
// is for, but the blocks may say so.

import { MotewireError } from '@motewire/sdk'
import type { ImageMemory } from './intel-hex.ts'

const BLOCK_BYTES = 512
const PAYLOAD_AT = 32
const PAYLOAD_BYTES_MAX = 476
const MAGIC = [0x0a32_4655, 0x9e5d_5157] as const
const MAGIC_END = 0x0ab1_6f30
const FOR_COMMENT = 0x0000_0001
const HAS_FAMILY = 0x0000_2000

/** Whether bytes begin as a UF2 file does. */
export function isUf2(bytes: Uint8Array): boolean {
  return bytes.length >= 8 && word(bytes, 0) === MAGIC[0] && word(bytes, 4) === MAGIC[1]
}

/**
 * The bytes of an image, in a memory as long as its flash; gaps are 0xff.
 * @param family the processor that blocks must be for, where they say so.
 * @throws MotewireError `ERR_FIRMWARE_INVALID` with the block that is wrong.
 */
export function parseUf2(
  file: Uint8Array,
  { start, bytes }: ImageMemory,
  family: number,
): Uint8Array<ArrayBuffer> {
  const flash = new Uint8Array(bytes).fill(0xff)
  if (file.length % BLOCK_BYTES !== 0) {
    const message = `the image has ${file.length} bytes, which are no whole UF2 blocks of 512`
    throw new MotewireError('ERR_FIRMWARE_INVALID', message)
  }
  for (let at = 0; at < file.length; at += BLOCK_BYTES) {
    const block = file.subarray(at, at + BLOCK_BYTES)
    const fail = (what: string): never => {
      const message = `block ${at / BLOCK_BYTES + 1} of the image ${what}`
      throw new MotewireError('ERR_FIRMWARE_INVALID', message)
    }
    if (!isUf2(block) || word(block, BLOCK_BYTES - 4) !== MAGIC_END) fail('is no UF2 block')
    const flags = word(block, 8)
    if ((flags & FOR_COMMENT) !== 0) continue
    if ((flags & HAS_FAMILY) !== 0 && word(block, 28) !== family) fail('is for another processor')
    const offset = word(block, 12) - start
    const length = word(block, 16)
    if (length > PAYLOAD_BYTES_MAX) fail(`has ${length} bytes, at most 476 are possible`)
    if (offset < 0 || offset + length > bytes) fail(`goes beyond the ${bytes} bytes of flash`)
    flash.set(block.subarray(PAYLOAD_AT, PAYLOAD_AT + length), offset)
  }
  return flash
}

function word(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true)
}
