// The client's session: a pure state machine. Bytes, events and `now` go in; bytes
// (`pollTransmit`), a deadline (`pollTimeout`) and notices (SessionHandler) come out. It owns the
// link's state, the CONNECT handshake, keepalive and reconnect timing, and hands packets to
// Delivery (outbound), Receipts (inbound) and Subscriptions. It does not know channels, clocks,
// promises or sockets.
//
// After each input the driver asks pollTransmit until it answers undefined, then pollTimeout.

import { ACK_BYTES_MAX, encodePacket, PacketDecoder, writeAck, writePing } from '../codec/index.ts'
import type {
  AckType,
  ConnackPacket,
  ControlPacket,
  DisconnectPacket,
  PacketHandler,
  Properties,
  ProtocolError,
  PublishFrame,
  QoS,
  SubackPacket,
  UnsubackPacket,
} from '../codec/index.ts'
import { LinkError } from '../errors.ts'
import type { MotewireError } from '../errors.ts'
import { Prng } from '../kit/index.ts'
import { Backoff } from './backoff.ts'
import { capabilitiesOf } from './capabilities.ts'
import type { Capabilities } from './capabilities.ts'
import { Delivery } from './delivery.ts'
import type { PublishResult } from './delivery.ts'
import { Keepalive } from './keepalive.ts'
import { nextLinkState } from './link.ts'
import type { LinkEvent, LinkState } from './link.ts'
import { PacketIds } from './packet-ids.ts'
import { Receipts } from './receipts.ts'
import type { SessionHandler } from './session-handler.ts'
import type { SessionOptions } from './session-options.ts'
import { Subscriptions } from './subscriptions.ts'
import type { Operation } from './subscriptions.ts'
import { TransmitBuffer } from './transmit-buffer.ts'
import { disconnectError, isFinal, protocolFaultError, refusalError } from './verdicts.ts'

export class Session implements PacketHandler {
  readonly #options: SessionOptions
  readonly #handler: SessionHandler
  readonly #transmit = new TransmitBuffer()
  readonly #ids = new PacketIds()
  readonly #delivery: Delivery
  readonly #subscriptions = new Subscriptions(this.#ids)
  readonly #receipts = new Receipts()
  readonly #keepalive = new Keepalive()
  readonly #backoff: Backoff
  readonly #decoder: PacketDecoder
  #state: LinkState = 'idle'
  #capabilities: Capabilities | undefined
  #clientId: string
  /** Deadline of the state: next attempt, or end of patience for open and CONNACK. */
  #stateDeadlineMs = Infinity
  #onlineSinceMs = 0
  /** Bytes of the write that is under way; 0 when none is. */
  #writingBytes = 0
  /** Time of the input that is being handled, for the decoder's calls. */
  #now = 0
  /** Whether our side has unacknowledged state that a server's session may hold. */
  #hasSession = false

  constructor(options: SessionOptions, handler: SessionHandler) {
    this.#options = options
    this.#handler = handler
    this.#clientId = options.clientId
    this.#backoff = new Backoff(options.backoff, new Prng(options.seed))
    this.#decoder = new PacketDecoder('client', this, { packetBytesMax: options.packetBytesMax })
    this.#delivery = new Delivery(options.outbox, this.#transmit, this.#ids, handler)
  }

  get state(): LinkState {
    return this.#state
  }

  get clientId(): string {
    return this.#clientId
  }

  get capabilities(): Capabilities | undefined {
    return this.#capabilities
  }

  /** Messages queued and in flight, and the bytes they hold. */
  get outboxSize(): number {
    return this.#delivery.outbox.size
  }

  get outboxBytes(): number {
    return this.#delivery.outbox.bytes
  }

  get inflight(): number {
    return this.#delivery.inflight
  }

  /** Whether everything that was published has left and is acknowledged. */
  get isDrained(): boolean {
    return this.outboxSize === 0 && this.#transmit.pendingBytes === 0
  }

