// The broker that a real image talks to: one connection of the bridge, from its CONNECT to its end.
// It says to the image what a broker would say, and tells its owner what the image wants. QoS 1 at
// most. Bound: messagesMax messages wait for the chip, then the oldest goes.

import { LinkError, Task } from '@motewire/sdk'
import type { ByteChannel, ChannelHandler, Clock } from '@motewire/sdk'
import { encodePacket, PacketDecoder, publishBytes, writePublish } from '@motewire/sdk/codec'
import type { AckType, ControlPacket, PacketHandler, PublishFrame } from '@motewire/sdk/codec'
import type { DeviceWill } from '../device.ts'

export interface ImageSessionHandler {
  /** The image has said CONNECT, and waits for `accept`. */
  handleConnect(session: ImageSession, will: DeviceWill | undefined): void
  /** The image has said DISCONNECT. */
  handleGoodbye(session: ImageSession): void
  /** The bridge has cut the connection: there is no image any more that it could belong to. */
  handleEnd(session: ImageSession): void
  /** @param payload borrowed. */
  handlePublish(topic: string, payload: Uint8Array, qos: 0 | 1, retain: boolean): void
  handleSubscribe(filter: string, qos: 0 | 1): void
}

/** Without a word for so many keepalives, an image is gone [MQTT311-3.1.2-24]. */
const PATIENCE_KEEPALIVES = 1.5
const PINGRESP = Uint8Array.of(0xd0, 0)
const ACCEPTED = Uint8Array.of(0x20, 2, 0, 0)

export class ImageSession implements ByteChannel, PacketHandler {
  readonly name: string
  readonly #clock: Clock
  readonly #owner: ImageSessionHandler
  readonly #messagesMax: number
  readonly #decoder = new PacketDecoder('server', this)
  readonly #queue: { readonly packet: Buffer; readonly packetId: number }[] = []
  #channel: ChannelHandler | undefined
  #isEnding = false
  #patienceMs = Infinity
  #heardMs = 0
  readonly #silence: Task = new Task((now) => {
    const dueMs = this.#heardMs + this.#patienceMs
    if (now < dueMs) this.#clock.schedule(dueMs, this.#silence)
    else this.close()
  })
  /** Identifier of the message that the chip has not confirmed; 0: none. */
  #inFlight = 0
  #lastId = 0

  constructor(name: string, clock: Clock, owner: ImageSessionHandler, messagesMax: number) {
    this.name = name
    this.#clock = clock
    this.#owner = owner
    this.#messagesMax = messagesMax
  }

  // What the bridge does.

  open(handler: ChannelHandler): void {
    this.#channel = handler
    this.#clock.defer(() => {
      if (!this.#isEnding) handler.onOpen()
    })
  }

  write(bytes: Uint8Array): boolean {
    this.#heardMs = this.#clock.now()
    if (!this.#isEnding && this.#decoder.feed(bytes) !== undefined) this.end()
    return true
  }

  /** Messages are few and small: what comes late waits in the bridge. */
  pause(): void {}

  resume(): void {}

  close(): void {
    if (this.#isEnding) return
    this.#finish(undefined)
    this.#owner.handleEnd(this)
  }

  // What the device does.

  accept(): void {
    this.#send(ACCEPTED)
  }

  /** @param payload borrowed. */
  deliver(topic: string, payload: Uint8Array): void {
    if (this.#queue.length === this.#messagesMax) this.#queue.shift()
    this.#lastId = (this.#lastId % 0xffff) + 1
    const packet = Buffer.alloc(publishBytes(Buffer.byteLength(topic), payload.length, 1, 0, 4))
    const packetId = this.#lastId
    const fields = { topic, payload, qos: 1, retain: false, dup: false, packetId } as const
    writePublish(packet, 0, { ...fields, properties: undefined }, 4)
    this.#queue.push({ packet, packetId })
    this.#pump()
  }

  /** The broker is gone. */
  end(): void {
    if (this.#isEnding) return
    this.#finish(new LinkError('ERR_LINK_LOST', `${this.name} is offline`))
  }

  // What the image says.

  handlePublish(frame: PublishFrame): void {
    const { topic, qos, retain, packetId, bytes, payloadStart, payloadEnd } = frame
    const payload = bytes.subarray(payloadStart, payloadEnd)
    this.#owner.handlePublish(topic, payload, qos === 0 ? 0 : 1, retain)
    if (qos === 1) this.#send(Uint8Array.of(0x40, 2, packetId >> 8, packetId))
  }

  handleAck(type: AckType, packetId: number): void {
    if (type !== 4 || packetId !== this.#inFlight) return
    this.#inFlight = 0
    this.#pump()
  }

  handlePing(): void {
    this.#send(PINGRESP)
  }

  handlePacket(packet: ControlPacket): void {
    if (packet.type === 'connect') {
      const { will, keepalive } = packet
      if (keepalive > 0) this.#listen(keepalive * 1_000 * PATIENCE_KEEPALIVES)
      const own = will && {
        topic: will.topic,
        payload: Buffer.from(will.payload ?? ''),
        qos: will.qos ?? 0,
        retain: will.retain ?? false,
      }
      this.#owner.handleConnect(this, own)
    } else if (packet.type === 'subscribe') {
      const { packetId, subscriptions } = packet
      const granted = subscriptions.map(({ filter, qos }) => {
        const level = qos === 0 ? 0 : 1
        this.#owner.handleSubscribe(filter, level)
        return level
      })
      this.#send(encodePacket({ type: 'suback', packetId, reasonCodes: granted }, 4))
    } else if (packet.type === 'disconnect') {
      this.#finish(undefined)
      this.#owner.handleGoodbye(this)
    }
  }

  /** One message at a time: the chip's receive buffer is small. */
  #pump(): void {
    if (this.#inFlight !== 0) return
    const next = this.#queue.shift()
    if (next === undefined) return
    this.#inFlight = next.packetId
    this.#send(next.packet)
  }

  /** Never from inside of a call of the bridge. */
  #send(packet: Uint8Array): void {
    this.#clock.defer(() => {
      if (!this.#isEnding) this.#channel?.onBytes(packet)
    })
  }

  /** As a broker would: the image is gone when it says nothing for so long. */
  #listen(patienceMs: number): void {
    this.#patienceMs = patienceMs
    this.#clock.schedule(this.#heardMs + patienceMs, this.#silence)
  }

  #finish(cause: LinkError | undefined): void {
    this.#clock.cancel(this.#silence)
    this.#isEnding = true
    this.#queue.length = 0
    this.#clock.defer(() => this.#channel?.onClose(cause))
  }
}
