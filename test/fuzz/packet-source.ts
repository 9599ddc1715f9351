// Valid packets of a server, built by hand from the standard: independent of every codec here. And
// what can be done to them. All choices are the caller's random stream's.

import type { Prng } from '@motewire/sdk'

export type Version = 3 | 4 | 5

const TOPICS = ['t', 'a/b', 'fleet/device-17/state', '\uFEFFx', 'ünï/ço∂é', '$SYS/load']
const REASONS = [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99]

function pick<T>(prng: Prng, values: readonly T[]): T {
  return values[prng.below(values.length)]!
}

/** A Variable Byte Integer. */
function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  do {
    bytes.push(rest >= 128 ? (rest & 0x7f) | 0x80 : rest)
    rest >>>= 7
  } while (rest > 0)
  return Buffer.from(bytes)
}

function u16(value: number): Buffer {
  return Buffer.of((value >>> 8) & 0xff, value & 0xff)
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([u16(bytes.length), bytes])
}

/** A packet whose length is right. */
export function packet(first: number, ...body: Buffer[]): Buffer {
  const whole = Buffer.concat(body)
  return Buffer.concat([Buffer.of(first), varint(whole.length), whole])
}

/** One property by its identifier, with a value of its type. */
function property(prng: Prng, id: number): Buffer {
  const word = pick(prng, ['x', 'a reason', 'ü'])
  switch (id) {
    case 1:
    case 36:
    case 37:
    case 40:
    case 41:
    case 42:
      return Buffer.of(id, prng.below(2))
    case 11:
      return Buffer.concat([Buffer.of(id), varint(1 + prng.below(300_000))])
    case 19:
    case 33:
    case 34:
    case 35:
      return Buffer.concat([Buffer.of(id), u16(1 + prng.below(20))])
    case 2:
    case 17:
    case 24:
    case 39:
      return Buffer.concat([Buffer.of(id, 0, 0), u16(100 + prng.below(60_000))])
    case 38:
      return Buffer.concat([Buffer.of(id), text(word), text(word)])
    default:
      return Buffer.concat([Buffer.of(id), text(word)])
  }
}

function properties(prng: Prng, version: Version, allowed: readonly number[]): Buffer {
  if (version < 5) return Buffer.alloc(0)
  const list = allowed.filter(() => prng.chance(0.2)).map((id) => property(prng, id))
  const bytes = Buffer.concat(list)
  return Buffer.concat([varint(bytes.length), bytes])
}

export function connack(prng: Prng, version: Version, isKnown: boolean): Buffer {
  const list = properties(prng, version, [17, 19, 31, 33, 34, 36, 37, 38, 39, 40, 41, 42])
  return packet(0x20, Buffer.of(isKnown ? 1 : 0, 0), list)
}

function publish(prng: Prng, version: Version, id: number): Buffer {
  const qos = prng.below(3)
  const first = 0x30 | (qos << 1) | prng.below(2) | (qos > 0 && prng.chance(0.2) ? 8 : 0)
  const payload = Buffer.alloc(pick(prng, [0, 1, 10, 100, 3_000]), 'payload ')
  const list = properties(prng, version, [1, 2, 3, 8, 9, 11, 35, 38])
  const topic = text(pick(prng, TOPICS))
  return packet(first, topic, qos > 0 ? u16(id) : Buffer.alloc(0), list, payload)
}

function ack(prng: Prng, version: Version, id: number): Buffer {
  const first = pick(prng, [0x40, 0x50, 0x62, 0x70])
  if (version < 5 || prng.chance(0.4)) return packet(first, u16(id))
  const codes = first === 0x62 || first === 0x70 ? [0x00, 0x92] : REASONS
  const code = Buffer.of(pick(prng, codes))
  if (prng.chance(0.4)) return packet(first, u16(id), code)
  return packet(first, u16(id), code, properties(prng, version, [31, 38]))
}

function answer(prng: Prng, version: Version, id: number): Buffer {
  const isSuback = prng.chance(0.5)
  const list = properties(prng, version, [31, 38])
  const count = version < 5 && !isSuback ? 0 : 1 + prng.below(3)
  const known = version < 5 ? [0, 1, 0x80] : [0, 0x80, 0x87]
  const codes = Buffer.from(Array.from({ length: count }, () => pick(prng, known)))
  return packet(isSuback ? 0x90 : 0xb0, u16(id), list, codes)
}

