// A message on its way through the broker: one value for all its receivers. It arrives as a PUBLISH
// in a borrowed receive buffer, and where version and QoS agree those very bytes are what goes out
// again: a delivery is a copy with the packet identifier patched in. Other forms are encoded once
// and kept for the next receiver. `keep` makes the bytes its own, for those who wait. It knows no
// session.
//
//   form 0: 3.x, QoS 0 · form 1: 3.x, QoS 1 or 2 · form 2: 5.0, QoS 0 · form 3: 5.0, QoS 1 or 2

import { propertiesBytes, publishBytes, textBytes, writePublishParts } from '@motewire/sdk/codec'
import type { Properties, ProtocolVersion, PublishFrame, QoS } from '@motewire/sdk/codec'
import { slabFor } from './slab.ts'

export type Form = 0 | 1 | 2 | 3

/** A form other than the one it came in is kept for further receivers up to this size. */
const IMAGE_BYTES_MAX = 65_536

export interface MessageFields {
  readonly topic: string
  readonly payload: Uint8Array
  readonly qos: QoS
  readonly retain: boolean
  readonly properties?: Properties | undefined
  /** Client identifier of the publisher, '' when it is the broker. */
  readonly publisher?: string
}

export class Message {
  readonly topic: string
  readonly qos: QoS
  readonly retain: boolean
  readonly properties: Properties | undefined
  readonly publisher: string
  /** Rounded up to a millisecond: a fraction would be an object of its own. */
  readonly receivedAtMs: number
  /** The payload is bytes[payloadStart, payloadEnd). */
  bytes: Uint8Array
  payloadStart: number
  payloadEnd: number
  /** Its number in the store; 0 while it is not there. */
  storeId = 0
  isBorrowed: boolean
  /** Form of the packet that `bytes` holds up to `payloadEnd`; -1 when it holds a payload only. */
  #form: Form | -1
  #packetStart: number
  #images: (Uint8Array | undefined)[] | undefined = undefined

  private constructor(
    fields: Omit<MessageFields, 'payload'>,
    bytes: Uint8Array,
    payloadStart: number,
    payloadEnd: number,
    now: number,
  ) {
    this.topic = fields.topic
    this.qos = fields.qos
    this.retain = fields.retain
    this.properties = fields.properties
    this.publisher = fields.publisher ?? ''
    this.receivedAtMs = Math.ceil(now)
    this.bytes = bytes
    this.payloadStart = payloadStart
    this.payloadEnd = payloadEnd
    this.isBorrowed = false
    this.#form = -1
    this.#packetStart = payloadStart
  }

  /** From values; the payload is the message's own from here on. */
  static of(fields: MessageFields, now: number): Message {
    return new Message(fields, fields.payload, 0, fields.payload.length, now)
  }

  /**
   * From a PUBLISH as it came in: its bytes are borrowed until `keep`.
   * @param topic the frame's, or what its alias stands for.
   */
  static received(
    frame: PublishFrame,
    topic: string,
    publisher: string,
    version: ProtocolVersion,
    now: number,
  ): Message {
    const { qos, retain, bytes, payloadStart, payloadEnd } = frame
    const properties = frame.properties === undefined ? undefined : forwarded(frame.properties)
    const fields = { topic, qos, retain, properties, publisher }
    const message = new Message(fields, bytes, payloadStart, payloadEnd, now)
    message.isBorrowed = true
    if (frame.properties?.topicAlias === undefined) {
      message.#form = formOf(version, qos)
      message.#packetStart = payloadEnd - frame.packetBytes
    }
    return message
  }

  get payload(): Uint8Array {
    return this.bytes.subarray(this.payloadStart, this.payloadEnd)
  }

  get payloadBytes(): number {
    return this.payloadEnd - this.payloadStart
  }

