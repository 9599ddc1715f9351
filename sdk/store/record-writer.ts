// Changes as records, one behind the other in a buffer that grows and is used again. A record is
//
//   u32 CRC-32 │ varint length │ u8 type, fields
//               └──────── covered by the CRC ────┘
//
// The CRC starts from the salt of the file and the record's place in it, so it is filled in when
// both are known (`seal`). A record is thus only valid in one file at one place: neither left-overs
// of an older file nor payloads that look like records are ever taken for one. Numbers are little
// endian; a varint has seven bits a byte, low ones first. It knows no files.

import { crc32 } from 'node:zlib'
import type { Properties } from '../codec/index.ts'
import type { SessionIdentity, StoredMessage } from './store.ts'

export const RecordType = {
  message: 1,
  sent: 2,
  released: 3,
  queued: 4,
  removed: 5,
  receiptAdded: 6,
  receiptRemoved: 7,
  receiptsCleared: 8,
  identity: 9,
  lastSerial: 10,
} as const
export type RecordType = (typeof RecordType)[keyof typeof RecordType]

/** Bits of a message's flags; the two upper bits are the priority. */
export const MessageFlag = {
  isQos2: 1,
  retain: 2,
  isReleased: 4,
  hasProperties: 8,
  canExpire: 16,
  hasPacketId: 32,
  priorityShift: 6,
} as const

export const CRC_BYTES = 4
const CAPACITY_MIN = 1_024
/** A larger buffer is given back once it is empty. */
const CAPACITY_KEPT_MAX = 262_144
/** Room for everything in a message record whose length is fixed or a varint. */
const MESSAGE_OVERHEAD_MAX = 64

/** The value a record's CRC starts from. */
export function crcSeed(salt: number, offset: number): number {
  return (salt ^ offset) >>> 0
}

export class RecordWriter {
  #bytes: Buffer = Buffer.alloc(0)
  #end = 0

  get length(): number {
    return this.#end
  }

  /** The records written so far. Borrowed: valid until the next call. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#end)
  }

  clear(): void {
    this.#end = 0
    if (this.#bytes.length > CAPACITY_KEPT_MAX) this.#bytes = Buffer.alloc(0)
  }

  /** Appends records of another writer. */
  append(records: Uint8Array): void {
    this.#reserve(records.length)
    this.#bytes.set(records, this.#end)
    this.#end += records.length
  }

  /** Answers the bytes of the record. */
  message(message: StoredMessage): number {
    const { topic, payload, properties } = message
    const text = properties === undefined ? undefined : propertiesText(properties)
    const topicBytes = Buffer.byteLength(topic)
    const textBytes = text === undefined ? 0 : Buffer.byteLength(text)
    const payloadBytes = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length
    const start = this.#end
    // The fields first, behind room for CRC and length; then both are moved up to them.
    const bytesMax = MESSAGE_OVERHEAD_MAX + topicBytes + textBytes + payloadBytes
    const body = this.#begin(RecordType.message, bytesMax)
    this.#bytes[this.#end++] = flagsOf(message)
    this.#varint(message.serial)
    this.#double(message.queuedAtWallMs)
    if (message.expiresAtWallMs !== Infinity) this.#double(message.expiresAtWallMs)
    if (message.packetId !== 0) this.#u16(message.packetId)
    this.#text(topic, topicBytes)
    if (text !== undefined) this.#text(text, textBytes)
    this.#tail(payload)
    this.#finish(body)
    return this.#end - start
  }

  serial(type: RecordType, serial: number): void {
    const body = this.#begin(type, 32)
    this.#varint(serial)
    this.#finish(body)
  }

  sent(serial: number, packetId: number): void {
    const body = this.#begin(RecordType.sent, 32)
    this.#varint(serial)
    this.#u16(packetId)
    this.#finish(body)
  }

  receipt(type: RecordType, packetId: number): void {
    const body = this.#begin(type, 32)
    this.#u16(packetId)
    this.#finish(body)
  }

