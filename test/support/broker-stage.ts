// A client on the wire for tests of the broker's core: packets in, packets out, no channel and no
// clock but a number. What the broker wrote is decoded and kept in order; it is decoded strictly,
// so that whatever the broker sends in any test is a legal packet.

import { encodePacket, PacketDecoder, writeAck, writePublish } from '@motewire/sdk/codec'
import type {
  AckType,
  ConnectPacket,
  ControlPacket,
  Properties,
  PublishFields,
  QoS,
  Subscription,
} from '@motewire/sdk/codec'
import { BrokerCore } from '../../simulator/broker/core/broker-core.ts'
import type { Hangup } from '../../simulator/broker/core/connection-handler.ts'
import type { Connection } from '../../simulator/broker/core/connection.ts'
import { DEFAULT_CORE_OPTIONS } from '../../simulator/broker/core/options.ts'
import type { CoreOptions } from '../../simulator/broker/core/options.ts'
import type { BrokerStore } from '../../simulator/broker/store/broker-store.ts'

/** What came: a packet, an ack, or a message. */
export interface Received {
  readonly type: string
  readonly packetId?: number
  readonly reasonCode?: number
  readonly reasonCodes?: readonly number[]
  readonly topic?: string
  readonly text?: string
  readonly qos?: QoS
  readonly retain?: boolean
  readonly dup?: boolean
  readonly sessionPresent?: boolean
  readonly properties?: Properties | undefined
}

/** Versions whose rules are mostly the same. */
export const BOTH = [4, 5] as const
/** A session that outlives its connection, in either version. */
export const DURABLE: Pick<ConnectPacket, 'clean' | 'properties'> = {
  clean: false,
  properties: { sessionExpiryInterval: 1000 },
}

const ACKS = { 4: 'puback', 5: 'pubrec', 6: 'pubrel', 7: 'pubcomp' } as const

/** A core with its peers, and the time they share. */
export class Stage {
  readonly core: BrokerCore
  now = 0

  constructor(options: Partial<CoreOptions> = {}, store?: BrokerStore) {
    const rest = { version: 'test', startedAtWallMs: 0 }
    this.core = new BrokerCore({ ...DEFAULT_CORE_OPTIONS, ...rest, ...options }, store)
    store?.restore(this.core, this.now)
  }

  /** Moves time on in whole seconds, as the shell's tick does. */
  advance(seconds: number): void {
    for (let i = 0; i < seconds; i++) {
      this.now += 1000
      this.core.handleTick(this.now)
    }
  }

  /** The next turn of the shell: goes on with what was too much for the last one. */
  workOff(): boolean {
    return this.core.workOff(this.now)
  }

  peer(address = '10.0.0.1:1'): Peer {
    return new Peer(this, address)
  }

  /** A connected client; its CONNACK has been taken. */
  client(clientId: string, packet: Partial<ConnectPacket> = {}): Peer {
    const peer = this.peer()
    peer.connect({ clientId, ...packet })
    peer.take('connack')
    return peer
  }
}

export class Peer {
  readonly connection: Connection
  readonly received: Received[] = []
  /** All that the broker wrote. */
  readonly #chunks: Buffer[] = []
  isReading = true
  hangup: Hangup | undefined
  readonly #stage: Stage
  readonly #decoder: PacketDecoder