/** Any packet that a server may send, mostly about identifiers that are in use. */
export function serverPacket(prng: Prng, version: Version): Buffer {
  const id = prng.chance(0.8) ? 1 + prng.below(12) : 1 + prng.below(65_535)
  const kind = prng.below(20)
  if (kind < 8) return publish(prng, version, id)
  if (kind < 14) return ack(prng, version, id)
  if (kind < 16) return answer(prng, version, id)
  if (kind === 16) return packet(0xd0)
  if (kind === 17) return connack(prng, version, prng.chance(0.5))
  if (version < 5) return packet(0xd0)
  if (kind === 18) {
    const code = Buffer.of(pick(prng, [0, 0x81, 0x8b, 0x8e, 0x98, 0x9c]))
    return packet(0xe0, code, properties(prng, 5, [28, 31, 38]))
  }
  const method = Buffer.concat([Buffer.of(21), text('X')])
  return packet(0xf0, Buffer.of(pick(prng, [0x00, 0x18])), varint(method.length), method)
}

const EDGES = [0x00, 0x01, 0x02, 0x7f, 0x80, 0x81, 0xff]

type Mutation = (bytes: Buffer, prng: Prng, version: Version) => Buffer

/** Where the body begins. */
function bodyOf(bytes: Buffer): number {
  let at = 1
  while (at < bytes.length && at < 5 && bytes[at]! >= 0x80) at++
  return Math.min(at + 1, bytes.length)
}

function relength(bytes: Buffer): Buffer {
  return packet(bytes[0] ?? 0, bytes.subarray(bodyOf(bytes)))
}

function randomBytes(prng: Prng, count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, () => prng.below(256)))
}

const MUTATIONS: readonly Mutation[] = [
  function flipBits(bytes, prng) {
    const copy = Buffer.from(bytes)
    for (let i = 1 + prng.below(4); i > 0; i--) {
      copy[prng.below(copy.length)]! ^= 1 << prng.below(8)
    }
    return copy
  },
  function putEdge(bytes, prng) {
    const copy = Buffer.from(bytes)
    copy[prng.below(copy.length)] = pick(prng, EDGES)
    return copy
  },
  function truncate(bytes, prng) {
    return bytes.subarray(0, 1 + prng.below(bytes.length))
  },
  function truncateHonestly(bytes, prng) {
    return relength(bytes.subarray(0, Math.max(2, prng.below(bytes.length))))
  },
  function insert(bytes, prng) {
    const at = prng.below(bytes.length + 1)
    const more = randomBytes(prng, 1 + prng.below(6))
    const longer = Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)])
    return prng.chance(0.5) ? longer : relength(longer)
  },
  function remove(bytes, prng) {
    const at = prng.below(bytes.length)
    const shorter = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + prng.below(4))])
    return shorter.length === 0 || prng.chance(0.5) ? shorter : relength(shorter)
  },
  function lieAboutLength(bytes, prng) {
    const lie = prng.chance(0.3)
      ? Buffer.of(0x80 | prng.below(128), 0x80, prng.below(2) * 0x80, prng.below(256))
      : varint(pick(prng, [0, 1, 2, 3, bytes.length, bytes.length * 2, 70_000, 268_435_455]))
    return Buffer.concat([bytes.subarray(0, 1), lie, bytes.subarray(bodyOf(bytes))])
  },
  function splice(bytes, prng, version) {
    const other = serverPacket(prng, version)
    const joined = Buffer.concat([
      bytes.subarray(0, prng.below(bytes.length + 1)),
      other.subarray(prng.below(other.length)),
    ])
    return joined.length === 0 || prng.chance(0.5) ? joined : relength(joined)
  },
  function lieAboutProperties(bytes, prng) {
    const id = pick(prng, [1, 2, 3, 8, 9, 11, 17, 19, 31, 33, 34, 35, 38, 39, 0, 127])
    const stranger = prng.chance(0.5) ? property(prng, id) : Buffer.of(id, prng.below(256))
    const length = prng.chance(0.7) ? stranger.length : prng.below(200)
    const at = Math.min(bytes.length, bodyOf(bytes) + prng.below(6))
    const rest = bytes.subarray(at)
    return relength(Buffer.concat([bytes.subarray(0, at), varint(length), stranger, rest]))
  },
  function changeType(bytes, prng) {
    const copy = Buffer.from(bytes)
    copy[0] = prng.below(256)
    return copy
  },
]

/** The packet with one mutation or several; at times it comes out as it was. */
export function mutate(bytes: Buffer, prng: Prng, version: Version): Buffer {
  let mutated = bytes
  for (let i = prng.chance(0.7) ? 1 : 2 + prng.below(3); i > 0 && mutated.length > 0; i--) {
    mutated = pick(prng, MUTATIONS)(mutated, prng, version)
  }
  return mutated
}
