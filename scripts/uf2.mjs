// Images for the RP2040 in UF2, the format that its USB drive takes: blocks of 512 bytes, each with
// 256 bytes of flash and where they belong. It does not know what the image does.

/** Where its flash begins. */
export const UF2_START = 0x1000_0000

const BOOT_BYTES = 256
const BLOCK_BYTES = 512
const PAYLOAD_BYTES = 256
const HAS_FAMILY = 0x2000
const RP2040_FAMILY = 0xe48b_ff56

/** @param image from the beginning of the flash; the checksum of its boot sector is filled in. */
export function uf2Of(image) {
  const bytes = Buffer.from(image)
  bytes.writeUInt32LE(bootChecksum(bytes), BOOT_BYTES - 4)
  const count = Math.ceil(bytes.length / PAYLOAD_BYTES)
  const file = Buffer.alloc(count * BLOCK_BYTES)
  for (let index = 0; index < count; index++) {
    const block = file.subarray(index * BLOCK_BYTES)
    const start = index * PAYLOAD_BYTES
    const head = [0x0a32_4655, 0x9e5d_5157, HAS_FAMILY, UF2_START + start, PAYLOAD_BYTES]
    for (const [at, word] of [...head, index, count, RP2040_FAMILY].entries()) {
      block.writeUInt32LE(word, 4 * at)
    }
    bytes.copy(block, 32, start, start + PAYLOAD_BYTES)
    block.writeUInt32LE(0x0ab1_6f30, BLOCK_BYTES - 4)
  }
  return file
}

/** CRC-32 with the polynomial 04c11db7, from all ones, neither reflected nor inverted. */
function bootChecksum(bytes) {
  let crc = 0xffff_ffff
  for (const byte of bytes.subarray(0, BOOT_BYTES - 4)) {
    crc ^= byte << 24
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c1_1db7 : crc << 1
  }
  return crc >>> 0
}
