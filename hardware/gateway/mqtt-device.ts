// A device that speaks MQTT, whose session ends at the bridge: the bridge answers it in the
// broker's place. Its QoS 1 and 2 messages are confirmed once the gateway's outbox has them, so
// they wait there while the broker is away; its pings are answered, so a sleeping device costs the
// broker's connection nothing; its will is published when it goes.
//
//   device ─bytes─► guard ─packets─► decoder ─► host.publish
//   device ◄─bytes─ pacer ◄─packets─ host messages
//
// MQTT 3.1.1 and 5.0. A QoS 2 message of the device reaches the broker exactly once; to the device,
// everything goes at most at QoS 1. Bounds: those of guard and pacer; QOS2_MAX open exchanges.

import {
  encodePacket,
  PacketDecoder,
  publishBytes,
  writeAck,
  writePublish,
} from '@motewire/sdk/codec'
import type {
  AckType,
  ConnectPacket,
  ControlPacket,
  PublishFrame,
  QoS,
  SubscribePacket,
} from '@motewire/sdk/codec'
import { countsOf } from '../bridge/counts.ts'
import { DownlinkPacer, makeUplinkGuard } from '../framing/index.ts'
import type {
  MqttFraming,
  PacerOptions,
  PacketGuardOptions,
  UplinkGuard,
} from '../framing/index.ts'
import type { Device, DeviceFactory, DeviceHost, DeviceMessage } from './device.ts'
import { BROKER_TOPIC, Subscriptions } from './subscriptions.ts'
import type { TopicRule } from './topic-map.ts'

export interface MqttDeviceOptions {
  /** Default `raw`. */
  readonly framing?: MqttFraming
  /** Only for `raw`, except for packetBytesMax. */
  readonly guard?: PacketGuardOptions
  readonly downlink?: PacerOptions
  /** Default: topics stay as they are. */
  readonly topics?: readonly TopicRule[]
  /**
   * For devices that sleep: so long after its last byte a device is taken to listen, then messages
   * wait until it speaks again, and its keepalive is not held against it. Default 0: never asleep.
   */
  readonly awakeMs?: number
}

const ENDED = Uint8Array.of(0xe0, 0)
const PINGRESP = Uint8Array.of(0xd0, 0)
const PUBACK = 4
const PUBREC = 5
const PUBREL = 6
const PUBCOMP = 7
const PINGREQ = 12
const QOS2_MAX = 64
/** The device may still have this much of its buffer in use when it tells its size. */
const FRAME_OVERHEAD_BYTES = 8
const text = new TextEncoder()
/** Of a hello, the worst first: a chip may tell several. */
const RESET_CAUSES: readonly (readonly [number, string])[] = [
  [8, 'a reset by its watchdog'],
  [4, 'a brown-out'],
  [1, 'power-on'],
  [2, 'a reset by its pin'],
]

export function mqttDevice(options: MqttDeviceOptions = {}): DeviceFactory {
  return (host) => new MqttDevice(host, options)
}

class MqttDevice implements Device {
  readonly #host: DeviceHost
  readonly #guard: UplinkGuard
  readonly #pacer: DownlinkPacer
  readonly #subscriptions: Subscriptions
  readonly #awakeMs: number
  readonly #decoder: PacketDecoder
  /** QoS 2 messages that are published and not released yet. */
  readonly #unreleased = new Set<number>()
  #session: ConnectPacket | undefined
  /** What the device has said of its last reset, until it connects. */
  #resetCause: string | undefined
  #now = 0
  #heardMs = 0
  #isAsleep = false
  #sessions = 0
  #unaccepted = 0

