// A device that speaks MQTT-SN 1.2 over a plain UART: the bridge is its gateway, an aggregating one
// (section 4.2): one connection to the broker for the port, whoever is at its end. Sleeping clients
// (6.14), QoS -1 without a connection (6.8), predefined topics and topics of two characters.
//
//   disconnected ─CONNECT, will─► active ─DISCONNECT with a duration─► asleep ─PINGREQ─► awake
//         ▲                         │  ▲                                 │  ▲              │
//         └──DISCONNECT, silence────┘  └───────────CONNECT───────────────┘  └──PINGRESP────┘
//
// Messages to the client go one at a time, at QoS 1, and are sent again until it confirms them:
// that is the credit of a UART which nothing else paces. While it sleeps they wait in the client's
// inbox, and then at the broker. Its own messages are sn-incoming.ts. Bounds: of the framing,
// SnTopics and SnIncoming.

import type { QoS } from '@motewire/sdk'
import { topicProblem } from '@motewire/sdk/codec'
import {
  decodeSn,
  encodeSn,
  ID_NORMAL,
  makeFraming,
  SN_ACCEPTED,
  SN_INVALID_TOPIC,
  SN_NOT_SUPPORTED,
  SnFraming,
} from '../framing/index.ts'
import type { FrameKind, Framing, SnFields, SnName, SnPacket } from '../framing/index.ts'
import type { Device, DeviceFactory, DeviceHost, DeviceMessage } from './device.ts'
import { SnIncoming } from './sn-incoming.ts'
import { SnOutgoing } from './sn-outgoing.ts'
import { SnTopics } from './sn-topics.ts'
import { SnWill } from './sn-will.ts'
import { BROKER_TOPIC, REFUSED, Subscriptions } from './subscriptions.ts'
import type { TopicRule } from './topic-map.ts'

export interface SnDeviceOptions {
  /** `raw`: messages as they are; the others put each into a frame with a CRC-16. Default `raw`. */
  readonly framing?: 'raw' | FrameKind
  /** Longest message that the device can hold, bytes. Default 64. */
  readonly packetBytesMax?: number
  /** Topics that both sides know by their ids, 1 to 65,535. */
  readonly predefined?: ReadonlyMap<number, string>
  readonly topics?: readonly TopicRule[]
  /** A message that is not confirmed for so long is sent again. Default 3,000 ms. */
  readonly retryMs?: number
  /** How often it is sent before the client counts as lost. Default 5. */
  readonly attempts?: number
  /** Default 1. */
  readonly gatewayId?: number
}

export function snDevice(options: SnDeviceOptions = {}): DeviceFactory {
  return (host) => new SnDevice(host, options)
}

type ClientState = 'disconnected' | 'greeting' | 'active' | 'asleep' | 'awake'

const PROTOCOL_ID = 1
/** Longest wait for the client after its time, as a share of it (6.12). */
const TOLERANCE = 1.5
const reader = new TextDecoder()

class SnDevice implements Device {
  readonly #host: DeviceHost
  readonly #framing: Framing
  readonly #subscriptions: Subscriptions
  readonly #topics: SnTopics
  readonly #incoming: SnIncoming
  readonly #outgoing: SnOutgoing
  readonly #gatewayId: number
  readonly #will = new SnWill()
  #state: ClientState = 'disconnected'
  #clientId = ''
  #isClean = true
  /** What the client promised: keepalive, or how long it sleeps. */
  #durationMs = 0
  #heardMs = 0
  #now = 0
  #sessions = 0
  #illegal = 0

