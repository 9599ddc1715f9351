// One connection on the server's side: bytes in, packets out, and what each packet means. It owns
// the decoder and the keepalive; who may come in is the core's, sessions and routing the virtual
// host's. What the peer does wrong ends this connection alone, with the standard's reason code.

import {
  ACK_BYTES_MAX,
  encodePacket,
  PacketDecoder,
  reasonName,
  writeAck,
  writePing,
} from '@motewire/sdk/codec'
import type {
  AckType,
  AuthPacket,
  ConnectPacket,
  ControlPacket,
  DisconnectPacket,
  PacketHandler,
  ProtocolError,
  PublishFrame,
  SubackPacket,
  SubscribePacket,
  UnsubackPacket,
  UnsubscribePacket,
} from '@motewire/sdk/codec'
import { TransmitBuffer } from '@motewire/sdk/core'
import type { ConnectionHandler, Hangup } from './connection-handler.ts'
import { expiryMs, PACKET_BYTES_MAX } from './handshake.ts'
import type { Refusal } from './handshake.ts'
import type { CoreOptions } from './options.ts'
import type { Session, SessionLink } from './session.ts'
import { PublishIntake } from './publish-intake.ts'
import type { PublishSource } from './publish-intake.ts'
import type { Receiver, Traffic } from './publish-writer.ts'
import { OutboundAliases } from './topic-aliases.ts'
import type { VirtualHost } from './virtual-host.ts'

/** What a connection asks of the core that it belongs to. */
export interface ConnectionOwner {
  readonly options: CoreOptions
  /** Time of the input that is being handled. */
  now: number
  bytesIn: number
  bytesOut: number
  packetsIn: number
  packetsOut: number
  connect(connection: Connection, packet: ConnectPacket, now: number): void
  /** Its CONNECT has come and is not answered yet. */
  isAuthenticating(connection: Connection): boolean
  /** AUTH before CONNACK, or a re-authentication. */
  authenticate(connection: Connection, packet: AuthPacket, now: number): void
  /** The connection has ended; called once. */
  handleLost(connection: Connection, isWillDue: boolean, reason: string, now: number): void
}

export class Connection implements PacketHandler, SessionLink, Receiver, PublishSource {
  readonly handler: ConnectionHandler
  /** A whole millisecond. */
  readonly connectedAtMs: number
  readonly #core: ConnectionOwner
  readonly #decoder: PacketDecoder
  readonly transmit: TransmitBuffer = new TransmitBuffer()
  session: Session | undefined
  host: VirtualHost | undefined
  isClosed = false
  bytesIn = 0
  bytesOut = 0
  #writingBytes = 0
  /** Rounded up to a millisecond: a fraction would be an object of its own. */
  #receivedAtMs: number
  /** Silence after which the peer is given up, or time in which it must be let in; 0: never. */
  #patienceMs: number
  inflightMax = 0
  packetBytesMax: number = PACKET_BYTES_MAX
  aliases: OutboundAliases | undefined
  /** Undefined until it publishes. */
  #intake: PublishIntake | undefined

  constructor(core: ConnectionOwner, handler: ConnectionHandler, now: number) {
    this.#core = core
    this.handler = handler
    this.connectedAtMs = Math.floor(now)
    this.#receivedAtMs = Math.ceil(now)
    this.#patienceMs = core.options.connectTimeoutMs
    this.#decoder = new PacketDecoder('server', this, core.options)
  }

  get address(): string {
    return this.handler.address
  }

  get traffic(): Traffic {
    return this.handler.traffic
  }

  get protocolVersion(): 3 | 4 | 5 {
    return this.#decoder.protocolVersion
  }

  // Inputs.

  handleBytes(bytes: Uint8Array, now: number): void {
    if (this.isClosed) return
    this.#core.now = now
    // Who has not come in yet wins no time by sending byte after byte.
    if (this.session !== undefined) this.#receivedAtMs = Math.ceil(now)
    this.bytesIn += bytes.length
    this.#core.bytesIn += bytes.length
    const fault = this.#decoder.feed(bytes)
    if (fault !== undefined && !this.isClosed) this.#handleFault(fault)
  }

