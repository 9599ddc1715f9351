// Capture files: what is in them, read by a reader of its own, and that they keep their bounds.

import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ManualClock } from '@motewire/sdk/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BoundedFile, captureTap } from '../../../../hardware/index.ts'
import { readCapture } from '../../../support/pcapng-reader.ts'

const CONNECT = Buffer.from('\u0010\u000d\0\u0004MQTT\u0004\u0002\0\u003c\0\u0001a')
const PUBLISH = Buffer.from('0\u0006\0\u0001thot')
const failures: string[] = []
const handleFailure = (message: string): void => void failures.push(message)

let folder: string
let path: string
let clock: ManualClock

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'motewire-capture-'))
  path = join(folder, 'line.pcapng')
  clock = new ManualClock()
  failures.length = 0
})

afterEach(() => rmSync(folder, { recursive: true }))

describe('a capture of bytes', () => {
  it('has each piece with its time and direction', async () => {
    const tap = captureTap({ path, name: 'serial /dev/ttyX', clock, handleFailure })
    clock.advance(1_234.5)
    tap.handleBytes('rx', Buffer.from('abc'))
    clock.advance(1)
    tap.handleBytes('tx', Buffer.from('defg'))
    await tap.close()
    const { packets, sections } = readCapture(path)
    expect(sections).toBe(1)
    expect(packets).toEqual([
      {
        linkType: 250,
        interfaceName: 'serial /dev/ttyX',
        timeMs: 1_234.5,
        direction: 'rx',
        bytes: Buffer.from('\0\0\0\u0001\0\u0003\u0094\u0004\u0002\0\0\0abc', 'latin1'),
      },
      expect.objectContaining({ timeMs: 1_235.5, direction: 'tx' }),
    ])
    expect(packets[1]?.bytes.subarray(8).toString('latin1')).toBe('\u0001\0\0\0defg')
  })

  it('goes on with a file that is there, as a new section', async () => {
    for (const text of ['one', 'two']) {
      const tap = captureTap({ path, name: 'x', clock, handleFailure })
      tap.handleBytes('rx', Buffer.from(text))
      await tap.close()
    }
    const { packets, sections } = readCapture(path)
    expect(sections).toBe(2)
    expect(packets.map(({ bytes }) => bytes.subarray(12).toString())).toEqual(['one', 'two'])
  })

  it('keeps its bound with the newest traffic', async () => {
    const tap = captureTap({ path, name: 'x', fileBytesMax: 262_144, clock, handleFailure })
    for (let round = 0; round < 900; round++) {
      tap.handleBytes('rx', Buffer.alloc(1_000, round & 0xff))
    }
    await tap.close()
    expect(readdirSync(folder).toSorted()).toEqual(['line.pcapng', 'line.pcapng.1'])
    const sizes = [path, `${path}.1`].map((one) => statSync(one).size)
    expect(sizes[0]! + sizes[1]!).toBeLessThanOrEqual(262_144)
    expect(sizes[1]).toBeGreaterThan(100_000)
    expect(readCapture(path).packets.at(-1)?.bytes.at(-1)).toBe(899 & 0xff)
    expect(readCapture(`${path}.1`).sections).toBe(1)
  })
})

describe('a capture of MQTT', () => {
  it('has whole packets in TCP, a connection for each CONNECT', async () => {
    const tap = captureTap({ path, name: 'x', form: 'raw', clock, handleFailure })
    tap.handleOpen()
    tap.handleBytes('rx', CONNECT)
    tap.handleBytes('tx', Buffer.from('\u0020\u0002\0\0'))
    tap.handleBytes('rx', PUBLISH.subarray(0, 3))
    tap.handleBytes('rx', PUBLISH.subarray(3))
    tap.handleBytes('rx', CONNECT)
    await tap.close()
    const { packets } = readCapture(path)
    const seen = packets.map(({ bytes, direction, linkType }) => ({
      linkType,
      direction,
      from: bytes.readUInt16BE(20),
      to: bytes.readUInt16BE(22),
      sequence: bytes.readUInt32BE(24),
      acknowledged: bytes.readUInt32BE(28),
      length: bytes.readUInt16BE(2),
      sums: [bytes.subarray(0, 20), withPseudoHeader(bytes)].map(sumOf),
      payload: bytes.subarray(40),
    }))
    const common = { linkType: 228, sums: [0xffff, 0xffff] }
    const up = { ...common, direction: 'rx', to: 1883 }
    expect(seen).toEqual([
      { ...up, from: 49_153, sequence: 1, acknowledged: 1, length: 55, payload: CONNECT },
      {
        ...common,
        direction: 'tx',
        from: 1883,
        to: 49_153,
        sequence: 1,
        acknowledged: 16,
        length: 44,
        payload: Buffer.from('\u0020\u0002\0\0'),
      },
      { ...up, from: 49_153, sequence: 16, acknowledged: 5, length: 48, payload: PUBLISH },
      { ...up, from: 49_154, sequence: 1, acknowledged: 1, length: 55, payload: CONNECT },
    ])
  })
})

describe('a bounded file', () => {
  it('tells once that it cannot be written, and counts what is lost', async () => {
    const file = new BoundedFile(join(folder, 'no/such'), { bytesMax: 1_000, handleFailure })
    file.append(Buffer.from('lost'))
    await file.close()
    file.append(Buffer.from('too'))
    await file.close()
    expect(failures).toEqual([expect.stringMatching(/no\/such cannot be written: ENOENT/)])
    expect(file.droppedBytes).toBe(7)
  })

  it('lets no more wait for the disk than a mebibyte', async () => {
    const file = new BoundedFile(path, { bytesMax: 1e9, handleFailure })
    const piece = Buffer.alloc(300_000)
    for (let count = 0; count < 4; count++) file.append(piece)
    expect(file.droppedBytes).toBe(300_000)
    await file.close()
    expect(statSync(path).size).toBe(900_000)
  })

  it('appends to what is there', async () => {
    writeFileSync(path, 'before ')
    const file = new BoundedFile(path, { bytesMax: 1e6, handleFailure })
    file.append(Buffer.from('after'))
    await file.close()
    expect(statSync(path).size).toBe(12)
  })
})

/** The part that TCP's sum is made over. */
function withPseudoHeader(packet: Buffer): Buffer {
  const length = packet.length - 20
  const pseudo = Buffer.from([...packet.subarray(12, 20), 0, 6, length >> 8, length & 0xff])
  return Buffer.concat([pseudo, packet.subarray(20)])
}

/** All ones when the sum in the bytes is right. */
function sumOf(bytes: Buffer): number {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at]! << 8) | (bytes[at + 1] ?? 0)
  return (sum & 0xffff) + (sum >>> 16)
}
