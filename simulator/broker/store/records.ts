// The records of the broker's log, in bytes and back. Numbers stand for sessions, queues and
// messages, so that a delivery costs about ten bytes; rare things are JSON. It does not know the
// file they lie in, nor what they do to a broker.

import { addUserProperty, userPairs } from '@motewire/sdk/codec'
import type { Properties, QoS, UserPair, Will } from '@motewire/sdk/codec'
import { Message } from '../core/message.ts'

export const RecordType = {
  session: 1,
  sessionEnd: 2,
  subscription: 3,
  unsubscription: 4,
  receipt: 5,
  message: 6,
  queued: 7,
  sent: 8,
  received: 9,
  ended: 10,
  dropped: 11,
  purged: 12,
  retained: 13,
  queue: 14,
  queuePut: 15,
  queueTaken: 16,
} as const

const SIZE_MIN = 4096
/** A rush may make the buffer large; it is not kept so. */
const SIZE_KEPT_MAX = 4 << 20

/** Collects records until they are taken as one frame. */
export class RecordWriter {
  /** Called when the first record of a frame begins. */
  onBegun: () => void = () => undefined
  #buffer = Buffer.allocUnsafe(SIZE_MIN)
  #end = 0

  get size(): number {
    return this.#end
  }

  /** The bytes so far, borrowed until the next call of anything. */
  get frame(): Buffer {
    return this.#buffer.subarray(0, this.#end)
  }

  clear(): void {
    this.#end = 0
    if (this.#buffer.length > SIZE_KEPT_MAX) this.#buffer = Buffer.allocUnsafe(SIZE_MIN)
  }

  u8(value: number): this {
    // Each record begins with its type.
    if (this.#end === 0) this.onBegun()
    this.#reserve(1)
    this.#buffer[this.#end++] = value
    return this
  }

  u16(value: number): this {
    this.#reserve(2)
    this.#end = this.#buffer.writeUInt16BE(value, this.#end)
    return this
  }

  u32(value: number): this {
    this.#reserve(4)
    this.#end = this.#buffer.writeUInt32BE(value, this.#end)
    return this
  }

  f64(value: number): this {
    this.#reserve(8)
    this.#end = this.#buffer.writeDoubleBE(value, this.#end)
    return this
  }

  bytes(value: Uint8Array): this {
    this.u32(value.length)
    this.#reserve(value.length)
    this.#buffer.set(value, this.#end)
    this.#end += value.length
    return this
  }

  text(value: string): this {
    return this.bytes(Buffer.from(value))
  }

  json(value: unknown): this {
    return this.text(JSON.stringify(value))
  }

  #reserve(bytes: number): void {
    const needed = this.#end + bytes
    if (needed <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2))
    this.#buffer.copy(larger, 0, 0, this.#end)
    this.#buffer = larger
  }
}

export class RecordReader {
  readonly #frame: Buffer
  #at = 0

  constructor(frame: Buffer) {
    this.#frame = frame
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#frame.length
  }

  u8(): number {
    return this.#frame[this.#at++]!
  }

  u16(): number {
    this.#at += 2
    return this.#frame.readUInt16BE(this.#at - 2)
  }

  u32(): number {
    this.#at += 4
    return this.#frame.readUInt32BE(this.#at - 4)
  }

  f64(): number {
    this.#at += 8
    return this.#frame.readDoubleBE(this.#at - 8)
  }

  /** Lies in the frame: copy what must outlive it. */
  bytes(): Buffer {
    const length = this.u32()
    this.#at += length
    return this.#frame.subarray(this.#at - length, this.#at)
  }

  text(): string {
    return this.bytes().toString()
  }

  json(): unknown {
    return JSON.parse(this.text())
  }
}

/** A message without its number. Times go to disk as wall time. */
export function writeMessage(writer: RecordWriter, message: Message, offsetMs: number): void {
  const { topic, qos, retain, publisher, properties, payload, receivedAtMs } = message
  writer.u8(qos | (retain ? 4 : 0)).f64(receivedAtMs + offsetMs)
  writer.text(topic).text(publisher)
  writer.text(properties === undefined ? '' : JSON.stringify(plainProperties(properties)))
  writer.bytes(payload)
}

export function readMessage(reader: RecordReader, offsetMs: number): Message {
  const flags = reader.u8()
  const receivedAtMs = reader.f64() - offsetMs
  const topic = reader.text()
  const publisher = reader.text()
  const plain = reader.text()
  const properties = plain === '' ? undefined : propertiesOf(JSON.parse(plain) as PlainProperties)
  const payload = Buffer.from(reader.bytes())
  const qos = (flags & 3) as 0 | 1 | 2
  const retain = (flags & 4) !== 0
  return Message.of({ topic, payload, qos, retain, publisher, properties }, receivedAtMs)
}

/** Properties as JSON has them: bytes as Base64, User Properties as a list, whose order counts. */
interface PlainProperties extends Omit<Properties, 'correlationData' | 'userProperties'> {
  readonly correlationData?: string
  readonly userPairs?: readonly UserPair[]
}

function plainProperties(properties: Properties): PlainProperties {
  const { correlationData, userProperties, ...rest } = properties
  return {
    ...rest,
    ...(correlationData && { correlationData: Buffer.from(correlationData).toString('base64') }),
    ...(userProperties && { userPairs: userPairs(userProperties) }),
  }
}

function propertiesOf({ correlationData, userPairs: pairs, ...rest }: PlainProperties): Properties {
  const properties: Properties = { ...rest }
  if (correlationData !== undefined) {
    properties.correlationData = Buffer.from(correlationData, 'base64')
  }
  for (const [name, value] of pairs ?? []) {
    properties.userProperties = addUserProperty(properties.userProperties, name, value)
  }
  return properties
}

/** A will as JSON has it. */
export interface PlainWill {
  readonly topic: string
  /** Base64. */
  readonly payload: string
  readonly qos: QoS
  readonly retain: boolean
  readonly properties?: PlainProperties
}

export function plainWill({
  topic,
  payload,
  qos = 0,
  retain = false,
  properties,
}: Will): PlainWill {
  const bytes = Buffer.from(payload as string)
  const rest = properties === undefined ? {} : { properties: plainProperties(properties) }
  return { topic, payload: bytes.toString('base64'), qos, retain, ...rest }
}

export function willOf({ payload, properties, ...rest }: PlainWill): Will {
  const bytes = Buffer.from(payload, 'base64')
  if (properties === undefined) return { ...rest, payload: bytes }
  return { ...rest, payload: bytes, properties: propertiesOf(properties) }
}