  constructor(host: DeviceHost, options: MqttDeviceOptions) {
    const { framing = 'raw', guard, downlink, topics, awakeMs = 0 } = options
    this.#host = host
    this.#awakeMs = awakeMs
    this.#subscriptions = new Subscriptions(host, topics)
    this.#pacer = new DownlinkPacer(
      {
        handleDownlink: (packet) => host.send(this.#guard.encode(packet)),
        // What is refused was confirmed to the broker already.
        handleUplink: () => undefined,
      },
      downlink,
    )
    this.#guard = makeUplinkGuard(
      framing,
      {
        handleConnect: (packet, isReset) => this.#handleConnect(packet, isReset),
        handlePacket: (packet) => this.#handlePacket(packet),
        handleBreak: (reason) => this.#end(`the device's stream was ${reason}`),
        handleHello: ({ windowBytes, resetCause }) => {
          host.confirm()
          this.#resetCause = RESET_CAUSES.find(([bit]) => (resetCause & bit) !== 0)?.[1]
          this.#pacer.resize(windowBytes - FRAME_OVERHEAD_BYTES)
        },
      },
      guard,
    )
    this.#decoder = new PacketDecoder('server', {
      handlePublish: (frame) => this.#handlePublish(frame),
      handleAck: (type, id) => this.#handleAck(type, id),
      handlePing: (type) => {
        if (type === PINGREQ) this.#answer(PINGRESP)
      },
      handlePacket: (packet) => this.#handleControl(packet),
    })
    this.#holdNow()
  }

  handleOpen(now: number): void {
    this.#now = now
    this.#guard.endSession()
  }

  handleClose(now: number): void {
    this.#now = now
    this.#guard.endSession()
    this.#leave()
  }

  handleBytes(bytes: Uint8Array, now: number): void {
    this.#now = this.#heardMs = now
    if (this.#isAsleep) this.#wake()
    this.#guard.handleBytes(bytes, now)
    this.#holdNow()
  }

  handleMessage(message: DeviceMessage, now: number): void {
    this.#now = now
    const topic = this.#subscriptions.topicFor(message.topic)
    if (this.#session === undefined || topic === undefined) return
    this.#deliver(topic, message)
  }

  handleBroker(isUp: boolean, now: number): void {
    this.#now = now
    if (this.#session !== undefined && this.#subscriptions.has(BROKER_TOPIC)) this.#tellBroker(isUp)
  }

  pollTimeout(): number {
    return Math.min(
      this.#guard.pollTimeout(),
      this.#pacer.pollTimeout(),
      this.#sleepMs(),
      this.#silenceMs(),
    )
  }

  handleTimeout(now: number): void {
    this.#now = now
    this.#guard.handleTimeout(now)
    this.#pacer.handleTimeout(now)
    if (now >= this.#sleepMs()) {
      this.#isAsleep = true
      this.#pacer.hold(true, now)
      this.#host.tell('asleep', 'the device sleeps; messages wait for it')
    }
    if (now >= this.#silenceMs()) {
      this.#host.tell('silent', 'the device did not keep its keepalive')
      this.#end('the keepalive has run out')
    }
    this.#holdNow()
  }

  counts(): Readonly<Record<string, number>> {
    return {
      sessions: this.#sessions,
      messagesUnaccepted: this.#unaccepted,
      ...countsOf(this.#guard.snapshot(), this.#pacer.snapshot()),
    }
  }

  // The session.

  #handleConnect(packet: Uint8Array, isReset: boolean): void {
    this.#host.confirm()
    if (isReset) this.#leave()
    this.#decoder.reset(4)
    this.#feed(packet)
  }

  #handlePacket(packet: Uint8Array): void {
    if (!this.#pacer.handleUplink(packet, this.#now)) this.#feed(packet)
  }

  /** Bytes that are no legal packet end the session. */
  #feed(packet: Uint8Array): void {
    const fault = this.#decoder.feed(packet)
    if (fault !== undefined) this.#end(fault.message)
  }

  #handleControl(packet: ControlPacket): void {
    if (packet.type === 'connect') this.#begin(packet)
    else if (packet.type === 'subscribe') this.#subscribe(packet)
    else if (packet.type === 'unsubscribe') {
      const { packetId, filters } = packet
      for (const filter of filters) this.#subscriptions.remove(filter)
      this.#reply({ type: 'unsuback', packetId, reasonCodes: filters.map(() => 0) })
    } else if (packet.type === 'disconnect') {
      // 0x04 asks for the will all the same [MQTT5 3.14.2.1].
      this.#leave(packet.reasonCode === 4)
    }
  }

  #begin(connect: ConnectPacket): void {
    const sessionPresent = !connect.clean && this.#subscriptions.size > 0
    if (connect.clean) {
      this.#subscriptions.clear()
      this.#unreleased.clear()
    }
    this.#session = connect
    this.#sessions++
    this.#pacer.clear()
    this.#reply({ type: 'connack', sessionPresent, reasonCode: 0 })
    const cause = this.#resetCause
    this.#resetCause = undefined
    const after = cause === undefined ? '' : ` after ${cause}`
    this.#host.tell('up', `the device has connected${after}`, cause !== undefined)
  }

  #subscribe({ packetId, subscriptions }: SubscribePacket): void {
    const session = this.#session
    const codes: number[] = []
    let missing = subscriptions.length
    const wantsBroker = subscriptions.some(({ filter }) => filter === BROKER_TOPIC)
    for (const [index, { filter, qos }] of subscriptions.entries()) {
      this.#subscriptions.add(filter, qos, (granted) => {
        codes[index] = granted
        // A session that has ended meanwhile is not answered.
        if (--missing > 0 || this.#session !== session) return
        this.#reply({ type: 'suback', packetId, reasonCodes: codes })
        if (wantsBroker) this.#tellBroker(this.#host.isBrokerUp)
      })
    }
  }

  /** The session is over without the device's wish; it is told, and comes again. */
  #end(_reason: string): void {
    const wasInSession = this.#session !== undefined
    this.#guard.endSession()
    this.#leave()
    if (wasInSession) this.#host.send(this.#guard.encode(ENDED))
  }

  #leave(publishesWill = true): void {
    const session = this.#session
    this.#session = undefined
    this.#isAsleep = false
    this.#pacer.clear()
    this.#pacer.hold(false, this.#now)
    if (session === undefined) return
    const { will, clean } = session
    if (publishesWill && will !== undefined) {
      const { topic, payload, qos = 0, retain = false } = will
      const bytes = typeof payload === 'string' ? text.encode(payload) : payload
      const mapped = this.#subscriptions.topics.toBroker(topic)
      this.#host.publish({ topic: mapped, payload: bytes, qos, retain })
    }
    if (clean) this.#subscriptions.clear()
    this.#holdNow()
  }

  // Messages.

  #handlePublish({
    topic,
    qos,
    retain,
    packetId,
    bytes,
    payloadStart,
    payloadEnd,
  }: PublishFrame): void {
    const isRepeated = qos === 2 && this.#unreleased.has(packetId)
    if (!isRepeated) {
      if (qos === 2 && this.#unreleased.size >= QOS2_MAX) {
        this.#end('too many QoS 2 messages are open')
        return
      }
      const mapped = this.#subscriptions.topics.toBroker(topic)
      const payload = bytes.subarray(payloadStart, payloadEnd)
      if (!this.#host.publish({ topic: mapped, payload, qos, retain })) this.#unaccepted++
    }
    // Confirmed in any case: a device cannot be told to wait, and what gave way is counted.
    if (qos === 2) this.#unreleased.add(packetId)
    if (qos > 0) this.#acknowledge(qos === 1 ? PUBACK : PUBREC, packetId)
  }

  #handleAck(type: AckType, id: number): void {
    if (type !== PUBREL) return
    this.#unreleased.delete(id)
    this.#acknowledge(PUBCOMP, id)
  }

  /** At QoS 0: the pacer gives it an identifier of its own. */
  #deliver(topic: string, { payload, retain }: Pick<DeviceMessage, 'payload' | 'retain'>): void {
    const version = this.#session?.protocolVersion ?? 4
    const size = publishBytes(text.encode(topic).length, payload.length, 0, 0, version)
    const packet = Buffer.alloc(size)
    const fields = { topic, payload, qos: 0 as QoS, retain, dup: false, packetId: 0 }
    writePublish(packet, 0, fields, version)
    this.#answer(packet)
    this.#holdNow()
  }

  #tellBroker(isUp: boolean): void {
    this.#deliver(BROKER_TOPIC, { payload: text.encode(isUp ? 'up' : 'down'), retain: false })
  }

  #acknowledge(type: AckType, id: number): void {
    const packet = Buffer.alloc(4)
    writeAck(packet, 0, type, id, 0, this.#session?.protocolVersion ?? 4)
    this.#answer(packet)
  }

  #reply(packet: ControlPacket): void {
    this.#answer(encodePacket(packet, this.#session?.protocolVersion ?? 4))
  }

  #answer(packet: Uint8Array): void {
    this.#pacer.handlePacket(packet, this.#now)
  }

  // Sleep.

  #wake(): void {
    this.#isAsleep = false
    this.#pacer.hold(false, this.#now)
    this.#host.tell('up', 'the device is awake')
  }

  #sleepMs(): number {
    const canSleep = this.#awakeMs > 0 && this.#session !== undefined && !this.#isAsleep
    return canSleep ? this.#heardMs + this.#awakeMs : Infinity
  }

  /** One and a half times the keepalive [MQTT311-3.1.2-24]. */
  #silenceMs(): number {
    const keepalive = this.#session?.keepalive ?? 0
    return keepalive === 0 || this.#awakeMs > 0 ? Infinity : this.#heardMs + keepalive * 1_500
  }

  /** A message at a time is with the pacer; the others wait where they are bounded. */
  #holdNow(): void {
    const isAway = this.#session === undefined && this.#subscriptions.size > 0
    this.#host.hold(isAway || this.#isAsleep || this.#pacer.waiting > 0)
  }
}