  /** Makes the bytes its own: it may wait in queues from here on. */
  keep(): this {
    if (!this.isBorrowed) return this
    const start = this.#packetStart
    const length = this.payloadEnd - start
    const slab = slabFor(length)
    const { bytes, used } = slab
    copyBytes(this.bytes, start, this.payloadEnd, bytes, used)
    slab.used += length
    this.bytes = bytes
    this.payloadStart += used - start
    this.payloadEnd = used + length
    this.#packetStart = used
    this.isBorrowed = false
    return this
  }

  /** Seconds that are left to it; Infinity when it does not expire. */
  secondsLeft(now: number): number {
    const expiry = this.properties?.messageExpiryInterval
    if (expiry === undefined) return Infinity
    // Times of arrival are rounded up to a millisecond.
    return expiry - Math.floor(Math.max(0, now - this.receivedAtMs) / 1000)
  }

  /** When no seconds are left; Infinity: never. */
  get expiresAtMs(): number {
    const expiry = this.properties?.messageExpiryInterval
    return expiry === undefined ? Infinity : this.receivedAtMs + expiry * 1000
  }

  /** Length of the whole packet in this form. */
  bytesIn(form: Form): number {
    if (form === this.#form) return this.payloadEnd - this.#packetStart
    return this.#imageOf(form).length
  }

  /**
   * Writes the packet at `offset` with this first byte and identifier; returns the offset behind
   * it. The caller has reserved `bytesIn(form)`.
   */
  writeTo(
    target: Uint8Array,
    offset: number,
    form: Form,
    firstByte: number,
    packetId: number,
  ): number {
    const isOwn = form === this.#form
    const image = isOwn ? this.bytes : this.#imageOf(form)
    const start = isOwn ? this.#packetStart : 0
    const end = isOwn ? this.payloadEnd : image.length
    copyBytes(image, start, end, target, offset)
    target[offset] = firstByte
    if (packetId !== 0) {
      const idAt = idPlaceOf(target, offset)
      target[idAt] = packetId >>> 8
      target[idAt + 1] = packetId & 0xff
    }
    return offset + end - start
  }

  /** Another form than its own, encoded at the first use. */
  #imageOf(form: Form): Uint8Array {
    const known = this.#images?.[form]
    if (known !== undefined) return known
    const image = this.#encode(form)
    if (image.length <= IMAGE_BYTES_MAX) {
      this.#images ??= [undefined, undefined, undefined, undefined]
      this.#images[form] = image
    }
    return image
  }

  #encode(form: Form): Uint8Array {
    const version = form >= 2 ? 5 : 4
    const qos = (form & 1) === 0 ? 0 : 1
    const { topic, payload } = this
    const properties = version === 5 ? this.properties : undefined
    const propertyBytes = propertiesBytes(properties)
    const size = publishBytes(textBytes(topic), payload.length, qos, propertyBytes, version)
    const bytes = Buffer.allocUnsafe(size)
    writePublishParts(bytes, 0, topic, payload, qos, false, false, 0, properties, version)
    return bytes
  }
}

export function formOf(version: ProtocolVersion, qos: QoS): Form {
  return ((version === 5 ? 2 : 0) + (qos === 0 ? 0 : 1)) as Form
}

/** The properties that a server passes on unaltered [MQTT5 3.3.2.3]. */
export function forwarded(properties: Properties): Properties | undefined {
  const { topicAlias: _alias, subscriptionIdentifier: _identifier, ...rest } = properties
  return Object.keys(rest).length === 0 ? undefined : rest
}

/** Below this length a loop beats TypedArray.set. */
const LOOP_BYTES_MAX = 96

/** Copies source[start, end) to target at `offset`. */
export function copyBytes(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  offset: number,
): void {
  if (end - start > LOOP_BYTES_MAX) {
    target.set(source.subarray(start, end), offset)
    return
  }
  for (let from = start, to = offset; from < end; from++, to++) target[to] = source[from]!
}

/** Where the packet identifier of the PUBLISH at `start` stands. */
function idPlaceOf(bytes: Uint8Array, start: number): number {
  let at = start + 1
  while (bytes[at++]! >= 0x80);
  return at + 2 + bytes[at]! * 256 + bytes[at + 1]!
}
