// CRC-16 as in X.25 and HDLC (ISO 13239): reflected polynomial 0x8408, start and end inverted. What
// stands behind a frame, low byte first, makes the whole come out as CRC_GOOD. And that of Modbus:
// reflected polynomial 0xa001, not inverted at the end, which makes it come out as 0. And that of
// CCITT as most devices mean it (CRC-16/IBM-3740, "CCITT-FALSE"): polynomial 0x1021, high bit
// first.

const CRC_START = 0xffff
export const CRC_GOOD = 0xf0b8

const X25 = table(0x8408)
const MODBUS = table(0xa001)

/** The running X.25 value over bytes [start, end). What is sent is its complement. */
export function crc16(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  return run(X25, bytes, start, end)
}

export function modbusCrc16(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  return run(MODBUS, bytes, start, end)
}

export function ccittCrc16(bytes: Uint8Array): number {
  let crc = CRC_START
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ ((crc >>> 15) * 0x1021)) & 0xffff
  }
  return crc
}

function run(values: Uint16Array, bytes: Uint8Array, start: number, end: number): number {
  let crc = CRC_START
  for (let index = start; index < end; index++) {
    crc = (crc >>> 8) ^ values[(crc ^ bytes[index]!) & 0xff]!
  }
  return crc
}

function table(polynomial: number): Uint16Array {
  return Uint16Array.from({ length: 256 }, (_, index) => {
    let value = index
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ ((value & 1) * polynomial)
    return value
  })
}
