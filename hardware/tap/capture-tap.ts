// A capture file (pcapng) that Wireshark opens, in one of two forms:
//
// - `serial`: each piece of bytes as it came, with its direction, as LINKTYPE_RTAC_SERIAL. The only
//   registered link type for a serial line that programs dissect; payloads such as Modbus RTU are
//   shown by their "Decode As".
// - an MQTT framing: whole packets inside of TCP and IPv4 that never existed (LINKTYPE_IPV4), which
//   are decoded as MQTT at once. What belongs to no packet is not in it.

import type { Clock } from '@motewire/sdk'
import { checkRange } from '../bridge/timing.ts'
import type { MqttFraming } from '../framing/index.ts'
import { BoundedFile } from './bounded-file.ts'
import { PacketLine } from './packet-line.ts'
import { LINK_TYPE, packetBlock, sectionStart } from './pcapng.ts'
import { wallTimeOf } from '../wall-time.ts'
import type { Direction, Tap } from './tap.ts'
import { TcpWrapping } from './tcp-wrapping.ts'

export interface CaptureOptions {
  readonly path: string
  /** What the interface is called in the file: `serial /dev/ttyUSB0`. */
  readonly name: string
  /** Default `serial`. */
  readonly form?: 'serial' | MqttFraming
  /** Of the file and the one before it together. 262,144 at least, default 67,108,864 bytes. */
  readonly fileBytesMax?: number
  readonly clock: Clock
  /** Told once when the file cannot be written. */
  readonly handleFailure: (message: string) => void
}

const FILE_BYTES_MAX = 1 << 26
/** Each of the two files has room for the longest piece. */
const FILE_BYTES_LOW = 1 << 18
const CONNECT_BYTE = 0x10
const ignore = (): void => {}

/**
 * Writes the bytes of a line to a file, both directions with their times.
 * @throws UsageError `ERR_OPTION_INVALID` when the bound is outside of its range.
 */
export function captureTap(options: CaptureOptions): Tap {
  const { path, name, form = 'serial', fileBytesMax: bytesMax = FILE_BYTES_MAX } = options
  const { clock, handleFailure } = options
  checkRange('fileBytesMax', bytesMax, FILE_BYTES_LOW, 2 ** 40)
  const linkType = form === 'serial' ? LINK_TYPE.rtacSerial : LINK_TYPE.ipv4
  const file = new BoundedFile(path, {
    bytesMax,
    head: sectionStart(linkType, name),
    handleFailure,
  })
  const record = (direction: Direction, packet: Uint8Array, timeMs = wallTimeOf(clock)): void => {
    file.append(packetBlock(timeMs, direction, packet))
  }
  const close = (): Promise<void> => file.close()
  if (form !== 'serial') return packetCapture(form, record, clock, close)
  return {
    handleOpen: ignore,
    handleBytes: (direction, bytes) => {
      const timeMs = wallTimeOf(clock)
      record(direction, serialPacket(timeMs, direction, bytes), timeMs)
    },
    handleClose: ignore,
    close,
  }
}

function packetCapture(
  framing: MqttFraming,
  record: (direction: Direction, packet: Uint8Array) => void,
  clock: Clock,
  close: () => Promise<void>,
): Tap {
  const tcp = new TcpWrapping()
  const handlePacket = (direction: Direction, packet: Uint8Array): void => {
    if (direction === 'rx' && packet[0] === CONNECT_BYTE) tcp.begin()
    for (const wrapped of tcp.wrap(direction, packet)) record(direction, wrapped)
  }
  const rest = { handleBreak: ignore, handleHello: ignore, handleGarbage: ignore }
  const line = new PacketLine(framing, { handlePacket, ...rest }, clock)
  return {
    handleOpen: () => line.handleOpen(),
    handleBytes: (direction, bytes) => line.handleBytes(direction, bytes),
    handleClose: () => line.handleClose(),
    close,
  }
}

const TX_START = 1
const RX_START = 2

/** The header of LINKTYPE_RTAC_SERIAL: time, kind of event, control lines, reserved. */
function serialPacket(timeMs: number, direction: Direction, bytes: Uint8Array): Uint8Array {
  const head = Buffer.alloc(12)
  head.writeUInt32BE(Math.floor(timeMs / 1_000), 0)
  head.writeUInt32BE(Math.floor((timeMs % 1_000) * 1_000), 4)
  head.writeUInt8(direction === 'rx' ? RX_START : TX_START, 8)
  return Buffer.concat([head, bytes])
}