  handleTransmitted(now: number): void {
    if (this.#writingBytes === 0) return
    this.bytesOut += this.#writingBytes
    this.#core.bytesOut += this.#writingBytes
    this.transmit.release(this.#writingBytes)
    this.#writingBytes = 0
    this.session?.delivery.pump(now)
    this.session?.pull(now)
  }

  /** The channel has ended, in whatever way. */
  handleClose(now: number): void {
    if (this.isClosed) return
    this.#finish()
    this.#core.handleLost(this, true, 'socket closed', now)
  }

  /** When the peer has been silent for too long, unless something comes. */
  get patienceEndsMs(): number {
    return this.#patienceMs === 0 ? Infinity : this.#receivedAtMs + this.#patienceMs
  }

  // Outputs.

  pollTransmit(): Uint8Array | undefined {
    if (this.#writingBytes !== 0) return undefined
    const bytes = this.transmit.poll()
    if (bytes !== undefined) this.#writingBytes = bytes.length
    return bytes
  }

  notifyReady(): void {
    this.handler.onTransmitReady()
  }

  countMessage(): void {
    this.#core.packetsOut++
    this.handler.traffic.messagesOut++
  }

  notifyFull(): void {
    this.handler.onTransmitFull()
  }

  // Commands of the core.

  /** The session is this connection's from here on. */
  attach(host: VirtualHost, session: Session, packet: ConnectPacket, keepaliveS: number): void {
    const { options } = this.#core
    this.host = host
    this.session = session
    this.#patienceMs = keepaliveS * 1500
    this.#receivedAtMs = Math.ceil(this.#core.now)
    const { properties } = packet
    this.inflightMax = properties?.receiveMaximum ?? options.inflightMax
    const aliasesMax = properties?.topicAliasMaximum ?? 0
    if (aliasesMax > 0) this.aliases = new OutboundAliases(aliasesMax)
  }

  /** False when the packet is larger than the peer takes, even without its reason string. */
  send(packet: ControlPacket): boolean {
    let bytes = encodePacket(packet, this.protocolVersion)
    if (bytes.length > this.packetBytesMax && packet.properties?.reasonString !== undefined) {
      const { reasonString: _reason, ...properties } = packet.properties
      bytes = encodePacket({ ...packet, properties }, this.protocolVersion)
    }
    if (bytes.length > this.packetBytesMax) return false
    this.#roomFor(bytes.length).append(bytes)
    return true
  }

  /** Ends the connection: tells a 5.0 client why, then closes. */
  close(reasonCode: number, isWillDue: boolean, now: number, reason?: string): void {
    if (this.isClosed) return
    const text = reason ?? reasonName(reasonCode).slice(5)
    if (this.session !== undefined && this.protocolVersion === 5) {
      this.send({ type: 'disconnect', reasonCode, properties: { reasonString: text } })
    }
    this.#end('flush', isWillDue, text, now)
  }

  /** Ends the connection without a word. */
  abort(reason: string, now: number): void {
    this.#end('abort', false, reason, now)
  }

  /** Answers CONNECT with a refusal and closes. */
  refuse({ reasonCode, returnCode, reason, serverReference }: Refusal, now: number): void {
    const isNew = this.protocolVersion === 5
    const reference = serverReference === undefined ? {} : { serverReference }
    this.send({
      type: 'connack',
      sessionPresent: false,
      reasonCode: isNew ? reasonCode : returnCode,
      ...(isNew ? { properties: { reasonString: reason, ...reference } } : {}),
    })
    this.#end('flush', false, reason, now)
  }

  #end(how: Hangup, isWillDue: boolean, reason: string, now: number): void {
    this.handler.onHangup(how)
    this.#finish()
    this.#core.handleLost(this, isWillDue, reason, now)
  }

  #finish(): void {
    this.isClosed = true
    this.#decoder.stop()
    this.transmit.clear()
    this.#writingBytes = 0
  }

  #handleFault({ reasonCode, message }: ProtocolError): void {
    if (this.session !== undefined) return this.close(reasonCode, true, this.#core.now, message)
    // A version nobody knows is answered in the form that every client can read.
    if (reasonCode === 0x84) {
      return this.refuse({ reasonCode, returnCode: 1, reason: message }, this.#core.now)
    }
    this.abort(message, this.#core.now)
  }

  // Packets, called by the decoder.

  handlePublish(frame: PublishFrame): void {
    const { session, host } = this
    this.#core.packetsIn++
    if (session === undefined || host === undefined) return this.#handleFault(BEFORE_CONNECT)
    this.#intake ??= new PublishIntake(this, session, host)
    this.#intake.handle(frame, this.#core.options, this.#core.now)
  }

  handleAck(type: AckType, packetId: number, reasonCode: number): void {
    const { session, host } = this
    this.#core.packetsIn++
    if (session === undefined || host === undefined) return this.#handleFault(BEFORE_CONNECT)
    if (type === 6) {
      const isKnown = session.receipts.release(packetId)
      if (isKnown && session.expiryMs > 0) {
        host.store?.noteReceipt(host.name, session.clientId, packetId, false)
      }
      this.acknowledge(7, packetId, isKnown || this.protocolVersion < 5 ? 0 : 0x92)
      return
    }
    session.delivery.handleAck(type, packetId, reasonCode, this.#core.now)
    session.pull(this.#core.now)
    this.handler.onTransmitReady()
  }

  handlePing(): void {
    this.#core.packetsIn++
    if (this.session === undefined) return this.#handleFault(BEFORE_CONNECT)
    const transmit = this.#roomFor(2)
    transmit.end = writePing(transmit.buffer, transmit.end, 13)
  }

  handlePacket(packet: ControlPacket): void {
    this.#core.packetsIn++
    if (packet.type === 'connect') {
      const isSecond = this.session !== undefined || this.#core.isAuthenticating(this)
      if (isSecond) return this.close(0x82, true, this.#core.now, 'a second CONNECT')
      // From here on, for the refusal too [MQTT5-3.1.2-24].
      this.packetBytesMax = packet.properties?.maximumPacketSize ?? PACKET_BYTES_MAX
      return this.#core.connect(this, packet, this.#core.now)
    }
    if (packet.type === 'auth') return this.#core.authenticate(this, packet, this.#core.now)
    const { session, host } = this
    if (session === undefined || host === undefined) return this.#handleFault(BEFORE_CONNECT)
    if (packet.type === 'subscribe') this.#handleSubscribe(host, session, packet)
    else if (packet.type === 'unsubscribe') this.#handleUnsubscribe(host, session, packet)
    else if (packet.type === 'disconnect') this.#handleDisconnect(session, packet)
  }

  #handleSubscribe(host: VirtualHost, session: Session, packet: SubscribePacket): void {
    const reasonCodes = host.subscribe(session, packet, this.#core.now)
    this.#answer({ type: 'suback', packetId: packet.packetId, reasonCodes })
    host.deliverRetained(session, packet, reasonCodes, this.#core.now)
  }

  #handleUnsubscribe(host: VirtualHost, session: Session, packet: UnsubscribePacket): void {
    const reasonCodes = packet.filters.map((one) => host.unsubscribe(session, one, this.#core.now))
    this.#answer({ type: 'unsuback', packetId: packet.packetId, reasonCodes })
  }

  /** A client that takes no answer as large as this would wait for it for ever. */
  #answer(packet: SubackPacket | UnsubackPacket): void {
    if (this.send(packet)) return
    this.close(0x95, true, this.#core.now, `the client takes no ${packet.type} as large as its own`)
  }

  #handleDisconnect(session: Session, packet: DisconnectPacket): void {
    const expiry = packet.properties?.sessionExpiryInterval
    if (expiry !== undefined) {
      // A session that was to end with the connection cannot be made to last [MQTT5-3.14.2-2].
      if (session.expiryMs === 0 && expiry > 0) return this.close(0x82, true, this.#core.now)
      session.expiryMs = Math.min(expiryMs(expiry), this.#core.options.sessionExpiryMaxS * 1000)
    }
    const isWillDue = packet.reasonCode !== 0
    const reason = isWillDue ? `client left: ${reasonName(packet.reasonCode)}` : 'client left'
    this.#end('left', isWillDue, reason, this.#core.now)
  }

  /** PUBACK, PUBREC or PUBCOMP. */
  acknowledge(type: AckType, packetId: number, reasonCode: number): void {
    const transmit = this.#roomFor(ACK_BYTES_MAX)
    const { buffer, end } = transmit
    transmit.end = writeAck(buffer, end, type, packetId, reasonCode, this.protocolVersion)
  }

  #roomFor(packetBytes: number): TransmitBuffer {
    this.#core.packetsOut++
    this.transmit.reserve(packetBytes)
    this.handler.onTransmitReady()
    return this.transmit
  }
}

const BEFORE_CONNECT: ProtocolError = { reasonCode: 0x82, message: 'a packet came before CONNECT' }
