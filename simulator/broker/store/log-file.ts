// An append-only log of frames, each written at once and taken back whole or not at all: what a
// killed process was in the middle of is cut off at the next start. A frame is its length, the
// CRC-32 of its bytes, and the bytes. It does not know what they mean.
//
//   u32 length | u32 crc | bytes
//
// Written bytes survive the end of the process; with `isSynced` also that of the machine.

import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'

const HEADER_BYTES = 8
const READ_BYTES = 1 << 20
/** A length beyond this is damage, not a frame. */
const FRAME_BYTES_MAX = 1 << 30

export class LogFile {
  readonly #path: string
  readonly #isSynced: boolean
  #file: number
  #bytes: number

  constructor(path: string, isSynced: boolean) {
    this.#path = path
    this.#isSynced = isSynced
    this.#file = openSync(path, 'a+', 0o600)
    this.#bytes = fstatSync(this.#file).size
  }

  /** Bytes on disk. */
  get size(): number {
    return this.#bytes
  }

  /** Hands out every whole frame and cuts off what follows the last one; answers how much. */
  readAll(visit: (frame: Buffer) => void): number {
    let at = 0
    for (;;) {
      const header = this.#read(at, HEADER_BYTES)
      const length = header.length === HEADER_BYTES ? header.readUInt32BE(0) : 0
      if (length === 0 || length > FRAME_BYTES_MAX) break
      const frame = this.#read(at + HEADER_BYTES, length)
      if (frame.length < length || crc32(frame) !== header.readUInt32BE(4)) break
      visit(frame)
      at += HEADER_BYTES + length
    }
    const cut = this.#bytes - at
    if (cut > 0) ftruncateSync(this.#file, at)
    this.#bytes = at
    return cut
  }

  append(frame: Uint8Array): void {
    writeFrame(this.#file, frame)
    if (this.#isSynced) fdatasyncSync(this.#file)
    this.#bytes += HEADER_BYTES + frame.length
  }

  /** Puts these frames in the place of all there were, in one step. */
  replace(frames: Iterable<Uint8Array>): void {
    const path = `${this.#path}.new`
    const file = openSync(path, 'w', 0o600)
    let bytes = 0
    for (const frame of frames) {
      writeFrame(file, frame)
      bytes += HEADER_BYTES + frame.length
    }
    fsyncSync(file)
    closeSync(file)
    renameSync(path, this.#path)
    const folder = openSync(dirname(this.#path), 'r')
    fsyncSync(folder)
    closeSync(folder)
    closeSync(this.#file)
    this.#file = openSync(this.#path, 'a+', 0o600)
    this.#bytes = bytes
  }

  close(): void {
    closeSync(this.#file)
  }

  #read(at: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length)
    let end = 0
    while (end < length) {
      const count = readSync(this.#file, bytes, end, Math.min(length - end, READ_BYTES), at + end)
      if (count === 0) break
      end += count
    }
    return bytes.subarray(0, end)
  }
}

function writeFrame(file: number, frame: Uint8Array): void {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt32BE(frame.length, 0)
  header.writeUInt32BE(crc32(frame), 4)
  writeAll(
    file,
    header.length + frame.length < READ_BYTES ? Buffer.concat([header, frame]) : header,
  )
  if (header.length + frame.length >= READ_BYTES) writeAll(file, frame)
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
}
