// One connection on the server's side: bytes in, packets out, and what each packet means. It owns
// the decoder and the keepalive; sessions, routing and retained messages are the core's. What the
// peer does wrong ends this connection with the standard's reason code, and nothing else.

import {
  ACK_BYTES_MAX,
  encodePacket,
  PacketDecoder,
  writeAck,
  writePing,
} from '@motewire/sdk/codec'
import type {
  AckType,
  ConnectPacket,
  ControlPacket,
  DisconnectPacket,
  PacketHandler,
  ProtocolError,
  PublishFrame,
  SubscribePacket,
  UnsubscribePacket,
} from '@motewire/sdk/codec'
import { TransmitBuffer } from '@motewire/sdk/core'
import type { Message } from './message.ts'
import { forwarded } from './message.ts'
import type { CoreOptions } from './options.ts'
import type { ServerSession, SessionLink } from './server-session.ts'

/** What a connection asks of whoever holds its channel. */
export interface ConnectionHandler {
  /** It has bytes to write; write them when the current input is done. */
  onTransmitReady(connection: Connection): void
  /** Its buffer is full: write now if the channel takes it. */
  onTransmitFull(connection: Connection): void
  /** Close the channel; `flush` writes what there is first. */
  onHangup(connection: Connection, how: 'flush' | 'abort'): void
}

/** What a connection asks of the core that it belongs to. */
export interface ConnectionOwner {
  readonly options: CoreOptions
  bytesIn: number
  bytesOut: number
  connect(connection: Connection, packet: ConnectPacket, now: number): void
  /** Answers how many took it. */
  publish(message: Message, now: number): number
  subscribe(session: ServerSession, packet: SubscribePacket): number[]
  deliverRetained(
    session: ServerSession,
    packet: SubscribePacket,
    reasonCodes: readonly number[],
    now: number,
  ): void
  unsubscribe(session: ServerSession, filter: string): number
  /** The connection has ended; called once. */
  handleLost(connection: Connection, isWillDue: boolean, now: number): void
}

export class Connection implements PacketHandler, SessionLink {
  readonly address: string
  readonly handler: ConnectionHandler
  readonly connectedAtMs: number
  readonly #core: ConnectionOwner
  readonly #decoder: PacketDecoder
  /** Until there is a session, the answer to CONNECT waits here. */
  #transmit: TransmitBuffer = new TransmitBuffer()
  session: ServerSession | undefined
  isClosed = false
  bytesIn = 0
  bytesOut = 0
  #writingBytes = 0
  #receivedAtMs: number
  /** Silence after which the peer is given up; Infinity without keepalive. */
  #patienceMs: number
  #now = 0

  constructor(core: ConnectionOwner, address: string, handler: ConnectionHandler, now: number) {
    this.#core = core
    this.address = address
    this.handler = handler
    this.connectedAtMs = now
    this.#receivedAtMs = now
    this.#patienceMs = core.options.connectTimeoutMs
    const { packetBytesMax } = core.options
    this.#decoder = new PacketDecoder('server', this, { packetBytesMax })
  }

  get protocolVersion(): 3 | 4 | 5 {
    return this.#decoder.protocolVersion
  }

  /** Bytes that wait for the peer to read. */
  get transmitBytes(): number {
    return this.#transmit.pendingBytes
  }

  // Inputs.

  handleBytes(bytes: Uint8Array, now: number): void {
    if (this.isClosed) return
    this.#now = now
    this.#receivedAtMs = now
    this.bytesIn += bytes.length
    this.#core.bytesIn += bytes.length
    const fault = this.#decoder.feed(bytes)
    if (fault !== undefined && !this.isClosed) this.#handleFault(fault)
  }

