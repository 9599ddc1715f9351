// What the codec speaks: MQTT control packets as values. Property names are those MQTT.js users
// know; every value keeps the unit of the standard (seconds for intervals). This file does not
// know how anything is laid out in bytes.

/** 3 is MQTT 3.1 (`MQIsdp`), 4 is 3.1.1, 5 is 5.0: the protocol level byte of CONNECT. */
export type ProtocolVersion = 3 | 4 | 5

export type QoS = 0 | 1 | 2

/** What we are: a client reads what servers send, a server what clients send. */
export type Role = 'client' | 'server'

/** Control packet types: the high nibble of a packet's first byte [MQTT5 2.1.2]. */
export const PacketType = {
  connect: 1,
  connack: 2,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  subscribe: 8,
  suback: 9,
  unsubscribe: 10,
  unsuback: 11,
  pingreq: 12,
  pingresp: 13,
  disconnect: 14,
  auth: 15,
} as const

/** PUBACK, PUBREC, PUBREL, PUBCOMP: the four packets that move a delivery on. */
export type AckType = 4 | 5 | 6 | 7

export type UserProperties = Record<string, string | string[]>

/**
 * All 27 properties of MQTT 5.0 section 2.2.2.2; which packet may carry which is in
 * properties.ts.
 */
export interface Properties {
  payloadFormatIndicator?: boolean
  /** Seconds. */
  messageExpiryInterval?: number
  contentType?: string
  responseTopic?: string
  correlationData?: Uint8Array
  /** In a received PUBLISH several may stand; in SUBSCRIBE one. 1 to 268,435,455. */
  subscriptionIdentifier?: number | number[]
  /** Seconds; 0xFFFFFFFF means the session never expires. */
  sessionExpiryInterval?: number
  assignedClientIdentifier?: string
  /** Seconds. */
  serverKeepAlive?: number
  authenticationMethod?: string
  authenticationData?: Uint8Array
  requestProblemInformation?: boolean
  /** Seconds. */
  willDelayInterval?: number
  requestResponseInformation?: boolean
  responseInformation?: string
  serverReference?: string
  reasonString?: string
  receiveMaximum?: number
  topicAliasMaximum?: number
  topicAlias?: number
  maximumQoS?: 0 | 1
  retainAvailable?: boolean
  userProperties?: UserProperties
  /** Bytes of a whole packet, fixed header included. */
  maximumPacketSize?: number
  wildcardSubscriptionAvailable?: boolean
  subscriptionIdentifiersAvailable?: boolean
  sharedSubscriptionAvailable?: boolean
}

export interface Will {
  readonly topic: string
  readonly payload: Uint8Array | string
  readonly qos?: QoS
  readonly retain?: boolean
  readonly properties?: Properties
}

export interface ConnectPacket {
  readonly type: 'connect'
  readonly protocolVersion: ProtocolVersion
  readonly clientId: string
  /** Clean Session (3.x) or Clean Start (5.0). */
  readonly clean: boolean
  /** Seconds, 0 to 65,535; 0 switches keepalive off. */
  readonly keepalive: number
  readonly username?: string
  readonly password?: Uint8Array | string
  readonly will?: Will
  readonly properties?: Properties
}

export interface ConnackPacket {
  readonly type: 'connack'
  readonly sessionPresent: boolean
  /** 0 is success; a return code in 3.x, a reason code in 5.0. */
  readonly reasonCode: number
  readonly properties?: Properties
}

export interface Subscription {
  readonly filter: string
  readonly qos: QoS
  /** 5.0 only: do not send back what this client publishes. Default false. */
  readonly noLocal?: boolean
  /** 5.0 only: keep the RETAIN flag as published. Default false. */
  readonly retainAsPublished?: boolean
  /** 5.0 only: 0 send retained, 1 only for a new subscription, 2 never. Default 0. */
  readonly retainHandling?: 0 | 1 | 2
}

export interface SubscribePacket {
  readonly type: 'subscribe'
  readonly packetId: number
  readonly subscriptions: readonly Subscription[]
  readonly properties?: Properties
}

export interface SubackPacket {
  readonly type: 'suback'
  readonly packetId: number
  /** One a filter, in order: the granted QoS, or >= 0x80 for a refusal. */
  readonly reasonCodes: readonly number[]
  readonly properties?: Properties
}

export interface UnsubscribePacket {
  readonly type: 'unsubscribe'
  readonly packetId: number
  readonly filters: readonly string[]
  readonly properties?: Properties
}

export interface UnsubackPacket {
  readonly type: 'unsuback'
  readonly packetId: number
  /** One a filter in 5.0; empty in 3.x. */
  readonly reasonCodes: readonly number[]
  readonly properties?: Properties
}

export interface DisconnectPacket {
  readonly type: 'disconnect'
  readonly reasonCode: number
  readonly properties?: Properties
}

export interface AuthPacket {
  readonly type: 'auth'
  readonly reasonCode: number
  readonly properties?: Properties
}

/**
 * The packets that are rare enough to be objects. PUBLISH, the acks and pings are handled in
 * place.
 */
export type ControlPacket =
  | ConnectPacket
  | ConnackPacket
  | SubscribePacket
  | SubackPacket
  | UnsubscribePacket
  | UnsubackPacket
  | DisconnectPacket
  | AuthPacket

/**
 * A PUBLISH as it stands in the receive buffer. One object a decoder, overwritten by the next
 * packet: everything but `topic` and `properties` is valid during the call only.
 */
export interface PublishFrame {
  /** Empty only when `properties.topicAlias` stands in for it. */
  topic: string
  qos: QoS
  retain: boolean
  dup: boolean
  /** 0 at QoS 0. */
  packetId: number
  /** Undefined when the packet has none (always in 3.x). */
  properties: Properties | undefined
  /**
   * The buffer that holds the packet, and where in it the payload stands: [payloadStart,
   * payloadEnd).
   */
  bytes: Uint8Array
  payloadStart: number
  payloadEnd: number
  /** Length of the whole packet, fixed header included. */
  packetBytes: number
}

/** What a decoder calls, packet by packet, in the order of arrival. */
export interface PacketHandler {
  handlePublish(frame: PublishFrame): void
  handleAck(
    type: AckType,
    packetId: number,
    reasonCode: number,
    properties: Properties | undefined,
  ): void
  handlePing(type: 12 | 13): void
  handlePacket(packet: ControlPacket): void
}

/** What the reader of a packet must know of the connection that it came on. */
export interface Reading {
  readonly protocolVersion: ProtocolVersion
  readonly role: Role
  /**
   * False when this client asked for no problem information: then only PUBLISH, CONNACK and
   * DISCONNECT may carry a Reason String or User Properties [MQTT5-3.1.2-29].
   */
  readonly problemInformation: boolean
}

/** Why the peer's bytes cannot be accepted; the link is to be closed with `reasonCode`. */
export interface ProtocolError {
  /** The DISCONNECT reason code of MQTT 5.0: 0x81, 0x82, 0x94, 0x95, ... */
  readonly reasonCode: number
  /** What stood where. */
  readonly message: string
}
