// Blocks of a capture file in the pcapng format (draft-ietf-opsawg-pcapng), little endian. Pure.
// A file is sections one after the other, each with a header, one interface, and packets; so a
// later run may go on with a file that an earlier one has left.

/** Link types (https://www.tcpdump.org/linktypes.html). */
export const LINK_TYPE = { ipv4: 228, rtacSerial: 250 } as const

const SECTION_HEADER = 0x0a0d0d0a
const INTERFACE_DESCRIPTION = 1
const ENHANCED_PACKET = 6
const BYTE_ORDER_MAGIC = 0x1a2b3c4d
const LENGTH_UNKNOWN = 0xffff_ffff
const OPTION_NAME = 2
const OPTION_FLAGS = 2
const INBOUND = 1
const OUTBOUND = 2

/** What begins a section: its header, and the interface that all packets belong to. */
export function sectionStart(linkType: number, interfaceName: string): Uint8Array {
  const header = new Words(16)
  header.u32(BYTE_ORDER_MAGIC).u16(1).u16(0).u32(LENGTH_UNKNOWN).u32(LENGTH_UNKNOWN)
  const description = new Words(8)
  description.u16(linkType).u16(0).u32(0)
  const name = option(OPTION_NAME, Buffer.from(interfaceName))
  return Buffer.concat([
    block(SECTION_HEADER, [header.bytes]),
    // Without another word, times are in microseconds.
    block(INTERFACE_DESCRIPTION, [description.bytes, name, END_OF_OPTIONS]),
  ])
}

/** @param timeMs since 1970; fractions count. */
export function packetBlock(
  timeMs: number,
  direction: 'rx' | 'tx',
  packet: Uint8Array,
): Uint8Array {
  const microseconds = Math.round(timeMs * 1_000)
  const head = new Words(20)
  head
    .u32(0)
    .u32(Math.floor(microseconds / 2 ** 32))
    .u32(microseconds % 2 ** 32)
  head.u32(packet.length).u32(packet.length)
  const flags = new Words(4).u32(direction === 'rx' ? INBOUND : OUTBOUND).bytes
  return block(ENHANCED_PACKET, [
    head.bytes,
    padded(packet),
    option(OPTION_FLAGS, flags),
    END_OF_OPTIONS,
  ])
}

const END_OF_OPTIONS = new Uint8Array(4)

function block(type: number, parts: readonly Uint8Array[]): Uint8Array {
  const length = 12 + parts.reduce((sum, part) => sum + part.length, 0)
  const head = new Words(8).u32(type).u32(length).bytes
  return Buffer.concat([head, ...parts, new Words(4).u32(length).bytes])
}

function option(code: number, value: Uint8Array): Uint8Array {
  return Buffer.concat([new Words(4).u16(code).u16(value.length).bytes, padded(value)])
}

/** Everything stands at a multiple of four. */
function padded(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([bytes, new Uint8Array(-bytes.length & 3)])
}

class Words {
  readonly bytes: Buffer
  #at = 0

  constructor(size: number) {
    this.bytes = Buffer.alloc(size)
  }

  u16(value: number): this {
    this.#at = this.bytes.writeUInt16LE(value, this.#at)
    return this
  }

  u32(value: number): this {
    this.#at = this.bytes.writeUInt32LE(value, this.#at)
    return this
  }
}