  constructor(host: DeviceHost, options: SnDeviceOptions) {
    const { framing = 'raw', predefined = new Map<number, string>(), gatewayId = 1 } = options
    this.#host = host
    this.#gatewayId = gatewayId
    this.#topics = new SnTopics(predefined)
    this.#subscriptions = new Subscriptions(host, options.topics)
    const handler = { handleFrame: (frame: Uint8Array) => this.#handleFrame(frame) }
    this.#framing = framing === 'raw' ? new SnFraming(handler) : makeFraming(framing, handler)
    const send = (name: SnName, fields: SnFields): void => this.#send(name, fields)
    const handleGivenUp = (): void => this.#lose('the client did not confirm a message')
    this.#outgoing = new SnOutgoing(this.#topics, { send, handleGivenUp }, options)
    this.#incoming = new SnIncoming(this.#topics, {
      send,
      publish: (message) => this.#publish(message),
      handleKnown: (topic) => this.#outgoing.handleKnown(topic),
    })
  }

  handleOpen(now: number): void {
    this.#now = now
    this.#framing.clear()
  }

  handleClose(now: number): void {
    this.#now = now
    this.#lose('the port is closed')
  }

  handleBytes(bytes: Uint8Array, now: number): void {
    this.#now = this.#heardMs = now
    this.#framing.handleBytes(bytes, now)
    this.#advance()
  }

  handleMessage({ topic, payload, retain }: DeviceMessage, now: number): void {
    this.#now = now
    const own = this.#subscriptions.topicFor(topic)
    if (own === undefined || this.#state === 'disconnected') return
    this.#outgoing.add({ topic: own, payload: new Uint8Array(payload), retain })
    this.#advance()
  }

  handleBroker(isUp: boolean, now: number): void {
    this.#now = now
    if (this.#isConnected && this.#subscriptions.has(BROKER_TOPIC)) this.#tellBroker(isUp)
    this.#advance()
  }

  pollTimeout(): number {
    return Math.min(this.#framing.pollTimeout(), this.#outgoing.pollTimeout(), this.#silenceMs())
  }

  handleTimeout(now: number): void {
    this.#now = now
    this.#framing.handleTimeout(now)
    this.#outgoing.handleTimeout(now)
    if (now >= this.#silenceMs()) this.#lose('the client was not heard of in time')
    this.#advance()
  }

  counts(): Readonly<Record<string, number>> {
    const { messages, unaccepted, illegal } = this.#incoming.counts()
    return {
      sessions: this.#sessions,
      messages,
      messagesUnaccepted: unaccepted,
      packetsIllegal: this.#illegal + illegal,
      damagedFrames: this.#framing.snapshot().damaged,
      ...this.#outgoing.counts(),
    }
  }

  get #isConnected(): boolean {
    return this.#state !== 'disconnected' && this.#state !== 'greeting'
  }

  #silenceMs(): number {
    const isWatched = this.#state !== 'disconnected' && this.#durationMs > 0
    return isWatched ? this.#heardMs + this.#durationMs * TOLERANCE : Infinity
  }

  #handleFrame(frame: Uint8Array): void {
    const packet = decodeSn(frame)
    if (packet === undefined) this.#illegal++
    else if (!this.#handleAnywhere(packet)) {
      if (this.#isConnected) this.#handleInSession(packet)
      // It believes in a session that is none: it is told to connect (6.12).
      else if (packet.name !== 'willtopic' && packet.name !== 'willmsg') this.#send('disconnect')
    }
  }

  /** What needs no session. False: the message is something else. */
  #handleAnywhere(packet: SnPacket): boolean {
    const { name, flags, durationS, rest } = packet
    this.#host.confirm()
    if (name === 'searchgw') this.#send('gwinfo', { returnCode: this.#gatewayId })
    else if (name === 'connect') this.#connect(packet)
    else if (name === 'publish' && flags.qos === -1) this.#incoming.publish(packet, 0)
    else if (name === 'disconnect') this.#disconnect(durationS)
    else if (name === 'willtopic' && this.#state === 'greeting') {
      // Without a topic there is no will to ask for.
      if (this.#will.takeTopic(packet) && rest.length > 0) this.#send('willmsgreq')
      else this.#accept()
    } else if (name === 'willmsg' && this.#state === 'greeting') {
      this.#will.takePayload(packet)
      this.#accept()
    } else return false
    return true
  }

  #handleInSession(packet: SnPacket): void {
    const { name, messageId } = packet
    if (name === 'register') this.#incoming.register(packet)
    else if (name === 'publish') this.#incoming.handlePublish(packet)
    else if (name === 'pubrel') this.#incoming.release(packet)
    else if (name === 'puback' || name === 'regack') this.#outgoing.handleConfirmed(packet)
    else if (name === 'subscribe') this.#subscribe(packet)
    else if (name === 'unsubscribe') {
      const filter = this.#filterOf(packet)
      if (filter !== undefined) this.#subscriptions.remove(filter)
      this.#send('unsuback', { messageId })
    } else if (name === 'pingreq') this.#ping()
    else if (name === 'willtopicupd' || name === 'willmsgupd') this.#changeWill(packet)
    else this.#illegal++
  }

  // The session.

  #connect({ flags, protocol, durationS = 0, rest }: SnPacket): void {
    if (protocol !== PROTOCOL_ID) {
      this.#send('connack', { returnCode: SN_NOT_SUPPORTED })
      return
    }
    const clientId = reader.decode(rest)
    const isSame = clientId === this.#clientId && this.#isConnected
    // An active client that connects was reset; one that slept has woken up (6.14).
    if (this.#state === 'active') this.#publishWill()
    if (!isSame || flags.clean) this.#forget(flags.clean || clientId !== this.#clientId)
    this.#outgoing.reset()
    this.#clientId = clientId
    this.#isClean = flags.clean
    this.#durationMs = durationS * 1_000
    this.#state = 'greeting'
    if (!isSame || flags.clean) this.#will.take()
    if (flags.will) this.#send('willtopicreq')
    else this.#accept()
  }

  #accept(): void {
    this.#state = 'active'
    this.#sessions++
    this.#send('connack', { returnCode: SN_ACCEPTED })
    this.#host.tell('up', 'the client has connected')
  }

  #changeWill(packet: SnPacket): void {
    const isTopic = packet.name === 'willtopicupd'
    const isTaken = isTopic ? this.#will.takeTopic(packet) : this.#will.takePayload(packet)
    const returnCode = isTaken ? SN_ACCEPTED : SN_NOT_SUPPORTED
    this.#send(isTopic ? 'willtopicresp' : 'willmsgresp', { returnCode })
  }

  /** With a duration it goes to sleep, without one for good. */
  #disconnect(durationS: number | undefined): void {
    this.#send('disconnect')
    if (!this.#isConnected) {
      this.#state = 'disconnected'
      return
    }
    if (durationS === undefined || durationS === 0) {
      this.#will.take()
      this.#lose('the client has disconnected', 'asleep')
      return
    }
    this.#state = 'asleep'
    this.#durationMs = durationS * 1_000
    this.#outgoing.pause()
    this.#host.tell('asleep', 'the client sleeps; messages wait for it')
  }

  #ping(): void {
    if (this.#state !== 'asleep') {
      this.#send('pingresp')
      return
    }
    this.#state = 'awake'
  }

  /** The session is over, other than by a new CONNECT. */
  #lose(reason: string, state: 'silent' | 'asleep' = 'silent'): void {
    if (this.#state === 'disconnected') return
    this.#state = 'disconnected'
    this.#publishWill()
    this.#outgoing.pause()
    if (this.#isClean) this.#forget(true)
    this.#host.tell(state, reason)
    this.#advance()
  }

  #publishWill(): void {
    const will = this.#will.take()
    if (will !== undefined) this.#publish(will)
  }

  /** Under the topic that the broker knows. */
  #publish(message: DeviceMessage): boolean {
    const topic = this.#subscriptions.topics.toBroker(message.topic)
    return this.#host.publish({ ...message, topic })
  }

  #forget(isAll: boolean): void {
    this.#topics.clear()
    this.#incoming.clear()
    if (!isAll) return
    this.#subscriptions.clear()
    this.#outgoing.clear()
  }

  // Its subscriptions.

  #subscribe(packet: SnPacket): void {
    const { flags, messageId } = packet
    const filter = this.#filterOf(packet)
    const answer = (returnCode: number, qos: QoS = 0, topicId = 0): void => {
      this.#send('suback', { flags: { qos }, topicId, messageId, returnCode })
    }
    if (filter === undefined) {
      answer(SN_INVALID_TOPIC)
      return
    }
    this.#subscriptions.add(filter, Math.max(0, flags.qos) as QoS, (granted) => {
      if (granted >= REFUSED) answer(SN_NOT_SUPPORTED)
      else {
        // A filter with wildcards has no id; its topics are registered when they come.
        const isTopic = topicProblem(filter) === undefined
        const isNamed = flags.idType === ID_NORMAL && isTopic
        const topicId = isNamed ? this.#topics.register(filter) : undefined
        if (topicId !== undefined) this.#outgoing.handleKnown(filter)
        answer(SN_ACCEPTED, granted as QoS, topicId)
        if (filter === BROKER_TOPIC) this.#tellBroker(this.#host.isBrokerUp)
      }
      this.#advance()
    })
  }

  /** SUBSCRIBE names a filter, or has an id of two bytes in its place. */
  #filterOf({ flags: { idType }, rest }: SnPacket): string | undefined {
    if (idType === ID_NORMAL) return reader.decode(rest)
    if (rest.length !== 2) return undefined
    return this.#topics.nameOf({ idType, topicId: (rest[0]! << 8) | rest[1]! })
  }

  // Messages to the client.

  #tellBroker(isUp: boolean): void {
    const payload = new TextEncoder().encode(isUp ? 'up' : 'down')
    this.#outgoing.add({ topic: BROKER_TOPIC, payload, retain: false })
  }

  /** Sends what may be sent, and lets the next message come when there is nothing left. */
  #advance(): void {
    const canHear = this.#state === 'active' || this.#state === 'awake'
    if (canHear) this.#outgoing.advance(this.#now)
    const isBusy = this.#outgoing.isBusy
    const isAway = this.#state === 'disconnected' && this.#subscriptions.size > 0
    this.#host.hold(isBusy || isAway || this.#state === 'asleep')
    // Whatever waited has come by now, so if there is still nothing, there is no more.
    if (this.#state !== 'awake' || this.#outgoing.isBusy) return
    this.#state = 'asleep'
    this.#outgoing.pause()
    this.#send('pingresp')
    this.#host.hold(true)
  }

  #send(name: SnName, fields: SnFields = {}): void {
    this.#host.send(this.#framing.encode(encodeSn(name, fields)))
  }
}
