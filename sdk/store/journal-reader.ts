// Reads a whole journal: the header, then record after record into a state. Whatever the bytes
// are, it never throws: a tail that was cut is reported for cutting off, damage in the middle is
// stepped over when a valid record stands behind it. It knows no files.
//
//   header: the same 16 bytes twice, so that one damaged byte does not make the file unreadable
//   7 bytes 8D 'M' 'W' 'J' 0D 0A 1A │ u8 format version │ u32 salt │ u32 CRC-32 of the 12 before

import { crc32 } from 'node:zlib'
import { applyRecord, isRecordIntact, locateRecord } from './record-reader.ts'
import { StoreState } from './store-state.ts'

const MAGIC = Buffer.from('8d4d574a0d0a1a', 'hex')
const VERSION = 1
const COPY_BYTES = 16
export const HEADER_BYTES = 32
/**
 * Bytes checked at most while looking for a record behind damage. Hostile payloads could make each
 * byte look like the beginning of a huge record.
 */
const SEARCH_BYTES_MAX = 64 * 1_048_576

/** A stretch that could not be read although valid records stand behind it. */
export interface Damage {
  readonly offset: number
  readonly bytes: number
}

export type JournalReading =
  /** Never written to: empty, zeros, or a header that was cut. */
  | { readonly kind: 'blank' }
  | { readonly kind: 'foreign'; readonly reason: string }
  | {
      readonly kind: 'journal'
      readonly salt: number
      readonly state: StoreState
      readonly damages: readonly Damage[]
      /** Behind the last valid record; what follows is to be cut off. */
      readonly end: number
    }

export function journalHeader(salt: number): Buffer {
  const copy = Buffer.alloc(COPY_BYTES)
  MAGIC.copy(copy)
  copy[MAGIC.length] = VERSION
  copy.writeUInt32LE(salt, 8)
  copy.writeUInt32LE(crc32(copy.subarray(0, 12)), 12)
  return Buffer.concat([copy, copy])
}

export function readJournal(file: Buffer): JournalReading {
  if (isBlank(file)) return { kind: 'blank' }
  const header = readHeader(file, 0) ?? readHeader(file, COPY_BYTES)
  if (header === undefined) return { kind: 'foreign', reason: 'no journal header' }
  if (header.version !== VERSION) {
    return { kind: 'foreign', reason: `format ${header.version}, only ${VERSION} is known` }
  }
  if (file.length < HEADER_BYTES) return { kind: 'blank' }
  return readRecords(file, header.salt)
}

/** A file system may also have extended a file with zeros that never became data. */
function isBlank(file: Buffer): boolean {
  if (file.length < COPY_BYTES && MAGIC.indexOf(file.subarray(0, MAGIC.length)) === 0) return true
  return file.every((byte) => byte === 0)
}

function readHeader(file: Buffer, at: number): { version: number; salt: number } | undefined {
  const copy = file.subarray(at, at + COPY_BYTES)
  if (copy.length < COPY_BYTES || MAGIC.compare(copy, 0, MAGIC.length) !== 0) return undefined
  if (crc32(copy.subarray(0, 12)) !== copy.readUInt32LE(12)) return undefined
  return { version: copy[MAGIC.length]!, salt: copy.readUInt32LE(8) }
}

function readRecords(file: Buffer, salt: number): JournalReading {
  const state = new StoreState()
  const damages: Damage[] = []
  let offset = HEADER_BYTES
  while (offset < file.length) {
    const end = readRecord(file, offset, salt, state)
    if (end === undefined) {
      const next = findRecord(file, offset + 1, salt)
      if (next === undefined) break
      damages.push({ offset, bytes: next - offset })
      offset = next
    } else offset = end
  }
  return { kind: 'journal', salt, state, damages, end: offset }
}

/** Applies the record at `offset`; answers its end, undefined when there is no valid one. */
function readRecord(
  file: Buffer,
  offset: number,
  salt: number,
  state: StoreState,
): number | undefined {
  const place = locateRecord(file, offset)
  if (place === undefined || !isRecordIntact(file, offset, place.end, salt)) return undefined
  try {
    applyRecord(file, offset, place, state)
  } catch {
    // The CRC fits, but the fields do not: written by something else than this version.
    return undefined
  }
  return place.end
}

function findRecord(file: Buffer, start: number, salt: number): number | undefined {
  let searched = 0
  for (let offset = start; offset < file.length && searched < SEARCH_BYTES_MAX; offset++) {
    const place = locateRecord(file, offset)
    if (place === undefined) continue
    searched += place.end - offset
    if (isRecordIntact(file, offset, place.end, salt)) return offset
  }
  return undefined
}
