// Reads capture files (pcapng, little endian, one interface a section) strictly: what is not as the
// format has it throws. For tests; written from the format's draft, apart from what writes it.

import { readFileSync } from 'node:fs'

export interface CapturedPacket {
  readonly linkType: number
  readonly interfaceName: string
  readonly timeMs: number
  /** `rx`: inbound. */
  readonly direction: 'rx' | 'tx'
  readonly bytes: Buffer
}

export interface Capture {
  readonly sections: number
  readonly packets: readonly CapturedPacket[]
}

export function readCapture(path: string): Capture {
  const file = readFileSync(path)
  const packets: CapturedPacket[] = []
  let sections = 0
  let face: { readonly linkType: number; readonly name: string } | undefined
  for (let at = 0; at < file.length;) {
    const type = file.readUInt32LE(at)
    const length = file.readUInt32LE(at + 4)
    expect(length % 4 === 0 && length >= 12, `a block of ${length} bytes`)
    expect(file.readUInt32LE(at + length - 4) === length, 'the two lengths of a block differ')
    const body = file.subarray(at + 8, at + length - 4)
    if (type === 0x0a0d0d0a) {
      expect(body.readUInt32LE(0) === 0x1a2b3c4d && body.readUInt16LE(4) === 1, 'no section header')
      sections++
      face = undefined
    } else if (type === 1) {
      const name = optionsOf(body.subarray(8)).get(2)?.toString('utf8') ?? ''
      face = { linkType: body.readUInt16LE(0), name }
    } else {
      expect(type === 6 && face !== undefined, `a block of type ${type}`)
      packets.push(packetOf(body, face!))
    }
    at += length
  }
  return { sections, packets }
}

function packetOf(
  body: Buffer,
  face: { readonly linkType: number; readonly name: string },
): CapturedPacket {
  const microseconds = body.readUInt32LE(4) * 2 ** 32 + body.readUInt32LE(8)
  const length = body.readUInt32LE(12)
  expect(length === body.readUInt32LE(16), 'a packet was cut')
  const flags = optionsOf(body.subarray(20 + length + (-length & 3))).get(2)!
  expect(flags.length === 4, 'no direction')
  return {
    linkType: face.linkType,
    interfaceName: face.name,
    timeMs: microseconds / 1_000,
    direction: (flags.readUInt32LE(0) & 3) === 1 ? 'rx' : 'tx',
    bytes: body.subarray(20, 20 + length),
  }
}

function optionsOf(bytes: Buffer): Map<number, Buffer> {
  const options = new Map<number, Buffer>()
  let at = 0
  while (bytes.readUInt16LE(at) !== 0) {
    const length = bytes.readUInt16LE(at + 2)
    options.set(bytes.readUInt16LE(at), bytes.subarray(at + 4, at + 4 + length))
    at += 4 + length + (-length & 3)
  }
  expect(at + 4 === bytes.length, 'something stands behind the options')
  return options
}

function expect(condition: boolean, message: string): void {
  if (!condition) throw new Error(`not pcapng: ${message}`)
}
