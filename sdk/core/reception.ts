// What the server sends, packet by packet: what each one means, and what is answered. It owns
// the inbound deliveries and the server's topic aliases; outbound deliveries, subscriptions
// and the link are its neighbours'. It does not know how the link is made or when it is due.

import { ACK_BYTES_MAX, writeAck } from '../codec/index.ts'
import type {
  AckType,
  AuthPacket,
  ConnackPacket,
  ControlPacket,
  DisconnectPacket,
  PacketHandler,
  ProtocolError,
  PublishFrame,
  SubackPacket,
  UnsubackPacket,
} from '../codec/index.ts'
import type { MotewireError } from '../errors.ts'
import type { AuthStep } from './authentication.ts'
import type { Capabilities } from './capabilities.ts'
import type { Delivery, DeliveryParts } from './delivery.ts'
import type { Handshake } from './handshake.ts'
import { Inbound } from './inbound.ts'
import type { InboundOwner, Ticket } from './inbound.ts'
import type { Keepalive } from './keepalive.ts'
import type { LinkState } from './link.ts'
import type { SessionHandler } from './session-handler.ts'
import type { SessionSettings } from './session-options.ts'
import type { SessionCounters } from './statistics.ts'
import type { Subscriptions } from './subscriptions.ts'
import { InboundAliases } from './topic-aliases.ts'
import type { TransmitBuffer } from './transmit-buffer.ts'
import { disconnectError } from './verdicts.ts'

/** The link, as far as packets move it. */
export interface LinkControl {
  readonly state: LinkState
  readonly capabilities: Capabilities | undefined
  /** Undefined while nothing was ever subscribed to. */
  readonly subscriptions: Subscriptions | undefined
  /** Time of the input that is being handled. */
  readonly now: number
  accept(capabilities: Capabilities): void
  fail(fault: ProtocolError): void
  drop(cause: MotewireError, how?: 'flush' | 'abort', isStepped?: boolean): void
  send(packet: ControlPacket): void
  sendOperations(): void
}

export interface ReceptionParts extends Omit<DeliveryParts, 'handler'> {
  readonly handler: SessionHandler
  readonly handshake: Handshake
  readonly delivery: Delivery
  readonly keepalive: Keepalive
}

export class Reception implements PacketHandler, InboundOwner {
  readonly #settings: SessionSettings
  readonly #link: LinkControl
  readonly #handler: SessionHandler
  readonly #handshake: Handshake
  readonly #delivery: Delivery
  readonly #keepalive: Keepalive
  readonly #transmit: TransmitBuffer
  readonly #counters: SessionCounters
  /** Made by the first QoS 1 or 2 message. */
  #inbound: Inbound | undefined
  #aliases: InboundAliases | undefined
  /** The message the application is looking at, and whether it asked for more time. */
  #current: PublishFrame | undefined
  #ticket: Ticket | undefined

  constructor(settings: SessionSettings, link: LinkControl, parts: ReceptionParts) {
    this.#settings = settings
    this.#link = link
    this.#handler = parts.handler
    this.#handshake = parts.handshake
    this.#delivery = parts.delivery
    this.#keepalive = parts.keepalive
    this.#transmit = parts.transmit
    this.#counters = parts.counters
  }

  // Commands.

  restore(receipts: readonly number[]): void {
    if (receipts.length > 0) this.#requireInbound().restore(receipts)
  }

  /** The session that the server had with us is over. */
  forgetServer(): void {
    this.#inbound?.handleOnline(false)
    this.#settings.store?.clearReceipts()
  }

  /** From inside onMessage: the application needs more time; hand the ticket to `redeem` then. */
  defer(): Ticket | undefined {
    const frame = this.#current
    if (frame === undefined || frame.qos === 0) return undefined
    this.#ticket ??= this.#inbound?.defer(frame.packetId, frame.qos)
    return this.#ticket
  }

