// The messages of MQTT-SN 1.2 (section 5): bytes to values and back. A message begins with its
// length, of one byte or of three. Text is UTF-8. Nothing here knows what a message means.

const SN_TYPE = {
  searchgw: 0x01,
  gwinfo: 0x02,
  connect: 0x04,
  connack: 0x05,
  willtopicreq: 0x06,
  willtopic: 0x07,
  willmsgreq: 0x08,
  willmsg: 0x09,
  register: 0x0a,
  regack: 0x0b,
  publish: 0x0c,
  puback: 0x0d,
  pubcomp: 0x0e,
  pubrec: 0x0f,
  pubrel: 0x10,
  subscribe: 0x12,
  suback: 0x13,
  unsubscribe: 0x14,
  unsuback: 0x15,
  pingreq: 0x16,
  pingresp: 0x17,
  disconnect: 0x18,
  willtopicupd: 0x1a,
  willtopicresp: 0x1b,
  willmsgupd: 0x1c,
  willmsgresp: 0x1d,
} as const

export type SnName = keyof typeof SN_TYPE

/** What a topic id is (5.3.4): given by REGISTER, known beforehand, or two characters. */
export const ID_NORMAL = 0
export const ID_PREDEFINED = 1
export const ID_SHORT = 2

/** Return codes (5.3.10). */
export const SN_ACCEPTED = 0
export const SN_CONGESTION = 1
export const SN_INVALID_TOPIC = 2
export const SN_NOT_SUPPORTED = 3

export interface SnFlags {
  readonly dup: boolean
  /** -1: published without a connection. */
  readonly qos: -1 | 0 | 1 | 2
  readonly retain: boolean
  readonly will: boolean
  readonly clean: boolean
  readonly idType: number
}

/** All fields that a message may have; those that it lacks are 0 or empty. */
export interface SnPacket {
  readonly name: SnName
  readonly flags: SnFlags
  /** Protocol id of CONNECT. */
  readonly protocol: number
  /** Seconds; undefined when DISCONNECT has none. */
  readonly durationS: number | undefined
  readonly topicId: number
  readonly messageId: number
  readonly returnCode: number
  /** What stands behind the other fields: name, text or payload. Borrowed. */
  readonly rest: Uint8Array
}

const LONG_LENGTH = 0x01
const QOS_BITS = [0, 1, 2, -1] as const

const NAMES = new Map<number, SnName>(
  Object.entries(SN_TYPE).map(([name, type]) => [type, name as SnName]),
)

type Field = 'flags' | 'protocol' | 'duration' | 'topicId' | 'messageId' | 'returnCode' | 'radius'

/** Fields of each message, in their order; what follows is `rest`. */
const FIELDS: Readonly<Record<SnName, readonly Field[]>> = {
  searchgw: ['radius'],
  gwinfo: ['returnCode'],
  connect: ['flags', 'protocol', 'duration'],
  connack: ['returnCode'],
  willtopicreq: [],
  willtopic: ['flags'],
  willmsgreq: [],
  willmsg: [],
  register: ['topicId', 'messageId'],
  regack: ['topicId', 'messageId', 'returnCode'],
  publish: ['flags', 'topicId', 'messageId'],
  puback: ['topicId', 'messageId', 'returnCode'],
  pubcomp: ['messageId'],
  pubrec: ['messageId'],
  pubrel: ['messageId'],
  subscribe: ['flags', 'messageId'],
  suback: ['flags', 'topicId', 'messageId', 'returnCode'],
  unsubscribe: ['flags', 'messageId'],
  unsuback: ['messageId'],
  pingreq: [],
  pingresp: [],
  disconnect: ['duration'],
  willtopicupd: ['flags'],
  willtopicresp: ['returnCode'],
  willmsgupd: [],
  willmsgresp: ['returnCode'],
}

/** These may come without their fields: no will, no sleep. */
const FIELDS_OPTIONAL: readonly SnName[] = ['willtopic', 'willtopicupd', 'disconnect']

/** The length that a message announces; 0: not known yet, -1: none can be like that. */
export function snLength(bytes: Uint8Array, start: number, end: number): number {
  if (start >= end) return 0
  const first = bytes[start]!
  if (first !== LONG_LENGTH) return first < 2 ? -1 : first
  if (start + 3 > end) return 0
  const length = (bytes[start + 1]! << 8) | bytes[start + 2]!
  // A length that fits a byte needs no three, but is legal.
  return length < 4 ? -1 : length
}

/** A whole message; undefined when it is none. */
export function decodeSn(bytes: Uint8Array): SnPacket | undefined {
  if (snLength(bytes, 0, bytes.length) !== bytes.length) return undefined
  let at = bytes[0] === LONG_LENGTH ? 3 : 1
  const name = NAMES.get(bytes[at++] ?? -1)
  if (name === undefined) return undefined
  const found = { flags: 0, protocol: 0, duration: 0, topicId: 0, messageId: 0, returnCode: 0 }
  const values: Record<Field, number> = { ...found, radius: 0 }
  const isBare = at === bytes.length && FIELDS_OPTIONAL.includes(name)
  for (const field of isBare ? [] : FIELDS[name]) {
    const size = sizeOf(field)
    if (at + size > bytes.length) return undefined
    values[field] = size === 1 ? bytes[at]! : (bytes[at]! << 8) | bytes[at + 1]!
    at += size
  }
  const { protocol, topicId, messageId, returnCode } = values
  return {
    name,
    flags: flagsOf(values.flags),
    protocol,
    durationS: isBare ? undefined : values.duration,
    topicId,
    messageId,
    returnCode,
    rest: bytes.subarray(at),
  }
}

/** The fields that the message has; those left out are 0. */
export type SnFields = Partial<Omit<SnPacket, 'name' | 'flags'>> & {
  readonly flags?: Partial<SnFlags>
}

export function encodeSn(name: SnName, fields: SnFields = {}): Uint8Array {
  const { rest = new Uint8Array(0), durationS } = fields
  const isBare = name === 'disconnect' && durationS === undefined
  const head = isBare ? [] : FIELDS[name].flatMap((field) => bytesOf(field, fields))
  const short = 2 + head.length + rest.length
  const length = short > 0xff ? short + 2 : short
  const header = length === short ? [length] : [LONG_LENGTH, length >> 8, length & 0xff]
  const message = new Uint8Array(length)
  message.set([...header, SN_TYPE[name], ...head])
  message.set(rest, length - rest.length)
  return message
}

function bytesOf(field: Field, fields: SnFields): number[] {
  if (field === 'flags') return [flagBits(fields.flags ?? {})]
  const value =
    field === 'radius' ? 0 : ((field === 'duration' ? fields.durationS : fields[field]) ?? 0)
  return sizeOf(field) === 1 ? [value] : [value >> 8, value & 0xff]
}

function sizeOf(field: Field): number {
  return field === 'duration' || field === 'topicId' || field === 'messageId' ? 2 : 1
}

function flagsOf(bits: number): SnFlags {
  return {
    dup: (bits & 0x80) !== 0,
    qos: QOS_BITS[(bits >> 5) & 3]!,
    retain: (bits & 0x10) !== 0,
    will: (bits & 0x08) !== 0,
    clean: (bits & 0x04) !== 0,
    idType: bits & 3,
  }
}

function flagBits(flags: Partial<SnFlags>): number {
  const { dup = false, qos = 0, retain = false, will = false, clean = false, idType = 0 } = flags
  const bits = (Number(dup) << 7) | ((qos & 3) << 5) | (Number(retain) << 4)
  return bits | (Number(will) << 3) | (Number(clean) << 2) | idType
}