  receiptsCleared(): void {
    this.#finish(this.#begin(RecordType.receiptsCleared, 32))
  }

  identity({ clientId, expiryS, seenAtWallMs }: SessionIdentity): void {
    const bytes = Buffer.byteLength(clientId)
    const body = this.#begin(RecordType.identity, 64 + bytes)
    this.#double(expiryS)
    this.#double(seenAtWallMs)
    this.#text(clientId, bytes)
    this.#finish(body)
  }

  /** Starts a record; answers where its body begins. Only one length byte is set aside. */
  #begin(type: RecordType, bytesMax: number): number {
    this.#reserve(bytesMax)
    const body = this.#end + CRC_BYTES + 1
    this.#bytes[body] = type
    this.#end = body + 1
    return body
  }

  #finish(body: number): void {
    const length = this.#end - body
    const shift = varintBytes(length) - 1
    if (shift > 0) this.#bytes.copyWithin(body + shift, body, this.#end)
    writeVarint(this.#bytes, body - 1, length)
    this.#end += shift
  }

  #reserve(bytes: number): void {
    const needed = this.#end + bytes
    if (needed <= this.#bytes.length) return
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2, CAPACITY_MIN))
    this.#bytes.copy(grown, 0, 0, this.#end)
    this.#bytes = grown
  }

  #varint(value: number): void {
    this.#end = writeVarint(this.#bytes, this.#end, value)
  }

  #u16(value: number): void {
    this.#end = this.#bytes.writeUInt16LE(value, this.#end)
  }

  #double(value: number): void {
    this.#end = this.#bytes.writeDoubleLE(value, this.#end)
  }

  #text(text: string, bytes: number): void {
    this.#varint(bytes)
    this.#end += this.#bytes.write(text, this.#end)
  }

  #tail(payload: Uint8Array | string): void {
    if (typeof payload === 'string') {
      this.#end += this.#bytes.write(payload, this.#end)
    } else {
      this.#bytes.set(payload, this.#end)
      this.#end += payload.length
    }
  }
}

/** Fills in the CRCs of records that are about to stand at `offset` of the file with this salt. */
export function sealRecords(records: Buffer, salt: number, offset: number): void {
  let start = 0
  while (start < records.length) {
    let cursor = start + CRC_BYTES
    let length = 0
    let scale = 1
    let byte
    do {
      byte = records[cursor++]!
      length += (byte & 0x7f) * scale
      scale *= 128
    } while (byte >= 128)
    const end = cursor + length
    const seed = crcSeed(salt, offset + start)
    records.writeUInt32LE(crc32(records.subarray(start + CRC_BYTES, end), seed), start)
    start = end
  }
}

function flagsOf(message: StoredMessage): number {
  return (
    (message.qos === 2 ? MessageFlag.isQos2 : 0) |
    (message.retain ? MessageFlag.retain : 0) |
    (message.isReleased ? MessageFlag.isReleased : 0) |
    (message.properties === undefined ? 0 : MessageFlag.hasProperties) |
    (message.expiresAtWallMs === Infinity ? 0 : MessageFlag.canExpire) |
    (message.packetId === 0 ? 0 : MessageFlag.hasPacketId) |
    (message.priority << MessageFlag.priorityShift)
  )
}

/** JSON, the two binary properties in base64. */
function propertiesText({ correlationData, authenticationData, ...rest }: Properties): string {
  return JSON.stringify({
    ...rest,
    ...(correlationData && { correlationData: base64(correlationData) }),
    ...(authenticationData && { authenticationData: base64(authenticationData) }),
  })
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
}

function varintBytes(value: number): number {
  let bytes = 1
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes++
  return bytes
}

/** Any whole number up to 2^53; answers the offset behind it. */
function writeVarint(target: Buffer, start: number, value: number): number {
  let offset = start
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) target[offset++] = (rest % 128) | 0x80
  target[offset++] = rest
  return offset
}