  redeem(ticket: Ticket): void {
    if (this.#link.state === 'online') this.#inbound?.redeem(ticket)
    else ticket.isDone = true
  }

  // Packets, called by the decoder.

  handlePublish(frame: PublishFrame): void {
    if (!this.#isOnlineOr('PUBLISH') || !this.#resolveAlias(frame)) return
    const { qos, packetId } = frame
    this.#counters.messagesReceived++
    if (qos === 0) return this.#handler.onMessage(frame)
    const inbound = this.#requireInbound()
    const arrival = inbound.arrive(packetId, qos)
    if (arrival === 'flood') {
      return this.#link.fail({ reasonCode: 0x93, message: 'more messages than Receive Maximum' })
    }
    if (arrival === 'duplicate') return inbound.settleDuplicate(packetId)
    this.#current = frame
    this.#ticket = undefined
    // The ack leaves even if the application's handler throws: the message was handed over.
    try {
      this.#handler.onMessage(frame)
    } finally {
      this.#current = undefined
      const isOver = this.#ticket === undefined && this.#link.state === 'online'
      if (isOver) inbound.settle(packetId, qos)
    }
  }

  #requireInbound(): Inbound {
    const { receiveMaximum = 65_535 } = this.#handshake.properties ?? {}
    return (this.#inbound ??= new Inbound(receiveMaximum, this))
  }

  /** Puts the topic in place of an alias; false when the server may not use it. */
  #resolveAlias(frame: PublishFrame): boolean {
    const alias = frame.properties?.topicAlias
    if (alias === undefined) return true
    const topic = this.#aliases?.resolve(alias, frame.topic)
    if (topic !== undefined) {
      frame.topic = topic
      return true
    }
    this.#link.fail({ reasonCode: 0x94, message: `topic alias ${alias} is not in use` })
    return false
  }

  handleAck(type: AckType, packetId: number, reasonCode: number): void {
    if (!this.#isOnlineOr('acknowledgement')) return
    if (type !== 6) return this.#delivery.handleAck(type, packetId, reasonCode, this.#link.now)
    const isKnown = this.#inbound?.release(packetId) === true
    if (isKnown) this.#settings.store?.removeReceipt(packetId)
    const version = this.#handshake.protocolVersion
    this.#acknowledge(7, packetId, isKnown || version < 5 ? 0 : 0x92)
  }

  handlePing(): void {
    if (this.#isOnlineOr('PINGRESP')) this.#keepalive.handlePingresp(this.#link.now)
  }

  handlePacket(packet: ControlPacket): void {
    if (packet.type === 'connack') return this.#handleConnack(packet)
    if (packet.type === 'auth') return this.#handleAuth(packet)
    if (packet.type === 'disconnect') return this.#handleDisconnect(packet)
    if (!this.#isOnlineOr(packet.type.toUpperCase())) return
    if (packet.type === 'suback' || packet.type === 'unsuback') this.#handleAnswer(packet)
  }

  #handleConnack(connack: ConnackPacket): void {
    if (this.#link.state !== 'greeting') {
      return this.#link.fail({ reasonCode: 0x82, message: 'a second CONNACK came' })
    }
    const verdict = this.#handshake.judge(connack)
    if (verdict.error !== undefined) {
      return this.#link.drop(verdict.error, 'abort', verdict.isStepped)
    }
    const { authentication } = this.#handshake
    const step = authentication?.handleConnack(connack)
    if (step?.fault !== undefined) return this.#link.fail(step.fault)
    if (authentication === undefined && connack.properties?.authenticationMethod !== undefined) {
      const message = 'CONNACK names an authentication method that was not asked for'
      return this.#link.fail({ reasonCode: 0x82, message })
    }
    const { capabilities, isSessionKept } = verdict
    this.#link.accept(capabilities)
    const { topicAliasMaximum = 0 } = this.#handshake.properties ?? {}
    this.#aliases = topicAliasMaximum === 0 ? undefined : new InboundAliases(topicAliasMaximum)
    this.#inbound?.handleOnline(isSessionKept)
    if (!isSessionKept) this.#settings.store?.clearReceipts()
    // MQTT 3.1 cannot say whether it kept anything: asking again harms nobody.
    const mayBeForgotten = !isSessionKept || capabilities.protocolVersion === 3
    if (mayBeForgotten && this.#settings.resubscribe) this.#link.subscriptions?.restore()
    this.#handler.onConnect(connack, capabilities)
    // Whoever was told may have ended it.
    if (this.#link.capabilities !== capabilities) return
    this.#link.sendOperations()
    this.#delivery.handleOnline(capabilities, isSessionKept, this.#link.now)
  }

  #handleAuth(packet: AuthPacket): void {
    const { authentication } = this.#handshake
    const step: AuthStep | undefined = authentication?.handleAuth(
      packet,
      this.#link.state === 'online',
    )
    // AUTH comes only to a client that named a method [MQTT5-4.12.0-6].
    if (step === undefined) this.#link.fail({ reasonCode: 0x82, message: 'AUTH came unasked' })
    else if (step.fault !== undefined) this.#link.fail(step.fault)
    else if (step.answer !== undefined) this.#link.send(step.answer)
  }

  #handleDisconnect(packet: DisconnectPacket): void {
    if (this.#handshake.protocolVersion < 5) {
      return this.#link.fail({ reasonCode: 0x82, message: 'DISCONNECT came from a 3.x server' })
    }
    this.#link.drop(disconnectError(packet))
  }

  #handleAnswer(packet: SubackPacket | UnsubackPacket): void {
    const answer = this.#link.subscriptions?.handleAnswer(packet)
    if (answer === undefined) return
    if (answer.fault !== undefined) return this.#link.fail(answer.fault)
    const { operation, reasonCodes } = answer
    if (operation.token !== undefined) this.#handler.onOperation(operation, reasonCodes)
    this.#link.sendOperations()
  }

  /** The application is done with a message: PUBACK or PUBREC. */
  handleDone(type: AckType, packetId: number): void {
    if (type === 5) this.#settings.store?.addReceipt(packetId)
    this.#acknowledge(type, packetId, 0)
  }

  #acknowledge(type: AckType, packetId: number, reasonCode: number): void {
    const version = this.#handshake.protocolVersion
    this.#transmit.reserve(ACK_BYTES_MAX)
    const { buffer, end } = this.#transmit
    this.#transmit.end = writeAck(buffer, end, type, packetId, reasonCode, version)
  }

  /** Nothing but CONNACK may come before it is online [MQTT5-3.2.0-1]. */
  #isOnlineOr(what: string): boolean {
    if (this.#link.state === 'online') return true
    if (this.#link.state === 'greeting') {
      this.#link.fail({ reasonCode: 0x82, message: `${what} came before CONNACK` })
    }
    return false
  }
}