  handleTransmitted(now: number): void {
    if (this.#writingBytes === 0) return
    this.bytesOut += this.#writingBytes
    this.#core.bytesOut += this.#writingBytes
    this.#transmit.release(this.#writingBytes)
    this.#writingBytes = 0
    this.session?.delivery.pump(now)
  }

  /** The channel has ended, in whatever way. */
  handleClose(now: number): void {
    if (this.isClosed) return
    this.#finish()
    this.#core.handleLost(this, true, now)
  }

  /** Asked once a second: gives up a silent peer [MQTT5-3.1.2-22]. */
  checkPatience(now: number): void {
    if (now - this.#receivedAtMs <= this.#patienceMs) return
    this.close(0x8d, true, now)
  }

  // Outputs.

  pollTransmit(): Uint8Array | undefined {
    if (this.#writingBytes !== 0) return undefined
    const bytes = this.#transmit.poll()
    if (bytes !== undefined) this.#writingBytes = bytes.length
    return bytes
  }

  notifyReady(): void {
    this.handler.onTransmitReady(this)
  }

  notifyFull(): void {
    this.handler.onTransmitFull(this)
  }

  // Commands of the core.

  /** The session is this connection's from here on; its old buffers are empty. */
  attach(session: ServerSession, keepaliveS: number): void {
    this.session = session
    this.#transmit = session.transmit
    this.#transmit.clear()
    this.#patienceMs = keepaliveS === 0 ? Infinity : keepaliveS * 1500
  }

  send(packet: ControlPacket): void {
    this.#transmit.append(encodePacket(packet, this.protocolVersion))
    this.handler.onTransmitReady(this)
  }

  /** Ends the connection: tells a 5.0 client why, then closes. */
  close(reasonCode: number, isWillDue: boolean, now: number): void {
    if (this.isClosed) return
    if (this.session !== undefined && this.protocolVersion === 5) {
      this.send({ type: 'disconnect', reasonCode })
    }
    this.handler.onHangup(this, 'flush')
    this.#finish()
    this.#core.handleLost(this, isWillDue, now)
  }

  /** Answers CONNECT with a refusal and closes. */
  refuse(reasonCode: number, oldCode: number): void {
    this.send({
      type: 'connack',
      sessionPresent: false,
      reasonCode: this.protocolVersion === 5 ? reasonCode : oldCode,
    })
    this.handler.onHangup(this, 'flush')
    this.#finish()
    this.#core.handleLost(this, false, this.#now)
  }

  #finish(): void {
    this.isClosed = true
    this.#decoder.stop()
  }

  #handleFault({ reasonCode }: ProtocolError): void {
    if (this.session !== undefined) return this.close(reasonCode, true, this.#now)
    // A version nobody knows is answered in the form that every client can read.
    if (reasonCode === 0x84) return this.refuse(reasonCode, 1)
    this.handler.onHangup(this, 'abort')
    this.#finish()
    this.#core.handleLost(this, false, this.#now)
  }

  // Packets, called by the decoder.

  handlePublish(frame: PublishFrame): void {
    const { session } = this
    if (session === undefined) return this.#handleFault(BEFORE_CONNECT)
    // No Topic Alias Maximum was announced, so none may be used [MQTT5-3.1.2-26].
    if (frame.properties?.topicAlias !== undefined) return this.close(0x94, true, this.#now)
    session.messagesIn++
    const { qos, packetId } = frame
    const isRepeated = qos === 2 && session.receipts.has(packetId)
    const deliveries = isRepeated
      ? 1
      : this.#core.publish(this.#messageOf(frame, session), this.#now)
    if (qos === 0) return
    if (qos === 2) session.receipts.add(packetId)
    const isUnheard = deliveries === 0 && this.protocolVersion === 5
    this.#acknowledge(qos === 1 ? 4 : 5, packetId, isUnheard ? 0x10 : 0)
  }

  #messageOf(frame: PublishFrame, session: ServerSession): Message {
    const { topic, bytes, payloadStart, payloadEnd, qos, retain, properties } = frame
    return {
      topic,
      // The receive buffer is borrowed, and the message may wait in queues.
      payload: Buffer.from(bytes.subarray(payloadStart, payloadEnd)),
      qos,
      retain,
      properties: forwarded(properties),
      publisher: session.clientId,
    }
  }

  handleAck(type: AckType, packetId: number, reasonCode: number): void {
    const { session } = this
    if (session === undefined) return this.#handleFault(BEFORE_CONNECT)
    if (type === 6) {
      const isKnown = session.receipts.release(packetId)
      this.#acknowledge(7, packetId, isKnown || this.protocolVersion < 5 ? 0 : 0x92)
      return
    }
    session.delivery.handleAck(type, packetId, reasonCode, this.#now)
    this.handler.onTransmitReady(this)
  }

  handlePing(): void {
    if (this.session === undefined) return this.#handleFault(BEFORE_CONNECT)
    this.#transmit.reserve(2)
    this.#transmit.end = writePing(this.#transmit.buffer, this.#transmit.end, 13)
    this.handler.onTransmitReady(this)
  }

  handlePacket(packet: ControlPacket): void {
    if (packet.type === 'connect') {
      if (this.session !== undefined) return this.close(0x82, true, this.#now)
      return this.#core.connect(this, packet, this.#now)
    }
    const { session } = this
    if (session === undefined) return this.#handleFault(BEFORE_CONNECT)
    if (packet.type === 'subscribe') this.#handleSubscribe(session, packet)
    else if (packet.type === 'unsubscribe') this.#handleUnsubscribe(session, packet)
    else if (packet.type === 'disconnect') this.#handleDisconnect(session, packet)
    // AUTH without an authentication method in CONNECT [MQTT5-4.12.0-6].
    else this.close(0x82, true, this.#now)
  }

  #handleSubscribe(session: ServerSession, packet: SubscribePacket): void {
    const reasonCodes = this.#core.subscribe(session, packet)
    this.send({ type: 'suback', packetId: packet.packetId, reasonCodes })
    this.#core.deliverRetained(session, packet, reasonCodes, this.#now)
  }

  #handleUnsubscribe(session: ServerSession, packet: UnsubscribePacket): void {
    const reasonCodes = packet.filters.map((filter) => this.#core.unsubscribe(session, filter))
    this.send({ type: 'unsuback', packetId: packet.packetId, reasonCodes })
  }

  #handleDisconnect(session: ServerSession, packet: DisconnectPacket): void {
    const expiry = packet.properties?.sessionExpiryInterval
    if (expiry !== undefined) {
      // A session that was to end with the connection cannot be made to last [MQTT5-3.14.2-2].
      if (session.expiryMs === 0 && expiry > 0) return this.close(0x82, true, this.#now)
      session.expiryMs = expiry === 0xffffffff ? Infinity : expiry * 1000
    }
    this.handler.onHangup(this, 'flush')
    this.#finish()
    this.#core.handleLost(this, packet.reasonCode === 0x04, this.#now)
  }

  #acknowledge(type: AckType, packetId: number, reasonCode: number): void {
    const transmit = this.#transmit
    transmit.reserve(ACK_BYTES_MAX)
    transmit.end = writeAck(
      transmit.buffer,
      transmit.end,
      type,
      packetId,
      reasonCode,
      this.protocolVersion,
    )
    this.handler.onTransmitReady(this)
  }
}

const BEFORE_CONNECT: ProtocolError = { reasonCode: 0x82, message: 'a packet came before CONNECT' }