  get hasTransmit(): boolean {
    return this.#transmit.isReady && this.#writingBytes === 0
  }

  /** Bytes waiting to be written; the driver stops reading when the peer makes it grow. */
  get transmitBytes(): number {
    return this.#transmit.pendingBytes
  }

  // Commands.

  /** Dials, also while a later attempt is planned. */
  start(now: number): void {
    this.#dial('start', now)
  }

  publish(
    topic: string,
    payload: Uint8Array | string,
    qos: QoS,
    retain: boolean,
    properties: Properties | undefined,
    token: unknown,
    now: number,
  ): PublishResult {
    return this.#delivery.publish(topic, payload, qos, retain, properties, token, now)
  }

  /** Subscribes or unsubscribes, now or when there is a link; false when too many wait already. */
  operate(operation: Operation): boolean {
    if (!this.#subscriptions.enqueue(operation)) return false
    this.#sendOperations()
    return true
  }

  /** Says DISCONNECT if there is anybody to say it to, and ends for good. */
  end(reasonCode: number, properties: Properties | undefined): void {
    if (this.#state === 'ended') return
    const wasOnline = this.#state === 'online'
    if (wasOnline) this.#sendDisconnect(reasonCode, properties)
    const wasLinked = wasOnline || this.#state === 'dialing' || this.#state === 'greeting'
    this.#enter('end')
    this.#stateDeadlineMs = Infinity
    this.#keepalive.stop()
    this.#decoder.stop()
    this.#delivery.abandon()
    for (const operation of this.#subscriptions.abandon()) {
      if (operation.token !== undefined) this.#handler.onOperation(operation, undefined)
    }
    if (wasLinked) this.#handler.onHangup(wasOnline ? 'flush' : 'abort')
  }

  // Inputs.

  /** The channel is open: CONNECT goes first. */
  handleOpen(now: number): void {
    if (!this.#enter('open')) return
    const { connect } = this.#options
    this.#decoder.reset(connect.protocolVersion)
    this.#transmit.clear()
    this.#writingBytes = 0
    this.#stateDeadlineMs = now + this.#options.connectTimeoutMs
    const packet = { ...connect, clientId: this.#clientId }
    this.#transmit.append(encodePacket(packet, connect.protocolVersion))
  }

  handleBytes(bytes: Uint8Array, now: number): void {
    if (this.#state !== 'greeting' && this.#state !== 'online') return
    this.#now = now
    this.#keepalive.handleReceived(now)
    const fault = this.#decoder.feed(bytes)
    if (fault !== undefined) this.#failPeer(fault)
  }

  /** The bytes of the last pollTransmit are written. */
  handleTransmitted(now: number): void {
    if (this.#writingBytes === 0) return
    this.#transmit.release(this.#writingBytes)
    this.#writingBytes = 0
    this.#keepalive.handleSent(now)
    this.#delivery.pump(now)
  }

  /** The channel has ended or could not be opened. */
  handleClose(cause: MotewireError | undefined, now: number): void {
    if (this.#state === 'ended' || this.#state === 'waiting' || this.#state === 'idle') return
    const what =
      this.#state === 'greeting' ? 'server closed the connection before CONNACK' : undefined
    const closed = what ?? 'server closed the connection'
    this.#lose(cause ?? new LinkError('ERR_LINK_CLOSED', closed), now)
  }

  handleTimeout(now: number): void {
    this.#now = now
    if (now >= this.#stateDeadlineMs) {
      if (this.#state === 'waiting') return this.#dial('due', now)
      const what = this.#state === 'dialing' ? 'no connection' : 'no CONNACK'
      const waited = `${what} within ${this.#options.connectTimeoutMs} ms`
      return this.#drop(new LinkError('ERR_LINK_TIMEOUT', waited))
    }
    if (this.#state !== 'online') return
    if (this.#keepalive.isExpired(now)) {
      return this.#drop(
        new LinkError('ERR_KEEPALIVE_TIMEOUT', 'server answered no PINGREQ in time'),
      )
    }
    if (this.#keepalive.isPingDue(now)) {
      this.#transmit.reserve(2)
      this.#transmit.end = writePing(this.#transmit.buffer, this.#transmit.end, 12)
      this.#keepalive.handlePingQueued()
    }
  }

  // Outputs.

  /** The next bytes to write, or undefined; answer with handleTransmitted when they are gone. */
  pollTransmit(): Uint8Array | undefined {
    if (this.#writingBytes !== 0) return undefined
    const bytes = this.#transmit.poll()
    if (bytes !== undefined) this.#writingBytes = bytes.length
    return bytes
  }

  /** When handleTimeout is due; Infinity when nothing is. */
  pollTimeout(): number {
    if (this.#state !== 'online') return this.#stateDeadlineMs
    return this.#keepalive.deadlineMs()
  }

  // Packets, called by the decoder.

  handlePublish(frame: PublishFrame): void {
    if (!this.#isOnlineOr('PUBLISH')) return
    const { qos, packetId } = frame
    if (qos === 0) return this.#handler.onMessage(frame)
    // The ack leaves even if the application's handler throws: the message was handed over.
    try {
      if (qos === 1 || !this.#receipts.has(packetId)) {
        if (qos === 2) this.#receipts.add(packetId)
        this.#handler.onMessage(frame)
      }
    } finally {
      if (this.#state === 'online') this.#acknowledge(qos === 1 ? 4 : 5, packetId, 0)
    }
  }

  handleAck(type: AckType, packetId: number, reasonCode: number): void {
    if (!this.#isOnlineOr('acknowledgement')) return
    if (type !== 6) return this.#delivery.handleAck(type, packetId, reasonCode, this.#now)
    const isKnown = this.#receipts.release(packetId)
    const version = this.#options.connect.protocolVersion
    this.#acknowledge(7, packetId, isKnown || version < 5 ? 0 : 0x92)
  }

  handlePing(): void {
    if (this.#isOnlineOr('PINGRESP')) this.#keepalive.handlePingresp()
  }

  handlePacket(packet: ControlPacket): void {
    if (packet.type === 'connack') return this.#handleConnack(packet)
    if (packet.type === 'disconnect') return this.#handleDisconnect(packet)
    if (!this.#isOnlineOr(packet.type.toUpperCase())) return
    if (packet.type === 'suback' || packet.type === 'unsuback') return this.#handleAnswer(packet)
    // AUTH comes only to a client that named a method, and this one named none [MQTT5-4.12.0-6].
    this.#failPeer({ reasonCode: 0x82, message: `${packet.type} came unasked` })
  }

  #handleConnack(connack: ConnackPacket): void {
    const { connect } = this.#options
    if (this.#state !== 'greeting') {
      return this.#failPeer({ reasonCode: 0x82, message: 'a second CONNACK came' })
    }
    if (connack.reasonCode !== 0) return this.#drop(refusalError(connack))
    // A session of the server's without one of ours cannot be continued [MQTT5-3.2.2-4].
    if (connack.sessionPresent && connect.clean) {
      return this.#failPeer({ reasonCode: 0x82, message: 'session present after a clean start' })
    }
    const capabilities = capabilitiesOf(connack, connect.protocolVersion, this.#options)
    this.#enter('accept')
    this.#capabilities = capabilities
    this.#clientId = capabilities.assignedClientId ?? this.#clientId
    this.#stateDeadlineMs = Infinity
    this.#onlineSinceMs = this.#now
    this.#keepalive.start(capabilities.keepalive * 1000, this.#options.pingTimeoutMs, this.#now)
    const hadSession = this.#hasSession
    this.#hasSession = true
    if (!connack.sessionPresent) {
      this.#receipts.clear()
      if (hadSession && this.#options.resubscribe) this.#subscriptions.restore()
    }
    this.#handler.onConnect(connack, capabilities)
    if (this.#capabilities !== capabilities) return
    this.#sendOperations()
    this.#delivery.handleOnline(capabilities, connack.sessionPresent, this.#now)
  }

  #handleDisconnect(packet: DisconnectPacket): void {
    if (this.#options.connect.protocolVersion < 5) {
      return this.#failPeer({ reasonCode: 0x82, message: 'DISCONNECT came from a 3.x server' })
    }
    this.#drop(disconnectError(packet))
  }

  #handleAnswer(packet: SubackPacket | UnsubackPacket): void {
    const answer = this.#subscriptions.handleAnswer(packet)
    if (answer === undefined) return
    if (answer.fault !== undefined) return this.#failPeer(answer.fault)
    const { operation, reasonCodes } = answer
    if (operation.token !== undefined) this.#handler.onOperation(operation, reasonCodes)
    this.#sendOperations()
  }

  // Sending.

  #acknowledge(type: AckType, packetId: number, reasonCode: number): void {
    const version = this.#options.connect.protocolVersion
    this.#transmit.reserve(ACK_BYTES_MAX)
    const { buffer, end } = this.#transmit
    this.#transmit.end = writeAck(buffer, end, type, packetId, reasonCode, version)
  }

  #sendOperations(): void {
    if (this.#state === 'online') {
      this.#subscriptions.send(this.#transmit, this.#options.connect.protocolVersion)
    }
  }

  #sendDisconnect(reasonCode: number, properties?: Properties): void {
    const packet: DisconnectPacket = {
      type: 'disconnect',
      reasonCode,
      ...(properties && { properties }),
    }
    this.#transmit.append(encodePacket(packet, this.#options.connect.protocolVersion))
  }

  // The link.

  #enter(event: LinkEvent): boolean {
    const next = nextLinkState(this.#state, event)
    if (next === undefined) return false
    this.#state = next
    return true
  }

  #dial(event: 'start' | 'due', now: number): void {
    if (!this.#enter(event)) return
    this.#stateDeadlineMs = now + this.#options.connectTimeoutMs
    this.#handler.onDial()
  }

  /** Nothing but CONNACK may come before it is online [MQTT5-3.2.0-1]. */
  #isOnlineOr(what: string): boolean {
    if (this.#state === 'online') return true
    if (this.#state === 'greeting') {
      this.#failPeer({ reasonCode: 0x82, message: `${what} came before CONNACK` })
    }
    return false
  }

  /** The peer broke the protocol: tell it why (5.0), then close. */
  #failPeer({ reasonCode, message }: ProtocolError): void {
    const isSaying = this.#state === 'online' && this.#options.connect.protocolVersion === 5
    if (isSaying) this.#sendDisconnect(reasonCode)
    const error = protocolFaultError({ reasonCode, message })
    this.#drop(error, isSaying ? 'flush' : 'abort')
  }

  /** Ends the connection from our side and plans the next one. */
  #drop(cause: MotewireError, how: 'flush' | 'abort' = 'abort'): void {
    this.#decoder.stop()
    this.#handler.onHangup(how)
    this.#lose(cause, this.#now)
  }

  #lose(cause: MotewireError, now: number): void {
    const wasOnline = this.#state === 'online'
    if (!this.#enter('lost')) return
    this.#decoder.stop()
    this.#transmit.clear()
    this.#writingBytes = 0
    this.#keepalive.stop()
    this.#capabilities = undefined
    this.#delivery.handleOffline()
    this.#subscriptions.handleOffline()
    if (wasOnline) this.#backoff.handleConnectionEnd(now - this.#onlineSinceMs)
    const isRetried = this.#options.backoff.baseMs > 0 && !isFinal(cause)
    const delay = isRetried ? this.#backoff.nextDelayMs() : undefined
    this.#stateDeadlineMs = delay === undefined ? Infinity : now + delay
    this.#handler.onOffline(cause, delay)
  }
}
