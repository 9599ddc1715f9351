// What a CONNECT packet looks like, so that one can be found in the middle of other bytes. It
// begins with a byte of type, a length, and a protocol name that ordinary data does not contain;
// all of its fields together must have exactly the length that it announces (MQTT 3.1.1 and 5.0,
// section 3.1). Nothing is decoded. O(length of the packet).

/** It cannot be a CONNECT. */
export const NO_CONNECT = -2
/** All bytes so far fit, but they do not reach to the end of the protocol name. */
export const CONNECT_PREFIX = -1
/** The protocol name is there, the rest is still to come. */
const CONNECT_BEGUN = 0

const CONNECT = 0x10
/** Microcontrollers send short ones; two bytes of length are 16,383. */
const LENGTH_BYTES_MAX = 2
const NAMES = [
  // MQTT 3.1.1 and 5.0; MQTT 3.1.
  { bytes: [0x00, 0x04, 0x4d, 0x51, 0x54, 0x54], levels: [4, 5] },
  { bytes: [0x00, 0x06, 0x4d, 0x51, 0x49, 0x73, 0x64, 0x70], levels: [3] },
] as const

const WILL = 0x04
const WILL_DETAILS = 0x38
const PASSWORD = 0x40
const USER = 0x80

/**
 * Whether a CONNECT stands at `start`: its whole length, or one of the constants above.
 * @param end behind the last byte that is there.
 */
export function connectLength(bytes: Uint8Array, start: number, end: number): number {
  if (start >= end) return CONNECT_PREFIX
  if (bytes[start] !== CONNECT) return NO_CONNECT
  let remaining = 0
  let at = start + 1
  for (let index = 0; ; index++) {
    if (index === LENGTH_BYTES_MAX) return NO_CONNECT
    if (at === end) return CONNECT_PREFIX
    const byte = bytes[at++]!
    remaining += (byte & 0x7f) << (7 * index)
    // A length that could be said in fewer bytes is none [MQTT5-1.5.5-1].
    if (byte === 0 && index > 0) return NO_CONNECT
    if (byte < 0x80) break
  }
  const whole = at + remaining
  const name = nameEnd(bytes, at, Math.min(end, whole))
  if (name < 0) return name === CONNECT_PREFIX && whole <= end ? NO_CONNECT : name
  const last = bodyEnd(bytes, name, whole, end)
  if (last === CONNECT_BEGUN) return whole > end ? CONNECT_BEGUN : NO_CONNECT
  return last === whole ? whole - start : NO_CONNECT
}

/** Behind protocol name and level; NO_CONNECT or CONNECT_PREFIX when they are not there. */
function nameEnd(bytes: Uint8Array, start: number, end: number): number {
  let isPrefix = false
  for (const { bytes: name, levels } of NAMES) {
    const there = Math.min(name.length, end - start)
    let same = 0
    while (same < there && bytes[start + same] === name[same]) same++
    if (same < there) continue
    const at = start + name.length
    if (at >= end) isPrefix = true
    else if ((levels as readonly number[]).includes(bytes[at]!)) return at + 1
  }
  return isPrefix ? CONNECT_PREFIX : NO_CONNECT
}

/** Where the fields end; CONNECT_BEGUN beyond `end`, NO_CONNECT when they are wrong. */
function bodyEnd(bytes: Uint8Array, start: number, whole: number, end: number): number {
  if (start >= end) return CONNECT_BEGUN
  const level = bytes[start - 1]!
  const flags = bytes[start]!
  const hasWill = (flags & WILL) !== 0
  const isLegal =
    (flags & 1) === 0 &&
    (hasWill ? (flags & 0x18) !== 0x18 : (flags & WILL_DETAILS) === 0) &&
    ((flags & USER) !== 0 || (flags & PASSWORD) === 0 || level === 5)
  if (!isLegal) return NO_CONNECT
  const texts = 1 + (hasWill ? 2 : 0) + (flags >> 7) + ((flags >> 6) & 1)
  let at = start + 3
  for (let text = 0; text < texts && at >= 0; text++) {
    // MQTT 5.0 has properties before the client identifier and before the will topic.
    if (level === 5 && (text === 0 || (hasWill && text === 1))) {
      at = propertiesEnd(bytes, at, whole, end)
      if (at <= 0) return at
    }
    if (at + 2 > whole) return NO_CONNECT
    if (at + 2 > end) return CONNECT_BEGUN
    at += 2 + (bytes[at]! << 8) + bytes[at + 1]!
    if (at > whole) return NO_CONNECT
    if (at > end) return CONNECT_BEGUN
  }
  return at
}

function propertiesEnd(bytes: Uint8Array, start: number, whole: number, end: number): number {
  if (start >= whole) return NO_CONNECT
  if (start >= end) return CONNECT_BEGUN
  const first = bytes[start]!
  if (first < 0x80) return start + 1 + first
  if (start + 1 >= end) return CONNECT_BEGUN
  return start + 2 + (first & 0x7f) + ((bytes[start + 1]! & 0x7f) << 7)
}