  constructor(stage: Stage, address: string) {
    this.#stage = stage
    this.#decoder = new PacketDecoder('client', {
      handlePublish: ({ topic, bytes, payloadStart, payloadEnd, ...frame }) => {
        const text = Buffer.from(bytes.subarray(payloadStart, payloadEnd)).toString()
        const { qos, retain, dup, packetId, properties } = frame
        this.received.push({ type: 'publish', topic, text, qos, retain, dup, packetId, properties })
      },
      handleAck: (type, packetId, reasonCode) => {
        this.received.push({ type: ACKS[type], packetId, reasonCode })
      },
      handlePing: () => this.received.push({ type: 'pingresp' }),
      handlePacket: (packet) => this.received.push(packet),
    })
    const drain = (): void => this.#drain()
    const handler = {
      address,
      listener: 'tcp',
      traffic: { messagesIn: 0, messagesOut: 0 },
      onTransmitReady: () => undefined,
      onTransmitFull: drain,
      onHangup: (how: Hangup) => {
        this.#drain()
        this.hangup = how
      },
    }
    this.connection = stage.core.accept(handler, stage.now)
  }

  /** What it speaks when its CONNECT is sent as bytes. */
  speak(protocolVersion: 3 | 4 | 5): void {
    this.#decoder.protocolVersion = protocolVersion
  }

  connect(packet: Partial<ConnectPacket>): void {
    const rest = { protocolVersion: 5, clientId: 'c', clean: true, keepalive: 0 } as const
    const whole = { type: 'connect', ...rest, ...packet } as const
    this.#decoder.protocolVersion = whole.protocolVersion
    this.send(whole)
  }

  send(packet: ControlPacket): void {
    this.sendBytes(encodePacket(packet, this.#decoder.protocolVersion))
  }

  /** Spaces do not count. */
  sendHex(hex: string): void {
    this.sendBytes(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
  }

  sendBytes(bytes: Uint8Array): void {
    this.connection.handleBytes(bytes, this.#stage.now)
  }

  publish(topic: string, text: string, fields: Partial<PublishFields> = {}): void {
    const rest = { qos: 0, retain: false, dup: false, packetId: 1 } as const
    const whole = { topic, payload: text, ...rest, ...fields }
    const bytes = Buffer.alloc(1000 + 3 * (topic.length + text.length))
    const end = writePublish(bytes, 0, whole, this.#decoder.protocolVersion)
    this.sendBytes(bytes.subarray(0, end))
  }

  ack(type: AckType, packetId: number, reasonCode = 0): void {
    const bytes = Buffer.alloc(5)
    const end = writeAck(bytes, 0, type, packetId, reasonCode, this.#decoder.protocolVersion)
    this.sendBytes(bytes.subarray(0, end))
  }

  /** Subscribes and answers the reason codes. */
  subscribe(
    filter: string,
    qos: QoS = 0,
    options: Partial<Subscription> = {},
    properties?: Properties,
  ): readonly number[] {
    const subscriptions = [{ filter, qos, ...options }]
    const more = properties === undefined ? {} : { properties }
    this.send({ type: 'subscribe', packetId: 9, subscriptions, ...more })
    return this.take('suback').reasonCodes ?? []
  }

  /** All that has come and was not taken yet. */
  all(): Received[] {
    this.#drain()
    return this.received.splice(0)
  }

  texts(): (string | undefined)[] {
    return this.all().map(({ text }) => text)
  }

  /** The first of this type; what came before it stays. */
  take(type: string): Received {
    this.#drain()
    const at = this.received.findIndex((one) => one.type === type)
    const found = this.received[at]
    if (found === undefined) {
      throw new Error(`no ${type} among ${JSON.stringify(this.received)}`)
    }
    this.received.splice(at, 1)
    return found
  }

  /** What has come since the last time, as it was on the wire. */
  takeHex(): string {
    this.all()
    return Buffer.concat(this.#chunks.splice(0)).toString('hex')
  }

  /** The link breaks. */
  cut(): void {
    this.connection.handleClose(this.#stage.now)
  }

  #drain(): void {
    while (this.isReading) {
      const bytes = this.connection.pollTransmit()
      if (bytes === undefined) return
      this.#chunks.push(Buffer.from(bytes))
      const fault = this.#decoder.feed(bytes)
      if (fault !== undefined) throw new Error(`the broker sent what is illegal: ${fault.message}`)
      this.connection.handleTransmitted(this.#stage.now)
    }
  }
}
