// Records back to changes: checks one record and applies it to a state. Whatever the bytes are, it
// neither throws nor reads beyond them. It knows the layout of record-writer.ts, and no files.
// A record costs one pass of the CRC.

import { crc32 } from 'node:zlib'
import type { Properties, UserProperties } from '../codec/index.ts'
import { CRC_BYTES, crcSeed, MessageFlag, RecordType } from './record-writer.ts'
import type { SessionIdentity, StoredMessage } from './store.ts'
import type { StoreState } from './store-state.ts'

/** Seven bytes hold 2^49; serials need no more and lengths far less. */
const VARINT_BYTES_MAX = 8

/** Where a record's body lies. */
export interface RecordPlace {
  readonly body: number
  readonly end: number
}

/**
 * The place of the record at `start`, its CRC not yet checked; undefined when its length or type
 * cannot be.
 */
export function locateRecord(file: Buffer, start: number): RecordPlace | undefined {
  const cursor = new Cursor(file, start + CRC_BYTES, file.length)
  const length = cursor.varint()
  const body = cursor.offset
  const end = body + length
  if (cursor.isFaulty || length === 0 || end > file.length) return undefined
  const type = file[body]!
  return type >= RecordType.message && type <= RecordType.lastSerial ? { body, end } : undefined
}

/** Whether the CRC of the record from `start` to `end` fits this file and this place. */
export function isRecordIntact(file: Buffer, start: number, end: number, salt: number): boolean {
  const found = crc32(file.subarray(start + CRC_BYTES, end), crcSeed(salt, start))
  return found === file.readUInt32LE(start)
}

/**
 * Applies the record with this body; false when it concerns nothing known (after damage).
 * @throws Error when the fields are not as written: a CRC that fits by chance, or another format.
 */
export function applyRecord(
  file: Buffer,
  start: number,
  place: RecordPlace,
  state: StoreState,
): boolean {
  const cursor = new Cursor(file, place.body + 1, place.end)
  const isApplied = applyFields(file[place.body] as RecordType, cursor, state, place.end - start)
  if (cursor.isFaulty || !cursor.isAtEnd) throw new Error('record fields do not fit its length')
  return isApplied
}

function applyFields(
  type: RecordType,
  cursor: Cursor,
  state: StoreState,
  recordBytes: number,
): boolean {
  switch (type) {
    case RecordType.message:
      return state.addMessage(readMessage(cursor), recordBytes)
    case RecordType.sent:
      return state.markSent(cursor.varint(), cursor.u16())
    case RecordType.released:
      return state.markReleased(cursor.varint())
    case RecordType.queued:
      return state.markQueued(cursor.varint())
    case RecordType.removed:
      return state.removeMessage(cursor.varint())
    case RecordType.receiptAdded:
      return state.addReceipt(cursor.u16())
    case RecordType.receiptRemoved:
      return state.removeReceipt(cursor.u16())
    case RecordType.receiptsCleared:
      return state.clearReceipts()
    case RecordType.identity:
      return state.saveIdentity(readIdentity(cursor))
    case RecordType.lastSerial:
      return state.raiseSerial(cursor.varint())
  }
}

function readMessage(cursor: Cursor): StoredMessage {
  const flags = cursor.u8()
  const has = (flag: number): boolean => (flags & flag) !== 0
  const serial = cursor.varint()
  const queuedAtWallMs = cursor.double()
  const expiresAtWallMs = has(MessageFlag.canExpire) ? cursor.double() : Infinity
  const packetId = has(MessageFlag.hasPacketId) ? cursor.u16() : 0
  const topic = cursor.text()
  const properties = has(MessageFlag.hasProperties) ? readProperties(cursor.text()) : undefined
  return {
    serial,
    topic,
    payload: cursor.rest(),
    qos: has(MessageFlag.isQos2) ? 2 : 1,
    retain: has(MessageFlag.retain),
    properties,
    priority: Math.min(flags >> MessageFlag.priorityShift, 2) as 0 | 1 | 2,
    queuedAtWallMs,
    expiresAtWallMs,
    packetId,
    isReleased: has(MessageFlag.isReleased),
  }
}

function readIdentity(cursor: Cursor): SessionIdentity {
  const expiryS = cursor.double()
  const seenAtWallMs = cursor.double()
  return { expiryS, seenAtWallMs, clientId: cursor.text() }
}

function readProperties(text: string): Properties {
  const properties = JSON.parse(text) as Record<string, unknown> & Properties
  for (const name of ['correlationData', 'authenticationData'] as const) {
    const value: unknown = properties[name]
    if (typeof value === 'string') properties[name] = Buffer.from(value, 'base64')
  }
  if (properties.userProperties !== undefined) {
    // Without a prototype, like those of received packets: `__proto__` is a name like any other.
    const pairs = Object.create(null) as UserProperties
    for (const [name, value] of Object.entries(properties.userProperties)) pairs[name] = value
    properties.userProperties = pairs
  }
  return properties
}

/** Reads fields; beyond the end it yields zeros and becomes faulty. */
class Cursor {
  readonly #file: Buffer
  readonly #end: number
  offset: number
  isFaulty = false

  constructor(file: Buffer, start: number, end: number) {
    this.#file = file
    this.offset = start
    this.#end = end
  }

  get isAtEnd(): boolean {
    return this.offset === this.#end
  }

  u8(): number {
    const at = this.#take(1)
    return at === undefined ? 0 : this.#file[at]!
  }

  u16(): number {
    const at = this.#take(2)
    return at === undefined ? 0 : this.#file.readUInt16LE(at)
  }

  double(): number {
    const at = this.#take(8)
    return at === undefined ? 0 : this.#file.readDoubleLE(at)
  }

  varint(): number {
    let value = 0
    let scale = 1
    for (let i = 0; i < VARINT_BYTES_MAX; i++) {
      const byte = this.u8()
      value += (byte & 0x7f) * scale
      if (byte < 128) return value
      scale *= 128
    }
    this.isFaulty = true
    return 0
  }

  text(): string {
    const length = this.varint()
    const at = this.#take(length)
    return at === undefined ? '' : this.#file.toString('utf8', at, at + length)
  }

  /** A copy: the file's bytes are not kept for the sake of one message. */
  rest(): Buffer {
    const bytes = Buffer.from(this.#file.subarray(this.offset, this.#end))
    this.offset = this.#end
    return bytes
  }

  #take(bytes: number): number | undefined {
    const at = this.offset
    if (at + bytes > this.#end) {
      this.isFaulty = true
      return undefined
    }
    this.offset += bytes
    return at
  }
}
