// An open journal file that records are appended to. It knows where the next record goes, but
// neither what records mean nor when they must be durable.

import { randomBytes } from 'node:crypto'
import type { Disk } from './disk.ts'
import { HEADER_BYTES, journalHeader } from './journal-reader.ts'
import { sealRecords } from './record-writer.ts'
import type { RecordWriter } from './record-writer.ts'

export class JournalFile {
  readonly fd: number
  readonly #disk: Disk
  readonly #salt: number
  #bytes: number

  /** An existing journal whose next record goes to `bytes`. */
  constructor(disk: Disk, fd: number, salt: number, bytes: number) {
    this.#disk = disk
    this.fd = fd
    this.#salt = salt
    this.#bytes = bytes
  }

  /** A new file with a header. */
  static create(disk: Disk, path: string): JournalFile {
    const fd = disk.create(path)
    try {
      const salt = randomBytes(4).readUInt32LE()
      disk.write(fd, journalHeader(salt), 0)
      return new JournalFile(disk, fd, salt, HEADER_BYTES)
    } catch (error) {
      disk.close(fd)
      throw error
    }
  }

  /** Size of the file. */
  get bytes(): number {
    return this.#bytes
  }

  /** Appends the records; the writer keeps them. One write(2). */
  append(records: RecordWriter): void {
    const { bytes } = records
    if (bytes.length === 0) return
    sealRecords(bytes, this.#salt, this.#bytes)
    this.#disk.write(this.fd, bytes, this.#bytes)
    this.#bytes += bytes.length
  }
}
