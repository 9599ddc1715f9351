// Messages of an MQTT-SN client on their way to the broker: topics that it registers, messages at
// all levels with their acknowledgements, QoS 2 to its release (MQTT-SN 1.2, 6.5, 6.6). It does not
// know sessions: QoS -1 comes without one. Bound: QOS2_MAX open exchanges.

import type { QoS } from '@motewire/sdk'
import { topicProblem } from '@motewire/sdk/codec'
import {
  ID_NORMAL,
  SN_ACCEPTED,
  SN_CONGESTION,
  SN_INVALID_TOPIC,
  SN_NOT_SUPPORTED,
} from '../framing/index.ts'
import type { SnFields, SnName, SnPacket } from '../framing/index.ts'
import type { DeviceMessage } from './device.ts'
import type { SnTopics } from './sn-topics.ts'

export interface IncomingHandler {
  send(name: SnName, fields: SnFields): void
  /** False: there is no room for it. `topic` is the client's. */
  publish(message: DeviceMessage): boolean
  /** The client knows a topic by the id that it was given. */
  handleKnown(topic: string): void
}

const QOS2_MAX = 64
const reader = new TextDecoder()

export class SnIncoming {
  readonly #topics: SnTopics
  readonly #handler: IncomingHandler
  /** QoS 2 messages that are published and not released yet. */
  readonly #unreleased = new Set<number>()
  #messages = 0
  #unaccepted = 0
  #illegal = 0

  constructor(topics: SnTopics, handler: IncomingHandler) {
    this.#topics = topics
    this.#handler = handler
  }

  /** REGISTER */
  register({ messageId, rest }: SnPacket): void {
    const topic = reader.decode(rest)
    const isLegal = topicProblem(topic) === undefined
    const topicId = isLegal ? this.#topics.register(topic) : undefined
    const refusal = isLegal ? SN_CONGESTION : SN_NOT_SUPPORTED
    const returnCode = topicId === undefined ? refusal : SN_ACCEPTED
    if (topicId !== undefined) this.#handler.handleKnown(topic)
    this.#handler.send('regack', { topicId: topicId ?? 0, messageId, returnCode })
  }

  /** PUBLISH in a session. */
  handlePublish(packet: SnPacket): void {
    const { flags, topicId, messageId } = packet
    const qos = flags.qos as QoS
    const isRepeated = qos === 2 && this.#unreleased.has(messageId)
    if (qos === 2 && !isRepeated && this.#unreleased.size >= QOS2_MAX) {
      this.#handler.send('puback', { topicId, messageId, returnCode: SN_CONGESTION })
      return
    }
    const returnCode = isRepeated ? SN_ACCEPTED : this.publish(packet, qos)
    if (returnCode !== SN_ACCEPTED || qos === 1) {
      this.#handler.send('puback', { topicId, messageId, returnCode })
    } else if (qos === 2) {
      this.#unreleased.add(messageId)
      this.#handler.send('pubrec', { messageId })
    }
  }

  /** PUBREL */
  release({ messageId }: SnPacket): void {
    this.#unreleased.delete(messageId)
    this.#handler.send('pubcomp', { messageId })
  }

  /** The return code. Unlike MQTT 3.1.1, a client can be told that there is no room. */
  publish({ flags, topicId, rest }: SnPacket, qos: QoS): number {
    const { idType, retain } = flags
    const isKnown = flags.qos !== -1 || idType !== ID_NORMAL
    const topic = isKnown ? this.#topics.nameOf({ idType, topicId }) : undefined
    if (topic === undefined || topicProblem(topic) !== undefined) {
      this.#illegal++
      return SN_INVALID_TOPIC
    }
    this.#messages++
    if (this.#handler.publish({ topic, payload: rest, qos, retain })) return SN_ACCEPTED
    this.#unaccepted++
    return SN_CONGESTION
  }

  /** What was not released is forgotten. */
  clear(): void {
    this.#unreleased.clear()
  }

  /** `illegal`: messages with a topic that is none. */
  counts(): { readonly messages: number; readonly unaccepted: number; readonly illegal: number } {
    return { messages: this.#messages, unaccepted: this.#unaccepted, illegal: this.#illegal }
  }
}
