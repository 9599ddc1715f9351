// Messages to an MQTT-SN client, one after the other: a topic that it does not know by an id is
// registered first, then the message is sent at QoS 1 and again until it is confirmed (6.13).
// Times are milliseconds of the caller. Bound: the caller adds nothing while it is busy, except for
// what it says itself.

import { encodeSn, ID_NORMAL, SN_INVALID_TOPIC } from '../framing/index.ts'
import type { SnFields, SnName, SnPacket } from '../framing/index.ts'
import type { SnTopics, TopicId } from './sn-topics.ts'

export interface OutgoingMessage {
  readonly topic: string
  readonly payload: Uint8Array
  readonly retain: boolean
}

export interface OutgoingHandler {
  send(name: SnName, fields: SnFields): void
  /** The client does not confirm. */
  handleGivenUp(): void
}

export interface OutgoingOptions {
  readonly packetBytesMax?: number
  readonly retryMs?: number
  readonly attempts?: number
}

interface UnderWay {
  readonly message: OutgoingMessage
  /** What is to be confirmed. */
  readonly name: 'register' | 'publish'
  readonly messageId: number
  readonly topicId: TopicId
  attempts: number
}

export class SnOutgoing {
  readonly #topics: SnTopics
  readonly #handler: OutgoingHandler
  readonly #packetBytesMax: number
  readonly #retryMs: number
  readonly #attempts: number
  readonly #waiting: OutgoingMessage[] = []
  /** Topics that the client knows by the id that we gave. */
  readonly #registered = new Set<string>()
  #underWay: UnderWay | undefined
  #dueMs = Infinity
  #nextId = 0
  #sent = 0
  #refused = 0
  #repeated = 0

  constructor(
    topics: SnTopics,
    handler: OutgoingHandler,
    { packetBytesMax = 64, retryMs = 3_000, attempts = 5 }: OutgoingOptions,
  ) {
    this.#topics = topics
    this.#handler = handler
    this.#packetBytesMax = packetBytesMax
    this.#retryMs = retryMs
    this.#attempts = attempts
  }

  get isBusy(): boolean {
    return this.#underWay !== undefined || this.#waiting.length > 0
  }

  /** A message that is too long for the client is refused, and counted. */
  add(message: OutgoingMessage): void {
    const packet = encodeSn('publish', { rest: message.payload })
    if (packet.length > this.#packetBytesMax) this.#refused++
    else this.#waiting.push(message)
  }

  /** Sends the next message, if none is under way. */
  advance(now: number): void {
    if (this.#underWay !== undefined) return
    const message = this.#waiting.shift()
    if (message === undefined) return
    const known = this.#topics.idOf(message.topic)
    if (known !== undefined && this.#isKnown(message.topic, known)) {
      this.#begin(message, 'publish', known, now)
      return
    }
    const given = this.#topics.register(message.topic)
    if (given === undefined) this.#refused++
    else this.#begin(message, 'register', { idType: ID_NORMAL, topicId: given }, now)
  }

  /** PUBACK or REGACK. */
  handleConfirmed({ name, messageId, returnCode }: SnPacket): void {
    const underWay = this.#underWay
    const expected = underWay?.name === 'register' ? 'regack' : 'puback'
    if (underWay === undefined || name !== expected || messageId !== underWay.messageId) return
    this.#underWay = undefined
    this.#dueMs = Infinity
    const { message } = underWay
    if (name === 'regack' && returnCode === 0) {
      this.#registered.add(message.topic)
      this.#waiting.unshift(message)
    } else if (returnCode === SN_INVALID_TOPIC && name === 'puback') {
      // It has forgotten the id: registered anew.
      this.#registered.delete(message.topic)
      this.#waiting.unshift(message)
    } else if (returnCode === 0) this.#sent++
    else this.#refused++
  }

  /** The client knows a topic by the id in its SUBSCRIBE or REGISTER. */
  handleKnown(topic: string): void {
    this.#registered.add(topic)
  }

  pollTimeout(): number {
    return this.#dueMs
  }

  handleTimeout(now: number): void {
    const underWay = this.#underWay
    if (underWay === undefined || now < this.#dueMs) return
    if (underWay.attempts >= this.#attempts) {
      this.#handler.handleGivenUp()
      return
    }
    this.#repeated++
    this.#transmit(underWay, now)
  }

  /** The client cannot hear: what is under way is sent again when it can. */
  pause(): void {
    if (this.#underWay !== undefined) this.#waiting.unshift(this.#underWay.message)
    this.#underWay = undefined
    this.#dueMs = Infinity
  }

  /** A new connection: nothing is under way, and the ids that we gave are not known. */
  reset(): void {
    this.pause()
    this.#registered.clear()
  }

  clear(): void {
    this.#underWay = undefined
    this.#dueMs = Infinity
    this.#waiting.length = 0
  }

  counts(): Readonly<Record<string, number>> {
    return {
      messagesToDevice: this.#sent,
      messagesRefused: this.#refused,
      messagesRepeated: this.#repeated,
    }
  }

  #isKnown(topic: string, { idType }: TopicId): boolean {
    return idType !== ID_NORMAL || this.#registered.has(topic)
  }

  #begin(
    message: OutgoingMessage,
    name: 'register' | 'publish',
    topicId: TopicId,
    now: number,
  ): void {
    this.#nextId = (this.#nextId % 0xffff) + 1
    this.#underWay = { message, name, messageId: this.#nextId, topicId, attempts: 0 }
    this.#transmit(this.#underWay, now)
  }

  #transmit(underWay: UnderWay, now: number): void {
    const { message, name, messageId, attempts } = underWay
    const { topicId, idType } = underWay.topicId
    this.#dueMs = now + this.#retryMs
    underWay.attempts++
    if (name === 'register') {
      const rest = writer.encode(message.topic)
      this.#handler.send('register', { topicId, messageId, rest })
      return
    }
    const flags = { dup: attempts > 0, qos: 1, retain: message.retain, idType } as const
    this.#handler.send('publish', { flags, topicId, messageId, rest: message.payload })
  }
}

const writer = new TextEncoder()
