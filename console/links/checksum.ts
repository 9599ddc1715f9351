// Checksums that devices on a line expect behind what they are sent. Pure. Sources: CRC-16/MODBUS
// of the Modbus serial line specification, CRC-16/IBM-3740 ("CCITT-FALSE"), CRC-32 of IEEE 802.3.

import { crc32 } from 'node:zlib'
import { ccittCrc16, modbusCrc16 } from '@motewire/hardware'
import type { Checksum } from '../link-views.ts'

/** The bytes of the checksum; none for `none`. */
export function checksumOf(kind: Checksum, bytes: Uint8Array): Uint8Array {
  const sum = (): number => bytes.reduce((total, byte) => (total + byte) & 0xff, 0)
  switch (kind) {
    case 'none':
      return new Uint8Array()
    case 'sum8':
      return Uint8Array.of(sum())
    case 'xor8':
      return Uint8Array.of(bytes.reduce((total, byte) => total ^ byte, 0))
    case 'lrc':
      return Uint8Array.of(-sum() & 0xff)
    case 'crc16-modbus': {
      const crc = modbusCrc16(bytes)
      return Uint8Array.of(crc & 0xff, crc >>> 8)
    }
    case 'crc16-ccitt': {
      const crc = ccittCrc16(bytes)
      return Uint8Array.of(crc >>> 8, crc & 0xff)
    }
    case 'crc32': {
      const crc = Buffer.alloc(4)
      crc.writeUInt32BE(crc32(bytes))
      return crc
    }
  }
}
